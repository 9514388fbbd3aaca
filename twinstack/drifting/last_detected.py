"""What AWS last detected about the resources that a plan touches. Nothing is detected anew: a plan reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twinstack.aws.api import Clients
from twinstack.aws.drift_api import ResourceDrift
from twinstack.aws.errors import AwsError
from twinstack.drifting.report import Known, counts, is_real
from twinstack.errors import UnreachableError
from twinstack.planning.passes import Plan


@dataclass(frozen=True)
class DriftedChange:
    """A drifted resource that a plan changes.

    Attributes:
        stack: The stack's role.
        drift: What AWS last detected.
        properties: The places that differ, without those that are known to be false.
        passes: The passes that change it, counted from 1.
        certain: Whether it is certain that they do; else it is listed because of what it refers to.
    """

    stack: str
    drift: ResourceDrift
    properties: tuple[str, ...]
    passes: tuple[int, ...]
    certain: bool


@dataclass(frozen=True)
class LastDetected:
    """The drifted resources that a plan touches, and a sentence for each stack whose drift could not be read."""

    changes: tuple[DriftedChange, ...]
    gaps: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Returns it as the plan document has it."""
        return {
            "resources": [
                {
                    "stack": each.stack,
                    "resource": each.drift.resource,
                    "type": each.drift.type,
                    "status": each.drift.status,
                    "checked": each.drift.checked.date().isoformat(),
                    "properties": list(each.properties),
                    "passes": list(each.passes),
                    "certain": each.certain,
                }
                for each in self.changes
            ],
            "not_read": list(self.gaps),
        }


def last_detected(plan: Plan, clients: Clients, known: Known) -> LastDetected:
    """Reads, with one paged call for each live stack that has a step, what AWS last detected there.

    Args:
        plan: The plan.
        clients: The clients of its stacks.
        known: Tells false drift apart.

    Raises:
        InputError: There are no usable credentials.
    """
    found: list[DriftedChange] = []
    gaps: list[str] = []
    for role, changed in _changed(plan).items():
        name = next(step.stack.name for step in plan.steps if step.stack.role == role)
        try:
            drifts = clients[role].drifts.of_resources(name, ("MODIFIED", "DELETED"))
        except (AwsError, UnreachableError) as error:
            gaps.append(str(error))
            continue
        found += _drifted_changes(role, drifts, changed, known)
    return LastDetected(tuple(found), tuple(gaps))


@dataclass
class _Changing:
    """In which passes a resource is changed, and whether for certain."""

    passes: tuple[int, ...] = ()
    certain: bool = False


def _changed(plan: Plan) -> dict[str, dict[str, _Changing]]:
    """Returns, for each stack that is there already, its resources that are changed."""
    created = {step.stack.role for step in plan.steps if step.operation == "CREATE"}
    found: dict[str, dict[str, _Changing]] = {}
    for number, steps in enumerate(plan.passes, 1):
        for step in (step for step in steps if step.stack.role not in created):
            of_stack = found.setdefault(step.stack.role, {})
            certain = {change.resource for change in step.changes}
            for name in dict.fromkeys([*certain, *(each.resource for each in step.touched)]):
                changing = of_stack.setdefault(name, _Changing())
                changing.passes += (number,)
                changing.certain |= name in certain
    return found


def _drifted_changes(
    role: str, drifts: list[ResourceDrift], changed: dict[str, _Changing], known: Known
) -> Iterator[DriftedChange]:
    for drift in drifts:
        changing = changed.get(drift.resource)
        if changing is not None and is_real(drift, known):
            properties = tuple(each.path for each in drift.differences if counts(drift, each, known))
            yield DriftedChange(role, drift, properties, changing.passes, changing.certain)
