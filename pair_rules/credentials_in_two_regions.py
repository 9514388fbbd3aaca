"""E9711: a cluster that joins a global database and brings a master user, password or database name."""

from __future__ import annotations

from collections.abc import Iterator

from pair_rules import _pair

_OF_THE_FIRST = ("MasterUsername", "MasterUserPassword", "DatabaseName")


class CredentialsInTwoRegions(_pair.PairRule):
    """A cluster that joins a global database and brings a master user, password or database name."""

    id = "E9711"
    shortdesc = "More than one cluster of a global database has credentials or a database name"
    description = (
        "Only the first cluster of a global database has a master user and a database name; RDS refuses them on one "
        "that replicates from another region."
    )
    fix = "leave MasterUsername, MasterUserPassword and DatabaseName out of the standby"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html"
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for members in _pair.global_databases(stacks):
            first = min(members, key=_replicates)
            for other in members:
                for name in _OF_THE_FIRST if other is not first else ():
                    if name in other.properties:
                        yield other.place(name), f"{other} joins the global database that {first} begins"


def _replicates(member: _pair.Resource) -> tuple[bool, bool]:
    """The first cluster is the one that copies from no region; between two such, the one that has a master user."""
    return "SourceRegion" in member.properties, "MasterUsername" not in member.properties
