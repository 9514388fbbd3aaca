"""Follows running operations to their end, and tells their events as they come.

Each operation is followed by itself: where one region does not answer, the others go on. What AWS has begun goes on
there whether it is watched or not, so an answer that does not come is waited for, and is never a failure of the stack.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from twinstack.aws.api import CloudFormation, RollbackTrigger, StackDescription, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.aws.retry_limits import trouble_of
from twinstack.clock import Clock
from twinstack.errors import UnreachableError
from twinstack.rollout.run.run import Run
from twinstack.screen.events import ResourceProgress, Screen, Warning_
from twinstack.statuses import Outcome, outcome

# The longest wait between two looks is how late the end of an operation is noticed at most.
FIRST_WAIT, LONGEST_WAIT, GROWTH = 0.5, 3.0, 1.5
# Events say how far an operation is; the stack itself is only described when they say that it has ended, or nothing
# new for so long.
QUIET = 30.0
# After so many seconds a final status is believed without an event that proves it.
PATIENCE = 120.0
# A machine that stood still uses up the time with one look, so this many have found no event as well.
LOOKS = 5
# An answer of AWS may be so many seconds old: after that an event counts, whatever the stack is described as.
OLD = 30.0
# An operation is given up, here and not on AWS, after so many seconds without any answer.
LONGEST_SILENCE = 1200.0
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
            if any(event.token == operation.token for event in _new_events(operation, operation.cloudformation)):
                return True
        except (AwsError, UnreachableError):
            return False
        if wait:
            clock.sleep(wait)
    return False


def watch(run: Run, operations: Sequence[Operation]) -> None:
    """Waits until every operation has ended, and tells the events of all of them as one stream, in their order.

    One that AWS says nothing about for `LONGEST_SILENCE` is given up, with the reason in its `lost`.

    Raises:
        CredentialsError: AWS no longer takes the credentials.
    """
    wait = FIRST_WAIT
    followers = [_Follower(operation, run.clock, run.screen, run.clock.now()) for operation in operations]
    while followers:
        news = [entry for follower in followers for entry in follower.look()]
        for operation, event in sorted(news, key=lambda entry: entry[1].time):
            operation.events.append(event)
            run.screen.tell(operation.progress(event))
        for follower in followers:
            follower.conclude()
        for operation in (follower.operation for follower in followers if follower.is_done):
            if operation.end:
                run.under_way.end(operation.stack_id)
        followers = [follower for follower in followers if not follower.is_done]
        if followers:
            wait = FIRST_WAIT if news else min(wait * GROWTH, LONGEST_WAIT)
            run.clock.sleep(wait)


@dataclass
class _Follower:
    """Follows one operation.

    Attributes:
        operation: The operation.
        clock: The clock.
        screen: Told when AWS does not answer.
        begun: When the following began.
        heard: When AWS last answered.
        described: When the stack was last described, or something new was heard of it.
        ended: When its own events first said that it has ended.
        told: Whether it was told that AWS does not answer.
        silent: Whether the last look at the events got no answer.
        looks: How often the events were looked at, and answered.
    """

    operation: Operation
    clock: Clock
    screen: Screen
    begun: float
    heard: float = field(init=False)
    described: float = field(init=False)
    ended: float | None = None
    silent: bool = False
    told: bool = False
    looks: int = 0

    def __post_init__(self) -> None:
        self.heard = self.described = self.begun

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to look at."""
        return self.operation.end is not None or bool(self.operation.lost)

    def look(self) -> list[tuple[Operation, StackEvent]]:
        """Reads what is new; nothing, where AWS does not answer."""
        try:
            fresh = list(_new_events(self.operation, self.operation.cloudformation.at_once()))
        except (AwsError, UnreachableError) as error:
            self._not_heard(error)
            self.silent = True
            self.described = -math.inf  # perhaps only events are refused
            return []
        self.silent = False
        self.looks += 1
        if self.ended is None:  # after that only a description says something new
            self.heard = self.clock.now()
        if fresh:
            self.described = self.clock.now()
        return [(self.operation, event) for event in fresh]

    def conclude(self) -> None:
        """Describes the stack when its events say that it has ended, or have said nothing for a while."""
        operation, now = self.operation, self.clock.now()
        if self.ended is None and operation.last_status and outcome(operation.last_status) is not Outcome.RUNNING:
            self.ended = now
        if self.ended is None and now - self.described < QUIET:
            return
        self.described = now
        try:
            stack = operation.cloudformation.at_once().describe_stack(operation.stack_id)
        except (AwsError, UnreachableError) as error:
            if self.ended is not None and now - self.ended > OLD:
                operation.end = _known_only_as(operation, operation.last_status)
            self._not_heard(error)
            return
        self.heard = self.clock.now()
        operation.seconds = now - self.begun
        if stack is None:
            operation.end = _known_only_as(operation, "DELETE_COMPLETE")
        elif self.ended is not None:
            # From a copy that lags behind the status is an earlier one; a later one is another operation's.
            if stack.status == operation.last_status or now - self.ended > OLD:
                operation.end = replace(stack, status=operation.last_status)
        elif outcome(stack.status) is not Outcome.RUNNING and operation.seconds > PATIENCE:
            self._believe(stack)

    def _believe(self, stack: StackDescription) -> None:
        """Takes a final status that no event proves, unless there would have to be events."""
        is_gone = self.operation.deletes and stack.status == "DELETE_COMPLETE"
        if self.silent or self.operation.events or is_gone:
            self.operation.end = stack
        elif self.looks >= LOOKS:
            self.operation.lost = f"AWS has no event of it after {PATIENCE:.0f} s, and the stack is {stack.status}"

    def _not_heard(self, error: AwsError | UnreachableError) -> None:
        role = self.operation.role
        if not self.told and trouble_of(error) is None:  # of the others the clients tell
            self.told = True
            self.screen.tell(Warning_(f"{role}: AWS does not answer while an operation goes on; asking again: {error}"))
        if self.clock.now() - self.heard > LONGEST_SILENCE:
            self.operation.lost = str(error)


def no_longer_followed(operation: Operation) -> str:
    """Returns why an operation is no longer followed, and what becomes of it; '' where it has ended."""
    if not operation.lost:
        return ""
    return (
        f"it cannot be followed any longer: {operation.lost}; what AWS has begun goes on there, and the same command, "
        "run again, follows it"
    )


def _known_only_as(operation: Operation, status: str) -> StackDescription:
    """Returns a stack of which AWS says no more than its status."""
    return StackDescription(operation.stack_id, operation.role, status, "", {}, {}, {})


def _new_events(operation: Operation, cloudformation: CloudFormation) -> Iterator[StackEvent]:
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
