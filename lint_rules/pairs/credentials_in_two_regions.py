"""E9711: two clusters of a global database that both bring a master user."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.pairs import _pair


class CredentialsInTwoRegions(_pair.PairRule):
    """Two clusters of a global database that both bring a master user."""

    id = "E9711"
    shortdesc = "More than one cluster of a global database has credentials"
    description = (
        "Only the first cluster of a global database has a master user and a database name; RDS refuses them on one "
        "that replicates from another region."
    )
    fix = "leave MasterUsername, MasterUserPassword and DatabaseName out of the standby"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html"
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for members in _pair.global_databases(stacks):
            having = [member for member in members if "MasterUsername" in member.properties]
            for other in having[1:]:
                message = f"{having[0]} already brings the master user of the global database that {other} joins"
                yield other.place("MasterUsername"), message
