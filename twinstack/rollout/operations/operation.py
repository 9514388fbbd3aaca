"""An operation on one stack: its events so far, and which of a stack's events are its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from twinstack.aws.api import CloudFormation, RollbackTrigger, StackDescription, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.screen.events import ResourceProgress
from twinstack.statuses import Outcome, outcome

STACK_TYPE = "AWS::CloudFormation::Stack"


def is_of(event: StackEvent, stack_id: str) -> bool:
    """Whether an event is about a stack itself, and neither about a resource nor about a stack nested in it."""
    return event.type == STACK_TYPE and event.physical_id == stack_id


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
        lost: Why it is no longer followed although it has not ended, '' while it is.
        not_signed_in: Why, where that is that AWS no longer takes the credentials; see `refuse_unsigned`.
        deletes: Whether it deletes the stack; a stack that is gone is no success of anything else.
        seconds: How long it has been followed.
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
    lost: str = ""
    not_signed_in: CredentialsError | None = None
    deletes: bool = False
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """Whether it is still running, done or failed."""
        if self.end is None:
            return Outcome.RUNNING
        if self.end.status == "DELETE_COMPLETE" and not self.deletes:
            return Outcome.FAILED
        return outcome(self.end.status)

    @property
    def last_status(self) -> str:
        """The stack's status by the newest of its events, '' where there is none."""
        own = (event for event in reversed(self.events) if is_of(event, self.stack_id))
        return next((event.status for event in own), "")

    @property
    def operation_ids(self) -> tuple[str, ...]:
        """The ids that AWS gave it; an automatic rollback is an operation of its own, with the same token."""
        return _operation_ids(self.events, self.token)

    @property
    def done(self) -> int:
        """How many of the expected resources have come to their final state."""
        last = {event.resource: event.status for event in self.events}
        return sum(last.get(name, "").endswith("_COMPLETE") for name in self.expected)

    def progress(self, event: StackEvent) -> ResourceProgress:
        """Returns an event with how far the operation is."""
        return ResourceProgress(
            self.role,
            self.stack_id.split(":")[3],
            event.time.isoformat(timespec="seconds"),
            event.resource,
            event.type,
            event.status,
            event.reason,
            self.done,
            len(self.expected),
        )


def newest_event(cloudformation: CloudFormation, stack_id: str) -> str | None:
    """Returns the id of the stack's newest event, to tell later ones from it."""
    newest = next(cloudformation.events(stack_id), None)
    return newest.event_id if newest else None


def has_begun(operation: Operation, clock: Clock) -> bool:
    """Whether the stack has an event of an operation, so that AWS has heard of it; waits a little for one.

    Where AWS does not answer it is taken as not begun.
    """
    for wait in (2.0, 4.0, 0.0):
        try:
            if any(event.token == operation.token for event in new_events(operation, operation.cloudformation)):
                return True
        except (AwsError, UnreachableError):
            return False
        if wait:
            clock.sleep(wait)
    return False


def no_longer_followed(operation: Operation) -> str:
    """Returns why an operation is no longer followed, and what becomes of it; '' where it has ended."""
    if not operation.lost:
        return ""
    return (
        f"it cannot be followed any longer: {operation.lost}; what AWS has begun goes on there, and the same command, "
        "run again, follows it"
    )


def new_events(operation: Operation, cloudformation: CloudFormation) -> Iterator[StackEvent]:
    """Yields what is new of an operation, the oldest first."""
    seen = operation.events[-1].event_id if operation.events else operation.after
    later: list[StackEvent] = []
    for event in cloudformation.events(operation.stack_id):
        if event.event_id == seen:
            break
        later.append(event)
    else:
        if seen is not None:  # the answer is older than what has been told
            return
    ids = _operation_ids([*operation.events, *later], operation.token)
    yield from (event for event in reversed(later) if _belongs(event, operation.token, ids))


def _operation_ids(events: Iterable[StackEvent], token: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.operation for event in events if event.token == token and event.operation))


def _belongs(event: StackEvent, token: str, ids: Collection[str]) -> bool:
    """Whether an event is one of the operation: by its token, and without one by its operation, if AWS says which."""
    return event.token == token or (not event.token and (not event.operation or event.operation in ids))
