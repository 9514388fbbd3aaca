"""The calls of `drift_api.py`, made with boto3."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from twinstack.aws.api import CreatedChangeSet
from twinstack.aws.boto import BotoCloudFormation
from twinstack.aws.drift_api import (
    DriftDetection,
    PropertyDifference,
    ResourceDrift,
    ResourceDriftStatus,
    RevertChangeSet,
    RevertRequest,
)
from twinstack.aws.translation import translated
from twinstack.planning.shown import name_beside

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        CreateChangeSetInputTypeDef,
        DescribeStackResourceDriftsInputTypeDef,
        StackResourceDriftTypeDef,
    )


class BotoDrifts:
    """Drift through a boto3 client; see `drift_api.Drifts` for what each method does.

    Args:
        client: The client, in the region of the stack.
        where: What to call it in messages: role and region.
    """

    def __init__(self, client: CloudFormationClient, where: str) -> None:
        self._client = client
        self._where = where

    def detect(self, stack_id: str) -> str:
        """See `drift_api.Drifts`."""
        with translated(self._where):
            return self._client.detect_stack_drift(StackName=stack_id)["StackDriftDetectionId"]

    def detection(self, detection_id: str) -> DriftDetection:
        """See `drift_api.Drifts`."""
        with translated(self._where):
            found = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=detection_id)
        return DriftDetection(
            found["DetectionStatus"], found.get("StackDriftStatus", ""), found.get("DetectionStatusReason", "")
        )

    def of_resources(self, stack_id: str, statuses: Collection[ResourceDriftStatus] = ()) -> list[ResourceDrift]:
        """See `drift_api.Drifts`."""
        return [_drift(entry) for entry in self._entries(stack_id, statuses)]

    def _entries(self, stack_id: str, statuses: Collection[ResourceDriftStatus]) -> Iterator[StackResourceDriftTypeDef]:
        """Yields every page's entries; botocore has no paginator for this call."""
        arguments: DescribeStackResourceDriftsInputTypeDef = {"StackName": stack_id, "MaxResults": 100}
        if statuses:
            arguments["StackResourceDriftStatusFilters"] = sorted(statuses)
        while True:
            with translated(self._where):
                page = self._client.describe_stack_resource_drifts(**arguments)
            yield from page["StackResourceDrifts"]
            if not page.get("NextToken"):
                return
            arguments["NextToken"] = page["NextToken"]

    def create_revert_change_set(self, request: RevertRequest) -> CreatedChangeSet:
        """See `drift_api.Drifts`."""
        arguments: CreateChangeSetInputTypeDef = {
            "StackName": request.stack_name,
            "ChangeSetName": request.name,
            "ChangeSetType": "UPDATE",
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": name, "UsePreviousValue": True} for name in request.parameters],
            "Capabilities": list(request.capabilities),
            "ClientToken": request.token,
            "DeploymentMode": "REVERT_DRIFT",
        }
        if request.role_arn:
            arguments["RoleARN"] = request.role_arn
        with translated(self._where):
            answer = self._client.create_change_set(**arguments)
        return CreatedChangeSet(answer["Id"], answer["StackId"])

    def describe_revert_change_set(self, arn: str) -> RevertChangeSet:
        """See `drift_api.Drifts`."""
        with translated(self._where):
            mode = self._client.describe_change_set(ChangeSetName=arn).get("DeploymentMode")
        found = BotoCloudFormation(self._client, self._where).describe_change_set(arn, values=True)
        return RevertChangeSet(mode == "REVERT_DRIFT", found.status, found.status_reason, found.changes)


def _drift(entry: StackResourceDriftTypeDef) -> ResourceDrift:
    whole = entry.get("ExpectedProperties", ""), entry.get("ActualProperties", "")
    return ResourceDrift(
        entry["LogicalResourceId"],
        entry["ResourceType"],
        entry.get("PhysicalResourceId", ""),
        entry["StackResourceDriftStatus"],
        entry["Timestamp"],
        tuple(
            PropertyDifference(
                each["PropertyPath"],
                each["ExpectedValue"],
                each["ActualValue"],
                each["DifferenceType"],
                name_beside(each["PropertyPath"], *whole),
            )
            for each in entry.get("PropertyDifferences", ())
        ),
        entry.get("DriftStatusReason", ""),
    )
