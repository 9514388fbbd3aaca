"""The values of a change set, before and after, as DescribeChangeSet shows them with IncludePropertyValues.

AWS names the path of each single value that differs. What is known only when the change set is executed is
`{{changeSet:KNOWN_AFTER_APPLY}}`, also where it is only a part of a text. A change without a value that differs is
left out: so is one that only follows from an attribute of what changes in place.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation import engine, stacks

KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
VALUES = "Values"
"""Where a resolved template keeps its `Values`."""

VALUED = "_valued"
"""Where a change keeps what is shown with values; None for one that AWS leaves out then."""

Unknown = Callable[[str, str | None], bool]
Path = tuple[str | int, ...]
_ABSENT = object()
_SINGLE = 1


def nothing_unknown(_name: str, _attribute: str | None) -> bool:
    """Of a stack as it is, every value is known."""
    return False


@dataclass(frozen=True)
class Values:
    """The properties of a template's resources under its parameters.

    Attributes:
        written: The resources as they are written, with the branches that their conditions take.
        plain: Resolves a value.
        masked: Resolves a value with the NoEcho parameters masked.
    """

    written: Mapping[str, Any]
    plain: Callable[[Any], Any]
    masked: Callable[[Any], Any]

    def properties(self, logical_id: str, unknown: Unknown, *, masked: bool = False) -> dict[str, Any]:
        """The properties of a resource; what is not known before the change set is executed is said so."""
        found = {
            name: self._value(raw, unknown, self.masked if masked else self.plain)
            for name, raw in (self.written[logical_id].get("Properties") or {}).items()
        }
        return {name: value for name, value in found.items() if value is not engine._NO_VALUE}

    def _value(self, raw: Any, unknown: Unknown, resolve: Callable[[Any], Any]) -> Any:
        try:
            return _collapsed(resolve(_hidden(raw, unknown)))
        except (KeyError, IndexError, TypeError, ValueError):
            return KNOWN_AFTER_APPLY


def with_values(
    change: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any], unknown: Unknown
) -> dict[str, Any] | None:
    """The change as it is shown with values; None when no value differs.

    Args:
        change: The entry of the change set without values.
        old: The template's resources as they are, resolved, and under `VALUES` how their values are read; maybe empty.
        new: The same of the new template.
        unknown: Whether a reference of the new template has no value yet.
    """
    before, after = old.get(VALUES), new[VALUES]
    logical_id = change["LogicalResourceId"]
    shown = dict(change)
    if change["Action"] != "Add" and before:
        shown["BeforeContext"] = _context(
            before.properties(logical_id, nothing_unknown, masked=True), old["Resources"][logical_id]
        )
    if change["Action"] != "Remove":
        shown["AfterContext"] = _context(
            after.properties(logical_id, unknown, masked=True), new["Resources"][logical_id]
        )
    if change["Action"] == "Add":
        return {**shown, "Replacement": "True"}
    if change["Action"] != "Modify" or before is None:
        return shown
    sides = _Sides(logical_id, old["Resources"][logical_id], new["Resources"][logical_id], before, after, unknown)
    details = [found for detail in _one_a_property(change["Details"]) for found in sides.details(detail, change)]
    if not details:
        return None
    if change["Replacement"] != "True":
        shown["Replacement"] = stacks._replacement(details, False)
    return {**shown, "Details": details, "Scope": list(dict.fromkeys(d["Target"]["Attribute"] for d in details))}


@dataclass(frozen=True)
class _Sides:
    logical_id: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    before: Values
    after: Values
    unknown: Unknown

    def details(self, detail: dict[str, Any], change: dict[str, Any]) -> Iterator[dict[str, Any]]:
        target = detail["Target"]
        name = "Tags" if target["Attribute"] == "Tags" else target.get("Name")
        if detail.get("ChangeSource") in (None, "Automatic"):
            yield detail  # tags of the stack, or what is inside a nested one: no value of this resource
        elif name is None:
            yield self._attribute(detail)
        else:
            causes = [d for d in change["Details"] if d["Target"] == target and "CausingEntity" in d]
            yield from self._property(name, target, causes)

    def _attribute(self, detail: dict[str, Any]) -> dict[str, Any]:
        name = detail["Target"]["Attribute"]
        values = (self.old.get(name, _ABSENT), self.new.get(name, _ABSENT))
        return {**detail, "Target": {**detail["Target"], **_target((name,), *values)}}

    def _property(self, name: str, target: dict[str, Any], causes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        def of(*, masked: bool) -> tuple[Any, Any]:
            old = self.before.properties(self.logical_id, nothing_unknown, masked=masked)
            new = self.after.properties(self.logical_id, self.unknown, masked=masked)
            return old.get(name, _ABSENT), new.get(name, _ABSENT)

        written = (self.after.written[self.logical_id].get("Properties") or {}).get(name)
        masked = of(masked=True)
        for path in _differing(*of(masked=False), ()):
            values = (_at(masked[0], path), _at(masked[1], path))
            full = {**target, **_target(("Properties", name, *path), *values)}
            caused = [cause for cause in causes if cause["CausingEntity"] in _references(written, path)]
            evaluation = "Dynamic" if caused else "Static"
            yield {"Target": full, "Evaluation": evaluation, "ChangeSource": "DirectModification"}
            for cause in caused:
                yield {**cause, "Target": full}


def _one_a_property(details: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for detail in details:
        target, source = detail["Target"], detail.get("ChangeSource", "")
        by_source = source if source in ("", "Automatic") else "value"
        found.setdefault((target["Attribute"], target.get("Name", ""), by_source), detail)
    return list(found.values())


def _hidden(raw: Any, unknown: Unknown) -> Any:
    """A value as it is written, with the marker in place of each function that takes something unknown."""
    if isinstance(raw, list):
        return [_hidden(item, unknown) for item in raw]
    if not isinstance(raw, dict):
        return raw
    if len(raw) == _SINGLE and next(iter(raw)).startswith(("Fn::", "Ref")):
        hit = any(unknown(name, attribute) for name, attribute in engine._intrinsic_references(raw))
        return KNOWN_AFTER_APPLY if hit else raw
    return {key: _hidden(item, unknown) for key, item in raw.items()}


def _collapsed(value: Any) -> Any:
    if isinstance(value, list):
        return [_collapsed(item) for item in value]
    if isinstance(value, dict):
        return {key: _collapsed(item) for key, item in value.items() if item is not engine._NO_VALUE}
    return KNOWN_AFTER_APPLY if isinstance(value, str) and KNOWN_AFTER_APPLY in value else value


def _differing(old: Any, new: Any, path: Path) -> Iterator[Path]:
    """The paths of the values that differ."""
    if _text(old) == _text(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differing(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for place in range(max(len(old), len(new))):
            yield from _differing(_at(old, (place,)), _at(new, (place,)), (*path, place))
    else:
        yield path


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else _ABSENT
        elif isinstance(value, dict):
            value = value.get(step, _ABSENT)
        else:
            return _ABSENT
    return value


def _references(written: Any, path: Path) -> set[str]:
    """What the value at a path refers to, as AWS names causes; a function on the way there is read whole."""
    for step in path:
        below = _at(written, (step,))
        if below is _ABSENT:
            break
        written = below
    return {f"{name}.{attribute}" if attribute else name for name, attribute in engine._intrinsic_references(written)}


def _target(path: Path, old: Any, new: Any) -> dict[str, Any]:
    kind = "Add" if old is _ABSENT else "Remove" if new is _ABSENT else "Modify"
    values = {"BeforeValue": old, "AfterValue": new}
    present = {name: _text(value) for name, value in values.items() if value is not _ABSENT}
    return {"Path": "/" + "/".join(map(str, path)), "AttributeChangeType": kind, **present}


def _context(properties: dict[str, Any], resource: Mapping[str, Any]) -> str:
    attributes = {name: resource[name] for name in stacks._DIFFED_ATTRIBUTES if name in resource}
    return json.dumps(_texts({"Properties": properties, **attributes}), separators=(",", ":"))


def _text(value: Any) -> Any:
    if value is _ABSENT:
        return _ABSENT
    found = _texts(value)
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))


def _texts(value: Any) -> Any:
    """CloudFormation keeps every scalar as text."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
