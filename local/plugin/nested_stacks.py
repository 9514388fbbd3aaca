"""Updates of nested stacks: their template may be another at the same address.

The emulator leaves a resource alone whose properties are the same, nested stacks too; CloudFormation looks into those.
And a resource inside a nested stack that stays as it is would lose its attributes there, so that an output that
takes one fails.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners, stacks

from . import nested_change_sets
from .change_sets import NESTED_STACK

Updated = tuple[str, dict[str, Any]]


def install() -> None:
    """Replace the update of a resource, in stacks and in nested stacks."""
    provisioners._update_resource = stacks._update_resource = _looking_inside(provisioners._update_resource)


def _looking_inside(update: Callable[..., Updated]) -> Callable[..., Updated]:
    def updated(  # noqa: PLR0917  as the emulator calls it
        kind: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Updated:
        if old == new:
            if kind == NESTED_STACK and nested_change_sets.moves(physical_id, new):
                handler = provisioners._RESOURCE_HANDLERS[kind]["update"]
                result: Updated = handler(physical_id, old, new, stack_name)
                return result
            held = (cloudformation._stacks.get(stack_name) or {}).get("_resources", {})
            attributes = attributes or (held.get(logical_id) or {}).get("Attributes")
        return update(kind, physical_id, old, new, stack_name, logical_id, attributes)

    return updated
