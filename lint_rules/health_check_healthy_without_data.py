"""W9526: a health check that stays healthy when its alarm's region is gone."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class HealthCheckHealthyWithoutData(_rule.Rule):
    """A health check on an alarm counts as healthy when there is no data."""

    id = "W9526"
    shortdesc = "Health check that is healthy without data"
    description = (
        "When the region with the alarm is lost its metric ends. With Healthy, and with the default LastKnownStatus, "
        "the check then never fails over."
    )
    fix = "set InsufficientDataHealthStatus to Unhealthy, or to LastKnownStatus if that is what you want"
    source_url = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"
    tags = ["resources", "route53"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        key = "InsufficientDataHealthStatus"
        for path, config in _reading.health_checks(cfn, "CLOUDWATCH_METRIC"):
            chosen = [_values.texts(cfn, branch) for branch in _values.items(cfn, config.get(key, []))]
            if not chosen:
                yield path, f"{path[1]} does not say what it is without data"
            elif set().union(*chosen) == {"Healthy"}:
                yield [*path, key], f"{path[1]} is healthy without data"
