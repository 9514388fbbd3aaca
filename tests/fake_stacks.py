"""The stacks of the fake CloudFormation: what a request would make of one, and how an operation goes on in it.

What of it all is as on AWS is written in `tests.fake_cloudformation`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.systems import CREATE_ONLY
from twinstack.aws.api import ChangeDetail, ChangeSetRequest, ResourceChange, StackEvent, StackResource
from twinstack.planning.resolution import ResolvedResource, Resolver, Surroundings
from twinstack.planning.values import Symbol, as_text, freeze
from twinstack.templates import Template, live_template

STACK = "AWS::CloudFormation::Stack"


@dataclass
class Content:
    """What a stack is made of: as it is, or as a change set would make it."""

    template: Template | None = None
    values: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    resources: dict[str, ResolvedResource] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)

    def physical_id(self, name: str) -> str:
        return f"{name.lower()}-{self.generations.get(name)}"


@dataclass
class FakeChangeSet:
    request: ChangeSetRequest
    arn: str
    content: Content
    changes: list[ResourceChange]
    describes_left: int
    problem: str
    obsolete: bool = False

    @property
    def status(self) -> str:
        if self.describes_left > 0:
            return "CREATE_IN_PROGRESS"
        return "FAILED" if self.problem else "CREATE_COMPLETE"


@dataclass
class FakeStack:
    id: str
    name: str
    numbers: Iterator[int]
    status: str = ""
    content: Content = field(default_factory=Content)
    protected: bool = False
    policies: list[str] = field(default_factory=list)
    events: list[StackEvent] = field(default_factory=list)
    listed: dict[str, StackResource] = field(default_factory=dict)
    change_sets: dict[str, FakeChangeSet] = field(default_factory=dict)
    operation: Iterator[None] | None = None
    nested: bool = False
    time: float = 0.0

    def start(self, operation: Iterator[None], now: float) -> None:
        """Begins an operation: its first event happens at once."""
        self.operation, self.time = operation, now
        next(operation)

    def pass_time(self, now: float, pace: float) -> None:
        """Lets happen what is due."""
        while self.operation is not None and self.time + pace <= now:
            self.time += pace
            if next(self.operation, "ended") == "ended":
                self.operation = None

    def tell(self, token: str, resource: str, status: str, reason: str = "", content: Content | None = None) -> None:
        """Records an event; that of a stack (without a resource) is its new status, that of a resource is listed."""
        content = content or self.content
        known = content.resources.get(resource) or self.content.resources.get(resource)
        kind = known.type if known else STACK
        physical = content.physical_id(resource) if resource else self.id
        if resource:
            self.listed[resource] = StackResource(resource, kind, physical, status)
        else:
            self.status = status
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.time)
        number = f"event-{next(self.numbers)}"
        self.events.append(StackEvent(number, moment, resource or self.name, physical, kind, status, reason, token))


class RefusedRequestError(Exception):
    """A request that CloudFormation does not take."""


def content_after(
    request: ChangeSetRequest, template_text: str, old: Content, region: str, numbers: Iterator[int]
) -> Content:
    """Returns what a stack would be made of; what is added or replaced gets a number of its own."""
    template = live_template(json.loads(template_text), request.stack_name)
    at = Surroundings("", region, request.stack_name)
    content = Content(template, _values(request, template, old), dict(request.tags), generations=dict(old.generations))
    while True:
        resolver = Resolver(template, at, content.values, content.generations)
        content.resources = resolver.resources()
        content.outputs = {name: _made(value) for name, value in resolver.outputs().items()}
        anew = [
            name
            for name, resource in content.resources.items()
            if content.generations.get(name) == old.generations.get(name)
            and (name not in old.resources or _replaced(old.resources[name], resource))
        ]
        if not anew:
            return content
        content.generations |= {name: next(numbers) for name in anew}


def _values(request: ChangeSetRequest, template: Template, old: Content) -> dict[str, str]:
    values = {}
    for name, declared in template.parameters.items():
        given = request.parameters.get(name, declared.get("Default"))
        value = old.values.get(name) if name in request.parameters and given is None else given
        if value is None:
            raise RefusedRequestError(f"Parameters: [{name}] must have values")
        if as_text(value) not in map(as_text, declared.get("AllowedValues", [value])):
            raise RefusedRequestError(f"Parameter '{name}' must be one of AllowedValues")
        values[name] = as_text(value)
    if unknown := set(request.parameters) - set(values):
        raise RefusedRequestError(f"Parameters: {sorted(unknown)} do not exist in the template")
    return values


def changes_between(old: Content, new: Content) -> Iterator[ResourceChange]:
    """Yields the entries of a change set."""
    for name, resource in new.resources.items():
        before = old.resources.get(name)
        details: tuple[ChangeDetail, ...] = ()
        if before is None:
            yield ResourceChange("Add", name, resource.type)
            continue
        if freeze(before.attributes) != freeze(resource.attributes):
            details = tuple(_detail(resource, key) for key in _different(before, resource))
            details += tuple(ChangeDetail(key, "", False, "", "Never") for key in _other_attributes(before, resource))
        if old.tags != new.tags and resource.type != "AWS::EC2::Route":
            details += (ChangeDetail("Tags", "", False, "", "Never"),)
        if details:
            replaced = old.generations[name] != new.generations[name]
            perhaps = any(detail.recreation == "Conditionally" for detail in details)
            replacement = "True" if replaced else "Conditional" if perhaps else "False"
            yield ResourceChange("Modify", name, resource.type, old.physical_id(name), replacement, details)
    for name, resource in old.resources.items():
        if name not in new.resources:
            yield ResourceChange("Remove", name, resource.type, old.physical_id(name))


def _detail(resource: ResolvedResource, key: str) -> ChangeDetail:
    perhaps = (resource.type, key) == ("AWS::RDS::DBCluster", "GlobalClusterIdentifier")
    recreation = "Always" if key in CREATE_ONLY.get(resource.type, ()) else "Conditionally" if perhaps else "Never"
    return ChangeDetail("Properties", key, False, "", recreation)


def _other_attributes(before: ResolvedResource, after: ResolvedResource) -> list[str]:
    old, new = before.attributes, after.attributes
    return [key for key in {**old, **new} if key != "Properties" and freeze(old.get(key)) != freeze(new.get(key))]


def _different(before: ResolvedResource, after: ResolvedResource) -> list[str]:
    old, new = (side.attributes.get("Properties") or {} for side in (before, after))
    return [key for key in {**old, **new} if freeze(old.get(key)) != freeze(new.get(key))]


def _replaced(before: ResolvedResource, after: ResolvedResource) -> bool:
    create_only = CREATE_ONLY.get(after.type, ())
    return before.type != after.type or any(name in create_only for name in _different(before, after))


def _made(value: object) -> str:
    """Returns what AWS makes of a promised value."""
    if not isinstance(value, Symbol):
        return as_text(value)
    expression: Any = value.expression
    if expression[0] == "text":
        return "".join(map(_made, expression[1:]))
    if len(expression) != 4:
        return "-".join(map(as_text, expression))
    _, name, attribute, generation = expression
    physical = f"{name.lower()}-{generation}"
    return physical if attribute == "Ref" else f"{physical}.{attribute}"


# Operations: each `yield` is a moment in which an event has just happened.

Failing = dict[str, tuple[str, bool]]


def deployment(
    stack: FakeStack,
    made: FakeChangeSet,
    failing: Failing,
    token: str,
    breach: Callable[[], str] = lambda: "",
    *,
    disable_rollback: bool = False,
) -> Iterator[None]:
    """Creates or updates a stack; `breach` says at the end why its rollback triggers roll it back, if they do."""
    verb = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
    old, whole = dict(stack.listed), stack.content
    yield stack.tell(token, "", f"{verb}_IN_PROGRESS", "User Initiated")
    if verb == "CREATE":
        stack.content = Content(made.content.template, made.content.values, made.content.tags)
    todo = [change for change in made.changes if change.resource in made.content.resources]
    for place, change in enumerate(todo):
        yield stack.tell(token, change.resource, f"{_word(change)}_IN_PROGRESS", content=made.content)
        if change.resource not in failing:
            yield stack.tell(token, change.resource, f"{_word(change)}_COMPLETE", content=made.content)
            continue
        reason, stuck = failing.pop(change.resource)
        yield stack.tell(token, change.resource, f"{_word(change)}_FAILED", reason, made.content)
        for other in todo[place + 1 :]:
            cancelled = f"Resource {'creation' if other.action == 'Add' else 'update'} cancelled"
            yield stack.tell(token, other.resource, f"{_word(other)}_FAILED", cancelled, made.content)
        if disable_rollback:
            stack.content = _half_made(whole, made.content, todo[:place])
            reason = f"The following resource(s) failed to {verb.lower()}: [{change.resource}]."
            yield stack.tell(token, "", f"{verb}_FAILED", reason)
            return
        reason = f"The following resource(s) failed: [{change.resource}]. Rollback requested by user."
        yield from _rollback(stack, made, todo[: place + 1], token, reason, verb=verb, stuck=stuck)
        if verb == "UPDATE":
            stack.listed = old
        status = "FAILED" if stuck else "COMPLETE"
        yield stack.tell(token, "", f"{_ROLLBACK[verb]}_{status}")
        return
    if verb == "UPDATE" and (reason := breach()):
        yield from _rollback(stack, made, todo, token, reason, verb=verb, stuck=False)
        stack.listed = old
        yield stack.tell(token, "", "UPDATE_ROLLBACK_COMPLETE")
        return
    removed = [change.resource for change in made.changes if change.action == "Remove"]
    before, stack.content = stack.content, made.content
    if verb == "UPDATE":
        yield stack.tell(token, "", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for name in removed:
            yield stack.tell(token, name, "DELETE_COMPLETE", content=before)
    yield stack.tell(token, "", f"{verb}_COMPLETE")


_ROLLBACK = {"CREATE": "ROLLBACK", "UPDATE": "UPDATE_ROLLBACK"}


def _half_made(before: Content, wanted: Content, done: list[ResourceChange]) -> Content:
    """Returns what a stack is made of that stopped half way: what it had, and what has been done since."""
    names = {change.resource for change in done}
    kept = {name: resource for name, resource in before.resources.items() if name not in names}
    resources = {**kept, **{name: wanted.resources[name] for name in wanted.resources if name in names}}
    ordered = {name: resources[name] for name in [*wanted.resources, *kept] if name in resources}
    generations = {name: (wanted if name in names else before).generations[name] for name in ordered}
    return Content(wanted.template, wanted.values, wanted.tags, dict(before.outputs), ordered, generations)


def _word(change: ResourceChange) -> str:
    return "CREATE" if change.action == "Add" else "UPDATE"


def _rollback(
    stack: FakeStack,
    made: FakeChangeSet,
    touched: list[ResourceChange],
    token: str,
    reason: str,
    *,
    verb: str,
    stuck: bool,
) -> Iterator[None]:
    yield stack.tell(token, "", f"{_ROLLBACK[verb]}_IN_PROGRESS", reason)
    for change in reversed(touched):
        if stuck:
            yield stack.tell(token, change.resource, "DELETE_FAILED", "it is in use", made.content)
            break
        status = "DELETE_COMPLETE" if change.action == "Add" else "UPDATE_COMPLETE"
        yield stack.tell(token, change.resource, status, content=made.content)


def deletion(stack: FakeStack, failing: Failing, token: str) -> Iterator[None]:
    """Deletes a stack, the last resource first."""
    yield stack.tell(token, "", "DELETE_IN_PROGRESS", "User Initiated")
    for name, resource in reversed(stack.content.resources.items()):
        if name in failing:
            reason, _ = failing.pop(name)
            yield stack.tell(token, name, "DELETE_FAILED", reason)
            yield stack.tell(token, "", "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}].")
            return
        if as_text((resource.attributes.get("Properties") or {}).get("DeletionProtection", "")) == "true":
            yield stack.tell(token, name, "DELETE_FAILED", "Cannot delete protected resource")
            yield stack.tell(token, "", "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}].")
            return
        kept = resource.attributes.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        yield stack.tell(token, name, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE")
    yield stack.tell(token, "", "DELETE_COMPLETE")
