"""Change sets that know conditions, live values and nested stacks, which the emulator's comparison ignores.

CloudFormation compares what the conditions leave of both templates: a resource whose Condition is false does not
exist, the branch of an Fn::If that is not taken refers to nothing.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, engine, stacks

from . import nested_change_sets
from .change_set_values import VALUED, VALUES, Values, with_values

NESTED_STACK = "AWS::CloudFormation::Stack"
MASK = "****"
_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_TAKEN = "Taken"
_AUTOMATIC = {
    "Target": {"Attribute": "Properties", "RequiresRecreation": "Never"},
    "Evaluation": "Dynamic",
    "ChangeSource": "Automatic",
}
"""What AWS says of a nested stack that is not changed itself: what is inside it might be."""

Resolve = Callable[[Any], Any]


def install() -> None:
    """Replace both halves of the comparison: what is compared, and where references are looked for."""
    changesets._resolve_props_for_diff = resolved
    changesets._diff_resources = differences


def resolved(template: dict[str, Any], parameters: dict[str, Any], stack_name: str, stack_id: str) -> dict[str, Any]:
    """The template with the resources that its conditions leave, each property resolved as far as it can be.

    References to resources that live take their values, so that a function over one, such as Fn::Select, can be
    resolved too. What cannot be resolved stays as it is written, property by property: the emulator's own leaves the
    whole resource unresolved, and a condition that flips another property of it goes unseen.
    """
    if not template:
        return {}
    conditions = engine._evaluate_conditions(template, parameters)
    mappings = template.get("Mappings", {})
    live = (cloudformation._stacks.get(stack_name) or {}).get("_resources", {})

    def under(given: Mapping[str, Any]) -> Resolve:
        def value(raw: Any) -> Any:
            return engine._resolve_refs(copy.deepcopy(raw), live, given, conditions, mappings, stack_name, stack_id)

        return value

    there = {
        logical_id: resource
        for logical_id, resource in (template.get("Resources") or {}).items()
        if conditions.get(resource.get("Condition"), True)
    }
    plain = under(parameters)
    masked = {name: {**given, "Value": MASK} if given["NoEcho"] else given for name, given in parameters.items()}
    taken = {"Resources": _taken(there, conditions)}
    return {
        "Resources": {logical_id: _resource(resource, _or_as_written(plain)) for logical_id, resource in there.items()},
        _TAKEN: taken,
        VALUES: Values(taken["Resources"], plain, under(masked)),
    }


def differences(
    old: dict[str, Any],
    new: dict[str, Any],
    resources: dict[str, Any] | None,
    _template: dict[str, Any],
    changed_parameters: set[str],
    retagged: dict[str, Any],
) -> list[dict[str, Any]]:
    """The changes, with references looked for only in the branches that are taken, each with its values beside it."""

    def changes(moved: set[str]) -> list[dict[str, Any]]:
        marked = {**new, "Resources": {name: _moved(r, name in moved) for name, r in new["Resources"].items()}}
        found = stacks._diff_resources(old, marked, resources, new[_TAKEN], changed_parameters, retagged)
        return [{"ResourceChange": _described(change["ResourceChange"], moved)} for change in found]

    def with_all_values(found: list[dict[str, Any]], moved: set[str]) -> list[dict[str, Any]]:
        unknown = _unknown(found, moved)
        for change in found:
            change[VALUED] = with_values(change["ResourceChange"], old, new, unknown)
        return found

    live = {name for name in _nested(new) if name in old.get("Resources", {})}
    drafting = nested_change_sets.drafting()
    if drafting is None:
        return with_all_values(changes(live), live)
    # What is inside one nested stack may take an output of another: repeat until no further one moves.
    moved: set[str] = set()
    while True:
        found = changes(moved)
        unknown = _unknown(found, moved)
        drafts = {
            name: nested_change_sets.draft(
                new[VALUES].properties(name, unknown), (resources or {}).get(name), tagged=bool(retagged)
            )
            for name in _nested(new)
        }
        further = {name for name in live if drafts[name]["Changes"]} - moved
        if not further:
            listed = {change["ResourceChange"]["LogicalResourceId"] for change in found}
            drafting.update({n: made for n, made in drafts.items() if n in listed or made.get("Status") == "FAILED"})
            return with_all_values(found, moved)
        moved |= further


def _nested(template: Mapping[str, Any]) -> list[str]:
    return [name for name, resource in template["Resources"].items() if resource.get("Type") == NESTED_STACK]


def _moved(resource: dict[str, Any], moved: bool) -> dict[str, Any]:
    """A nested stack whose inside changes, marked so that what takes an output of it is found; see `_described`."""
    return {**resource, "UpdatePolicy": _AUTOMATIC} if moved else resource


def _described(change: dict[str, Any], moved: set[str]) -> dict[str, Any]:
    """The change in AWS's words: Automatic for the mark of a nested stack, and the attribute Tags for the tags.

    AWS says Automatic of a nested stack only where the stack's own resource is not changed. A change of the property
    Tags has the attribute Tags and no name.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html
    """
    if change["Action"] != "Modify":
        return {**change, "Scope": [], "Details": []}
    details = [_in_tags(detail) for detail in change["Details"]]
    if change["LogicalResourceId"] in moved:
        details = [detail for detail in details if detail["Target"]["Attribute"] != "UpdatePolicy"] or [_AUTOMATIC]
    scope = list(dict.fromkeys(detail["Target"]["Attribute"] for detail in details))
    return {**change, "Scope": scope, "Details": details}


def _in_tags(detail: dict[str, Any]) -> dict[str, Any]:
    if detail["Target"].get("Name") != "Tags":
        return detail
    return {**detail, "Target": {"Attribute": "Tags", "RequiresRecreation": detail["Target"]["RequiresRecreation"]}}


def _unknown(found: list[dict[str, Any]], moved: set[str]) -> Callable[[str, str | None], bool]:
    """Whether AWS knows the value of a reference only after the change set was executed.

    So it is for what is made anew. An attribute of what changes in place is taken to stay: with values, AWS leaves
    out a change that would only follow from it. That the same holds for what may be replaced is not known.
    """
    made = {
        change["ResourceChange"]["LogicalResourceId"]
        for change in found
        if change["ResourceChange"]["Action"] == "Add"
        or change["ResourceChange"].get("Replacement", "False") != "False"
    }
    return lambda name, attribute: name in made or (name in moved and attribute is not None)


def _resource(resource: dict[str, Any], value: Resolve) -> dict[str, Any]:
    properties = {name: value(raw) for name, raw in (resource.get("Properties") or {}).items()}
    present = {name: item for name, item in properties.items() if item is not engine._NO_VALUE}
    policies = {name: value(raw) for name, raw in resource.items() if name in _POLICIES}
    return {**resource, **policies, "Properties": present}


def _or_as_written(resolve: Resolve) -> Resolve:
    def value(raw: Any) -> Any:
        try:
            return resolve(raw)
        except (KeyError, IndexError, TypeError, ValueError):
            return raw

    return value


def _taken(value: Any, conditions: dict[str, bool]) -> Any:
    if isinstance(value, list):
        return [_taken(item, conditions) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        name, if_true, if_false = value["Fn::If"]
        return _taken(if_true if conditions.get(name) else if_false, conditions)
    return {key: _taken(item, conditions) for key, item in value.items()}
