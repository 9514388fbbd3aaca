"""W9713: a standby of another instance class than the writer."""

from __future__ import annotations

from collections.abc import Iterator

from pair_rules import _pair
from twinstack.expressions.values import freeze


class SmallerStandby(_pair.PairRule):
    """A standby of another instance class than the writer."""

    id = "W9713"
    shortdesc = "Instance classes of a global database differ"
    description = (
        "After a failover the standby carries the whole load. A smaller one saves the data and loses the service."
    )
    fix = "give both regions the same DBInstanceClass, by one parameter"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-getting-started.html"
    )
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for first, *others in _pair.global_databases(stacks):
            usual = {freeze(found.properties.get("DBInstanceClass")) for found in _pair.instances(stacks, first)}
            for other in others:
                for found in _pair.instances(stacks, other):
                    size = found.properties.get("DBInstanceClass")
                    if usual and freeze(size) not in usual:
                        yield found.place("DBInstanceClass"), f"{found} is {size}; {first.role} has no such instance"
