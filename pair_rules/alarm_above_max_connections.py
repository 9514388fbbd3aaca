"""W9714: an alarm on connections that the instances refuse before it is raised."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping

from pair_rules import _pair

_MOST = {
    "large": 1000,
    "xlarge": 2000,
    "2xlarge": 3000,
    "4xlarge": 4000,
    "8xlarge": 5000,
    "12xlarge": 6000,
    "16xlarge": 6000,
    "24xlarge": 7000,
    "32xlarge": 7000,
}
"""max_connections of the classes db.r5 and later, as Aurora MySQL sets it; db.x2g has twice the memory: 1000 more."""

_REACHED = {"GreaterThanThreshold": operator.gt, "GreaterThanOrEqualToThreshold": operator.ge}


class AlarmAboveMaxConnections(_pair.PairRule):
    """The threshold of an alarm on connections is what an instance of its stack takes at most, or more."""

    id = "W9714"
    shortdesc = "An alarm on connections that can never be raised"
    description = (
        "An instance of Aurora MySQL refuses connections beyond max_connections, by default 1000 for a db.r6g.large "
        "and 1000 more with each doubling. An alarm at that number or above it is silent while applications are "
        "refused. Class and threshold are mostly parameters, so only an environment shows it."
    )
    fix = "set the threshold to nine tenths of max_connections or less"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "AuroraMySQL.Managing.Performance.html#AuroraMySQL.Managing.MaxConnections"
    )
    tags = ("cloudwatch", "rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for alarm in _pair.resources(stacks, "AWS::CloudWatch::Alarm"):
            found = alarm.properties
            reached = _REACHED.get(str(found.get("ComparisonOperator")))
            # a sum is of all instances
            if found.get("MetricName") != "DatabaseConnections" or reached is None or found.get("Statistic") == "Sum":
                continue
            threshold, most = _number(found.get("Threshold")), _most(stacks)
            if most and not reached(most, threshold) and not _is_set_by_hand(stacks):
                yield alarm.place("Threshold"), f"{alarm} is raised at {threshold:g}, and an instance takes {most}"


def _is_set_by_hand(stacks: _pair.Stacks) -> bool:
    groups = [*_pair.resources(stacks, "AWS::RDS::DBParameterGroup")]
    groups += _pair.resources(stacks, "AWS::RDS::DBClusterParameterGroup")
    parameters = [group.properties.get("Parameters") for group in groups]
    return any(isinstance(found, Mapping) and "max_connections" in found for found in parameters)


def _most(stacks: _pair.Stacks) -> int:
    """What the largest instance of the pair takes; 0 where that is not known."""
    classes = [
        str(found.properties.get("DBInstanceClass"))
        for found in _pair.resources(stacks, _pair.INSTANCE)
        if found.properties.get("Engine") == "aurora-mysql"
    ]
    return max([0, *map(max_connections, classes)])


def max_connections(instance_class: str) -> int:
    """The default max_connections of a class under Aurora MySQL; 0 where it is not known."""
    found = re.fullmatch(r"db\.(r[5-9]|x2)[a-z]*\.(\w+)", instance_class)
    most = _MOST.get(found[2], 0) if found else 0
    return most + 1000 if found and most and found[1] == "x2" else most


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
