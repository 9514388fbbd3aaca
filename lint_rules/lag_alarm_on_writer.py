"""E9533: a lag alarm in the region that has no lag."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_CREDENTIALS = ["MasterUsername", "MasterUserPassword"]


class LagAlarmOnWriter(_rule.Rule):
    """A lag alarm watches the writer of a global database and takes missing data for a breach."""

    id = "E9533"
    shortdesc = "Lag alarm where the metric does not exist"
    description = (
        "Lag metrics exist in secondary regions only: on the writer there is no data, so the alarm never ends."
    )
    fix = "move the alarm to the secondary region's template, or set TreatMissingData to notBreaching"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html"
    tags = ["resources", "cloudwatch", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        writers = _writers(cfn)
        for name, properties, metric in _reading.lag_alarms(cfn):
            if _values.texts(cfn, properties.get("TreatMissingData")) != {"breaching"}:
                continue
            for dimension in _values.items(cfn, metric.get("Dimensions")):
                if isinstance(dimension, dict) and dimension.get("Name") == "DBClusterIdentifier":
                    for cluster in _named(cfn, dimension.get("Value"), writers):
                        path: _rule.Path = ["Resources", name, "Properties", "TreatMissingData"]
                        yield path, f"{cluster} is the writer and has no such metric"


def _writers(cfn: _values.Template) -> dict[str, dict[str, Any]]:
    """The members that are writers however the conditions turn out: the sources, and those with credentials."""
    sources = _reading.sources(cfn)
    return {
        name: found
        for name, found in _reading.global_members(cfn).items()
        if name in sources or all(any(key in case for key in _CREDENTIALS) for case in _cases(cfn, found))
    }


def _cases(cfn: _values.Template, cluster: dict[str, Any]) -> list[dict[str, Any]]:
    return list(_values.scenarios(cfn, cluster, _CREDENTIALS))


def _named(cfn: _values.Template, value: Any, clusters: dict[str, dict[str, Any]]) -> list[str]:
    return [
        name
        for name, found in clusters.items()
        if value == {"Ref": name} or _values.same(cfn, value, found.get("DBClusterIdentifier"))
    ]
