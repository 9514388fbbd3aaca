"""E9704: two clusters of one global database with the same identifier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from pair_rules import _pair


class SameClusterIdentifier(_pair.PairRule):
    """Two clusters of one global database with the same identifier."""

    id = "E9704"
    shortdesc = "Clusters of a global database share an identifier"
    description = "The identifiers of clusters are unique in the whole global database and not only in a region."
    fix = "put the region into DBClusterIdentifier"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-getting-started.html"
    )
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for members in _pair.global_databases(stacks):
            for first, other in combinations(members, 2):
                name = other.properties.get("DBClusterIdentifier")
                if isinstance(name, str) and name.lower() == str(first.properties.get("DBClusterIdentifier")).lower():
                    yield other.place("DBClusterIdentifier"), f"{first} and {other} are both named {name}"
