"""W9532: a lag threshold that was meant in seconds."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_LEAST = 100


class LagThresholdInSeconds(_rule.Rule):
    """The threshold of a lag alarm is a few milliseconds."""

    id = "W9532"
    shortdesc = "Lag threshold in seconds"
    description = "The lags of an Aurora global database are in milliseconds; below 100 the alarm is always on."
    fix = "give the threshold in milliseconds, such as 5000"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html"
    tags = ["resources", "cloudwatch", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties, _ in _reading.lag_alarms(cfn):
            if any(
                isinstance(query, dict) and "Expression" in query
                for query in _values.items(cfn, properties.get("Metrics"))
            ):
                continue  # which may turn them into seconds
            for case in _values.scenarios(cfn, properties, ["Threshold", "ComparisonOperator"]):
                threshold = _values.numbers(cfn, case.get("Threshold"))
                above = all(text.startswith("Greater") for text in _values.texts(cfn, case.get("ComparisonOperator")))
                if above and threshold and threshold[-1] < _LEAST:
                    path: _rule.Path = ["Resources", name, "Properties", "Threshold"]
                    yield path, f"{name} is raised above {threshold[-1]:g} milliseconds"
