"""What the rows of events are made of. For type checkers and for the schema: telling an event loads none of it."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

Verdict = Literal["matches", "differs", "unused", "unlinked", "stale", "unknown", "empty", "not comparable"]


class ValueRow(TypedDict):
    """One place in a property before and after; None where there is nothing, `****` where it is secret."""

    path: str
    before: str | None
    after: str | None
    recreation: str


class EntryRow(TypedDict):
    """What a change set says of a resource."""

    action: str
    type: str
    physical_id: str
    replacement: str
    policy_action: str
    properties: list[str]
    values: list[ValueRow]


class ChangeRow(EntryRow):
    """An entry of a change set, beside what the plan said of it where the two differ."""

    resource: str
    foreseen: str
    predicted: str
    problems: list[str]


class RevertedValue(TypedDict):
    """One place that bringing a resource back to its template changes."""

    property: str
    before: str | None
    after: str | None


class RevertRow(TypedDict):
    """A resource that bringing a stack back to its template changes."""

    action: str
    resource: str
    type: str
    replacement: str
    details: list[RevertedValue]


class WireRow(TypedDict):
    """A wire, read back; see `rollout.convergence.WireReading`."""

    stack: str
    parameter: str
    source: str
    value: str
    produced: str
    verdict: Verdict


class StackRow(TypedDict):
    """A stack as it is now: its status, or `absent`, or `unknown` with the reason."""

    stack: str
    region: str
    name: str
    status: str
    reason: str
    resources: int
    protected: bool


class DifferenceRow(TypedDict):
    """One property that is not what the template says, as AWS found it."""

    property: str
    difference: str
    expected: str
    actual: str


class DriftedDifferenceRow(DifferenceRow):
    """A property that was changed by hand, and what that means for the system where it is known ('' elsewhere)."""

    means: str
    source: str


class DriftedRow(TypedDict):
    """A resource that was changed or deleted by hand."""

    resource: str
    type: str
    physical_id: str
    status: str
    checked: str
    differences: list[DriftedDifferenceRow]


class FalseDriftRow(DifferenceRow):
    """A difference that is known not to be drift, and why."""

    resource: str
    type: str
    why: str
    source: str


class UncheckedRow(TypedDict):
    """A resource that AWS did not look at; `reason` is '' where its type has no detection."""

    resource: str
    type: str
    reason: str


class DriftRow(TypedDict):
    """The drift of one stack."""

    stack: str
    region: str
    name: str
    status: str
    drifted: bool
    reason: str
    checked: int
    resources: list[DriftedRow]
    false_drifts: list[FalseDriftRow]
    not_checked: list[UncheckedRow]


class LeftRow(TypedDict):
    """A resource that a deletion leaves."""

    stack: str
    resource: str
    type: str
    physical_id: str
    why: str


class NotEmulatedRow(TypedDict):
    """A property that the local AWS took and did not act on."""

    type: str
    property: str
    where: str
    reason: str


class CheckRow(TypedDict):
    """What was looked at before or after an operation; `fix` says what to do where it is not as it must be."""

    check: str
    verdict: Literal["ok", "failed", "unknown"]
    said: str
    fix: str


class FactRow(TypedDict):
    """One thing that is known of a region; `value` is the number or word in it, None where there is none."""

    fact: str
    said: str
    verdict: Literal["ok", "failed", "unknown"]
    value: float | str | None


class RegionRow(TypedDict):
    """A region of a global database: the role of its stack, and whether its cluster writes or reads."""

    region: str
    stack: str
    role: str
    facts: list[FactRow]


class StandingRow(TypedDict):
    """A stack that a first run leaves, and the command that removes it."""

    name: str
    region: str
    status: str
    removal: str
