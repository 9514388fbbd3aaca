"""E9527: a primary failover record that never fails over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class PrimaryRecordWithoutHealthCheck(_rule.Rule):
    """The primary record of a failover pair has no health check."""

    id = "E9527"
    shortdesc = "Primary failover record without a health check"
    description = "Route 53 takes a record without a health check for healthy: the secondary is never answered."
    fix = "set HealthCheckId on it, or EvaluateTargetHealth if it is an alias"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-types.html"
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for path, record, _ in _reading.records(cfn):
            for case in _values.scenarios(cfn, record, ["Failover", "HealthCheckId", "AliasTarget"]):
                primary = _values.texts(cfn, case.get("Failover")) == {"PRIMARY"}
                if primary and "HealthCheckId" not in case and not _evaluated(cfn, case.get("AliasTarget")):
                    yield path, "the primary failover record has no health check"


def _evaluated(cfn: _values.Template, alias: Any) -> bool:
    if alias is None:
        return False
    evaluated = alias.get("EvaluateTargetHealth", False) if isinstance(alias, dict) else True
    return not _values.is_false(cfn, evaluated)
