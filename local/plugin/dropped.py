"""What the emulator was asked for and did not do, kept in a file that the command line reads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from .recording import Recorded
from .shapes import Properties

Resource = tuple[str, str, str]
"""Region, stack and logical id."""

UNREAD = "the emulator does not know it"


class Ledger:
    """Dropped properties by resource; every change is written out whole, so that a reader never sees half."""

    def __init__(self, file: Path) -> None:
        """Start empty: the emulator starts with nothing in it."""
        self._file = file
        self._lock = threading.Lock()
        self._entries: dict[Resource, tuple[str, dict[str, str]]] = {}
        self._write()

    def record(self, resource: Resource, type_name: str, properties: Iterable[str], reasons: Mapping[str, str]) -> None:
        """Set what was dropped of a resource and why; nothing removes its entry.

        Args:
            resource: Where it is.
            type_name: Its type.
            properties: What was dropped.
            reasons: By property; one without a reason is one that nothing read.
        """
        with self._lock:
            dropped = {name: reasons.get(name, UNREAD) for name in sorted(properties)}
            if dropped:
                self._entries[resource] = (type_name, dropped)
            else:
                self._entries.pop(resource, None)
            self._write()

    def of(self, resource: Resource) -> set[str]:
        """What is recorded of a resource."""
        return set(self._entries.get(resource, ("", {}))[1])

    def reasons(self, resource: Resource) -> dict[str, str]:
        """What is recorded of a resource, each property with the reason."""
        return dict(self._entries.get(resource, ("", {}))[1])

    def keep_only(self, region: str, stack_name: str, logical_ids: Collection[str]) -> None:
        """Forget every resource of a stack that it no longer holds."""
        with self._lock:
            gone = [key for key in self._entries if key[:2] == (region, stack_name) and key[2] not in logical_ids]
            for key in gone:
                del self._entries[key]
            if gone:
                self._write()

    def _write(self) -> None:
        rows = [
            {
                "region": region,
                "stack": stack,
                "resource": logical_id,
                "type": type_name,
                "property": name,
                "reason": reason,
            }
            for (region, stack, logical_id), (type_name, dropped) in sorted(self._entries.items())
            for name, reason in dropped.items()
        ]
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        os.replace(draft, self._file)  # noqa: PTH105  the call that is atomic, named


def dropped_by_create(properties: Recorded, ineffective: Iterable[str]) -> set[str]:
    """The properties that a create did not use."""
    unread = {".".join(path) for path in properties.unasked()}
    return unread | {name for name in ineffective if _given(properties, name)}


def dropped_by_update(old: Properties, new: Recorded, before: set[str], ineffective: Iterable[str]) -> set[str]:
    """The properties that are dropped now: those of before that remain, and changes that the update did not look at."""
    found = {name for name in before if _given(new, name)}
    found |= {name for name in ineffective if _given(new, name)}
    found |= {".".join(path) for path in new.unasked() if _at(old, path) != _at(new, path)}
    removed = {name for name in old if not dict.__contains__(new, name) and name not in new.asked}
    return found | (removed - before)  # what never was there needs no taking away


def _given(properties: Mapping[str, Any], name: str) -> bool:
    return _at(properties, tuple(name.split("."))) is not None


def _at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path; below a list, the list of what stands there in its items."""
    for position, key in enumerate(path):
        if isinstance(value, list):
            found = [_at(item, path[position:]) for item in value]
            return [item for item in found if item is not None] or None
        if not isinstance(value, dict) or not dict.__contains__(value, key):
            return None
        value = dict.__getitem__(value, key)
    return value
