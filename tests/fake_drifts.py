"""Drift in memory, beside `FakeCloudFormation`: what AWS finds is what a test has set up.

- A detection is refused for a stack that is not there or not at rest. It is DETECTION_IN_PROGRESS for
  `detection_describes` descriptions, then DETECTION_COMPLETE, or DETECTION_FAILED with the reason of `failing`.
- What a detection found is kept until the next; before the first one nothing is known of any resource.
- A type in `without_detection` is left out of what was found.
- A drift-aware change set keeps the stack's template and values, and lists `reverting`. An AWS that is not
  `drift_aware` makes an ordinary change set instead, which holds no changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from tests.fake_change_sets import Comparison
from tests.fake_cloudformation import NO_CHANGES, FakeCloudFormation
from tests.fake_stacks import FakeChangeSet
from twinstack.aws.api import ChangeSetRequest, CreatedChangeSet, ResourceChange
from twinstack.aws.drift_api import (
    DriftDetection,
    PropertyDifference,
    ResourceDrift,
    RevertChangeSet,
    RevertRequest,
)

CHECKED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass
class FakeDrifts:
    """Drift in one region; the module says what it does.

    Attributes:
        cloudformation: The stacks there.
        detection_describes: How often a detection is described before it has ended.
        without_detection: The types that AWS does not look at.
        failing: Why a detection fails, by logical id of what it fails at.
        reverting: What a drift-aware change set lists, by stack name.
        drift_aware: Whether AWS knows drift-aware change sets.
        revert_requests: What they were asked for with.
    """

    cloudformation: FakeCloudFormation
    detection_describes: int = 2
    without_detection: set[str] = field(default_factory=set)
    failing: dict[str, str] = field(default_factory=dict)
    reverting: dict[str, list[ResourceChange]] = field(default_factory=dict)
    drift_aware: bool = True
    revert_requests: list[RevertRequest] = field(default_factory=list)
    _tampered: dict[tuple[str, str], tuple[PropertyDifference, ...] | None] = field(default_factory=dict)
    _found: dict[str, list[ResourceDrift]] = field(default_factory=dict)
    _running: dict[str, int] = field(default_factory=dict)
    _numbers: count = field(default_factory=count)

    # What a test sets up

    def tamper(self, stack: str, resource: str, path: str, expected: str, actual: str, kind: str = "NOT_EQUAL") -> None:
        """Changes a property by hand."""
        before = self._tampered.get((stack, resource)) or ()
        self._tampered[stack, resource] = (*before, PropertyDifference(path, expected, actual, kind))

    def delete(self, stack: str, resource: str) -> None:
        """Deletes a resource by hand."""
        self._tampered[stack, resource] = None

    def repair(self, stack: str, resource: str) -> None:
        """Takes back what was done by hand."""
        del self._tampered[stack, resource]

    def detect_at_once(self, stack: str) -> None:
        """Looks for drift, as somebody did some days ago."""
        self._found[self.cloudformation.stack(stack).id] = self._look(stack)

    # The calls of `twinstack.aws.drift_api.Drifts`

    def detect(self, stack_id: str) -> str:
        self.cloudformation._called("detect_stack_drift", stack_id)
        stack = self.cloudformation._existing(stack_id, "DetectStackDrift")
        if stack.status.endswith("_IN_PROGRESS"):
            reason = f"Stack [{stack.name}] is in {stack.status} state"
            raise self.cloudformation._refused("DetectStackDrift", "ValidationError", reason)
        detection = f"{stack.id}#{next(self._numbers)}"
        self._running[detection] = self.detection_describes
        self._found[stack.id] = self._look(stack.name)
        return detection

    def detection(self, detection_id: str) -> DriftDetection:
        self.cloudformation._called("describe_stack_drift_detection_status", detection_id)
        self._running[detection_id] -= 1
        if self._running[detection_id] > 0:
            return DriftDetection("DETECTION_IN_PROGRESS")
        found = self._found[detection_id.partition("#")[0]]
        drifted = any(drift.status in ("MODIFIED", "DELETED") for drift in found)
        status = "DRIFTED" if drifted else "IN_SYNC"
        if failed := [drift.resource for drift in found if drift.status == "UNKNOWN"]:
            reason = f"Failed to detect drift on resources [{', '.join(failed)}]"
            return DriftDetection("DETECTION_FAILED", status, reason)
        return DriftDetection("DETECTION_COMPLETE", status)

    def of_resources(self, stack_id: str, statuses: Collection[str] = ()) -> list[ResourceDrift]:
        self.cloudformation._called("describe_stack_resource_drifts", stack_id)
        stack = self.cloudformation._existing(stack_id, "DescribeStackResourceDrifts")
        found = self._found.get(stack.id, [])
        return [drift for drift in found if not statuses or drift.status in statuses]

    def create_revert_change_set(self, request: RevertRequest) -> CreatedChangeSet:
        self.cloudformation._called("create_change_set", request.stack_name, request.token)
        self.revert_requests.append(request)
        stack = self.cloudformation._existing(request.stack_name, "CreateChangeSet")
        arn = f"arn:aws:cloudformation:{self.cloudformation.region}:1:changeSet/{request.name}/{next(self._numbers)}"
        changes = self.reverting.get(stack.name, []) if self.drift_aware else []
        asked = ChangeSetRequest(stack.name, request.name, "UPDATE", None, None, {}, {}, (), request.token)
        problem = "" if changes else NO_CHANGES
        stack.change_sets[request.name] = FakeChangeSet(
            asked, arn, stack.content, Comparison(stack.content, stack.content), changes, 2, problem
        )
        return CreatedChangeSet(arn, stack.id)

    def describe_revert_change_set(self, arn: str) -> RevertChangeSet:
        found = self.cloudformation.describe_change_set(arn)
        return RevertChangeSet(self.drift_aware, found.status, found.status_reason, found.changes)

    # How it is done

    def _look(self, stack_name: str) -> list[ResourceDrift]:
        stack = self.cloudformation.stack(stack_name)
        return [
            self._drift(stack_name, name, resource.type, resource.physical_id)
            for name, resource in stack.listed.items()
            if resource.type not in self.without_detection and resource.status != "DELETE_COMPLETE"
        ]

    def _drift(self, stack: str, name: str, kind: str, physical: str) -> ResourceDrift:
        if name in self.failing:
            return ResourceDrift(name, kind, physical, "UNKNOWN", CHECKED, reason=self.failing[name])
        differences = self._tampered.get((stack, name), ())
        if differences is None:
            return ResourceDrift(name, kind, physical, "DELETED", CHECKED)
        return ResourceDrift(name, kind, physical, "MODIFIED" if differences else "IN_SYNC", CHECKED, differences)
