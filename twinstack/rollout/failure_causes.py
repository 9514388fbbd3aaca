"""The first real cause of a failed operation, from AWS's newer events where there are some."""

from __future__ import annotations

from functools import partial

from twinstack.aws.api import OperationEvent
from twinstack.rollout.operation_events import asked, sentence
from twinstack.rollout.watching import STACK_TYPE, Operation, first_cause, is_cancelled
from twinstack.screen.events import Screen

_FAILURES = ("PROVISIONING_ERROR", "HOOK_INVOCATION_ERROR", "VALIDATION_ERROR")


def cause_of(operation: Operation, screen: Screen) -> str | None:
    """Returns the first real failure in an operation, in words; hooks and validation are among the newer events only.

    Args:
        operation: An operation that has failed.
        screen: Told when the newer events could not be read.
    """
    ask = operation.cloudformation.failed_events
    failed = [event for one in operation.operation_ids for event in asked(partial(ask, one), screen)]
    real = [event for event in failed if event.kind in _FAILURES and _is_cause(event)]
    if not real:
        return first_cause(operation.events)
    return sentence(min(real, key=lambda event: event.time))


def _is_cause(event: OperationEvent) -> bool:
    """Whether it stopped something: neither a warning, nor what was cancelled because of another failure."""
    return event.mode != "WARN" and event.type != STACK_TYPE and not is_cancelled(event.reason)
