"""The first real cause of a failed operation: the resource that failed by itself, also inside a nested stack.

Everything else that fails in an operation is a consequence: what CloudFormation cancels, the summary of a stack, the
nested stack around the resource. AWS's newer events name hooks and validations as well, where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile

from twinstack.aws.api import OperationEvent, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.rollout.change_sets.operation_events import asked, in_one_line, sentence
from twinstack.rollout.operations.operation import STACK_TYPE, Operation, is_of
from twinstack.screen.events import Screen, Warning_

_FAILURES = ("PROVISIONING_ERROR", "HOOK_INVOCATION_ERROR", "VALIDATION_ERROR")
# "Resource creation cancelled", and update and deletion; other reasons may speak of something cancelled, too.
_CANCELLED = re.compile(r"^\s*Resource \w+ cancell?ed", re.IGNORECASE)
_HOOK_FAILED = "The following hook(s) failed"


def cause_of(operation: Operation, screen: Screen) -> str | None:
    """Returns the first real failure in an operation, in words; None when AWS gives no reason at all.

    Args:
        operation: An operation that has failed.
        screen: Told when the newer events, or those of a nested stack, could not be read.
    """
    inside = _NestedStacks(operation, screen)
    first = inside.first_failure(operation.events, operation.stack_id)
    newer = _newer_failure(operation, screen)
    if newer is not None and (first is None or "/" not in first.resource or newer.time <= first.time):
        return sentence(newer)
    return words(first) if first else _reason_to_roll_back(operation)


def first_failure(events: Iterable[StackEvent], stack_id: str) -> StackEvent | None:
    """Returns the first real failure among the events of an operation; None when nothing failed.

    A resource counts before the stack's own summary, and either before what was cancelled.

    Args:
        events: The events.
        stack_id: The ARN of the stack that they are from.
    """
    failed = sorted((event for event in events if _is_failure(event)), key=lambda event: event.time)
    real = real_failures(events)
    resources = [event for event in real if not is_of(event, stack_id)]
    return next(iter([*resources, *real, *failed]), None)


def real_failures(events: Iterable[StackEvent]) -> list[StackEvent]:
    """Returns the failures among events that are not the consequence of another one, the first first.

    CloudFormation tries several times to delete a resource: one that is gone in the end did not fail.
    """
    ordered = sorted(events, key=lambda event: event.time)
    gone = {event.resource for event in ordered if event.status == "DELETE_COMPLETE"}
    return [
        _with_hook(event, ordered)
        for event in ordered
        if _is_failure(event)
        and not is_cancelled(event.reason)
        and not (event.status == "DELETE_FAILED" and event.resource in gone)
    ]


def failed_at(operation: Operation) -> datetime:
    """Returns when the first real failure of an operation happened; the end of time when nothing failed in it."""
    first = first_failure(operation.events, operation.stack_id)
    return first.time if first else datetime.max.replace(tzinfo=UTC)


def is_cancelled(reason: str) -> bool:
    """Whether something was cancelled because of another failure."""
    return bool(_CANCELLED.match(reason))


def words(event: StackEvent) -> str:
    """Returns a failure in words: which resource, of which type, and why."""
    return f"{event.resource} ({event.type}) {event.status}: {in_one_line(event.reason) or 'no reason given'}"


def _is_failure(event: StackEvent) -> bool:
    return event.status.endswith("_FAILED")


def _around(event: StackEvent, stack_id: str) -> bool:
    """Whether an event is about a nested stack, in which the cause is to be looked for."""
    return event.type == STACK_TYPE and event.physical_id not in ("", stack_id)


def _with_hook(event: StackEvent, events: Sequence[StackEvent]) -> StackEvent:
    """Returns a failure with what the hook said that stopped the resource: that is in an event of its own."""
    if not event.reason.startswith(_HOOK_FAILED):
        return event
    said = [other.hook for other in events if other.resource == event.resource and other.hook]
    return replace(event, reason="; ".join([event.reason, *said]))


class _NestedStacks:
    """Looks for the cause where it is: a nested stack fails after what has failed inside it."""

    def __init__(self, operation: Operation, screen: Screen) -> None:
        self._cloudformation = operation.cloudformation
        self._since = min((event.time for event in operation.events), default=datetime.max.replace(tzinfo=UTC))
        self._screen = screen

    def first_failure(self, events: Sequence[StackEvent], stack_id: str) -> StackEvent | None:
        """Returns the first real failure in a stack or inside its nested ones, there as `Nested/LogicalId`."""
        real = real_failures(events)
        nested = [self._inside(event) for event in real if _around(event, stack_id)]
        others = [event for event in real if event.type != STACK_TYPE]
        return min([*others, *nested], key=lambda event: event.time, default=first_failure(events, stack_id))

    def _inside(self, event: StackEvent) -> StackEvent:
        try:
            newest_first = self._cloudformation.events(event.physical_id)
            events = list(takewhile(lambda inner: inner.time >= self._since, newest_first))[::-1]
        except (AwsError, UnreachableError) as error:
            self._screen.tell(Warning_(f"the events of nested stack {event.resource} could not be read: {error}"))
            return event
        inner = self.first_failure(events, event.physical_id)
        if inner is None or is_of(inner, event.physical_id):
            return event
        return replace(inner, resource=f"{event.resource}/{inner.resource}")


def _newer_failure(operation: Operation, screen: Screen) -> OperationEvent | None:
    ask = operation.cloudformation.failed_events
    failed = [event for one in operation.operation_ids for event in asked(partial(ask, one), screen)]
    real = [event for event in failed if event.kind in _FAILURES and _is_cause(event)]
    return min(real, key=lambda event: event.time, default=None)


def _is_cause(event: OperationEvent) -> bool:
    """Whether it stopped something: neither a warning, nor what was cancelled because of another failure."""
    return event.mode != "WARN" and event.type != STACK_TYPE and not is_cancelled(event.reason)


def _reason_to_roll_back(operation: Operation) -> str | None:
    """Returns why a stack was rolled back in which no resource has failed: an export that is in use, a time limit."""
    for event in operation.events:
        if is_of(event, operation.stack_id) and "ROLLBACK" in event.status and event.reason:
            return f"{event.status}: {in_one_line(event.reason)}"
    return None
