"""Follows running operations to their end, and tells their events as they come.

Each operation is followed by itself: where one region does not answer, the others go on. What AWS has begun goes on
there whether it is watched or not, so an answer that does not come is waited for, and is never a failure of the stack.

A region may accept a call and say nothing until the client gives up, a minute later. So each call is made beside the
others (`Run.ask`) and is waited for shortly; what comes later is taken up in a later round, and until then nothing more
is asked about that operation. An account that no longer takes the credentials ends the run when the operations in the
others have come to their end and are concluded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from twinstack.aws.api import StackDescription, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.aws.retry_limits import trouble_of
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.rollout.operations.operation import Operation, new_events
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Warning_
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
# So many seconds, of the machine's clock, a round waits for what it has asked.
PROMPT = 3.0

_Answer = TypeVar("_Answer")


def watch(run: Run, operations: Sequence[Operation]) -> None:
    """Waits until every operation has ended, and tells the events of all of them as one stream, in their order.

    Each is followed by itself. One that AWS says nothing about for `LONGEST_SILENCE` is given up, with the reason in
    its `lost`; so is one whose credentials AWS no longer takes. Call `refuse_unsigned` when the others are concluded.
    """
    wait = FIRST_WAIT
    followers = [_Follower(operation, run, run.clock.now()) for operation in operations]
    while followers:
        _give_time([follower.ask_for_news() for follower in followers])
        news = [entry for follower in followers for entry in follower.look()]
        for operation, event in sorted(news, key=lambda entry: entry[1].time):
            operation.events.append(event)
            run.screen.tell(operation.progress(event))
        _give_time([follower.ask_for_stack() for follower in followers])
        for follower in followers:
            follower.conclude()
        for operation in (follower.operation for follower in followers if follower.is_done):
            if operation.end:
                run.under_way.end(operation.stack_id)
        followers = [follower for follower in followers if not follower.is_done]
        if followers:
            wait = FIRST_WAIT if news else min(wait * GROWTH, LONGEST_WAIT)
            run.clock.sleep(wait)


def refuse_unsigned(operations: Iterable[Operation]) -> None:
    """Ends a run in which an operation could not be followed for want of credentials, when all else is told.

    Raises:
        CredentialsError: One could not.
    """
    for operation in operations:
        if operation.not_signed_in:
            raise operation.not_signed_in


def _give_time(asked: Iterable[Future[Any] | None]) -> None:
    """Waits a little for what has just been asked; what takes longer is taken up when it is there."""
    wait_for([answer for answer in asked if answer], timeout=PROMPT)


@dataclass
class _Follower:
    """Follows one operation: first its events are asked for, then, when these say so, the stack.

    Attributes:
        operation: The operation.
        run: The run, for its clock, for who asks, and for whom to tell when AWS does not answer.
        begun: When the following began.
        heard: When AWS last answered.
        described: When the stack was last described, or something new was heard of it.
        ended: When its own events first said that it has ended.
        told: Whether it was told that AWS does not answer.
        silent: Whether the last look at the events got no answer.
        looks: How often the events were looked at, and answered.
    """

    operation: Operation
    run: Run
    begun: float
    heard: float = field(init=False)
    described: float = field(init=False)
    ended: float | None = None
    silent: bool = False
    told: bool = False
    looks: int = 0
    _news: Future[list[StackEvent]] | None = None
    _stack: Future[StackDescription | None] | None = None

    def __post_init__(self) -> None:
        self.heard = self.described = self.begun

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to look at."""
        return self.operation.end is not None or bool(self.operation.lost)

    def _read_news(self) -> list[StackEvent]:
        return list(new_events(self.operation, self.operation.cloudformation.at_once()))

    def _read_stack(self) -> StackDescription | None:
        return self.operation.cloudformation.at_once().describe_stack(self.operation.stack_id)

    def ask_for_news(self) -> Future[list[StackEvent]] | None:
        """Asks for the events, unless an answer is still to come; returns what was asked."""
        if self._news or self._stack:
            return None
        self._news = self.run.ask(self._read_news)
        return self._news

    def look(self) -> list[tuple[Operation, StackEvent]]:
        """Returns what is new; nothing, where AWS does not answer, or has not yet."""
        if self._news is None or not self._news.done():
            self._give_up_in_silence("AWS does not answer")
            return []
        answer, self._news = self._news, None
        try:
            fresh = self._answer(answer, self._read_news)
        except CredentialsError as error:
            self._not_signed_in(error)
            return []
        except (AwsError, UnreachableError) as error:
            self._not_heard(error)
            self.silent = True
            self.described = -math.inf  # perhaps only events are refused
            return []
        self.silent = False
        self.looks += 1
        if self.ended is None:  # after that only a description says something new
            self.heard = self.run.clock.now()
        if fresh:
            self.described = self.run.clock.now()
        return [(self.operation, event) for event in fresh]

    def ask_for_stack(self) -> Future[StackDescription | None] | None:
        """Describes the stack when its events say that it has ended, or have said nothing for a while."""
        if self._news or self._stack or self.is_done:
            return None
        operation, now = self.operation, self.run.clock.now()
        if self.ended is None and operation.last_status and outcome(operation.last_status) is not Outcome.RUNNING:
            self.ended = now
        if self.ended is None and now - self.described < QUIET:
            return None
        self.described = now
        self._stack = self.run.ask(self._read_stack)
        return self._stack

    def conclude(self) -> None:
        """Takes what was said of the stack, if it was asked for and there is an answer."""
        if self._stack is None or not self._stack.done():
            return
        operation, now = self.operation, self.described
        answer, self._stack = self._stack, None
        try:
            stack = self._answer(answer, self._read_stack)
        except CredentialsError as error:
            self._not_signed_in(error)
            return
        except (AwsError, UnreachableError) as error:
            if self.ended is not None and now - self.ended > OLD:
                operation.end = _known_only_as(operation, operation.last_status)
            self._not_heard(error)
            return
        self.heard = self.run.clock.now()
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

    def _answer(self, answer: Future[_Answer], call: Callable[[], _Answer]) -> _Answer:
        """Returns an answer. Where credentials are refused it asks again itself: threads ask no person to sign in."""
        try:
            return answer.result()
        except CredentialsError:
            return call()

    def _not_signed_in(self, error: CredentialsError) -> None:
        self.operation.lost, self.operation.not_signed_in = str(error), error

    def _not_heard(self, error: AwsError | UnreachableError) -> None:
        role = self.operation.role
        if not self.told and trouble_of(error) is None:  # of the others the clients tell
            self.told = True
            said = f"{role}: AWS does not answer while an operation goes on; asking again: {error}"
            self.run.screen.tell(Warning_(said))
        self._give_up_in_silence(str(error))

    def _give_up_in_silence(self, why: str) -> None:
        if self.run.clock.now() - self.heard > LONGEST_SILENCE:
            self.operation.lost = why


def _known_only_as(operation: Operation, status: str) -> StackDescription:
    """Returns a stack of which AWS says no more than its status."""
    return StackDescription(operation.stack_id, operation.role, status, "", {}, {}, {})
