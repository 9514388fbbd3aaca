"""Every way in which one thing of a change set can be more, less or other than it is.

Left out is what cannot matter by design, each with its reason. A mutation that is not left out must be noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import StepDocument

ACTIONS = ("Add", "Modify", "Remove", "Import", "Dynamic")
REPLACEMENTS = ("False", "Conditional", "True")
RECREATIONS = ("Never", "Conditionally", "Always")
POLICIES = ("Delete", "Retain", "Snapshot", "ReplaceAndDelete", "ReplaceAndRetain", "ReplaceAndSnapshot")
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
Changes = tuple[ResourceChange, ...]


@dataclass(frozen=True)
class Mutation:
    """A change set that differs in one thing, and which thing that is."""

    what: str
    changes: Changes


class Mutations:
    """The mutations of one change set.

    Args:
        step: The step that predicted it.
        changes: Its entries.
    """

    def __init__(self, step: StepDocument, changes: Sequence[ResourceChange]) -> None:
        self._changes = tuple(changes)
        self._certain = {change.resource: change for change in step.changes}
        self._not_comparable = step.not_comparable
        unmoved = (it.name for it in step.parameters if not it.unknown and it.before == it.after)
        # One stands for all parameters that keep their value.
        self._unmoved = [name for name in unmoved if name not in step.not_comparable][:1]

    def all(self) -> Iterator[Mutation]:
        """Yields every mutation that must be noticed."""
        for number in range(len(self._changes)):
            yield from self.of(number)

    def of(self, number: int) -> Iterator[Mutation]:
        """Yields every mutation of one entry that must be noticed."""
        change = self._changes[number]
        for kind in ("action", "entry", "type", "physical_id", "replacement", "policy_action", "property", "detail"):
            for what, entries in getattr(self, f"_{kind}")(change):
                mutated = (*self._changes[:number], *entries, *self._changes[number + 1 :])
                yield Mutation(f"{kind} of {change.resource}: {what}", mutated)

    def _action(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        for action in ACTIONS:
            if action != change.action:
                yield action, (replace(change, action=action),)

    def _entry(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        yield "twice", (change, change)
        # Not left out alone, and not under another name: an entry whose details are all Dynamic, with causes that are
        # predicted. Such entries may be there or not, whatever they are called (design.md, Offline prediction).
        if change.resource in self._certain:
            yield "fewer", ()
        if change.action != "Modify" or any(not detail.dynamic for detail in change.details):
            yield "more", (change, replace(change, resource="Another"))
            yield "other", (replace(change, resource="Another"),)

    def _type(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        yield "other", (replace(change, type="AWS::Other::Type"),)

    def _physical_id(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        # Of what is imported alone: all else is known by its logical id. Not left out: AWS need not say it.
        if change.action == "Import":
            yield "other", (replace(change, physical_id=f"{change.physical_id}-other"),)

    def _replacement(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        # Not of Add and Remove: it is said for Modify only (API reference, ResourceChange, Replacement).
        # Not of a custom resource: its provider decides, and nobody knows before.
        said = change.action == "Modify" and not change.type.startswith(CUSTOM)
        for replacement in REPLACEMENTS if said else ():
            if replacement != change.replacement:
                yield replacement, (replace(change, replacement=replacement),)

    def _policy_action(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        # Not fewer: AWS need not say it (API reference, ResourceChange, PolicyAction: not required). Not more of what
        # may be replaced: the plan says what becomes only of what is replaced for certain.
        for policy in POLICIES:
            perhaps = change.action == "Modify" and change.replacement == "Conditional" and policy.startswith("Replace")
            if policy != change.policy_action and not perhaps:
                yield policy, (replace(change, policy_action=policy),)

    def _property(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        # Not of Add and Remove: details are said for Modify only (API reference, ResourceChange, Details).
        if change.action not in ("Modify", "Import"):
            return
        edit = ChangeDetail("Properties", "Another", dynamic=False, cause="", recreation="Never")
        yield "more", (replace(change, details=(*change.details, edit)),)
        if change.action == "Import":
            return
        yield "all fewer", (replace(change, details=()),)
        for label in dict.fromkeys(map(_label, change.details)):
            rest = tuple(detail for detail in change.details if _label(detail) != label)
            same = tuple(detail for detail in change.details if _label(detail) == label)
            # Not of a property that may be touched: it may be there or not, and so may another like it.
            if self._is_certain(change, label):
                yield f"{label} fewer", (replace(change, details=rest),)
                other = tuple(replace(detail, attribute="Properties", name="Another") for detail in same)
                yield f"{label} other", (replace(change, details=(*rest, *other)),)

    def _detail(self, change: ResourceChange) -> Iterator[tuple[str, Changes]]:
        for number, detail in enumerate(change.details if change.action == "Modify" else ()):
            for what, mutated in self._of_detail(change, detail):
                details = (*change.details[:number], mutated, *change.details[number + 1 :])
                yield f"{_label(detail)} {what}", (replace(change, details=details),)

    def _of_detail(self, change: ResourceChange, detail: ChangeDetail) -> Iterator[tuple[str, ChangeDetail]]:
        label = _label(detail)
        same = [it for it in change.details if _label(it) == label]
        # Not of one detail of several, where the plan knows the parts of a property: a change set looks at the whole.
        # Nor of a custom resource.
        left_out = (self._is_by_part(change, label) and len(same) > 1) or change.type.startswith(CUSTOM)
        for recreation in () if left_out else RECREATIONS:
            if recreation != detail.recreation:
                yield recreation, replace(detail, recreation=recreation)
        if detail.cause:
            for cause in ("Another.Arn", "Another", *self._unmoved):
                yield f"cause {cause}", replace(detail, cause=cause)
        certain = self._is_certain(change, label)
        # Not of a property that changes for certain without replacing the resource: that AWS is as certain is no
        # difference. Not of a parameter whose value cannot be compared: AWS can.
        alone = not any(it.recreation == "Always" and not it.dynamic for it in change.details)
        matters = not certain or (alone and detail.recreation == "Always")
        if detail.dynamic and matters and detail.cause not in self._not_comparable:
            yield "Static", replace(detail, dynamic=False)
        # Not of a property that changes for certain: then it is a direct modification, as the plan says. Not of one
        # detail of several: read with values a property that AWS has yet to make stands there without a cause too.
        causes = [it for it in same if it.cause]
        if causes == [detail] and not certain:
            yield "cause fewer", replace(detail, cause="")

    def _is_certain(self, change: ResourceChange, label: str) -> bool:
        certain = self._certain.get(change.resource)
        return bool(certain) and label in [detail.label for detail in certain.details]

    def _is_by_part(self, change: ResourceChange, label: str) -> bool:
        """A change set looks at whole properties, of which the plan knows the parts; see the test of those alone."""
        certain = self._certain.get(change.resource)
        return bool(certain) and any(detail.by_part for detail in certain.details if detail.label == label)


def _label(detail: ChangeDetail) -> str:
    return detail.name or detail.attribute
