"""The calls to CloudFormation that the deployer makes, as it sees them.

`boto.py` makes them for real; the tests have a stateful fake. Everything paged comes back whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from twinstack.aws.drift_api import Drifts

Capability = Literal["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@dataclass(frozen=True)
class StackDescription:
    """What DescribeStacks says of a stack; `nested` is whether another stack made it, whose tags it then has."""

    stack_id: str
    name: str
    status: str
    status_reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    tags: Mapping[str, str]
    termination_protection: bool = False
    nested: bool = False


@dataclass(frozen=True)
class RollbackTrigger:
    """An alarm that rolls an operation back.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackTrigger.html

    Attributes:
        arn: The alarm's ARN.
        type: AWS::CloudWatch::Alarm or AWS::CloudWatch::CompositeAlarm.
    """

    arn: str
    type: str


@dataclass(frozen=True)
class ResourceToImport:
    """A resource that an import takes into its stack.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceToImport.html

    Attributes:
        resource: The logical id.
        type: The resource type.
        identifier: The properties that identify it, with their values.
    """

    resource: str
    type: str
    identifier: Mapping[str, str]


@dataclass(frozen=True)
class ChangeSetRequest:
    """What a change set is created from.

    Attributes:
        stack_name: The stack.
        name: The change set's name, unique in the stack.
        operation: CREATE, UPDATE or IMPORT.
        template: The template's text, at most 51,200 bytes; None when it stands at `template_url`.
        template_url: The address of the template in S3.
        parameters: The values; None keeps the value that the stack has.
        tags: The stack's tags.
        capabilities: What the template is allowed to do.
        token: A token that makes a repeated request the same request.
        role_arn: The service role, if any.
        include_nested_stacks: Whether to have a change set made for each nested stack as well.
        rollback_triggers: The alarms that roll the operation back when one of them goes into ALARM; none turns off
            those of an earlier update.
        monitoring_minutes: For how long they are watched after the operation is done.
        resources_to_import: What an IMPORT takes in.
    """

    stack_name: str
    name: str
    operation: str
    template: str | None
    template_url: str | None
    parameters: Mapping[str, str | None]
    tags: Mapping[str, str]
    capabilities: tuple[Capability, ...]
    token: str
    role_arn: str | None = None
    include_nested_stacks: bool = False
    rollback_triggers: tuple[RollbackTrigger, ...] = ()
    monitoring_minutes: int = 0
    resources_to_import: tuple[ResourceToImport, ...] = ()


Recreation = Literal["Never", "Conditionally", "Always"]


@dataclass(frozen=True)
class ChangeDetail:
    """Why a resource stands in a change set.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html

    Attributes:
        attribute: Properties, Tags, Metadata, ...
        name: The property, '' for other attributes.
        dynamic: Whether it changes only if the value that it refers to changes.
        cause: What it refers to: a logical id, `LogicalId.Attribute`, or a parameter.
        recreation: Whether the change replaces the resource: Never, Conditionally or Always.
        source: The kind of cause: ResourceReference, ParameterReference, ResourceAttribute, DirectModification,
            Automatic; '' where AWS does not say.
        path: The place of the value, such as /Properties/Tags/0/Value; '' when the change set was read without values.
        before: The value before, as text; None where there is none or it was not read.
        after: The value after, as text; None where there is none or it was not read.
        beside: The name that stands beside a value, such as DB_PASSWORD in a container's environment; '' without.
    """

    attribute: str
    name: str
    dynamic: bool
    cause: str
    recreation: Recreation = "Conditionally"
    source: str = ""
    path: str = ""
    before: str | None = None
    after: str | None = None
    beside: str = ""

    @property
    def recreates(self) -> bool:
        """Whether the change can replace the resource."""
        return self.recreation != "Never"


@dataclass(frozen=True)
class ResourceChange:
    """One entry of a change set.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html

    Attributes:
        action: Add, Modify, Remove, Import or Dynamic.
        resource: The logical id; of a resource inside a nested stack `Nested/LogicalId`.
        type: The resource type.
        physical_id: The physical id, '' before creation.
        replacement: True, Conditional or False.
        details: What changes in it.
        nested_change_set: Of a nested stack, the change set of what changes inside it, '' where there is none.
        policy_action: What becomes of the resource that goes, by its DeletionPolicy or UpdateReplacePolicy: Delete,
            Retain, Snapshot, ReplaceAndDelete, ...; '' where AWS does not say.
    """

    action: str
    resource: str
    type: str
    physical_id: str = ""
    replacement: str = "False"
    details: tuple[ChangeDetail, ...] = ()
    nested_change_set: str = ""
    policy_action: str = ""

    @property
    def properties(self) -> tuple[str, ...]:
        """The names of what changes, each once."""
        return tuple(dict.fromkeys(detail.name or detail.attribute for detail in self.details))


@dataclass(frozen=True)
class ChangeSet:
    """What DescribeChangeSet says, all pages of it, and of the change sets of nested stacks."""

    arn: str
    stack_id: str
    status: str
    execution_status: str
    status_reason: str
    changes: tuple[ResourceChange, ...] = ()
    rollback_triggers: tuple[RollbackTrigger, ...] = ()


@dataclass(frozen=True)
class StackEvent:
    """One entry of DescribeStackEvents.

    `operation` is '' where AWS does not say which it belongs to; `hook` is what a hook said that refused the resource,
    with its name.
    """

    event_id: str
    time: datetime
    resource: str
    physical_id: str
    type: str
    status: str
    reason: str
    token: str
    operation: str = ""
    hook: str = ""


@dataclass(frozen=True)
class OperationEvent:
    """One entry of DescribeEvents.

    Attributes:
        kind: STACK_EVENT, PROGRESS_EVENT, VALIDATION_ERROR, PROVISIONING_ERROR or HOOK_INVOCATION_ERROR.
        time: When it happened.
        resource: The logical id, '' where it is about no resource.
        type: The resource type.
        status: The status of the resource, the hook or the validation.
        reason: Why.
        check: The validation or the hook.
        mode: FAIL or WARN, of a validation or a hook; '' otherwise.
        path: The place in the resource that a validation is about.
    """

    kind: str
    time: datetime
    resource: str = ""
    type: str = ""
    status: str = ""
    reason: str = ""
    check: str = ""
    mode: str = ""
    path: str = ""


@dataclass(frozen=True)
class StackResource:
    """One entry of ListStackResources."""

    resource: str
    type: str
    physical_id: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class CreatedChangeSet:
    """The two ids that CreateChangeSet answers with."""

    arn: str
    stack_id: str


@dataclass(frozen=True)
class ChangeSetSummary:
    """One entry of ListChangeSets: a change set that was not executed."""

    arn: str
    name: str
    status: str
    execution_status: str
    created: datetime


class CloudFormation(Protocol):
    """CloudFormation in one region, for one stack's account.

    Every method raises `AwsError` when AWS refuses, and `InputError` or `UnreachableError` when it cannot be asked.
    """

    def at_once(self) -> CloudFormation:
        """Returns the same without patience, for whoever asks again anyway: each call is made once."""

    def describe_stack(self, name: str) -> StackDescription | None:
        """Returns the stack, None when AWS says that it does not exist."""

    def describe_stacks(self) -> list[StackDescription]:
        """Returns every stack of the account in the region, nested ones too, deleted ones not."""

    def deleted_stacks(self, name: str) -> list[str]:
        """Returns the ids of the deleted stacks of a name that AWS remembers (90 days), the newest deletion first."""

    def get_template(self, name: str) -> str | Mapping[str, Any]:
        """Returns the template as it was submitted (JSON as a mapping, YAML as text)."""

    def create_change_set(self, request: ChangeSetRequest) -> CreatedChangeSet:
        """Asks for a change set; AWS makes it in the background."""

    def describe_change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        """Returns a change set with every page of its changes.

        Args:
            arn: The change set.
            values: Whether to ask for the values before and after as well. AWS may then leave changes out
                (API reference, DescribeChangeSet, IncludePropertyValues).
        """

    def change_sets(self, stack_id: str) -> list[ChangeSetSummary]:
        """Returns the change sets of a stack that were not executed."""

    def change_set_events(self, arn: str) -> list[OperationEvent]:
        """Returns the events of making a change set, what early validation found among them.

        Where AWS says that it never answers this, it does so once; afterwards there are none. So does `failed_events`.
        """

    def failed_events(self, operation: str) -> list[OperationEvent]:
        """Returns the failed events of an operation, by its id."""

    def execute_change_set(self, arn: str, token: str, *, disable_rollback: bool = False) -> None:
        """Starts the execution of a change set.

        With rollback disabled a failure leaves what was made, in CREATE_FAILED or UPDATE_FAILED.
        """

    def delete_change_set(self, arn: str) -> None:
        """Deletes a change set that was not executed."""

    def delete_stack(
        self, stack_id: str, token: str, role_arn: str | None = None, retained: Sequence[str] = ()
    ) -> None:
        """Starts the deletion of a stack; what is to be retained AWS takes of one in DELETE_FAILED only."""

    def continue_update_rollback(self, stack_id: str, token: str, role_arn: str | None = None) -> None:
        """Starts again what is left of a rollback that failed: of a stack in UPDATE_ROLLBACK_FAILED."""

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        """Yields the stack's events, the newest first, fetching pages as they are asked for."""

    def resources(self, stack_id: str) -> list[StackResource]:
        """Returns the resources of a stack, deleted ones too."""

    def set_termination_protection(self, name: str, *, enabled: bool) -> None:
        """Turns the protection of a stack against deletion on or off."""

    def stack_policy(self, name: str) -> str:
        """Returns the policy that says which resources updates may touch, as JSON; '' where none was ever set."""

    def set_stack_policy(self, name: str, policy: str) -> None:
        """Sets that policy. It can be changed and not taken away again."""


class Buckets(Protocol):
    """The little of S3 that a deletion has to look at."""

    def is_empty(self, bucket: str) -> bool:
        """Whether there is neither an object nor an old version nor a delete marker in the bucket, or no bucket."""

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Puts an object."""

    def empty(self, bucket: str) -> int:
        """Deletes every version of every object; returns how many."""


class Regions(Protocol):
    """The regions of one stack's account."""

    def enabled(self) -> list[str]:
        """Returns the regions that are enabled for the account.

        Raises:
            AwsError: AWS refuses to say.
            UnreachableError: AWS does not answer.
        """

    def cloudformation(self, region: str) -> CloudFormation:
        """Returns CloudFormation of the account in another region, made for a look: it does not wait for long.

        Not to be called by several threads at a time; what it returns may be.
        """


@dataclass(frozen=True)
class Alarm:
    """One alarm of DescribeAlarms; `state` is OK, ALARM or INSUFFICIENT_DATA."""

    name: str
    arn: str
    state: str


class Alarms(Protocol):
    """The little of CloudWatch that rollback triggers need: alarms where a stack lives."""

    def describe(self, names: Collection[str]) -> dict[str, Alarm]:
        """Returns the metric and composite alarms of these names, as far as they exist, by name.

        Raises:
            AwsError: AWS refuses to say.
            UnreachableError: AWS does not answer.
        """


@dataclass(frozen=True)
class StoredParameter:
    """A parameter of the parameter store; `age` is how long ago it was written, in seconds by AWS's own clock."""

    value: str
    version: int
    age: float


class ParameterStore(Protocol):
    """The little of Systems Manager that a lock needs: text parameters where a stack lives.

    Every method raises `AwsError` when AWS refuses, and `UnreachableError` when it cannot be asked.
    """

    def create(self, name: str, value: str) -> bool:
        """Writes a parameter unless there is one of that name; returns whether it did."""

    def read(self, name: str) -> StoredParameter | None:
        """Returns a parameter, None when AWS says that there is none."""

    def overwrite(self, name: str, value: str) -> None:
        """Writes a parameter, whether there is one or not."""

    def delete(self, name: str) -> None:
        """Deletes a parameter, if there is one."""

    def at_once(self) -> ParameterStore:
        """Returns the same store without patience: it asks once, waits for nothing, tells nobody and asks no person."""


class ExistingResources(Protocol):
    """The little of Cloud Control that says whether a resource of any type is there."""

    def exists(self, resource_type: str, physical_id: str) -> bool:
        """Whether there is such a resource.

        Raises:
            AwsError: AWS refuses to say.
            UnreachableError: AWS does not answer.
        """


class LeftToTheImport:
    """Takes every resource to be there: CloudFormation looks when it makes the change set of an import."""

    def exists(self, resource_type: str, physical_id: str) -> bool:
        """See `ExistingResources`."""
        del resource_type, physical_id
        return True


@dataclass(frozen=True)
class StackClients:
    """The clients for one stack: its region and its account, and a way into the account's other regions."""

    cloudformation: CloudFormation
    drifts: Drifts
    buckets: Buckets
    regions: Regions
    alarms: Alarms
    parameters: ParameterStore
    resources: ExistingResources = field(default_factory=LeftToTheImport)


Clients = Mapping[str, StackClients]
