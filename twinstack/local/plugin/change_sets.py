"""Change sets that know conditions: the emulator compares resources whose Condition is false as if they existed."""

from __future__ import annotations

import copy
from typing import Any

from ministack.services.cloudformation import changesets, engine


def install() -> None:
    """Replace the resolution of templates that the comparison works on."""
    changesets._resolve_props_for_diff = resolved


def resolved(template: dict[str, Any], parameters: dict[str, Any], stack_name: str, stack_id: str) -> dict[str, Any]:
    """The template with the resources that its conditions leave, each property resolved as far as it can be.

    The emulator's own keeps the whole resource unresolved when one of its properties cannot be resolved yet, so
    that a condition which flips another property goes unseen; here each property stands for itself.
    """
    if not template:
        return {}
    conditions = engine._evaluate_conditions(template, parameters)
    mappings = template.get("Mappings", {})

    def value(raw: Any) -> Any:  # noqa: ANN401
        try:
            return engine._resolve_refs(copy.deepcopy(raw), {}, parameters, conditions, mappings, stack_name, stack_id)
        except (KeyError, IndexError, TypeError, ValueError):
            return raw

    resources = {}
    for logical_id, resource in template.get("Resources", {}).items():
        if not conditions.get(resource.get("Condition"), True):
            continue
        properties = {name: value(raw) for name, raw in (resource.get("Properties") or {}).items()}
        present = {name: item for name, item in properties.items() if item is not engine._NO_VALUE}
        resources[logical_id] = {**resource, "Properties": present}
    return {"Resources": resources}
