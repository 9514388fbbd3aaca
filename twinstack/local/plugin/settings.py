"""What of the local AWS can be set while it runs: `settings.json` in its state folder, read at each use.

    {"role_change_seconds": 0.2, "quotas": {"L-F678F1CE": 1, "eu-west-1/DBClusters": 0}}

`role_change_seconds` is how long a switchover or a failover takes, 2 by default. `quotas` has limits that take the
place of AWS's defaults, by quota code (Service Quotas) or quota name (RDS), for one region or for all.
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
    for place in _PLACE:
        if place.exists():
            return json.loads(place.read_text(encoding="utf-8")).get(name, default)
    return default
