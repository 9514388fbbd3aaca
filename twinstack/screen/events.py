"""Everything that a run can say, each kind with its data. Text and JSON are made from the same events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from twinstack.screen.payloads import (
        ChangeRow,
        CheckRow,
        DriftRow,
        LeftRow,
        NotEmulatedRow,
        RegionRow,
        RevertRow,
        StackRow,
        StandingRow,
        WireRow,
    )


@dataclass(frozen=True)
class Event:
    """Something to tell; `code` names the kind in JSON lines."""

    code: ClassVar[str] = "event"


@dataclass(frozen=True)
class Note(Event):
    """A sentence about what is being done."""

    code: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True)
class Waiting(Event):
    """What is being waited for; a person sees it until the next event."""

    code: ClassVar[str] = "waiting"
    text: str


@dataclass(frozen=True)
class Warning_(Event):  # noqa: N801  `Warning` is Python's own
    """A sentence that a reader should act on some time."""

    code: ClassVar[str] = "warning"
    text: str


@dataclass(frozen=True)
class Failure(Event):
    """What went wrong; the last event of a run that failed.

    Of several causes, a line each, the last one failed first. `hints` says of each line what to do about it, '' where
    nothing is known; it is empty where nothing is known of any.
    """

    code: ClassVar[str] = "error"
    text: str
    exit_code: int
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding(Event):
    """One finding of the linter."""

    code: ClassVar[str] = "finding"
    rule: str
    level: str
    place: str
    message: str


@dataclass(frozen=True)
class PlanMade(Event):
    """The plan, as `planning.document` writes it."""

    code: ClassVar[str] = "plan"
    plan: Mapping[str, Any]


@dataclass(frozen=True)
class StepBegun(Event):
    """A step of a pass is being prepared."""

    code: ClassVar[str] = "step"
    number: int
    passes: int
    stack: str
    region: str
    operation: str


@dataclass(frozen=True)
class ChangeSetMade(Event):
    """A change set is ready: what AWS would change, and whether a person is going to be asked about it."""

    code: ClassVar[str] = "change-set"
    stack: str
    name: str
    changes: tuple[ChangeRow, ...]
    asked: bool = False


@dataclass(frozen=True)
class ChangeSetDiffers(Event):
    """A change set is not what was predicted, so it is not executed; each entry beside what the plan said of it."""

    code: ClassVar[str] = "change-set-differs"
    stack: str
    name: str
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True)
class NothingToChange(Event):
    """AWS answered that a change set holds no changes."""

    code: ClassVar[str] = "no-changes"
    stack: str


@dataclass(frozen=True)
class ResourceProgress(Event):
    """One event of a running operation, with how far it is."""

    code: ClassVar[str] = "resource"
    stack: str
    region: str
    time: str
    resource: str
    type: str
    status: str
    reason: str
    done: int
    total: int


@dataclass(frozen=True)
class StepDone(Event):
    """An operation ended well."""

    code: ClassVar[str] = "step-done"
    stack: str
    status: str
    seconds: float


@dataclass(frozen=True)
class StepFailed(Event):
    """An operation failed, with the first real cause."""

    code: ClassVar[str] = "step-failed"
    stack: str
    status: str
    cause: str


@dataclass(frozen=True)
class StepSkipped(Event):
    """A step was not run because of one that failed."""

    code: ClassVar[str] = "step-skipped"
    stack: str
    because: str


@dataclass(frozen=True)
class WiresRead(Event):
    """Every wire, read back from AWS after the last pass."""

    code: ClassVar[str] = "wires"
    wires: tuple[WireRow, ...]


@dataclass(frozen=True)
class OutputsRead(Event):
    """The outputs of every stack."""

    code: ClassVar[str] = "outputs"
    outputs: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class StatusRead(Event):
    """What each stack is now."""

    code: ClassVar[str] = "status"
    stacks: tuple[StackRow, ...]


@dataclass(frozen=True)
class DatabaseRead(Event):
    """How a global database is, every region side by side.

    `ready` names the regions that a switchover could go to now, `problems` says why not to the others.
    """

    code: ClassVar[str] = "database"
    database: str
    state: str
    reversed: bool
    endpoint: str
    regions: tuple[RegionRow, ...]
    ready: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Refreshed(Event):
    """What follows was read anew, at this time in UTC; a terminal is cleared for it."""

    code: ClassVar[str] = "refreshed"
    time: str


@dataclass(frozen=True)
class StackEventRead(Event):
    """One past event of a stack."""

    code: ClassVar[str] = "stack-event"
    stack: str
    region: str
    time: str
    resource: str
    type: str
    status: str
    reason: str


@dataclass(frozen=True)
class DriftRead(Event):
    """The drift of every stack, as `drifting.report` writes it."""

    code: ClassVar[str] = "drift"
    stacks: tuple[DriftRow, ...]


@dataclass(frozen=True)
class RevertPreviewed(Event):
    """What bringing a stack back to its template would change; `reason` says why that is not known, if it is not."""

    code: ClassVar[str] = "revert-preview"
    stack: str
    region: str
    changes: tuple[RevertRow, ...]
    reason: str


@dataclass(frozen=True)
class Left(Event):
    """What a deletion leaves behind, and why."""

    code: ClassVar[str] = "left"
    resources: tuple[LeftRow, ...]


@dataclass(frozen=True)
class NotEmulated(Event):
    """What the local AWS was asked for and did not do, and why."""

    code: ClassVar[str] = "not-emulated"
    entries: tuple[NotEmulatedRow, ...]


@dataclass(frozen=True)
class LocalAwsRead(Event):
    """Whether the local AWS runs, and where."""

    code: ClassVar[str] = "local"
    endpoint: str | None
    pid: int | None


@dataclass(frozen=True)
class StageBegun(Event):
    """A stage of a first run begins, or is about to be asked for."""

    code: ClassVar[str] = "stage"
    stage: str
    title: str
    price: str


@dataclass(frozen=True)
class RowAnswered(Event):
    """What was learned about one row of the page of a first run."""

    code: ClassVar[str] = "row"
    stage: str
    row: str
    look_for: str
    expected: str
    answered: str
    verdict: str
    why: str


@dataclass(frozen=True)
class StacksStanding(Event):
    """The stacks that a first run leaves, and what removes each."""

    code: ClassVar[str] = "standing"
    stacks: tuple[StandingRow, ...]


@dataclass(frozen=True)
class RecordWritten(Event):
    """The record of a first run is written, or written again with what has come to it."""

    code: ClassVar[str] = "record"
    markdown: str
    json: str


@dataclass(frozen=True)
class ChecksMade(Event):
    """What was looked at before or after something, and what of it is not as it must be."""

    code: ClassVar[str] = "checks"
    title: str
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class PreflightDone(Event):
    """What was looked at before a deployment: whether the account has room, and takes what the plan adds."""

    code: ClassVar[str] = "preflight"
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class PhaseEnded(Event):
    """A phase of a change of roles has ended, so many seconds after it began."""

    code: ClassVar[str] = "phase"
    phase: str
    seconds: float
    said: str


@dataclass(frozen=True)
class RolesMoved(Event):
    """The roles in a global database have moved from one region to another.

    `measured_by` says what `rto_seconds` is from and to; `lag_milliseconds` was `lag_age` seconds old when it was read,
    both None where no region said it.
    """

    code: ClassVar[str] = "roles-moved"
    kind: str
    database: str
    source: str
    target: str
    rto_seconds: float
    measured_by: str
    lag_metric: str
    lag_milliseconds: float | None
    lag_age: float | None


@dataclass(frozen=True)
class Printed(Event):
    """Text that is the result itself (a file, a diff, variables); written as it is."""

    code: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True)
class Done(Event):
    """The run ended well."""

    code: ClassVar[str] = "done"
    text: str


class Screen(Protocol):
    """Takes the events of a run."""

    def tell(self, event: Event) -> None:
        """Shows an event."""
