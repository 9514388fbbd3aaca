"""The calls to CloudFormation about drift, as the deployer sees them; `boto_drift.py` makes them for real.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from twinstack.aws.api import Capability, CreatedChangeSet, ResourceChange

ResourceDriftStatus = Literal["IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED"]


@dataclass(frozen=True)
class PropertyDifference:
    """A property that is not as the template has it.

    Attributes:
        path: Its place, such as /VersioningConfiguration/Status.
        expected: The value of the template, as text; JSON where it is an object or a list.
        actual: The value that AWS read, in the same form.
        kind: ADD, REMOVE or NOT_EQUAL.
        beside: The name that stands beside a value, such as DB_PASSWORD in a container's environment; '' without.
    """

    path: str
    expected: str
    actual: str
    kind: str
    beside: str = ""


@dataclass(frozen=True)
class ResourceDrift:
    """What the latest detection found about a resource.

    Attributes:
        resource: The logical id.
        type: The resource type.
        physical_id: The physical id.
        status: IN_SYNC, MODIFIED, DELETED, NOT_CHECKED, UNKNOWN or UNSUPPORTED.
        checked: When AWS looked.
        differences: What differs, for MODIFIED.
        reason: Why AWS could not look, for UNKNOWN.
    """

    resource: str
    type: str
    physical_id: str
    status: str
    checked: datetime
    differences: tuple[PropertyDifference, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class DriftDetection:
    """How far a detection is.

    Attributes:
        status: DETECTION_IN_PROGRESS, DETECTION_COMPLETE or DETECTION_FAILED. When it failed, it did so for some
            resources only: what it found about the others is there.
        stack_status: DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED; '' while it runs.
        reason: Why it failed.
    """

    status: str
    stack_status: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RevertChangeSet:
    """A drift-aware change set of the template that the stack has: what would bring it back to that.

    Attributes:
        drift_aware: Whether AWS made it as one; an AWS that does not know the mode makes an ordinary change set.
        status: Its status, such as CREATE_COMPLETE.
        reason: Why it failed.
        changes: What it would change, with the actual value as the one before.
    """

    drift_aware: bool
    status: str
    reason: str
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True)
class RevertRequest:
    """What a drift-aware change set is created from: a stack, with the template and the values that it has.

    Attributes:
        stack_name: The stack.
        name: The change set's name.
        parameters: The names of the stack's parameters, which keep their values.
        capabilities: What the template is allowed to do.
        token: A token that makes a repeated request the same request.
        role_arn: The service role, if any.
    """

    stack_name: str
    name: str
    parameters: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    token: str
    role_arn: str | None = None


class Drifts(Protocol):
    """Drift in one region, for one stack's account. Raises as `api.CloudFormation` does."""

    def detect(self, stack_id: str) -> str:
        """Starts looking for drift; returns the id of the detection."""

    def detection(self, detection_id: str) -> DriftDetection:
        """Returns how far a detection is."""

    def of_resources(self, stack_id: str, statuses: Collection[ResourceDriftStatus] = ()) -> list[ResourceDrift]:
        """Returns what the latest detection found, of the given statuses only if there are any.

        A resource that no detection has looked at is not among them.
        """

    def create_revert_change_set(self, request: RevertRequest) -> CreatedChangeSet:
        """Asks for a drift-aware change set; AWS makes it in the background. Nothing here executes it."""

    def describe_revert_change_set(self, arn: str) -> RevertChangeSet:
        """Returns it with every page of its changes and their values."""
