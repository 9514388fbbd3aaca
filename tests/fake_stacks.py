"""The stacks of the fake CloudFormation, and how an operation goes on in one.

What of it all is as on AWS is written in `tests.fake_cloudformation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.fake_change_sets import Comparison
from tests.fake_content import STACK, Content
from tests.fake_templates import text
from twinstack.aws.api import ChangeSetRequest, ResourceChange, StackEvent, StackResource


@dataclass
class FakeChangeSet:
    request: ChangeSetRequest
    arn: str
    content: Content
    comparison: Comparison
    extra: list[ResourceChange]
    describes_left: int
    problem: str
    obsolete: bool = False
    failed: bool = False
    created: float = 0.0

    @property
    def status(self) -> str:
        if self.describes_left > 0:
            return "CREATE_IN_PROGRESS"
        return "FAILED" if self.problem else "CREATE_COMPLETE"

    def changes(self, *, values: bool = False) -> list[ResourceChange]:
        """Its entries; those of nested change sets name them."""
        found = self.comparison.changes(values=values)
        if self.request.operation == "IMPORT":
            ids = {it.resource: "".join(it.identifier.values()) for it in self.request.resources_to_import}
            found = [replace(it, action="Import", physical_id=ids[it.resource], replacement="False") for it in found]
        if self.comparison.looks_inside:
            above = {change.resource.rpartition("/")[0] for change in found}
            found = [
                replace(c, nested_change_set=f"{self.arn}/{c.resource}") if c.resource in above else c for c in found
            ]
        return [*found, *self.extra]


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
    executed: list[FakeChangeSet] = field(default_factory=list)
    operation: Iterator[None] | None = None
    nested: bool = False
    time: float = 0.0
    told: Callable[[FakeStack], None] = lambda _stack: None

    def start(self, operation: Iterator[None], now: float) -> None:
        """Begins an operation: its first event happens at once."""
        self.operation, self.time = operation, now
        next(operation)

    def pass_time(self, now: float, pace: Callable[[FakeStack], float]) -> None:
        """Lets happen what is due; `pace` says how long it takes to the next event."""
        while self.operation is not None and self.time + (seconds := pace(self)) <= now:
            self.time += seconds
            if next(self.operation, "ended") == "ended":
                self.operation = None

    def tell(self, token: str, resource: str, status: str, reason: str = "", content: Content | None = None) -> None:
        """Records an event; that of a stack (without a resource) is its new status, that of a resource is listed."""
        content = content or self.content
        known = content.resources.get(resource) or self.content.resources.get(resource)
        kind = known.type if known else STACK
        physical = content.physical_id(resource) if resource else self.id
        if resource:
            self.listed[resource] = StackResource(resource, kind, physical, status, reason)
        else:
            self.status = status
        number, time = f"event-{next(self.numbers)}", moment(self.time)
        self.events.append(StackEvent(number, time, resource or self.name, physical, kind, status, reason, token))
        self.told(self)


def moment(seconds: float) -> datetime:
    """Returns a moment of the fakes' clock."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


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
    denied: Callable[[ResourceChange], str] = lambda _change: "",
) -> Iterator[None]:
    """Creates or updates a stack.

    `breach` says at the end why its rollback triggers roll it back, if they do; `denied` why a resource must not be
    changed, if it must not.
    """
    verb = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
    old, whole = dict(stack.listed), stack.content
    if verb == "CREATE":
        stack.content = replace(made.content, outputs={}, resources={}, generations={}, nested={})
    yield stack.tell(token, "", f"{verb}_IN_PROGRESS", "User Initiated")
    changes = made.changes()
    refused = {change.resource: (reason, False) for change in changes if (reason := denied(change))}
    failing.update(refused)
    todo = [change for change in changes if change.resource in made.content.resources or change.resource in refused]
    for place, change in enumerate(todo):
        yield stack.tell(token, change.resource, f"{_word(change)}_IN_PROGRESS", content=made.content)
        if change.resource not in failing:
            yield stack.tell(token, change.resource, f"{_word(change)}_COMPLETE", content=made.content)
            continue
        reason, stuck = failing.pop(change.resource)
        made.failed = True
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
        if verb == "UPDATE" and not stuck:
            stack.listed = old
        status = "FAILED" if stuck else "COMPLETE"
        yield stack.tell(token, "", f"{_ROLLBACK[verb]}_{status}")
        return
    if verb == "UPDATE" and (reason := breach()):
        yield from _rollback(stack, made, todo, token, reason, verb=verb, stuck=False)
        stack.listed = old
        yield stack.tell(token, "", "UPDATE_ROLLBACK_COMPLETE")
        return
    removed = [
        change.resource
        for change in changes
        if change.action == "Remove" and change.resource in stack.content.resources
    ]
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
    nested = {name: inner for name, inner in wanted.nested.items() if name in ordered}
    return replace(wanted, outputs=dict(before.outputs), resources=ordered, generations=generations, nested=nested)


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
            status = "DELETE_FAILED" if verb == "CREATE" else "UPDATE_FAILED"
            yield stack.tell(token, change.resource, status, "it is in use", made.content)
            break
        status = "DELETE_COMPLETE" if change.action == "Add" else "UPDATE_COMPLETE"
        yield stack.tell(token, change.resource, status, content=made.content)


def continued_rollback(stack: FakeStack, failing: Failing, token: str) -> Iterator[None]:
    """Goes on with a rollback of an update that got stuck, at the resource that it got stuck at."""
    stuck_at = next(event.resource for event in reversed(stack.events) if event.status == "UPDATE_FAILED")
    yield stack.tell(token, "", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    yield stack.tell(token, stuck_at, "UPDATE_IN_PROGRESS")
    if stuck_at in failing:
        yield stack.tell(token, stuck_at, "UPDATE_FAILED", failing.pop(stuck_at)[0])
        reason = f"The following resource(s) failed to update: [{stuck_at}]."
        yield stack.tell(token, "", "UPDATE_ROLLBACK_FAILED", reason)
        return
    yield stack.tell(token, stuck_at, "UPDATE_COMPLETE")
    yield stack.tell(token, "", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    yield stack.tell(token, "", "UPDATE_ROLLBACK_COMPLETE")


def deletion(stack: FakeStack, failing: Failing, token: str, retained: Sequence[str] = ()) -> Iterator[None]:
    """Deletes a stack, the last resource first."""
    yield stack.tell(token, "", "DELETE_IN_PROGRESS", "User Initiated")
    for name, resource in reversed(stack.content.resources.items()):
        if name in retained:
            yield stack.tell(token, name, "DELETE_SKIPPED")
            continue
        if name in failing:
            reason, _ = failing.pop(name)
            yield stack.tell(token, name, "DELETE_FAILED", reason)
            yield stack.tell(token, "", "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}].")
            return
        if text(resource.properties.get("DeletionProtection")) == "true":
            yield stack.tell(token, name, "DELETE_FAILED", "Cannot delete protected resource")
            yield stack.tell(token, "", "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}].")
            return
        kept = resource.attributes.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        yield stack.tell(token, name, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE")
    yield stack.tell(token, "", "DELETE_COMPLETE")
