"""What each status of a stack, of a change set and of its execution means: one table for each.

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
    BUSY = "an operation is running: a run that changes something follows it to its end, any other is refused"
    HALF_ROLLED_BACK = "the rollback of an update failed: it is continued, when a person agrees"
    STUCK = "an operation failed half way: refused, with what can be done"


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
_DONE = Meaning(Standing.UPDATABLE, Outcome.SUCCEEDED)
_ROLLED_BACK = Meaning(Standing.UPDATABLE, Outcome.FAILED)
_STUCK = Meaning(Standing.STUCK, Outcome.FAILED)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
_UNFINISHED = Meaning(Standing.UNFINISHED, Outcome.FAILED)

STACKS: dict[str, Meaning] = {
    "CREATE_IN_PROGRESS": _RUNNING,
    "CREATE_FAILED": _UNFINISHED,
    "CREATE_COMPLETE": _DONE,
    "ROLLBACK_IN_PROGRESS": _RUNNING,
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
    "UPDATE_ROLLBACK_IN_PROGRESS": _RUNNING,
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    "UPDATE_ROLLBACK_FAILED": Meaning(Standing.HALF_ROLLED_BACK, Outcome.FAILED),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_COMPLETE": _ROLLED_BACK,
    "REVIEW_IN_PROGRESS": Meaning(Standing.ABSENT, Outcome.RUNNING),
    "IMPORT_IN_PROGRESS": _RUNNING,
    "IMPORT_COMPLETE": _DONE,
    "IMPORT_ROLLBACK_IN_PROGRESS": _RUNNING,
    "IMPORT_ROLLBACK_FAILED": _STUCK,
    "IMPORT_ROLLBACK_COMPLETE": _ROLLED_BACK,
}


class Making(Enum):
    """How far AWS is with a change set."""

    WAIT = "AWS works on it, and does not delete it meanwhile: it is waited for"
    MADE = "it can be read and reviewed"
    FAILED = "AWS could not make it, or there is nothing to change: its reason says which; it is deleted"
    GONE = "somebody deletes it, or has: it is neither read nor executed"


# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
CHANGE_SETS: dict[str, Making] = {
    "CREATE_PENDING": Making.WAIT,
    "CREATE_IN_PROGRESS": Making.WAIT,
    "CREATE_COMPLETE": Making.MADE,
    "FAILED": Making.FAILED,
    "DELETE_PENDING": Making.GONE,
    "DELETE_IN_PROGRESS": Making.GONE,
    "DELETE_COMPLETE": Making.GONE,
    # nested change sets only; it is deleted again where it is ours and abandoned
    "DELETE_FAILED": Making.FAILED,
}


class Execution(Enum):
    """What can be done with a change set."""

    CAN_BEGIN = "it can be executed"
    CANNOT = "it cannot be executed: it is not made, or the stack has changed since; it is deleted where it is ours"
    BEGUN = "it was executed: it is left alone, and the stack says what came of it"


EXECUTIONS: dict[str, Execution] = {
    "UNAVAILABLE": Execution.CANNOT,
    "AVAILABLE": Execution.CAN_BEGIN,
    "EXECUTE_IN_PROGRESS": Execution.BEGUN,
    "EXECUTE_COMPLETE": Execution.BEGUN,
    "EXECUTE_FAILED": Execution.BEGUN,
    "OBSOLETE": Execution.CANNOT,
}

# The status of a stack that a plan has dealt with; AWS never says it.
PLANNED = "PLANNED"


def standing(status: str) -> Standing:
    """Returns what a deployment can do with a stack in this status; an unheard-of status is STUCK."""
    if status == PLANNED:
        return Standing.UPDATABLE
    meaning = STACKS.get(status)
    return meaning.standing if meaning else Standing.STUCK


def outcome(status: str) -> Outcome:
    """Returns what the status says of a running operation; an unheard-of status is FAILED, never success."""
    meaning = STACKS.get(status)
    return meaning.outcome if meaning else Outcome.FAILED


def making(status: str) -> Making:
    """Returns how far AWS is with a change set in this status; one with an unheard-of status is not executed."""
    return CHANGE_SETS.get(status, Making.GONE)


def execution(status: str) -> Execution:
    """Returns what can be done with a change set of this execution status; an unheard-of one is left alone."""
    return EXECUTIONS.get(status, Execution.BEGUN)
