"""The services that answer operators otherwise than the emulator has it."""

from __future__ import annotations

from types import ModuleType

from . import role_changes, snapshots

SERVICES: tuple[ModuleType, ...] = (snapshots, role_changes)
