"""Puts handlers into the emulator's CloudFormation, every one under a recorder of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners, stacks

from . import api
from .dropped import Ledger, dropped_by_create, dropped_by_update
from .handler import Handler, Resource
from .recording import Recorded
from .shapes import Properties

_PASSED_ON_WHOLE = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata")


def install(types: Iterable[type[Handler]], ledger: Ledger) -> None:
    """Make `types` the handlers of their types, and record what any handler of the emulator drops."""
    known: dict[str, Mapping[str, Any]] = provisioners._RESOURCE_HANDLERS
    ours = {kind.type_name: kind for kind in types}
    for name in [*known, *(name for name in ours if name not in known)]:
        if name in _PASSED_ON_WHOLE:
            continue
        kind = ours.get(name)
        native = known.get(name, {})
        handler = kind(native) if kind else _Native(native)
        known[name] = _entry(name, handler, native, ledger)
        if kind:
            _tag(kind)
    _on_worker_threads(frozenset(ours))
    _forget_with_the_stack(ledger)


class _Native(Handler):
    """A type of the emulator's own, unchanged."""


def _entry(name: str, handler: Handler, native: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, dict[str, Any]]:
        seen = Recorded(dict(properties))
        physical_id, attributes = handler.create(Resource(stack_name, logical_id), seen)
        key = (api.region(), stack_name, logical_id)
        ledger.record(key, name, dropped_by_create(seen, handler.ineffective), handler.ineffective)
        return physical_id, dict(attributes)

    def update(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, dict[str, Any]]:
        seen = Recorded(dict(new))
        new_id, attributes = handler.update(Resource(stack_name, logical_id), physical_id, old, seen)
        key = (api.region(), stack_name, logical_id)
        dropped = dropped_by_update(old, seen, ledger.of(key), handler.ineffective)
        ledger.record(key, name, dropped, handler.ineffective)
        return new_id, dict(attributes)

    def delete(physical_id: str, properties: Properties) -> None:
        handler.delete(physical_id, properties)

    return {
        **native,
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "delete_with_logical_id": False,
    }


def _tag(kind: type[Handler]) -> None:
    """Tell the emulator where the stack's tags go."""
    if kind.tag_property:
        provisioners._STACK_TAG_PROPERTY[kind.type_name] = (kind.tag_property, "list")


def _on_worker_threads(names: frozenset[str]) -> None:
    """A handler that calls the emulator's own API must not hold up the loop that answers it."""
    emulators: Callable[[str], bool] = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda name: name in names or emulators(name)


_SETTLED = ("_COMPLETE", "_FAILED")


def _forget_with_the_stack(ledger: Ledger) -> None:
    """Keep the ledger to resources that stacks still hold; the emulator tells of removals only by events."""
    add_event = stacks._add_event

    def remembered(stack_id: str, stack_name: str, logical_id: str, *rest: Any, **named: Any) -> None:
        add_event(stack_id, stack_name, logical_id, *rest, **named)
        kind, status = rest[0], rest[1]
        if kind != "AWS::CloudFormation::Stack" or logical_id != stack_name or not status.endswith(_SETTLED):
            return
        held = () if status == "DELETE_COMPLETE" else cloudformation._stacks[stack_name].get("_resources", {})
        ledger.keep_only(stack_id.split(":")[3], stack_name, frozenset(held))

    stacks._add_event = remembered
