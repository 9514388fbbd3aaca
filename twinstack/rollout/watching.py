"""Follows running operations to their end, and tells their events as they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from twinstack.aws.api import CloudFormation, RollbackTrigger, StackDescription, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.errors import UnreachableError
from twinstack.rollout.change_sets import FIRST_WAIT, GROWTH, LONGEST_WAIT
from twinstack.screen.events import ResourceProgress, Screen, Warning_
from twinstack.statuses import Outcome, outcome

# So many failing looks in a row end the watching; at ten seconds each, a few minutes.
MAX_SILENCES = 20
# After so many seconds a final status is believed without an event that proves it.
PATIENCE = 120.0
STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass
class Operation:
    """A running operation on one stack.

    Attributes:
        role: The stack's role.
        cloudformation: CloudFormation where the stack lives.
        stack_id: The stack's ARN, which stays valid after a deletion.
        token: The request token that the operation's events carry.
        expected: The resources that it is expected to touch.
        after: The id of the newest event before it began.
        rollback_triggers: The alarms that roll it back.
        events: Its events so far, the oldest first.
        end: The stack when the operation has ended.
    """

    role: str
    cloudformation: CloudFormation
    stack_id: str
    token: str
    expected: frozenset[str]
    after: str | None
    rollback_triggers: tuple[RollbackTrigger, ...] = ()
    events: list[StackEvent] = field(default_factory=list)
    end: StackDescription | None = None
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """Whether it is still running, done or failed."""
        return outcome(self.end.status) if self.end else Outcome.RUNNING

    @property
    def has_ended(self) -> bool:
        """Whether one of its events is that the stack has come to its final status."""
        own = (event for event in self.events if event.type == STACK_TYPE and event.physical_id == self.stack_id)
        return any(outcome(event.status) is not Outcome.RUNNING for event in own)

    @property
    def operation_ids(self) -> tuple[str, ...]:
        """The ids that AWS gave it; an automatic rollback is an operation of its own, with the same token."""
        return _operation_ids(self.events, self.token)

    @property
    def done(self) -> int:
        """How many of the expected resources have come to their final state."""
        last = {event.resource: event.status for event in self.events}
        return sum(last.get(name, "").endswith("_COMPLETE") for name in self.expected)


def newest_event(cloudformation: CloudFormation, stack_id: str) -> str | None:
    """Returns the id of the stack's newest event, to tell later ones from it."""
    newest = next(cloudformation.events(stack_id), None)
    return newest.event_id if newest else None


def watch(operations: Sequence[Operation], clock: Clock, screen: Screen) -> None:
    """Waits until every operation has ended, and tells its events as they come.

    An answer that does not come is waited for: what AWS has begun goes on there whether it is watched or not.

    Raises:
        AwsError: AWS refused to describe a stack many times in a row.
        UnreachableError: AWS could not be reached many times in a row.
    """
    wait, begun = FIRST_WAIT, clock.now()
    running = list(operations)
    silences = 0
    while running:
        try:
            news = [_look(operation, clock.now() - begun, screen) for operation in running]
            silences = 0
        except (AwsError, UnreachableError) as error:
            silences += 1
            if silences > MAX_SILENCES:
                raise
            if silences == 1:
                screen.tell(Warning_(f"AWS does not answer while an operation goes on; asking again: {error}"))
            news = []
        running = [operation for operation in running if operation.end is None]
        if running:
            clock.sleep(wait)
            wait = FIRST_WAIT * 2 if any(news) else min(wait * GROWTH, LONGEST_WAIT)


def _look(operation: Operation, seconds: float, screen: Screen) -> bool:
    """Looks at one operation; returns whether there was anything new."""
    # The status first: whatever events there are once it has ended are all the events it has.
    stack = operation.cloudformation.describe_stack(operation.stack_id)
    news = _read_events(operation, screen)
    ended = stack is None or outcome(stack.status) is not Outcome.RUNNING
    # Just after a request the status may still be the one from before it; an event of this operation proves its end.
    if ended and (stack is None or operation.has_ended or seconds > PATIENCE):
        operation.end = stack or _deleted(operation)
        operation.seconds = seconds
    return news


def _deleted(operation: Operation) -> StackDescription:
    return StackDescription(operation.stack_id, operation.role, "DELETE_COMPLETE", "", {}, {}, {})


def _read_events(operation: Operation, screen: Screen) -> bool:
    seen = operation.events[-1].event_id if operation.events else operation.after
    later: list[StackEvent] = []
    for event in operation.cloudformation.events(operation.stack_id):
        if event.event_id == seen:
            break
        later.append(event)
    ids = _operation_ids([*operation.events, *later], operation.token)
    fresh = [event for event in later if _belongs(event, operation.token, ids)]
    for event in reversed(fresh):
        operation.events.append(event)
        screen.tell(
            ResourceProgress(
                operation.role,
                operation.stack_id.split(":")[3],
                event.time.isoformat(timespec="seconds"),
                event.resource,
                event.type,
                event.status,
                event.reason,
                operation.done,
                len(operation.expected),
            )
        )
    return bool(fresh)


def _operation_ids(events: Iterable[StackEvent], token: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.operation for event in events if event.token == token and event.operation))


def _belongs(event: StackEvent, token: str, ids: Collection[str]) -> bool:
    """Whether an event is one of the operation: by its token, and without one by its operation, if AWS says which."""
    return event.token == token or (not event.token and (not event.operation or event.operation in ids))
