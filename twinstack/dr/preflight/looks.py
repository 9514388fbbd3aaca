"""Everything that is looked at before clusters are made, one region at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from twinstack.dr.preflight import offers, room
from twinstack.dr.roles import RegionOf
from twinstack.environment.file import EnvironmentFile
from twinstack.preflight.looking import Look
from twinstack.preflight.needs import Added, by_site


def looks(added: Sequence[Added], file: EnvironmentFile, region_of: RegionOf) -> Iterator[Look[Any]]:
    """Yields the looks at what RDS offers, has room for, and has already.

    Args:
        added: What the plan adds.
        file: The environment's file, for the places to change.
        region_of: Returns the region of the account of a stack.
    """
    for (_, name), here in by_site(added).items():
        region = region_of(here[0].stack.role, name)
        yield from room.room_looks(here, region, name)
        yield from room.cluster_looks(here, region, name, file)
        yield from offers.looks(here, region, name, file)
