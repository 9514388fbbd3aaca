"""`status`: what each stack is now, every region side by side, and how the global database is where there is one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from twinstack.aws.api import CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.cli.ending import refuse_partial
from twinstack.cli.options import Settings
from twinstack.clock import Clock, SystemClock
from twinstack.errors import CredentialsError, InputError, PartialError, UnreachableError
from twinstack.library.global_databases import has_global_database
from twinstack.library.working import read_environment
from twinstack.planning.system import Stack
from twinstack.screen.events import Event, Note, Refreshed, Screen, StatusRead, Warning_
from twinstack.statuses import Standing, standing

if TYPE_CHECKING:
    from twinstack.aws.api import Clients
    from twinstack.environment.assembly import Environment
    from twinstack.planning.steps import Planner
    from twinstack.screen.payloads import StackRow

_NOT_THERE = (Standing.ABSENT, Standing.RECREATE)


def run(settings: Settings, *, watch: float | None, clock: Clock | None = None) -> int:
    """Runs the command; returns the exit code.

    Raises:
        PartialError: A stack of the file could not be read.
        UnreachableError: Not one of them could.
    """
    screen, clock = settings.screen(), clock or SystemClock()
    checked = read_environment(settings)
    if watch is None:
        return _show(settings, screen, checked)
    while True:
        screen.tell(Refreshed(f"{clock.date():%Y-%m-%d %H:%M:%S} UTC"))
        try:
            _show(settings, screen, checked)
        except (AwsError, PartialError, UnreachableError) as error:  # it may be there at the next look
            screen.tell(Warning_(str(error)))
        clock.sleep(watch)


def _show(settings: Settings, screen: Screen, checked: tuple[Environment, Planner]) -> int:
    """Reads everything side by side, with calls that give up within seconds, and tells it."""
    from twinstack.library.database_runs import brief_clients
    from twinstack.rollout.plans.elsewhere import look_elsewhere

    environment, planner = checked
    stacks = planner.system.stacks
    clients = brief_clients(settings, screen, environment)
    with ThreadPoolExecutor(len(stacks) + 1) as threads:
        begun = environment, planner, clients
        database = threads.submit(_database, settings, begun) if has_global_database(planner.system) else None
        looks = [threads.submit(read, clients[role].cloudformation, stack) for role, stack in stacks.items()]
        rows = [look.result() for look in looks]
        beside = look_elsewhere(environment, clients, [row["stack"] for row in rows if _is_missing(row["status"])])
        about_database = database.result() if database is not None else None
    strays = [
        _row(stray.role, stray.region, seen.cloudformation, seen.stack, stray.reason)
        for stray in beside.strays
        if (seen := stray.sighting)
    ]
    screen.tell(StatusRead((*rows, *strays)))
    for gap in beside.gaps:
        screen.tell(Warning_(f"not looked at: {gap}"))
    if about_database is not None:  # the verdict is what is read first: it stands last
        screen.tell(about_database)
    refuse_partial({row["stack"]: row["reason"] for row in rows if row["status"] == "unknown"}, len(rows))
    return 0


def _database(settings: Settings, begun: tuple[Environment, Planner, Clients]) -> Event:
    """Returns what is told of the global database; a sentence where the environment has not exactly one."""
    from twinstack.dr.status.reading import read_status
    from twinstack.library.database_runs import make_database_run
    from twinstack.library.this_process import has_ended

    try:
        found = make_database_run(settings, settings.screen(), lambda _question: False, begun)
    except CredentialsError:
        raise
    except InputError as error:
        return Note(f"No global database is shown: {error}")
    return read_status(found, has_ended).as_event()


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
