"""How an alarm is written down here, and how one behind a health check gets its name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Sub, cloudwatch, encode_to_dict

from templates_src.assembly import RegionTemplate
from templates_src.notifications import TOPIC
from templates_src.tags import tags

ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm on one metric.

    Attributes:
        logical_id: its logical id.
        description: what is wrong when it fires; the text of the notification.
        metric: the metric's namespace and name.
        dimensions: the metric's dimensions.
        statistic: Average, Minimum, Maximum or Sum.
        comparison: ABOVE or BELOW.
        threshold: in the metric's own unit; Aurora's lag metrics are in milliseconds.
        missing: TreatMissingData, chosen on purpose for each alarm.
        periods: how many periods in a row; always all of them, since Route 53 takes no M out of N.
        period: seconds, at least 60, since Route 53 takes no high resolution.
        condition: the condition under which the alarm exists.
        tells_when_blind: whether having no data is news of its own. Only an alarm whose missing data counts as
            `missing` goes blind later on; every other one is blind once, when it is made.
    """

    logical_id: str
    description: str
    metric: tuple[str, str]
    dimensions: Sequence[cloudwatch.MetricDimension]
    statistic: str
    comparison: str
    threshold: object
    missing: object
    periods: int = 3
    period: int = 60
    condition: str | None = None
    tells_when_blind: bool = False


def add(template: RegionTemplate, spec: AlarmSpec, *, name: Sub | None = None) -> None:
    """Add an alarm that tells the topic when it fires and when it recovers, and if asked to when it goes blind."""
    attributes: dict[str, Any] = {} if spec.condition is None else {"Condition": spec.condition}
    if name is not None:
        attributes["AlarmName"] = name
    blind: dict[str, Any] = {"InsufficientDataActions": [Ref(TOPIC)]} if spec.tells_when_blind else {}
    template.put(
        cloudwatch.Alarm(
            spec.logical_id,
            **attributes,
            AlarmDescription=spec.description,
            **_definition(spec),
            AlarmActions=[Ref(TOPIC)],
            OKActions=[Ref(TOPIC)],
            **blind,
            Tags=tags(template),
        )
    )


def add_for_health_check(template: RegionTemplate, spec: AlarmSpec, stem: str, parameters: Sequence[str]) -> None:
    """Add an alarm that a Route 53 health check watches, under a name that changes with its definition.

    Route 53 copies an alarm's definition when the health check is made and does not follow later edits. With
    a hash of the definition, and the values of the parameters in it, in the name, an edit makes a new
    alarm, and the health check that refers to it is updated too.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-deleting.html
    """
    values = "".join(f"-${{{parameter}}}" for parameter in parameters)
    name = f"${{Project}}-${{EnvironmentSuffix}}-${{AWS::Region}}-{stem}-{definition_hash(spec)}{values}"
    add(template, spec, name=Sub(name))


def definition_hash(spec: AlarmSpec) -> str:
    """Eight hexadecimal digits that change whenever the definition does."""
    canonical = json.dumps(encode_to_dict(_definition(spec)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]


def _definition(spec: AlarmSpec) -> dict[str, Any]:
    namespace, metric = spec.metric
    return {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": list(spec.dimensions),
        "Statistic": spec.statistic,
        "Period": spec.period,
        "EvaluationPeriods": spec.periods,
        "ComparisonOperator": spec.comparison,
        "Threshold": spec.threshold,
        "TreatMissingData": spec.missing,
    }
