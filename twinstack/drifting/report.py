"""What was found about the drift of each stack, as plain data. Pure: it decides, and calls nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
from twinstack.planning.shown import hidden

if TYPE_CHECKING:
    from twinstack.screen.payloads import DifferenceRow, DriftedDifferenceRow, DriftedRow, DriftRow, FalseDriftRow


@dataclass(frozen=True)
class FalseDrift:
    """Why a difference that AWS reports is not drift.

    Attributes:
        why: What happens, in a sentence.
        source: The page that says so.
    """

    why: str
    source: str


@dataclass(frozen=True)
class RealDrift:
    """What a difference that is drift means for the system.

    Attributes:
        means: What has happened and what follows from it, in a sentence.
        source: The page that says so.
    """

    means: str
    source: str


Known = Callable[[ResourceDrift, PropertyDifference], FalseDrift | RealDrift | None]
"""Says what is known of a difference: that it is no drift, or what it means. What knows the domain hands one in."""


def nothing_known(_drift: ResourceDrift, _difference: PropertyDifference) -> FalseDrift | RealDrift | None:
    """Takes every difference for drift."""
    return None


def counts(drift: ResourceDrift, difference: PropertyDifference, known: Known) -> bool:
    """Whether a difference is drift."""
    return not isinstance(known(drift, difference), FalseDrift)


@dataclass(frozen=True)
class Unchecked:
    """A resource of which AWS did not say whether it has drifted; `reason` is '' where its type has no detection."""

    resource: str
    type: str
    reason: str = ""


@dataclass(frozen=True)
class StackDrift:
    """What was found about one stack, with what is inside its nested stacks as `Nested/LogicalId`.

    Attributes:
        stack: The stack's role.
        region: Its region.
        name: Its name.
        status: DRIFTED or IN_SYNC as AWS says it; `absent` when there is no such stack, `unknown` when it could not be
            read.
        reason: Why it could not be read, or not whole.
        drifts: What AWS found about each resource that it looked at.
        unchecked: The resources that it did not look at.
    """

    stack: str
    region: str
    name: str
    status: str
    reason: str = ""
    drifts: tuple[ResourceDrift, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether the stack, or something in it that can be checked, could not be read."""
        return self.status == "unknown" or bool(self.reason) or any(each.reason for each in self.unchecked)

    def has_drifted(self, known: Known) -> bool:
        """Whether anything in it has drifted for real."""
        return any(is_real(drift, known) for drift in self.drifts)


def is_real(drift: ResourceDrift, known: Known) -> bool:
    """Whether a resource is gone, or differs in a way that is not known to be false."""
    if drift.status == "DELETED":
        return True
    if drift.status != "MODIFIED":
        return False
    # AWS always names what differs; a resource without that is taken at its word.
    return not drift.differences or any(counts(drift, each, known) for each in drift.differences)


def as_data(found: StackDrift, known: Known) -> DriftRow:
    """Returns a stack as the event `drift` has it.

    Args:
        found: What was found.
        known: Tells false drift apart.
    """
    return {
        "stack": found.stack,
        "region": found.region,
        "name": found.name,
        "status": found.status,
        "drifted": found.has_drifted(known),
        "reason": found.reason,
        "checked": len(found.drifts),
        "resources": [_resource(drift, known) for drift in found.drifts if is_real(drift, known)],
        "false_drifts": [entry for drift in found.drifts for entry in _false_drifts(drift, known)],
        "not_checked": [
            {"resource": each.resource, "type": each.type, "reason": each.reason} for each in found.unchecked
        ],
    }


def _resource(drift: ResourceDrift, known: Known) -> DriftedRow:
    return {
        "resource": drift.resource,
        "type": drift.type,
        "physical_id": drift.physical_id,
        "status": drift.status,
        "checked": drift.checked.isoformat(timespec="seconds"),
        "differences": [_drifted(drift, each, known) for each in drift.differences if counts(drift, each, known)],
    }


def _drifted(drift: ResourceDrift, difference: PropertyDifference, known: Known) -> DriftedDifferenceRow:
    real = known(drift, difference)
    means, source = (real.means, real.source) if isinstance(real, RealDrift) else ("", "")
    return {**_difference(difference), "means": means, "source": source}


def _difference(difference: PropertyDifference) -> DifferenceRow:
    return {
        "property": difference.path,
        "difference": difference.kind,
        "expected": hidden(difference.path, difference.expected, difference.beside) or "",
        "actual": hidden(difference.path, difference.actual, difference.beside) or "",
    }


def _false_drifts(drift: ResourceDrift, known: Known) -> Iterator[FalseDriftRow]:
    for difference in drift.differences:
        if isinstance(false := known(drift, difference), FalseDrift):
            yield {
                "resource": drift.resource,
                "type": drift.type,
                **_difference(difference),
                "why": false.why,
                "source": false.source,
            }
