"""`status`: what each stack is now, every region side by side."""

from __future__ import annotations

from typing import Any

from twinstack.aws.api import CloudFormation
from twinstack.aws.errors import AwsError
from twinstack.cli.options import Settings
from twinstack.cli.working import connect, read_environment
from twinstack.errors import UnreachableError
from twinstack.planning.system import Stack
from twinstack.screen.events import StatusRead


def run(settings: Settings) -> int:
    """Runs the command; returns 1 when a stack could not be read."""
    screen = settings.screen()
    environment, planner = read_environment(settings)
    clients = connect(settings, environment, screen, start_local=False)
    rows = [read(clients[role].cloudformation, stack) for role, stack in planner.system.stacks.items()]
    screen.tell(StatusRead(tuple(rows)))
    return int(any(row["status"] == "unknown" for row in rows))


def read(cloudformation: CloudFormation, stack: Stack) -> dict[str, Any]:
    """Returns one row: the stack's status, or why it could not be read."""
    row = {"stack": stack.role, "region": stack.region, "name": stack.name, "resources": 0, "protected": False}
    try:
        found = cloudformation.describe_stack(stack.name)
        if found is None:
            return {**row, "status": "absent", "reason": ""}
        resources = [entry for entry in cloudformation.resources(found.stack_id) if entry.status != "DELETE_COMPLETE"]
    except (AwsError, UnreachableError) as error:
        return {**row, "status": "unknown", "reason": str(error)}
    return {
        **row,
        "status": found.status,
        "reason": found.status_reason,
        "resources": len(resources),
        "protected": found.termination_protection,
    }
