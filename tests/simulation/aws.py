"""CloudFormation in one region on a virtual clock: what `tests.fake_cloudformation` does, with time and lag.

README.md beside this file says what it does, where AWS says so, and what is assumed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from zlib import crc32

from tests.fake_cloudformation import FakeCloudFormation
from tests.fake_content import Content
from tests.fake_stacks import FakeStack, moment
from tests.simulation.durations import CHANGE_SET_SECONDS, STACK_SECONDS, seconds_for
from twinstack.aws.api import (
    ChangeSet,
    ChangeSetRequest,
    ChangeSetSummary,
    CreatedChangeSet,
    ResourceChange,
    StackDescription,
    StackEvent,
)

_NO_DELETION = frozenset(
    {
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    }
)


@dataclass(frozen=True)
class Past:
    """What a stack was from a moment on."""

    time: float
    status: str
    content: Content
    events: int


@dataclass
class SimulatedCloudFormation(FakeCloudFormation):
    """CloudFormation in one region; README.md says what it does.

    Attributes:
        lag: How old the answer to the next reading call is, in seconds.
        watch: Called after each event of a stack.
        share_of_time: By what everything that a stack does is quicker than usual.
        repeats: What becomes of an execution whose token was used before; see `_repeated`.
    """

    lag: float = 0.0
    watch: Callable[[SimulatedCloudFormation, FakeStack], None] = lambda _aws, _stack: None
    repeats: str = "same"
    share_of_time: float = 1.0
    _past: dict[str, list[Past]] = field(default_factory=dict)
    _created: dict[tuple[str, str], tuple[str, CreatedChangeSet]] = field(default_factory=dict)
    _used: dict[tuple[str, str], str] = field(default_factory=dict)

    # Time

    def _seconds_to_the_next_event(self, stack: FakeStack) -> float:
        event = stack.events[-1]
        about = seconds_for(event.type, event.status) if event.physical_id != stack.id else STACK_SECONDS
        return self.share_of_time * about * (0.75 + crc32(event.event_id.encode() + self.region.encode()) % 100 / 200)

    def _called(self, call: str, subject: str, token: str = "") -> None:
        for stack in self._stacks:
            for made in stack.change_sets.values():
                made.describes_left = 0 if self.clock.now() >= made.created + CHANGE_SET_SECONDS else 10**9
        super()._called(call, subject, token)

    def advance(self) -> None:
        """Lets happen what is due by now."""
        for stack in self._stacks:
            if stack.operation is not None:
                stack.pass_time(self.clock.now(), self._seconds_to_the_next_event)

    def end_failures(self) -> None:
        """Makes no resource fail any more."""
        self._failing.clear()

    def _told(self, stack: FakeStack) -> None:
        past = Past(max(stack.time, 0.0), stack.status, stack.content, len(stack.events))
        self._past.setdefault(stack.id, []).append(past)
        self.watch(self, stack)

    # Reading, as of some moment ago

    def _then(self) -> float:
        return self.clock.now() - self.lag

    def _as_it_was(self, stack: FakeStack) -> FakeStack | None:
        """Returns a stack as it was when the answer was made, None before it was there."""
        if not self.lag:
            return stack
        then = self._then()
        past = next((it for it in reversed(self._past.get(stack.id, [])) if it.time <= then), None)
        if past is None:
            return None
        seen = copy(stack)
        seen.status, seen.content, seen.events = past.status, past.content, stack.events[: past.events]
        return seen

    def _seen(self, name: str) -> FakeStack | None:
        for stack in self._stacks:
            seen = self._as_it_was(stack) if name in (stack.id, stack.name) else None
            if seen and (name == stack.id or seen.status != "DELETE_COMPLETE"):
                return seen
        return None

    def describe_stack(self, name: str) -> StackDescription | None:
        self._called("describe_stack", name)
        seen = self._seen(name)
        return self._described(seen) if seen else None

    def describe_stacks(self) -> list[StackDescription]:
        self._called("describe_stacks", "")
        seen = (self._as_it_was(stack) for stack in self._stacks)
        return [self._described(stack) for stack in seen if stack and stack.status != "DELETE_COMPLETE"]

    def get_template(self, name: str) -> Mapping[str, Any]:
        self._called("get_template", name)
        seen = self._seen(name)
        template = seen.content.template if seen else None
        template = template or self._existing(name, "GetTemplate").content.template
        return json.loads(template.text) if template else {}

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        self._called("events", stack_id)
        seen = self._seen(stack_id)
        if seen is None and not self.lag:
            self._existing(stack_id, "DescribeStackEvents")
        return iter(seen.events[::-1] if seen else [])

    def describe_change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        self._not_seen_yet(arn, "DescribeChangeSet")
        return super().describe_change_set(arn, values=values)

    def change_sets(self, stack_id: str) -> list[ChangeSetSummary]:
        then = moment(self._then())
        return [summary for summary in super().change_sets(stack_id) if summary.created <= then]

    def _not_seen_yet(self, arn: str, operation: str) -> None:
        _, found = self._change_set(arn, operation)
        if self.lag and found.created > self._then():
            raise self._refused(operation, "ChangeSetNotFound", f"ChangeSet [{arn}] does not exist")

    # Changing, as of now

    def create_change_set(self, request: ChangeSetRequest) -> CreatedChangeSet:
        name, before = self._created.get((request.stack_name, request.token), ("", None))
        if before is not None and name == request.name and self._find(before.stack_id):
            self._called("create_change_set", request.stack_name, request.token)
            return before
        created = super().create_change_set(request)
        self._created[request.stack_name, request.token] = (request.name, created)
        return created

    def execute_change_set(self, arn: str, token: str, *, disable_rollback: bool = False) -> None:
        self.advance()
        stack, _ = self._change_set(arn, "ExecuteChangeSet")
        before = self._used.get((stack.id, token))
        if before is not None:
            self._called("execute_change_set", arn, token)
            return self._repeated(arn, token, before)
        if stack.operation is not None and stack.status.endswith("_IN_PROGRESS"):
            reason = f"ChangeSet [{arn}] cannot be executed: stack {stack.name} is in {stack.status} state"
            raise self._refused("ExecuteChangeSet", "InvalidChangeSetStatus", reason)
        super().execute_change_set(arn, token, disable_rollback=disable_rollback)
        self._used[stack.id, token] = arn
        return None

    def _repeated(self, arn: str, token: str, before: str) -> None:
        """Answers an execution with a token that an earlier one had.

        "same": it is taken for the earlier one, whatever it asks for. "token": the token is refused. "status": the same
        change set is refused for its status, another one taken for the earlier one.
        """
        if self.repeats == "token":
            raise self._refused("ExecuteChangeSet", "TokenAlreadyExistsException", f"token {token} already exists")
        if self.repeats == "status" and before == arn:
            reason = f"ChangeSet [{arn}] cannot be executed in its current execution status of [EXECUTE_IN_PROGRESS]"
            raise self._refused("ExecuteChangeSet", "InvalidChangeSetStatus", reason)

    def delete_stack(self, stack_id: str, token: str, role_arn: str | None = None, retained=()) -> None:
        self.advance()
        stack = self._find(stack_id)
        if stack is not None and ((stack.id, token) in self._used or stack.status == "DELETE_IN_PROGRESS"):
            self._called("delete_stack", stack_id, token)
            return
        if stack is not None and stack.status in _NO_DELETION:
            reason = f"Stack [{stack.id}] cannot be deleted while in status {stack.status}"
            raise self._refused("DeleteStack", "ValidationError", reason)
        if stack is not None:
            stack.time = self.clock.now()
        super().delete_stack(stack_id, token, role_arn, retained)
        if stack is not None:
            self._used[stack.id, token] = "deletion"

    def continue_update_rollback(self, stack_id: str, token: str, role_arn: str | None = None) -> None:
        stack = self._existing(stack_id, "ContinueUpdateRollback")
        if (stack.id, token) in self._used:
            self._called("continue_update_rollback", stack_id, token)
            return
        super().continue_update_rollback(stack_id, token, role_arn)
        self._used[stack.id, token] = "continued"

    # Stack policies

    def policy_of(self, stack: FakeStack) -> str:
        """Returns the policy of a stack, '' where none was set."""
        return stack.policies[-1] if stack.policies else ""

    def _denied(self, stack: FakeStack, change: ResourceChange) -> str:
        if stack.status in ("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS") or not stack.policies:
            return ""
        action = _ACTIONS.get((change.action, change.replacement == "True"))
        return _denies(json.loads(stack.policies[-1]), action, change) if action else ""


_ACTIONS = {
    ("Modify", False): "Update:Modify",
    ("Modify", True): "Update:Replace",
    ("Remove", False): "Update:Delete",
}


def _denies(policy: Mapping[str, Any], action: str, change: ResourceChange) -> str:
    """Returns why a policy denies an action on a resource, '' when it allows it; a Deny overrides every Allow."""
    hits = [number for number, one in enumerate(policy["Statement"], 1) if _speaks_of(one, action, change)]
    denied = [number for number in hits if policy["Statement"][number - 1]["Effect"] == "Deny"]
    if denied or not hits:
        return f"Action denied by stack policy: Statement [#{denied[0] if denied else 0}] denies [{action}]"
    return ""


def _speaks_of(statement: Mapping[str, Any], action: str, change: ResourceChange) -> bool:
    actions = _listed(statement["Action"])
    types = statement.get("Condition", {}).get("StringEquals", {}).get("ResourceType")
    if not any(fnmatchcase(action, pattern) for pattern in actions) or (types and change.type not in _listed(types)):
        return False
    subject = f"LogicalResourceId/{change.resource}"
    if "NotResource" in statement:
        return not any(fnmatchcase(subject, pattern) for pattern in _listed(statement["NotResource"]))
    return any(fnmatchcase(subject, pattern) for pattern in _listed(statement["Resource"]))


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
