"""E9544: a replication rule with a filter that lacks what a filter needs."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class ReplicationFilterIncomplete(_rule.Rule):
    """A replication rule has Filter, and no DeleteMarkerReplication or no Priority."""

    id = "E9544"
    shortdesc = "A replication rule with Filter, without DeleteMarkerReplication or Priority"
    description = "With Filter a rule is of the second version, in which S3 refuses one without the other two."
    fix = "add DeleteMarkerReplication and Priority to the rule"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html"
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, _, rules in _reading.replicated(cfn):
            for rule in rules:
                missing = [key for key in ("DeleteMarkerReplication", "Priority") if key not in rule]
                if "Filter" in rule and missing:
                    path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                    yield path, f"A replication rule of {name} has Filter but no {' and no '.join(missing)}"
