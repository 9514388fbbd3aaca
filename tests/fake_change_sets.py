"""What a change set of the fake CloudFormation lists, by the rules that AWS writes down.

- A property that differs is a DirectModification. A parameter that it refers to and that changed is a further detail,
  Static, and makes the modification itself Dynamic.
- An attribute of a resource that changes is a detail, Dynamic; so is its Ref when the resource may be replaced. When
  it is replaced for certain both are Static. A resource that gets such a detail is one that changes, and so on.
- A resource is replaced for certain by a Static detail that always recreates, perhaps by any other that recreates.
- A nested stack that is not changed itself is Automatic and Dynamic: what is inside it might change.
- With values each place that differs is a detail; what is made anew is known afterwards; what only follows from an
  attribute of a change in place is left out.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

from tests.fake_content import STACK, Content
from tests.fake_schemas import CONDITIONAL, CREATE_ONLY, UNTAGGED
from tests.fake_templates import COMPARED, LATER, REF, Evaluation, FakeResource, references, text
from twinstack.aws.api import ChangeDetail, ResourceChange

MASK = "****"
_ABSENT = object()
Details = dict[str, list[ChangeDetail]]


@dataclass
class Comparison:
    """A stack as it is and as it would be.

    Attributes:
        old: The stack as it is.
        new: The stack as it would be.
        looks_inside: Whether nested stacks have change sets of their own.
    """

    old: Content
    new: Content
    looks_inside: bool = False

    def changes(self, *, values: bool) -> list[ResourceChange]:
        """The entries of the change set, what changes inside a nested stack after the nested stack."""
        return [entry for change in self._own(values=values) for entry in (change, *self._inside(change, values))]

    def _own(self, *, values: bool) -> Iterator[ResourceChange]:
        for name, resource in self.new.resources.items():
            if name not in self.old.resources:
                yield ResourceChange("Add", name, resource.type, replacement="True" if values else "False")
            elif name in self._details or self._is_retagged(name):
                change = self._modified(name, values=values)
                if change.details:
                    yield change
        for name, resource in self.old.resources.items():
            if name not in self.new.resources:
                policy = _kept(resource.attributes.get("DeletionPolicy", _default_policy(resource)))
                yield ResourceChange("Remove", name, resource.type, self.old.physical_id(name), policy_action=policy)

    def _modified(self, name: str, *, values: bool) -> ResourceChange:
        details = self._details.get(name, [])
        replacement = _replacement(details)
        if values:
            details = list(self._valued(name, details))
            replacement = "True" if replacement == "True" else _replacement(details)
        if self._is_retagged(name):
            details = [ChangeDetail("Tags", "", dynamic=False, cause="", recreation="Never"), *details]
        resource = self.new.resources[name]
        policy = _kept(resource.attributes.get("UpdateReplacePolicy", "Delete"))
        return ResourceChange(
            "Modify",
            name,
            resource.type,
            self.old.physical_id(name),
            replacement,
            tuple(details),
            policy_action=f"ReplaceAnd{policy}" if replacement == "True" else "",
        )

    def _is_retagged(self, name: str) -> bool:
        return self.old.tags != self.new.tags and self.new.resources[name].type not in UNTAGGED

    # Nested stacks

    def _nested(self, name: str) -> Comparison | None:
        if name not in self.new.nested:
            return None
        return Comparison(self.old.nested.get(name, Content()), self.new.nested[name], looks_inside=True)

    def _inside(self, change: ResourceChange, values: bool) -> Iterator[ResourceChange]:
        inside = self._nested(change.resource) if self.looks_inside and change.action != "Remove" else None
        for entry in inside.changes(values=values) if inside else ():
            yield replace(
                entry,
                resource=f"{change.resource}/{entry.resource}",
                details=tuple(replace(d, cause=d.cause and f"{change.resource}/{d.cause}") for d in entry.details),
            )

    def _may_move_inside(self, name: str) -> bool:
        if self.new.resources[name].type != STACK or name not in self.old.resources:
            return False
        inside = self._nested(name)
        return not self.looks_inside or (inside is not None and bool(inside.changes(values=False)))

    # Details

    @cached_property
    def _details(self) -> Details:
        """The details of each resource that changes in place; a change cascades to what refers to it."""
        direct = {name: list(self._direct(name)) for name in self.new.resources if name in self.old.resources}
        found: Details = {name: details for name, details in direct.items() if details}
        while True:
            replacements = {name: _replacement(details) for name, details in found.items()}
            further = {name: self._with_references(name, details, replacements) for name, details in direct.items()}
            further = {name: details for name, details in further.items() if details}
            if further == found:
                return found
            found = further

    def _direct(self, name: str) -> Iterator[ChangeDetail]:
        before, after = self.old.resources[name], self._held.resources[name]
        for key in _differing_keys(before.properties, after.properties):
            yield replace(_detail(after.type, key), source="DirectModification")
        for key in COMPARED:
            if text(before.attributes.get(key, "")) != text(after.attributes.get(key, "")):
                yield ChangeDetail(key, "", dynamic=False, cause="", recreation="Never", source="DirectModification")
        if self._may_move_inside(name) and text(before.properties) == text(after.properties):
            yield ChangeDetail("Properties", "", dynamic=True, cause="", recreation="Never", source="Automatic")

    def _with_references(
        self, name: str, direct: list[ChangeDetail], replacements: Mapping[str, str]
    ) -> list[ChangeDetail]:
        kind, written = self.new.resources[name].type, self._written[name].get("Properties") or {}
        caused: list[ChangeDetail] = []
        for key, value in written.items():
            for one in references(value):
                detail = self._caused(_detail(kind, key), *one, replacements)
                if detail is not None and detail not in caused:
                    caused.append(detail)
        touched = {(detail.attribute, detail.name) for detail in caused}
        return [replace(d, dynamic=d.dynamic or (d.attribute, d.name) in touched) for d in direct] + caused

    def _caused(
        self, detail: ChangeDetail, name: str, attribute: str, replacements: Mapping[str, str]
    ) -> ChangeDetail | None:
        if attribute == REF and name in self._changed_parameters:
            return replace(detail, source="ParameterReference", cause=name)
        if name not in replacements or (attribute == REF and replacements[name] == "False"):
            return None
        source = "ResourceReference" if attribute == REF else "ResourceAttribute"
        cause = name if attribute == REF else f"{name}.{attribute}"
        return replace(detail, dynamic=replacements[name] != "True", source=source, cause=cause)

    @cached_property
    def _written(self) -> dict[str, Any]:
        return self.new.evaluation.written

    @cached_property
    def _changed_parameters(self) -> set[str]:
        return {name for name, value in self.new.values.items() if self.old.values.get(name) != value}

    # Values

    @cached_property
    def _held(self) -> Evaluation:
        """The new template with what it refers to as it is now."""
        return self._seen_as(self.new, self._current)

    def _current(self, name: str, attribute: str) -> Any:
        return (self.old if name in self.old.resources else self.new).reference(name, attribute)

    def _shown(self, name: str, attribute: str) -> Any:
        anew = name not in self.old.resources or _replacement(self._details.get(name, [])) != "False"
        moved = attribute != REF and name in self.new.resources and self._may_move_inside(name)
        return LATER if anew or moved else self._current(name, attribute)

    def _seen_as(self, content: Content, reference: Any, *, masked: bool = False) -> Evaluation:
        return replace(content.evaluation, values=_masked(content) if masked else content.values, reference=reference)

    @cached_property
    def _plain_sides(self) -> tuple[Evaluation, Evaluation]:
        return self._seen_as(self.old, self.old.reference), self._seen_as(self.new, self._shown)

    @cached_property
    def _masked_sides(self) -> tuple[Evaluation, Evaluation]:
        old = self._seen_as(self.old, self.old.reference, masked=True)
        return old, self._seen_as(self.new, self._shown, masked=True)

    def _valued(self, name: str, details: list[ChangeDetail]) -> Iterator[ChangeDetail]:
        plain = [side.resources[name] for side in self._plain_sides]
        masked = [side.resources[name] for side in self._masked_sides]
        written = self._written[name].get("Properties") or {}
        done = set()
        for detail in details:
            if detail.source == "Automatic":
                yield detail
            elif detail.attribute in COMPARED:
                yield _at_path(detail, (detail.attribute,), *(side.attributes for side in masked))
            elif (detail.attribute, detail.name) not in done:
                done.add((detail.attribute, detail.name))
                key = detail.name or "Tags"
                same = [d for d in details if (d.attribute, d.name) == (detail.attribute, detail.name) and d.cause]
                for path in _differing(*(side.properties.get(key, _ABSENT) for side in plain), (key,)):
                    causes = [d for d in same if d.cause in _causes(written, path)]
                    direct = replace(detail, source="DirectModification", cause="", dynamic=bool(causes))
                    for one in (direct, *causes):
                        yield _at_path(one, path, *(side.properties for side in masked), below="/Properties")


def _detail(kind: str, key: str) -> ChangeDetail:
    recreation = "Always" if key in CREATE_ONLY.get(kind, ()) else "Never"
    if key in CONDITIONAL.get(kind, ()):
        recreation = "Conditionally"
    attribute, name = ("Tags", "") if key == "Tags" else ("Properties", key)
    return ChangeDetail(attribute, name, dynamic=False, cause="", recreation=recreation)


def _replacement(details: list[ChangeDetail]) -> str:
    if any(detail.recreation == "Always" and not detail.dynamic for detail in details):
        return "True"
    return "Conditional" if any(detail.recreates for detail in details) else "False"


def _default_policy(resource: FakeResource) -> str:
    alone = resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in resource.properties
    return "Snapshot" if resource.type == "AWS::RDS::DBCluster" or alone else "Delete"


def _kept(policy: str) -> str:
    return "Retain" if policy == "RetainExceptOnCreate" else policy


def _masked(content: Content) -> dict[str, str]:
    declared = content.template.parameters if content.template else {}
    return {name: MASK if declared[name].get("NoEcho") else value for name, value in content.values.items()}


def _differing_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [key for key in {**old, **new} if (key in old, text(old.get(key))) != (key in new, text(new.get(key)))]


Path = tuple[str | int, ...]


def _differing(old: Any, new: Any, path: Path) -> Iterator[Path]:
    if old is not _ABSENT and new is not _ABSENT and text(old) == text(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from _differing(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for place, (before, after) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _differing(before, after, (*path, place))
    else:
        yield path


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, _ABSENT)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else _ABSENT


def _causes(written: Any, path: Path) -> set[str]:
    """What the value at a path refers to; a function on the way there is taken whole."""
    for step in path:
        if _step(written, step) is _ABSENT:
            break
        written = _step(written, step)
    return {name if attribute == REF else f"{name}.{attribute}" for name, attribute in references(written)}


def _at_path(detail: ChangeDetail, path: Path, old: Any, new: Any, below: str = "") -> ChangeDetail:
    for step in path:
        old, new = _step(old, step), _step(new, step)
    return replace(
        detail,
        path=f"{below}/{'/'.join(map(str, path))}",
        before=None if old is _ABSENT else text(old),
        after=None if new is _ABSENT else text(new),
    )
