"""E9702: parameter groups of a global database that differ between its regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pair_rules import _pair


class DifferentParameterGroups(_pair.PairRule):
    """Parameter groups of a global database that differ between its regions."""

    id = "E9702"
    shortdesc = "Parameter groups of a global database differ"
    description = (
        "Parameter groups are not replicated: after a failover the database would run with other settings than before, "
        "and lower_case_table_names has to be equal for the standby to be made at all."
    )
    fix = "write the parameters once, for both regions"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html"
    )
    tags = ("rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for first, *others in _pair.global_databases(stacks):
            for other in others:
                yield from _compare(stacks, first, other, "DBClusterParameterGroupName")
                for here in _pair.instances(stacks, other)[:1]:
                    for there in _pair.instances(stacks, first)[:1]:
                        yield from _compare(stacks, there, here, "DBParameterGroupName")


def _compare(
    stacks: _pair.Stacks, first: _pair.Resource, other: _pair.Resource, name: str
) -> Iterator[tuple[_pair.Place, str]]:
    there, here = (_pair.find(stacks, found.properties.get(name)) for found in (first, other))
    if there is None or here is None:
        if (there is None) != (here is None):
            yield other.place(name), f"one of {first} and {other} has a {name} of its own and the other has not"
        return
    for key in ("Family", "Parameters"):
        theirs, ours = there.properties.get(key), here.properties.get(key)
        if theirs != ours:
            yield here.place(key), f"{key} of {here} differ from {there}{_which(ours, theirs)}"


def _which(ours: Any, theirs: Any) -> str:
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return ""
    names = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    return f" in {', '.join(names)}"
