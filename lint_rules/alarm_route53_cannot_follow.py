"""E9521: a health check on an alarm that Route 53 cannot follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_ALARM, _COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"


class AlarmRoute53CannotFollow(_rule.Rule):
    """The alarm behind a health check is of a kind that Route 53 does not evaluate."""

    id = "E9521"
    shortdesc = "Health check on an alarm that Route 53 cannot follow"
    description = (
        "Route 53 reads the data behind the alarm itself: one metric, at standard resolution, with a plain statistic, "
        "all datapoints in a row: no metric math, M out of N, high resolution, percentiles or composite alarms."
    )
    fix = "give the health check an alarm of its own, on one metric, without DatapointsToAlarm, by the minute or more"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html"
    tags = ["resources", "route53", "cloudwatch"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for path, config in _reading.health_checks(cfn, "CLOUDWATCH_METRIC"):
            for identifier in _values.branches(cfn, config.get("AlarmIdentifier")):
                if not isinstance(identifier, dict):
                    continue
                for wanted in _values.branches(cfn, identifier.get("Name")):
                    for name, body in _reading.resources(cfn, _ALARM, _COMPOSITE):
                        properties = body.get("Properties")
                        if not isinstance(properties, dict) or not _is(cfn, wanted, name, properties):
                            continue
                        if body["Type"] == _COMPOSITE:
                            yield [*path, "AlarmIdentifier"], f"{name} is a composite alarm"
                            continue
                        for key, reason in _reasons(cfn, properties):
                            where: _rule.Path = ["Resources", name, "Properties", key]
                            yield where, f"{path[1]} follows {name}, which {reason}"


def _is(cfn: _values.Template, wanted: Any, name: str, properties: dict[str, Any]) -> bool:
    return bool(wanted == {"Ref": name} or _values.same(cfn, wanted, properties.get("AlarmName")))


def _reasons(cfn: _values.Template, properties: dict[str, Any]) -> Iterator[tuple[str, str]]:
    keys = ["Metrics", "ExtendedStatistic", "Period", "DatapointsToAlarm", "EvaluationPeriods"]
    for case in _values.scenarios(cfn, properties, keys):
        # a list of one metric without an expression is no metric math
        if any("Expression" in node for _, node in _values.mappings(case.get("Metrics"), [])):
            yield "Metrics", "is metric math"
        if "ExtendedStatistic" in case:
            yield "ExtendedStatistic", "is on a percentile"
        if (period := _values.numbers(cfn, case.get("Period"))) and period[-1] < 60:
            yield "Period", "is of high resolution"
        enough = _values.numbers(cfn, case.get("DatapointsToAlarm"))
        every = _values.numbers(cfn, case.get("EvaluationPeriods"))
        if enough and every and enough[-1] < every[0]:
            yield "DatapointsToAlarm", "asks for M out of N datapoints"
