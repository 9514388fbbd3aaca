"""The services that answer operators otherwise than the emulator has it."""

from __future__ import annotations

from types import ModuleType

from . import health_checks, lag_metrics, members, role_changes, snapshots

SERVICES: tuple[ModuleType, ...] = (health_checks, lag_metrics, role_changes, snapshots, members)
