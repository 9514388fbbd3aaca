"""`status`: what each stack is now, every region side by side, and which stacks the file does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.aws.api import CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.cli.ending import refuse_partial
from twinstack.cli.options import Settings
from twinstack.cli.working import connect, read_environment
from twinstack.errors import UnreachableError
from twinstack.planning.system import Stack
from twinstack.screen.events import StatusRead, Warning_
from twinstack.statuses import Standing, standing

if TYPE_CHECKING:
    from twinstack.screen.payloads import StackRow

_NOT_THERE = (Standing.ABSENT, Standing.RECREATE)


def run(settings: Settings) -> int:
    """Runs the command; returns the exit code.

    Raises:
        PartialError: A stack of the file could not be read.
        UnreachableError: Not one of them could.
    """
    from twinstack.rollout.elsewhere import look_elsewhere

    screen = settings.screen()
    environment, planner = read_environment(settings)
    clients = connect(settings, environment, screen, start_local=False)
    rows = [read(clients[role].cloudformation, stack) for role, stack in planner.system.stacks.items()]
    beside = look_elsewhere(environment, clients, [row["stack"] for row in rows if _is_missing(row["status"])])
    strays = [
        _row(stray.role, stray.region, seen.cloudformation, seen.stack, stray.reason)
        for stray in beside.strays
        if (seen := stray.sighting)
    ]
    screen.tell(StatusRead((*rows, *strays)))
    for gap in beside.gaps:
        screen.tell(Warning_(f"not looked at: {gap}"))
    refuse_partial({row["stack"]: row["reason"] for row in rows if row["status"] == "unknown"}, len(rows))
    return 0


def _is_missing(status: str) -> bool:
    return status == "absent" or (status != "unknown" and standing(status) in _NOT_THERE)


def read(cloudformation: CloudFormation, stack: Stack) -> StackRow:
    """Returns one row: the stack's status, or why it could not be read."""
    row: StackRow = {
        "stack": stack.role,
        "region": stack.region,
        "name": stack.name,
        "status": "absent",
        "reason": "",
        "resources": 0,
        "protected": False,
    }
    try:
        found = cloudformation.describe_stack(stack.name)
    except (AwsError, UnreachableError) as error:
        return {**row, "status": "unknown", "reason": str(error)}
    if found is None:
        return row
    return _row(stack.role, stack.region, cloudformation, found, found.status_reason)


def _row(role: str, region: str, cloudformation: CloudFormation, found: StackDescription, reason: str) -> StackRow:
    row: StackRow = {
        "stack": role,
        "region": region,
        "name": found.name,
        "status": found.status,
        "reason": reason,
        "resources": 0,
        "protected": found.termination_protection,
    }
    try:
        resources = [entry for entry in cloudformation.resources(found.stack_id) if entry.status != "DELETE_COMPLETE"]
    except (AwsError, UnreachableError) as error:
        return {**row, "status": "unknown", "reason": str(error)}
    return {**row, "resources": len(resources)}
