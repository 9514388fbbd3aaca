"""CloudFormation in memory, for tests of what is rolled out: stateful, without waiting, failing where it is told to.

One `FakeCloudFormation` is one region; regions share a `FakeClock`. What it does, all of it as AWS does:

Change sets
    - A CREATE change set makes the stack, in REVIEW_IN_PROGRESS, or takes one that is in that status. For any other
      existing stack it is refused, and so is an UPDATE of a stack that is absent, busy or in ROLLBACK_COMPLETE.
    - `UsePreviousValue` (None) takes the stack's value, and is refused where there is none. A value outside of
      AllowedValues, an unknown parameter, a missing one, a template over 51,200 bytes in the request and one of more
      than 1 MB at an address are refused. An address is read from `buckets`.
    - It is CREATE_IN_PROGRESS for `change_set_describes` descriptions, then CREATE_COMPLETE, or FAILED with "The
      submitted information didn't contain changes" when neither resources, outputs nor tags change, or with the reason
      that `broken_change_sets` has for the stack.
    - It cannot be deleted while it is being made, and its name must be new. It is executed once, and described after
      that; all others of the stack are gone then. An update without it (`update_by_hand`) makes it OBSOLETE.
    - What it lists, `tests.fake_change_sets` says, and what a template comes to, `tests.fake_templates`; neither asks
      the planner. `extra_changes` are listed too, and have no effect.
    - Nested stacks whose templates are in `buckets` are looked into when that is asked for; what changes inside is
      listed as `Nested/LogicalId`, and comes with the execution, without events of its own.

Operations
    - Each event takes `pace` seconds of the clock. Events carry the operation's token and come newest first.
    - Creations and updates take the resources in template order. An update removes what is no longer there in
      UPDATE_COMPLETE_CLEANUP_IN_PROGRESS. Outputs, parameters and template are the new ones from *_COMPLETE on.
    - A resource told to fail gets *_FAILED with the reason, all that are not done get "Resource creation cancelled",
      and the stack rolls back to ROLLBACK_COMPLETE or UPDATE_ROLLBACK_COMPLETE with what it had; told to stick, it
      ends in ROLLBACK_FAILED or UPDATE_ROLLBACK_FAILED.
    - With rollback disabled it stays in CREATE_FAILED or UPDATE_FAILED with what was made until then. From there an
      update goes on, with rollback disabled, and is refused without; what was not made is added by it. A change set
      that replaces something is refused with rollback disabled.
    - A rollback of an update that got stuck is continued: it goes on with the resource that it stopped at, which may be
      told to fail again, and comes to UPDATE_ROLLBACK_COMPLETE.
    - An update whose rollback triggers have one in ALARM when its last resource is done rolls back. The words of AWS's
      own reason are not known; these say that.
    - An import is in `tests.fake_imports`.
    - A deletion keeps what has DeletionPolicy Retain or RetainExceptOnCreate, and ends in DELETE_FAILED at a resource
      told to fail, or with DeletionProtection. A stack in
      REVIEW_IN_PROGRESS is gone at once. One with termination protection is refused. A deleted stack is described by
      its id only.

Values
    - `describe_stacks` has every stack that is not deleted; one marked `nested` says so.
    - A physical id is `<logical id in lower case>-<number>`, new with each creation and replacement; an attribute is
      `<physical id>.<attribute>`. NoEcho parameters read `****`.

`FakeRegions` is an account: its enabled regions, and CloudFormation in each.

Every call is recorded in `calls`; `refuse` makes calls fail. Stack policies are recorded and not enforced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from tests.fake_alarms import FakeAlarms
from tests.fake_buckets import FakeBuckets
from tests.fake_change_sets import Comparison
from tests.fake_content import Content, Place, RefusedRequestError, content_after
from tests.fake_imports import FakeLeft, begun, importing, refusal
from tests.fake_parameters import FakeParameterStore
from tests.fake_stacks import Failing, FakeChangeSet, FakeStack, continued_rollback, deletion, deployment, moment
from twinstack.aws.api import (
    ChangeSet,
    ChangeSetRequest,
    ChangeSetSummary,
    CreatedChangeSet,
    OperationEvent,
    ResourceChange,
    StackDescription,
    StackEvent,
    StackResource,
)
from twinstack.aws.errors import AwsError

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
READING = frozenset(
    {
        "change_set_events",
        "change_sets",
        "deleted_stacks",
        "describe_stack",
        "describe_stacks",
        "get_template",
        "describe_change_set",
        "describe_stack_drift_detection_status",
        "describe_stack_resource_drifts",
        "detect_stack_drift",
        "events",
        "failed_events",
        "resources",
        "stack_policy",
    }
)


@dataclass
class FakeClock:
    """Time that passes only by waiting.

    Attributes:
        time: Seconds so far.
        waits: How long each wait was.
        interrupted_at: The number of the wait that ends in Ctrl-C, if any, counted from 1.
    """

    time: float = 0.0
    waits: list[float] = field(default_factory=list)
    interrupted_at: int | None = None

    def now(self) -> float:
        return self.time

    def date(self) -> datetime:
        return moment(self.time)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
        assert self.time < 7 * 86400, "waiting for ever"
        if len(self.waits) == self.interrupted_at:
            raise KeyboardInterrupt


@dataclass
class FakeCloudFormation:
    """CloudFormation in one region; the module says what it does.

    Attributes:
        clock: The clock that operations go by.
        region: The region.
        buckets: S3 in the same region.
        pace: The seconds that each event takes.
        change_set_describes: How often a change set is described before it is made.
        extra_changes: Further entries of every change set, by stack name.
        broken_change_sets: Why AWS cannot make the change sets of a stack, by stack name.
        validation: What early validation finds in every change set.
        failures: The newer events of whatever fails, of every operation.
        calls: Every call, as (name of the call, stack or change set, token).
        requests: What was asked of `create_change_set`, in order.
        rollbacks_disabled: Whether rollback was disabled, for each call of `execute_change_set`.
        service_roles: The role that each deletion and each continued rollback was to be done with.
        alarms: CloudWatch in the same region.
        parameters: The parameter store in the same region.
        left: What deleted stacks have left behind there, and Cloud Control.
    """

    clock: FakeClock
    region: str = "us-east-1"
    buckets: FakeBuckets = field(default_factory=FakeBuckets)
    pace: float = 5.0
    change_set_describes: int = 2
    extra_changes: dict[str, list[ResourceChange]] = field(default_factory=dict)
    broken_change_sets: dict[str, str] = field(default_factory=dict)
    validation: list[OperationEvent] = field(default_factory=list)
    failures: list[OperationEvent] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    requests: list[ChangeSetRequest] = field(default_factory=list)
    rollbacks_disabled: list[bool] = field(default_factory=list)
    service_roles: list[str | None] = field(default_factory=list)
    alarms: FakeAlarms = field(default_factory=FakeAlarms)
    parameters: FakeParameterStore = field(init=False)
    left: FakeLeft = field(init=False)
    _stacks: list[FakeStack] = field(default_factory=list)
    _failing: Failing = field(default_factory=dict)
    _refusals: dict[str, list[Exception]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.parameters = FakeParameterStore(self.clock)
        self.left = FakeLeft(self._stacks)

    # What a test sets up and looks at

    def fail(self, resource: str, reason: str, *, stuck: bool = False) -> None:
        """Makes the next operation that touches the resource fail there, and get stuck rolling back if wanted."""
        self._failing[resource] = (reason, stuck)

    def refuse(self, call: str, error: str | Exception, times: int = 1) -> None:
        """Makes the next calls of a name fail, with an AWS error code or an exception of its own."""
        if isinstance(error, str):
            error = AwsError(call, error, "the test says so", self.region)
        self._refusals.setdefault(call, []).extend([error] * times)

    def allow(self, call: str) -> None:
        """Ends the refusals of a call."""
        self._refusals.pop(call, None)

    def stack(self, name: str) -> FakeStack:
        """Returns a stack that exists, to look at or to tamper with."""
        found = self._find(name)
        assert found is not None, f"no stack {name}"
        return found

    def delete_by_hand(self, name: str) -> None:
        """Deletes a stack as a person in the console would, in no time."""
        self.stack(name).tell("by-hand", "", "DELETE_COMPLETE")

    def update_by_hand(self, name: str, **parameters: str) -> None:
        """Updates a stack as a person in the console would, without a change set and in no time."""
        stack = self.stack(name)
        text = stack.content.template.text if stack.content.template else "{}"
        values = {**stack.content.values, **parameters}
        request = ChangeSetRequest(name, "", "UPDATE", text, None, values, stack.content.tags, (), "by-hand")
        stack.content = self._content(request, stack.content)
        self.make_obsolete(name)
        stack.tell("by-hand", "", "UPDATE_COMPLETE")

    def make_obsolete(self, name: str) -> None:
        """Makes the change sets of a stack unfit for execution, as an update without them does."""
        for change_set in self.stack(name).change_sets.values():
            change_set.obsolete = True

    def put(self, name: str, tags: Mapping[str, str], status: str = "CREATE_COMPLETE", *, nested: bool = False) -> None:
        """Puts a stack there that somebody has made."""
        number = next(self._numbers)
        stack_id = f"arn:aws:cloudformation:{self.region}:123456789012:stack/{name}/{number}"
        content = Content(tags=dict(tags))
        self._stacks.append(FakeStack(stack_id, name, self._numbers, status, content, nested=nested, told=self._told))

    def change_set_names(self) -> list[str]:
        """Returns the names of all change sets that were not executed."""
        return [name for stack in self._stacks if stack.status != "DELETE_COMPLETE" for name in stack.change_sets]

    def names(self) -> list[str]:
        """Returns the names of the stacks that exist."""
        return [stack.name for stack in self._stacks if stack.status != "DELETE_COMPLETE"]

    def mutations(self) -> list[str]:
        """Returns the names of the calls that change something, in order."""
        return [call for call, _, _ in self.calls if call not in READING]

    def tokens(self, call: str) -> list[str]:
        """Returns the tokens that a call was made with."""
        return [token for name, _, token in self.calls if name == call]

    # The calls of `twinstack.aws.api.CloudFormation`

    def at_once(self) -> FakeCloudFormation:
        return self

    def describe_stack(self, name: str) -> StackDescription | None:
        self._called("describe_stack", name)
        stack = self._find(name)
        return self._described(stack) if stack else None

    def describe_stacks(self) -> list[StackDescription]:
        self._called("describe_stacks", "")
        return [self._described(stack) for stack in self._stacks if stack.status != "DELETE_COMPLETE"]

    def deleted_stacks(self, name: str) -> list[str]:
        self._called("deleted_stacks", name)
        return [stack.id for stack in reversed(self._stacks) if (stack.name, stack.status) == (name, "DELETE_COMPLETE")]

    def _described(self, stack: FakeStack) -> StackDescription:
        content, template = stack.content, stack.content.template
        hidden = {key for key, declared in (template.parameters if template else {}).items() if declared.get("NoEcho")}
        shown = {key: "****" if key in hidden else value for key, value in content.values.items()}
        reason = stack.events[-1].reason if stack.events else ""
        outputs, tags = dict(content.outputs), dict(content.tags)
        return StackDescription(
            stack.id, stack.name, stack.status, reason, shown, outputs, tags, stack.protected, stack.nested
        )

    def get_template(self, name: str) -> Mapping[str, Any]:
        self._called("get_template", name)
        template = self._existing(name, "GetTemplate").content.template
        return json.loads(template.text) if template else {}

    def create_change_set(self, request: ChangeSetRequest) -> CreatedChangeSet:
        self._called("create_change_set", request.stack_name, request.token)
        self.requests.append(request)
        stack = self._find(request.stack_name)
        self._check_request(request, stack)
        content = self._content(request, stack.content if stack else Content())
        if stack is None:
            arn = f"arn:aws:cloudformation:{self.region}:1:stack/{request.stack_name}/{next(self._numbers)}"
            stack = FakeStack(arn, request.stack_name, self._numbers, time=self.clock.now(), told=self._told)
            self._stacks.append(stack)
            stack.tell("", "", "REVIEW_IN_PROGRESS", "User Initiated")
        arn = f"arn:aws:cloudformation:{self.region}:1:changeSet/{request.name}/{next(self._numbers)}"
        comparison = Comparison(stack.content, content, request.include_nested_stacks)
        extra = self.extra_changes.get(stack.name, [])
        made = FakeChangeSet(
            request, arn, content, comparison, extra, self.change_set_describes, "", created=self.clock.now()
        )
        same = (stack.content.outputs, stack.content.tags) == (content.outputs, content.tags)
        empty = same and request.operation == "UPDATE" and not made.changes()
        absent = self.left.problem(request) if request.operation == "IMPORT" else ""
        made.problem = self.broken_change_sets.get(stack.name) or absent or (NO_CHANGES if empty else "")
        stack.change_sets[request.name] = made
        return CreatedChangeSet(arn, stack.id)

    def describe_change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        self._called("describe_change_set", arn)
        stack, found = self._change_set(arn, "DescribeChangeSet")
        found.describes_left -= 1
        reason = found.problem if found.status == "FAILED" else ""
        made = () if found.status == "CREATE_IN_PROGRESS" else tuple(found.changes(values=values))
        execution, triggers = _execution_status(stack, found), found.request.rollback_triggers
        return ChangeSet(arn, stack.id, found.status, execution, reason, made, triggers)

    def change_sets(self, stack_id: str) -> list[ChangeSetSummary]:
        self._called("change_sets", stack_id)
        stack = self._existing(stack_id, "ListChangeSets")
        return [
            ChangeSetSummary(it.arn, name, it.status, _execution_status(stack, it), moment(it.created))
            for name, it in stack.change_sets.items()
        ]

    def change_set_events(self, arn: str) -> list[OperationEvent]:
        self._called("change_set_events", arn)
        return list(self.validation)

    def failed_events(self, operation: str) -> list[OperationEvent]:
        self._called("failed_events", operation)
        return list(self.failures)

    def execute_change_set(self, arn: str, token: str, *, disable_rollback: bool = False) -> None:
        self._called("execute_change_set", arn, token)
        self.rollbacks_disabled.append(disable_rollback)
        stack, found = self._change_set(arn, "ExecuteChangeSet")
        execution = _execution_status(stack, found)
        if execution != "AVAILABLE":
            current = (
                f"execution status of [{execution}]"
                if found.status == "CREATE_COMPLETE"
                else f"status of [{found.status}]"
            )
            reason = f"ChangeSet [{arn}] cannot be executed in its current {current}"
            raise self._refused("ExecuteChangeSet", "InvalidChangeSetStatus", reason)
        if stack.status in ("CREATE_FAILED", "UPDATE_FAILED") and not disable_rollback:
            reason = f"This stack is currently in a non-terminal [{stack.status}] state. Use disable-rollback"
            raise self._refused("ExecuteChangeSet", "ValidationError", reason)
        if disable_rollback and any(
            change.replacement == "True" and change.action == "Modify" for change in found.changes()
        ):
            reason = "Replacement type updates not supported on stack with disable-rollback."
            raise self._refused("ExecuteChangeSet", "ValidationError", reason)
        stack.change_sets.clear()
        stack.executed.append(found)
        if found.request.operation == "IMPORT":
            stack.start(importing(stack, found, self._failing, token), self.clock.now())
            return
        operation = deployment(
            stack,
            found,
            self._failing,
            token,
            lambda: self._breach(found),
            disable_rollback=disable_rollback,
            denied=partial(self._denied, stack),
        )
        stack.start(operation, self.clock.now())

    def delete_change_set(self, arn: str) -> None:
        self._called("delete_change_set", arn)
        stack, found = self._change_set(arn, "DeleteChangeSet")
        if found.status == "CREATE_IN_PROGRESS":
            raise self._refused("DeleteChangeSet", "InvalidChangeSetStatus", "the change set is CREATE_IN_PROGRESS")
        stack.change_sets.pop(found.request.name, None)

    def delete_stack(
        self, stack_id: str, token: str, role_arn: str | None = None, retained: Sequence[str] = ()
    ) -> None:
        self._called("delete_stack", stack_id, token)
        self.service_roles.append(role_arn)
        stack = self._find(stack_id)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return
        if retained and stack.status != "DELETE_FAILED":
            reason = "Retain resources is only supported for stacks in DELETE_FAILED"
            raise self._refused("DeleteStack", "ValidationError", reason)
        if stack.protected:
            reason = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            raise self._refused("DeleteStack", "ValidationError", reason)
        if stack.status == "REVIEW_IN_PROGRESS":
            stack.tell(token, "", "DELETE_COMPLETE")
        else:
            stack.start(deletion(stack, self._failing, token, retained), self.clock.now())

    def continue_update_rollback(self, stack_id: str, token: str, role_arn: str | None = None) -> None:
        self._called("continue_update_rollback", stack_id, token)
        self.service_roles.append(role_arn)
        stack = self._existing(stack_id, "ContinueUpdateRollback")
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            reason = f"Stack {stack.name} is in {stack.status} state and can not continue rollback."
            raise self._refused("ContinueUpdateRollback", "ValidationError", reason)
        stack.start(continued_rollback(stack, self._failing, token), self.clock.now())

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        self._called("events", stack_id)
        return iter(self._existing(stack_id, "DescribeStackEvents").events[::-1])

    def resources(self, stack_id: str) -> list[StackResource]:
        self._called("resources", stack_id)
        return list(self._existing(stack_id, "ListStackResources").listed.values())

    def set_termination_protection(self, name: str, *, enabled: bool) -> None:
        self._called("set_termination_protection", name)
        self._existing(name, "UpdateTerminationProtection").protected = enabled

    def stack_policy(self, name: str) -> str:
        self._called("stack_policy", name)
        return (self._existing(name, "GetStackPolicy").policies or [""])[-1]

    def set_stack_policy(self, name: str, policy: str) -> None:
        self._called("set_stack_policy", name)
        self._existing(name, "SetStackPolicy").policies.append(policy)

    # How it is done

    def _called(self, call: str, subject: str, token: str = "") -> None:
        self.calls.append((call, subject, token))
        for stack in self._stacks:
            stack.pass_time(self.clock.now(), self._seconds_to_the_next_event)
        if self._refusals.get(call):
            raise self._refusals[call].pop(0)

    def _seconds_to_the_next_event(self, stack: FakeStack) -> float:
        return self.pace

    def _told(self, stack: FakeStack) -> None:
        """Called after each event of a stack."""

    def _denied(self, stack: FakeStack, change: ResourceChange) -> str:
        """Returns why the stack's policy does not let a change happen, '' when it does."""
        return ""

    def _refused(self, operation: str, code: str, reason: str) -> AwsError:
        return AwsError(operation, code, reason, self.region)

    def _find(self, name: str) -> FakeStack | None:
        return next((s for s in self._stacks if name in (s.id, s.name if s.status != "DELETE_COMPLETE" else "")), None)

    def _existing(self, name: str, operation: str) -> FakeStack:
        if (stack := self._find(name)) is None:
            raise self._refused(operation, "ValidationError", f"Stack with id {name} does not exist")
        return stack

    def _change_set(self, arn: str, operation: str) -> tuple[FakeStack, FakeChangeSet]:
        for stack in self._stacks:
            for found in (*stack.change_sets.values(), *stack.executed):
                if found.arn == arn:
                    return stack, found
        raise self._refused(operation, "ChangeSetNotFound", f"ChangeSet [{arn}] does not exist")

    def _breach(self, change_set: FakeChangeSet) -> str:
        names = [trigger.arn.rpartition(":")[2] for trigger in change_set.request.rollback_triggers]
        loud = [name for name in names if self.alarms.states[name] == "ALARM"]
        return f"(the fake's words) rollback trigger {loud[0]} went into ALARM" if loud else ""

    def _check_request(self, request: ChangeSetRequest, stack: FakeStack | None) -> None:
        status = stack.status if stack else "absent"
        problem = ""
        if request.template is not None and len(request.template.encode()) > 51_200:
            problem = "templateBody: Member must have length less than or equal to 51200"
        elif request.template_url and len(self.buckets.read(request.template_url)) > 1_000_000:
            problem = "Template size exceeds the limit of 1000000 bytes"
        elif request.operation in ("CREATE", "IMPORT") and status not in ("absent", "REVIEW_IN_PROGRESS"):
            problem = f"Stack [{request.stack_name}] already exists and cannot be created again with the changeSet"
        elif request.operation == "UPDATE" and (status == "absent" or _closed(status)):
            problem = f"Stack:{request.stack_name} is in {status} state and can not be updated."
        if problem:
            raise self._refused("CreateChangeSet", "ValidationError", problem)
        if stack is not None and request.name in stack.change_sets:
            raise self._refused("CreateChangeSet", "AlreadyExistsException", f"ChangeSet {request.name} exists")

    def _content(self, request: ChangeSetRequest, old: Content) -> Content:
        place = Place(self.region, self._numbers, self.buckets.find)
        try:
            text = self.buckets.read(request.template_url) if request.template_url else str(request.template)
            content = content_after(request, text, old, place, begun(request))
        except RefusedRequestError as error:
            raise self._refused("CreateChangeSet", "ValidationError", str(error)) from None
        if reason := refusal(request, content) if request.operation == "IMPORT" else "":
            raise self._refused("CreateChangeSet", "ValidationError", reason)
        return content


@dataclass
class FakeRegions:
    """The regions of an account.

    Attributes:
        there: CloudFormation by region, for every enabled one.
        refusal: What asking for the enabled regions fails with, if it does.
        asked: How often it was asked for the enabled regions.
    """

    there: dict[str, FakeCloudFormation] = field(default_factory=dict)
    refusal: AwsError | None = None
    asked: int = 0

    def enabled(self) -> list[str]:
        self.asked += 1
        if self.refusal:
            raise self.refusal
        return sorted(self.there)

    def cloudformation(self, region: str) -> FakeCloudFormation:
        return self.there[region]


def _execution_status(stack: FakeStack, found: FakeChangeSet) -> str:
    if found in stack.executed:
        if stack.operation is not None and found is stack.executed[-1]:
            return "EXECUTE_IN_PROGRESS"
        return "EXECUTE_COMPLETE" if not found.failed else "EXECUTE_FAILED"
    if found.obsolete:
        return "OBSOLETE"
    return "AVAILABLE" if found.status == "CREATE_COMPLETE" else "UNAVAILABLE"


def _closed(status: str) -> bool:
    if status in ("CREATE_FAILED", "UPDATE_FAILED"):
        return False
    return status.endswith(("_IN_PROGRESS", "_FAILED")) or status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")
