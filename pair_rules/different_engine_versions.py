"""E9701: members of a global database with different engines or engine versions."""

from __future__ import annotations

from collections.abc import Iterator

from pair_rules import _pair


class DifferentEngineVersions(_pair.PairRule):
    """Members of a global database with different engines or engine versions."""

    id = "E9701"
    shortdesc = "Engine versions of a global database differ"
    description = (
        "Aurora MySQL refuses a switchover or a managed failover between clusters whose versions differ, down to the "
        "patch, and refuses another engine from the beginning."
    )
    fix = "give both stacks the same full EngineVersion, best by a parameter that is set once for all regions"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html"
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for first, *others in _pair.global_databases(stacks):
            for other in others:
                for name in ("Engine", "EngineVersion"):
                    here, there = other.properties.get(name), first.properties.get(name)
                    if here != there:
                        yield other.place(name), f"{name} of {other} is {here}, and {there} in {first}"
