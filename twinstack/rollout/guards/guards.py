"""Refuses to lose data: replacing or removing a resource that holds some needs permission by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from twinstack.aws.api import ResourceChange, StackResource
from twinstack.expressions.values import is_symbolic
from twinstack.planning.prediction import Change
from twinstack.planning.steps import Step
from twinstack.planning.touched import NESTED_STACK
from twinstack.rollout.guards.guarded_types import guarded_types


@dataclass(frozen=True)
class Allowed:
    """What a person lets through in this run, by name.

    Attributes:
        replace: The resources that may be replaced, by logical id.
        delete: The resources that may be deleted, by logical id.
        abandon: The stacks that moved or were forgotten and may be left behind, by role.
        everything: Whether every resource may be replaced and deleted, as while unlinking.
    """

    replace: Collection[str] = ()
    delete: Collection[str] = ()
    abandon: Collection[str] = ()
    everything: bool = False


@dataclass(frozen=True)
class Loss:
    """A resource whose content would be lost, which nobody allowed.

    Attributes:
        stack: The stack's role.
        resource: The logical id.
        type: The resource type.
        action: Replace or Remove.
        properties: What replaces it, where that is known.
        perhaps: Whether it is replaced only in some cases, which nobody knows before.
    """

    stack: str
    resource: str
    type: str
    action: str
    properties: tuple[str, ...] = ()
    perhaps: bool = False

    @property
    def flag(self) -> str:
        """The option that allows it."""
        return f"{'--allow-replace' if self.action == 'Replace' else '--allow-delete'} {self.resource}"

    @property
    def sentence(self) -> str:
        """What would be lost, why, and the way out."""
        verb = "replaced" if self.action == "Replace" else "removed"
        *others, last = self.properties or ("",)
        names = f"{', '.join(others)} and {last} change" if others else f"{last} changes"
        why = f", since {names}," if self.properties else ""
        would = "may" if self.perhaps else "would"
        return f"{self.stack}: {self.resource} ({self.type}) {would} be {verb}{why} and what it holds lost; {self.flag}"


def refused_predictions(stack: str, changes: Iterable[Change], allowed: Allowed) -> list[Loss]:
    """Returns each predicted loss that is not allowed."""
    return [
        Loss(stack, change.resource, change.type, action, _replacing(change), change.action == "Replace?")
        for change in changes
        for action in [change.action.rstrip("?")]
        if _is_loss(change.resource, change.type, action, allowed)
    ]


def predicted_losses(steps: Iterable[Step], allowed: Allowed) -> list[Loss]:
    """Returns each loss of a plan that is not allowed, once; one that only follows from another comes before it.

    So the first cause is the last that a reader sees.
    """
    found: dict[Loss, bool] = {}
    for step in steps:
        follows = {change.resource: _follows(change) for change in step.changes}
        for loss in refused_predictions(step.stack.role, step.changes, allowed):
            found.setdefault(loss, follows[loss.resource])
    last_first = list(reversed(found))
    return [loss for loss in last_first if found[loss]] + [loss for loss in last_first if not found[loss]]


def _follows(change: Change) -> bool:
    """Whether a resource is replaced only because of values that AWS makes anew, as with what it refers to."""
    replacing = [detail for detail in change.details if detail.recreation != "Never"]
    return bool(replacing) and all(is_symbolic(detail.after) for detail in replacing)


def _replacing(change: Change) -> tuple[str, ...]:
    """Returns the properties that replace a resource, or those that may where none does for certain."""
    always, perhaps = (
        tuple(detail.name or detail.attribute for detail in change.details if detail.recreation == recreation)
        for recreation in ("Always", "Conditionally")
    )
    return always or perhaps


def refused_changes(
    stack: str,
    changes: Iterable[ResourceChange],
    allowed: Allowed,
    types_before: Mapping[str, str] | None = None,
    held: Mapping[str, Sequence[StackResource]] | None = None,
) -> list[str]:
    """Returns a sentence for each loss in a real change set that is not allowed.

    Args:
        stack: The stack's role.
        changes: The changes, those inside nested stacks too.
        allowed: What is allowed.
        types_before: The types that the resources have now, by logical id: what is lost is what was there.
        held: What a nested stack holds that goes or may be replaced, by its logical id.
    """
    by_name = {change.resource: change for change in changes}
    sentences = []
    for change in by_name.values():
        before = (types_before or {}).get(change.resource, change.type)
        if before != change.type and change.action != "Remove":
            sentences.append(
                f"{stack}: {change.resource} is {before} and would become {change.type}: CloudFormation updates no "
                "resource to another type; give the new one another logical id"
            )
        replaced = _replaces(change, by_name, frozenset())
        unsaid = _unsaid(change) and not replaced
        action = "Replace" if replaced or unsaid else change.action
        if change.type == NESTED_STACK:
            sentence = _nested_sentence(
                stack,
                change.resource,
                action,
                (held or {}).get(change.resource, ()),
                allowed,
                unsaid=unsaid,
            )
        elif _is_loss(change.resource, change.type, action, allowed):
            perhaps = change.replacement == "Conditional"
            sentence = Loss(stack, change.resource, change.type, action, _recreating(change), perhaps).sentence
        else:
            sentence = None
        if sentence:
            sentences.append(sentence)
    return sentences


def goes(change: ResourceChange) -> bool:
    """Whether a resource is removed or may be replaced, at first sight, or AWS does not say what becomes of it."""
    return change.action == "Remove" or change.replacement != "False" or _unsaid(change)


def unseen(change: ResourceChange) -> bool:
    """Whether a nested stack changes without AWS having said what changes inside it."""
    return change.type == NESTED_STACK and change.action in ("Add", "Modify") and not change.nested_change_set


def _unsaid(change: ResourceChange) -> bool:
    """Whether AWS leaves open what becomes of a resource that is there, or of what is inside a nested stack.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html (Action: Dynamic).
    """
    return bool(change.physical_id) and (change.action == "Dynamic" or unseen(change))


def _nested_sentence(
    stack: str, resource: str, action: str, held: Sequence[StackResource], allowed: Allowed, *, unsaid: bool
) -> str | None:
    """Returns the sentence about a nested stack that goes: it counts as all that it holds."""
    names = {"Replace": allowed.replace, "Remove": allowed.delete}.get(action)
    lost = [f"{entry.resource} ({entry.type})" for entry in held if entry.type in guarded_types()]
    if names is None or not lost or allowed.everything or resource in names:
        return None
    verb, flag = ("replaced", "--allow-replace") if action == "Replace" else ("removed", "--allow-delete")
    would = "would" if not unsaid else "may, for all that AWS says,"
    return f"{stack}: {resource} ({NESTED_STACK}) {would} be {verb}, and with it {', '.join(lost)}; {flag} {resource}"


def _replaces(change: ResourceChange, by_name: Mapping[str, ResourceChange], asked: frozenset[str]) -> bool:
    """Whether a resource of a change set is replaced, or may be.

    CloudFormation also says "Conditional" of a resource that only refers to a changing one. Such a reference gets
    another value only when what it refers to is replaced itself (DescribeChangeSet, `Evaluation: Dynamic`).
    """
    if change.replacement != "Conditional":
        return change.replacement == "True"
    for detail in change.details:
        cause = by_name.get(detail.cause.partition(".")[0])
        if not detail.recreates:
            continue
        if not detail.dynamic or cause is None:
            return True
        if cause.resource not in asked and _replaces(cause, by_name, asked | {change.resource}):
            return True
    return not change.details


def _recreating(change: ResourceChange) -> tuple[str, ...]:
    """Returns the properties of a change set's entry that may replace the resource."""
    return tuple(dict.fromkeys(each.name or each.attribute for each in change.details if each.recreates))


def _is_loss(resource: str, kind: str, action: str, allowed: Allowed) -> bool:
    names = {"Replace": allowed.replace, "Remove": allowed.delete}.get(action)
    return names is not None and kind in guarded_types() and not allowed.everything and resource not in names
