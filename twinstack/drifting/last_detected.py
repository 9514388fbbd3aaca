"""What AWS last detected about the resources that a plan touches. Nothing is detected anew: a plan reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twinstack.aws.api import Clients
from twinstack.aws.drift_api import ResourceDrift
from twinstack.aws.errors import AwsError
from twinstack.drifting.report import Known, is_real
from twinstack.errors import UnreachableError
from twinstack.planning.passes import Plan


@dataclass(frozen=True)
class Touched:
    """A drifted resource that a plan changes.

    Attributes:
        stack: The stack's role.
        drift: What AWS last detected.
        properties: The places that differ, without those that are known to be false.
        passes: The passes that change it, counted from 1.
    """

    stack: str
    drift: ResourceDrift
    properties: tuple[str, ...]
    passes: tuple[int, ...]


@dataclass(frozen=True)
class LastDetected:
    """The drifted resources that a plan touches, and a sentence for each stack whose drift could not be read."""

    touched: tuple[Touched, ...]
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
                }
                for each in self.touched
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
    touched: list[Touched] = []
    gaps: list[str] = []
    for role, changed in _changed(plan).items():
        name = next(step.stack.name for step in plan.steps if step.stack.role == role)
        try:
            drifts = clients[role].drifts.of_resources(name, ("MODIFIED", "DELETED"))
        except (AwsError, UnreachableError) as error:
            gaps.append(str(error))
            continue
        touched += _touched(role, drifts, changed, known)
    return LastDetected(tuple(touched), tuple(gaps))


def _changed(plan: Plan) -> dict[str, dict[str, tuple[int, ...]]]:
    """Returns, for each stack that is there already, which of its resources are changed, and in which passes."""
    live = {step.stack.role for step in plan.steps if step.operation == "UPDATE"}
    created = {step.stack.role for step in plan.steps if step.operation == "CREATE"}
    changed: dict[str, dict[str, tuple[int, ...]]] = {role: {} for role in live - created}
    for number, steps in enumerate(plan.passes, 1):
        for step in steps:
            for change in step.changes if step.stack.role in changed else ():
                passes = changed[step.stack.role].get(change.resource, ())
                changed[step.stack.role][change.resource] = (*passes, number)
    return dict(sorted(changed.items()))


def _touched(
    role: str, drifts: list[ResourceDrift], changed: dict[str, tuple[int, ...]], known: Known
) -> Iterator[Touched]:
    for drift in drifts:
        if drift.resource in changed and is_real(drift, known):
            properties = tuple(each.path for each in drift.differences if known(drift, each) is None)
            yield Touched(role, drift, properties, changed[drift.resource])
