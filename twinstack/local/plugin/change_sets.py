"""Change sets that know conditions and live values, which the emulator's comparison ignores.

CloudFormation compares what the conditions leave of both templates: a resource whose Condition is false does not
exist, the branch of an Fn::If that is not taken refers to nothing.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import copy
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, engine, stacks

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_TAKEN = "Taken"


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

    def value(raw: Any) -> Any:
        try:
            return engine._resolve_refs(
                copy.deepcopy(raw), live, parameters, conditions, mappings, stack_name, stack_id
            )
        except (KeyError, IndexError, TypeError, ValueError):
            return raw

    there = {
        logical_id: resource
        for logical_id, resource in (template.get("Resources") or {}).items()
        if conditions.get(resource.get("Condition"), True)
    }
    return {
        "Resources": {logical_id: _resource(resource, value) for logical_id, resource in there.items()},
        _TAKEN: {"Resources": _taken(there, conditions)},
    }


def differences(
    old: dict[str, Any],
    new: dict[str, Any],
    resources: dict[str, Any] | None,
    _template: dict[str, Any],
    changed_parameters: set[str],
    retagged: dict[str, Any],
) -> list[dict[str, Any]]:
    """The changes, with references looked for only in the branches that are taken."""
    found: list[dict[str, Any]] = stacks._diff_resources(old, new, resources, new[_TAKEN], changed_parameters, retagged)
    return found


def _resource(resource: dict[str, Any], value: Any) -> dict[str, Any]:
    properties = {name: value(raw) for name, raw in (resource.get("Properties") or {}).items()}
    present = {name: item for name, item in properties.items() if item is not engine._NO_VALUE}
    policies = {name: value(raw) for name, raw in resource.items() if name in _POLICIES}
    return {**resource, **policies, "Properties": present}


def _taken(value: Any, conditions: dict[str, bool]) -> Any:
    if isinstance(value, list):
        return [_taken(item, conditions) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        name, if_true, if_false = value["Fn::If"]
        return _taken(if_true if conditions.get(name) else if_false, conditions)
    return {key: _taken(item, conditions) for key, item in value.items()}
