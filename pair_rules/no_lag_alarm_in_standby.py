"""W9707: a standby whose lag nobody watches."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _values
from pair_rules import _pair


class NoLagAlarmInStandby(_pair.PairRule):
    """A standby whose lag nobody watches."""

    id = "W9707"
    shortdesc = "No alarm on replication lag where the metric exists"
    description = (
        "The lag metrics of a global database exist in the region of the standby only. An alarm in the region of the "
        "writer never has data."
    )
    fix = "add an alarm on AuroraGlobalDBRPOLag to the stack of the standby"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html"
    tags = ("cloudwatch", "rds", "aurora")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        watching = {
            alarm.site
            for alarm in _pair.resources(stacks, "AWS::CloudWatch::Alarm")
            if str(alarm.properties.get("MetricName")) in _reading.LAGS
            or any(
                str(_values.dig(query, "MetricStat", "Metric", "MetricName")) in _reading.LAGS
                for _, query in _pair.listed(alarm.properties.get("Metrics"))
            )
        }
        for members in _pair.global_databases(stacks):
            for standby in members:
                if "SourceRegion" in standby.properties and standby.site not in watching:
                    yield standby.place(), f"nothing in {standby.region} watches how far {standby} is behind"
