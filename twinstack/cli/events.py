"""`events`: the latest events of every stack, the newest last."""

from __future__ import annotations

from itertools import islice

from twinstack.aws.errors import AwsError
from twinstack.cli.ending import refuse_partial
from twinstack.cli.options import Settings
from twinstack.errors import InputError, UnreachableError
from twinstack.library.working import connect, read_environment
from twinstack.screen.events import Note, StackEventRead


def run(settings: Settings, *, stack: str | None, limit: int) -> int:
    """Runs the command; returns the exit code.

    Raises:
        PartialError: The events of a stack could not be read, or not all of them.
        UnreachableError: Those of no stack could be.
    """
    screen = settings.screen()
    environment, planner = read_environment(settings)
    stacks = planner.system.stacks
    if stack is not None and stack not in stacks:
        raise InputError(f"--stack {stack}: no such stack in {environment.file.document.source}: {', '.join(stacks)}")
    clients = connect(settings, environment, screen, start_local=False)
    roles = [stack] if stack else list(stacks)
    found, unread = [], {}
    for role in roles:
        try:
            described = clients[role].cloudformation.describe_stack(stacks[role].name)
            if described is None:
                screen.tell(Note(f"{role}: there is no stack {stacks[role].name}"))
                continue
            events = islice(clients[role].cloudformation.events(described.stack_id), limit)
            found += [(event, role) for event in events]
        except (AwsError, UnreachableError) as error:
            unread[role] = str(error)
    for event, role in sorted(found, key=lambda pair: pair[0].time):
        screen.tell(
            StackEventRead(
                role,
                stacks[role].region,
                event.time.isoformat(timespec="seconds"),
                event.resource,
                event.type,
                event.status,
                event.reason,
            )
        )
    refuse_partial(unread, len(roles))
    return 0
