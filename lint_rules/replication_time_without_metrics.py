"""E9545: replication time control without metrics."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class ReplicationTimeWithoutMetrics(_rule.Rule):
    """A replication rule asks for ReplicationTime, and its Metrics are missing or off."""

    id = "E9545"
    shortdesc = "Replication time control without metrics"
    description = "S3 refuses ReplicationTime without Metrics; only these tell that replication is late."
    fix = "add Metrics with Status Enabled and EventThreshold.Minutes 15 to the destination"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html"
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, _, rules in _reading.replicated(cfn):
            for rule in rules:
                timed = _values.dig(rule, "Destination", "ReplicationTime", "Status")
                measured = _values.dig(rule, "Destination", "Metrics", "Status")
                if _values.texts(cfn, timed) == {"Enabled"} and (
                    measured is None or _values.texts(cfn, measured) == {"Disabled"}
                ):
                    path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                    yield path, f"{name} asks for replication in time, without the metrics for it"
