"""What AWS's newer events, grouped by operation, add to the older ones.

They are help, and not all accounts, regions and emulators have them: without them a run goes on with the older calls.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_OperationEvent.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from twinstack.aws.api import CloudFormation, OperationEvent
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.screen.events import Screen, Warning_


def why_not_made(cloudformation: CloudFormation, arn: str) -> list[str]:
    """Returns what early validation found wrong with a change set that AWS could not make, a sentence each."""
    try:
        return [sentence(event) for event in _found(cloudformation.change_set_events(arn)) if event.mode != "WARN"]
    except (AwsError, UnreachableError) as error:
        return [f"what validation found could not be read: {error}"]


def tell_validation(cloudformation: CloudFormation, arn: str, role: str, screen: Screen) -> None:
    """Tells what early validation warns of in a change set that was made.

    Args:
        cloudformation: CloudFormation where the change set is.
        arn: The change set.
        role: The role of its stack.
        screen: Told of each warning, or that there is no telling.
    """
    for event in _found(asked(lambda: cloudformation.change_set_events(arn), screen)):
        screen.tell(Warning_(f"{role}: AWS's validation warns: {sentence(event)}"))


def asked(ask: Callable[[], Sequence[OperationEvent]], screen: Screen) -> Sequence[OperationEvent]:
    """Returns the newer events, none where AWS does not answer, which is told."""
    try:
        return ask()
    except (AwsError, UnreachableError) as error:
        screen.tell(
            Warning_(f"AWS's events by operation could not be read; hooks and validation are not told of: {error}")
        )
        return ()


def _found(events: Iterable[OperationEvent]) -> list[OperationEvent]:
    return [event for event in events if event.kind == "VALIDATION_ERROR" and event.status != "SKIPPED"]


def in_one_line(text: str) -> str:
    """Returns what AWS says without its line breaks: each failure is one line of its own."""
    return " ".join(part.strip() for part in text.splitlines() if part.strip())


def sentence(event: OperationEvent) -> str:
    """Returns an event in words: what, where, by which check, and why."""
    where = f"{event.resource} ({event.type})" if event.resource else "the stack"
    check = f" by {event.check}" if event.check else ""
    path = f" at {event.path}" if event.path else ""
    return f"{where} {event.status or event.kind}{check}{path}: {in_one_line(event.reason) or 'no reason given'}"
