"""The calls of `api.py`, made with boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twinstack.aws.api import (
    ChangeDetail,
    ChangeSet,
    ChangeSetRequest,
    ChangeSetSummary,
    CreatedChangeSet,
    OperationEvent,
    Recreation,
    ResourceChange,
    StackDescription,
    StackEvent,
    StackResource,
)
from twinstack.aws.boto_events import OperationEvents, stack_event
from twinstack.aws.errors import AwsError
from twinstack.aws.rollback_configuration import rollback_configuration, triggers_of
from twinstack.aws.translation import translated
from twinstack.planning.shown import name_beside

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.literals import ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import (
        ChangeTypeDef,
        ContinueUpdateRollbackInputTypeDef,
        CreateChangeSetInputTypeDef,
        DeleteStackInputTypeDef,
        DescribeChangeSetOutputTypeDef,
        ResourceChangeDetailTypeDef,
        StackTypeDef,
    )
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


_CHANGE_SET_TYPES: Mapping[str, ChangeSetTypeType] = {"CREATE": "CREATE", "UPDATE": "UPDATE", "IMPORT": "IMPORT"}


class BotoCloudFormation:
    """CloudFormation through a boto3 client; see `api.CloudFormation` for what each method does.

    Args:
        client: The client, in the region of the stack.
        where: What to call it in messages: role and region.
    """

    def __init__(self, client: CloudFormationClient, where: str) -> None:
        self._client = client
        self._where = where
        self._operation_events = OperationEvents(client, where)

    def at_once(self) -> BotoCloudFormation:
        """See `api.CloudFormation`: it makes each call once."""
        return self

    def describe_stack(self, name: str) -> StackDescription | None:
        """See `api.CloudFormation`."""
        try:
            with translated(self._where):
                (stack,) = self._client.describe_stacks(StackName=name)["Stacks"]
        except AwsError as error:
            if error.code == "ValidationError" and "does not exist" in error.reason:
                return None
            raise
        return _description(stack)

    def describe_stacks(self) -> list[StackDescription]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            pages = self._client.get_paginator("describe_stacks").paginate()
            return [_description(stack) for page in pages for stack in page["Stacks"]]

    def deleted_stacks(self, name: str) -> list[str]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            pages = self._client.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
            found = [stack for page in pages for stack in page["StackSummaries"] if stack["StackName"] == name]
        newest_first = sorted(found, key=lambda stack: stack["DeletionTime"], reverse=True)
        return [stack["StackId"] for stack in newest_first]

    def get_template(self, name: str) -> str | Mapping[str, Any]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            # The stubs promise text, but boto3 decodes a JSON template into a mapping.
            body: Any = self._client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        return body if isinstance(body, str) else dict(body)

    def create_change_set(self, request: ChangeSetRequest) -> CreatedChangeSet:
        """See `api.CloudFormation`."""
        arguments: CreateChangeSetInputTypeDef = {
            "StackName": request.stack_name,
            "ChangeSetName": request.name,
            "ChangeSetType": _CHANGE_SET_TYPES[request.operation],
            "Parameters": [
                {"ParameterKey": name, "UsePreviousValue": True}
                if value is None
                else {"ParameterKey": name, "ParameterValue": value}
                for name, value in request.parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in request.tags.items()],
            "Capabilities": list(request.capabilities),
            "ClientToken": request.token,
            "RollbackConfiguration": rollback_configuration(request),
        }
        if request.template is not None:
            arguments["TemplateBody"] = request.template
        if request.template_url is not None:
            arguments["TemplateURL"] = request.template_url
        if request.role_arn:
            arguments["RoleARN"] = request.role_arn
        if request.include_nested_stacks:
            arguments["IncludeNestedStacks"] = True
        if request.resources_to_import:
            arguments["ResourcesToImport"] = [
                {
                    "LogicalResourceId": each.resource,
                    "ResourceType": each.type,
                    "ResourceIdentifier": dict(each.identifier),
                }
                for each in request.resources_to_import
            ]
        with translated(self._where):
            answer = self._client.create_change_set(**arguments)
        return CreatedChangeSet(answer["Id"], answer["StackId"])

    def describe_change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        """See `api.CloudFormation`."""
        pages = self._change_set_pages(arn, values=values)
        first = pages[0]
        return ChangeSet(
            first["ChangeSetId"],
            first["StackId"],
            first["Status"],
            first.get("ExecutionStatus", "UNAVAILABLE"),
            first.get("StatusReason", ""),
            tuple(self._changes(pages, values=values)),
            triggers_of(first.get("RollbackConfiguration", {})),
        )

    def _change_set_pages(self, arn: str, *, values: bool) -> list[DescribeChangeSetOutputTypeDef]:
        paginator = self._client.get_paginator("describe_change_set")
        with translated(self._where):
            if values:
                return list(paginator.paginate(ChangeSetName=arn, IncludePropertyValues=True))
            return list(paginator.paginate(ChangeSetName=arn))

    def _changes(
        self, pages: list[DescribeChangeSetOutputTypeDef], path: str = "", *, values: bool
    ) -> Iterator[ResourceChange]:
        """Yields the changes of a change set, each nested stack followed by what changes inside it."""
        for entry in (entry for page in pages for entry in page.get("Changes", ()) if "ResourceChange" in entry):
            change = _change(entry, path)
            yield change
            if change.nested_change_set:
                nested = self._change_set_pages(change.nested_change_set, values=values)
                yield from self._changes(nested, f"{change.resource}/", values=values)

    def change_sets(self, stack_id: str) -> list[ChangeSetSummary]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            pages = self._client.get_paginator("list_change_sets").paginate(StackName=stack_id)
            return [
                ChangeSetSummary(
                    entry["ChangeSetId"],
                    entry["ChangeSetName"],
                    entry["Status"],
                    entry.get("ExecutionStatus", "UNAVAILABLE"),
                    entry["CreationTime"],
                )
                for page in pages
                for entry in page["Summaries"]
            ]

    def change_set_events(self, arn: str) -> list[OperationEvent]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            return list(self._operation_events.read({"ChangeSetName": arn}))

    def failed_events(self, operation: str) -> list[OperationEvent]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            return list(self._operation_events.read({"OperationId": operation, "Filters": {"FailedEvents": True}}))

    def execute_change_set(self, arn: str, token: str, *, disable_rollback: bool = False) -> None:
        """See `api.CloudFormation`."""
        with translated(self._where):
            # Always said, since the API reference calls true the default and the service takes it for false.
            self._client.execute_change_set(
                ChangeSetName=arn, ClientRequestToken=token, DisableRollback=disable_rollback
            )

    def delete_change_set(self, arn: str) -> None:
        """See `api.CloudFormation`."""
        with translated(self._where):
            self._client.delete_change_set(ChangeSetName=arn)

    def delete_stack(
        self, stack_id: str, token: str, role_arn: str | None = None, retained: Sequence[str] = ()
    ) -> None:
        """See `api.CloudFormation`."""
        arguments: DeleteStackInputTypeDef = {"StackName": stack_id, "ClientRequestToken": token}
        if role_arn:
            arguments["RoleARN"] = role_arn
        if retained:
            arguments["RetainResources"] = retained
        with translated(self._where):
            self._client.delete_stack(**arguments)

    def continue_update_rollback(self, stack_id: str, token: str, role_arn: str | None = None) -> None:
        """See `api.CloudFormation`."""
        arguments: ContinueUpdateRollbackInputTypeDef = {"StackName": stack_id, "ClientRequestToken": token}
        if role_arn:
            arguments["RoleARN"] = role_arn
        with translated(self._where):
            self._client.continue_update_rollback(**arguments)

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        """See `api.CloudFormation`."""
        pages = iter(self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id))
        while True:
            with translated(self._where):
                page = next(pages, None)
            if page is None:
                return
            yield from map(stack_event, page["StackEvents"])

    def resources(self, stack_id: str) -> list[StackResource]:
        """See `api.CloudFormation`."""
        with translated(self._where):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack_id)
            return [
                StackResource(
                    entry["LogicalResourceId"],
                    entry["ResourceType"],
                    entry.get("PhysicalResourceId", ""),
                    entry["ResourceStatus"],
                    entry.get("ResourceStatusReason", ""),
                )
                for page in pages
                for entry in page["StackResourceSummaries"]
            ]

    def set_termination_protection(self, name: str, *, enabled: bool) -> None:
        """See `api.CloudFormation`."""
        with translated(self._where):
            self._client.update_termination_protection(StackName=name, EnableTerminationProtection=enabled)

    def stack_policy(self, name: str) -> str:
        """See `api.CloudFormation`."""
        with translated(self._where):
            return self._client.get_stack_policy(StackName=name).get("StackPolicyBody", "")

    def set_stack_policy(self, name: str, policy: str) -> None:
        """See `api.CloudFormation`."""
        with translated(self._where):
            self._client.set_stack_policy(StackName=name, StackPolicyBody=policy)


def _description(stack: StackTypeDef) -> StackDescription:
    return StackDescription(
        stack_id=stack["StackId"],
        name=stack["StackName"],
        status=stack["StackStatus"],
        status_reason=stack.get("StackStatusReason", ""),
        parameters={entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in stack.get("Parameters", ())},
        outputs={entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", ())},
        tags={tag["Key"]: tag["Value"] for tag in stack.get("Tags", ()) if not tag["Key"].startswith("aws:")},
        termination_protection=stack.get("EnableTerminationProtection", False),
        nested="ParentId" in stack,
    )


def _change(entry: ChangeTypeDef, path: str) -> ResourceChange:
    """Returns an entry of a change set; `path` is how the names inside a nested stack begin."""
    change = entry["ResourceChange"]
    whole = change.get("BeforeContext", ""), change.get("AfterContext", "")
    return ResourceChange(
        change["Action"],
        path + change["LogicalResourceId"],
        change.get("ResourceType", ""),
        change.get("PhysicalResourceId", ""),
        change.get("Replacement", "False"),
        tuple(_detail(detail, path, whole) for detail in change.get("Details", ())),
        change.get("ChangeSetId", ""),
        change.get("PolicyAction", ""),
    )


def _detail(detail: ResourceChangeDetailTypeDef, path: str, whole: tuple[str, str]) -> ChangeDetail:
    target, cause = detail.get("Target", {}), detail.get("CausingEntity")
    attribute = target.get("Attribute", "")
    # AWS says it of properties; nothing else replaces a resource (API reference, ResourceTargetDefinition).
    unsaid: Recreation = "Conditionally" if attribute in ("", "Properties") else "Never"
    return ChangeDetail(
        attribute,
        target.get("Name", ""),
        detail.get("Evaluation") == "Dynamic",
        path + cause if cause else "",
        target.get("RequiresRecreation", unsaid),
        detail.get("ChangeSource", ""),
        target.get("Path", ""),
        target.get("BeforeValue"),
        target.get("AfterValue"),
        name_beside(target.get("Path", ""), *whole),
    )


class BotoBuckets:
    """S3 through a boto3 client; see `api.Buckets`."""

    def __init__(self, client: S3Client, where: str) -> None:
        self._client = client
        self._where = where

    def is_empty(self, bucket: str) -> bool:
        """See `api.Buckets`."""
        try:
            with translated(f"{self._where}: bucket {bucket}"):
                page = self._client.list_object_versions(Bucket=bucket, MaxKeys=1)
        except AwsError as error:
            if error.code == "NoSuchBucket":
                return True
            raise
        return not page.get("Versions") and not page.get("DeleteMarkers")

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """See `api.Buckets`."""
        with translated(f"{self._where}: bucket {bucket}"):
            self._client.put_object(Bucket=bucket, Key=key, Body=content)

    def empty(self, bucket: str) -> int:
        """See `api.Buckets`."""
        try:
            return self._empty(bucket)
        except AwsError as error:
            if error.code == "NoSuchBucket":
                return 0
            raise

    def _empty(self, bucket: str) -> int:
        deleted = 0
        with translated(f"{self._where}: bucket {bucket}"):
            for page in self._client.get_paginator("list_object_versions").paginate(Bucket=bucket):
                found: list[ObjectIdentifierTypeDef] = [
                    {"Key": entry["Key"], "VersionId": entry["VersionId"]}
                    for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
                ]
                if not found:
                    continue
                answer = self._client.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
                for problem in answer.get("Errors", ()):
                    raise AwsError(
                        "DeleteObjects", problem.get("Code", ""), problem.get("Message", ""), f"bucket {bucket}"
                    )
                deleted += len(found)
        return deleted


class BotoRegions:
    """The regions of an account through boto3 clients, made when they are asked for; see `api.Regions`.

    Args:
        make: Makes the client of a service in a region.
        region: The region that is asked which others there are.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: Callable[[str, str], Any], region: str, where: str) -> None:
        self._make = make
        self._region = region
        self._where = where

    @property
    def _client(self) -> Any:
        return self._make("ec2", self._region)

    def enabled(self) -> list[str]:
        """See `api.Regions`."""
        with translated(self._where):
            return sorted(region["RegionName"] for region in self._client.describe_regions()["Regions"])

    def cloudformation(self, region: str) -> BotoCloudFormation:
        """See `api.Regions`."""
        with translated(region):
            return BotoCloudFormation(self._make("cloudformation", region), region)
