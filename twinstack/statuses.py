"""What each stack status means, in one table.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (status codes).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Standing(Enum):
    """What a deployment can do with a stack that it finds in a status."""

    ABSENT = "does not exist, or holds only an unexecuted first change set"
    UPDATABLE = "can be updated"
    RECREATE = "its creation failed and nothing is left in it: it is deleted and created again"
    UNFINISHED = "an operation failed with rollback disabled: what was made is there, and an update goes on from it"
    BUSY = "another operation is running"
    STUCK = "an operation failed half way; a person has to decide"


class Outcome(Enum):
    """What a status says of the operation that is being watched."""

    RUNNING = "still running"
    SUCCEEDED = "done"
    FAILED = "failed, or rolled back"


class Meaning(NamedTuple):
    """The two readings of one status."""

    standing: Standing
    outcome: Outcome


_RUNNING = Meaning(Standing.BUSY, Outcome.RUNNING)
_ROLLING_BACK = Meaning(Standing.BUSY, Outcome.RUNNING)
_DONE = Meaning(Standing.UPDATABLE, Outcome.SUCCEEDED)
_ROLLED_BACK = Meaning(Standing.UPDATABLE, Outcome.FAILED)
_STUCK = Meaning(Standing.STUCK, Outcome.FAILED)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
_UNFINISHED = Meaning(Standing.UNFINISHED, Outcome.FAILED)

MEANINGS: dict[str, Meaning] = {
    "CREATE_IN_PROGRESS": _RUNNING,
    "CREATE_FAILED": _UNFINISHED,
    "CREATE_COMPLETE": _DONE,
    "ROLLBACK_IN_PROGRESS": _ROLLING_BACK,
    "ROLLBACK_FAILED": _STUCK,
    "ROLLBACK_COMPLETE": Meaning(Standing.RECREATE, Outcome.FAILED),
    "DELETE_IN_PROGRESS": _RUNNING,
    "DELETE_FAILED": _STUCK,
    "DELETE_COMPLETE": Meaning(Standing.ABSENT, Outcome.SUCCEEDED),
    "UPDATE_IN_PROGRESS": _RUNNING,
    # The update itself is done, old resources are still being removed; the next update has to wait for that.
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE": _DONE,
    # Here this is a continued creation that failed again: no other update is executed with rollback disabled.
    "UPDATE_FAILED": _UNFINISHED,
    "UPDATE_ROLLBACK_IN_PROGRESS": _ROLLING_BACK,
    "UPDATE_ROLLBACK_FAILED": _STUCK,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _ROLLING_BACK,
    "UPDATE_ROLLBACK_COMPLETE": _ROLLED_BACK,
    "REVIEW_IN_PROGRESS": Meaning(Standing.ABSENT, Outcome.RUNNING),
    "IMPORT_IN_PROGRESS": _RUNNING,
    "IMPORT_COMPLETE": _DONE,
    "IMPORT_ROLLBACK_IN_PROGRESS": _ROLLING_BACK,
    "IMPORT_ROLLBACK_FAILED": _STUCK,
    "IMPORT_ROLLBACK_COMPLETE": _ROLLED_BACK,
}

# The status of a stack that a plan has dealt with; AWS never says it.
PLANNED = "PLANNED"


def standing(status: str) -> Standing:
    """Returns what a deployment can do with a stack in this status; an unheard-of status is STUCK."""
    if status == PLANNED:
        return Standing.UPDATABLE
    meaning = MEANINGS.get(status)
    return meaning.standing if meaning else Standing.STUCK


def outcome(status: str) -> Outcome:
    """Returns what the status says of a running operation; an unheard-of status is FAILED, never success."""
    meaning = MEANINGS.get(status)
    return meaning.outcome if meaning else Outcome.FAILED
