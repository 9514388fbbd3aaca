"""What of the local AWS can be set while it runs: `settings.json` in its state folder, read at each use.

    {"role_change_seconds": 0.2, "quotas": {"L-F678F1CE": 1, "eu-west-1/DBClusters": 0}}

- `role_change_seconds`: how long a switchover or a failover takes; 2 by default.
- `role_change_held_at`: `pending`, `moving` or `rebuilding`, where it stays for as long as this is set.
- `lag_milliseconds`: the lag of the cluster that reads; 100 by default, and null for none at all.
- `quotas`: limits in the place of AWS's defaults, by quota code (Service Quotas) or name (RDS), for a region or all.
- `not_offered`: engine versions and instance classes that are not there, for a zone, a region or everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_PLACE: list[Path] = []


def read_from(folder: Path) -> None:
    """Take the settings from this state folder."""
    _PLACE[:] = [folder / "settings.json"]


def setting(name: str, default: Any) -> Any:
    """What is set, or the default."""
    try:
        set_here = json.loads(_PLACE[0].read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    return set_here.get(name, default)
