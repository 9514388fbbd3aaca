"""The services that answer operators otherwise than the emulator has it."""

from __future__ import annotations

from types import ModuleType

from . import (
    automated_backups,
    database_keys,
    health_checks,
    lag_metrics,
    members,
    offers,
    permissions,
    quotas,
    restoring,
    role_changes,
    secret_replicas,
    snapshots,
)

# What adds actions comes before what wraps them.
SERVICES: tuple[ModuleType, ...] = (
    restoring,
    automated_backups,
    database_keys,
    health_checks,
    lag_metrics,
    offers,
    permissions,
    quotas,
    role_changes,
    secret_replicas,
    snapshots,
    members,
)
