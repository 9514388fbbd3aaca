"""W9560: instances of one cluster that are changed at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from lint_rules import _reading, _rule, _values


class InstancesChangedAtOnce(_rule.Rule):
    """Two instances of a cluster stand in a template, and neither waits for the other."""

    id = "W9560"
    shortdesc = "Instances of one cluster without an order between them"
    description = (
        "CloudFormation changes side by side what does not depend on each other. A new instance class, or another "
        "setting that restarts an instance, takes instances without an order down together; where that is all of a "
        "cluster's, none is left to fail over to."
    )
    fix = "give the second instance a DependsOn on the first, which is made first and so becomes the writer"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        after = {name: _waits_for(body) for name, body in _reading.resources(cfn)}
        for (one, first), (other, second) in combinations(_reading.properties(cfn, _reading.INSTANCE), 2):
            together = _values.same(cfn, first.get("DBClusterIdentifier"), second.get("DBClusterIdentifier"))
            ordered = _reaches(after, one, other) or _reaches(after, other, one)
            if together and not ordered and _exist_together(cfn, one, other):
                yield ["Resources", other], f"{one} and {other} of one cluster are changed at the same time"


def _waits_for(body: Mapping[str, Any]) -> set[str]:
    named = body.get("DependsOn")
    listed = named if isinstance(named, list) else [named]
    return {name for name in listed if isinstance(name, str)} | _values.referred(body.get("Properties"))


def _reaches(after: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen, open_ends = set[str](), [start]
    while open_ends:
        name = open_ends.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            open_ends += after.get(name, set())
    return False


def _exist_together(cfn: _values.Template, one: str, other: str) -> bool:
    """Whether both instances can be there at once, by their conditions."""
    known = _values.section(cfn, "Conditions")
    asked = [_values.dig(cfn.template, "Resources", name, "Condition") for name in (one, other)]
    given = {name: {True} for name in asked if isinstance(name, str) and name in known}
    return not given or any(True for _ in cfn.conditions.build_scenarios(given))
