"""The templates of the flagship pair, in Troposphere; importing this package touches no network and no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from templates_src import primary, secondary
from templates_src.assembly import RegionTemplate

TEMPLATES: Mapping[str, Callable[[], RegionTemplate]] = {
    "primary.yaml": primary.build,
    "secondary.yaml": secondary.build,
}
