"""Refuses to lose data: replacing or removing a resource that holds some needs permission by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from twinstack.aws.api import ResourceChange, StackResource
from twinstack.errors import RefusedError
from twinstack.planning.prediction import Change
from twinstack.planning.steps import Step
from twinstack.rollout.guarded_types import NESTED_STACK, guarded_types


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


def refuse_losses(steps: Iterable[Step], allowed: Allowed) -> None:
    """Refuses what a plan would lose.

    Raises:
        RefusedError: A loss is not allowed.
    """
    sentences = [sentence for step in steps for sentence in refused_predictions(step.stack.role, step.changes, allowed)]
    if sentences:
        raise RefusedError("\n".join(dict.fromkeys(sentences)))


def refused_predictions(stack: str, changes: Iterable[Change], allowed: Allowed) -> list[str]:
    """Returns a sentence for each predicted loss that is not allowed."""
    return [
        sentence
        for change in changes
        if (sentence := _sentence(stack, change.resource, change.type, change.action, allowed))
    ]


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
        else:
            sentence = _sentence(stack, change.resource, change.type, action, allowed)
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


def _sentence(stack: str, resource: str, kind: str, action: str, allowed: Allowed) -> str | None:
    if kind not in guarded_types() or allowed.everything:
        return None
    if action == "Replace" and resource not in allowed.replace:
        return f"{stack}: {resource} ({kind}) would be replaced and what it holds lost; --allow-replace {resource}"
    if action == "Remove" and resource not in allowed.delete:
        return f"{stack}: {resource} ({kind}) would be removed and what it holds lost; --allow-delete {resource}"
    return None
