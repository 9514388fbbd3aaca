"""AWS::CloudWatch::Alarm with metric math, and AWS::CloudWatch::CompositeAlarm."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ministack.services import cloudwatch

from ..api import client
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..recording import replaced
from ..shapes import Properties, arguments, typed

_NO_METRIC = {"MetricName": "-", "Namespace": "-", "Metrics": None}
_OF_ONE_METRIC = ("Dimensions", "ExtendedStatistic", "MetricName", "Namespace", "Period", "Statistic", "Unit")


class Alarm(Handler):
    """AWS::CloudWatch::Alarm; one over `Metrics` is kept and shown, and never evaluated."""

    type_name = "AWS::CloudWatch::Alarm"
    ineffective: ClassVar[Mapping[str, str]] = {"Metrics": "metric math is never evaluated"}

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        if not properties.get("Metrics"):
            return super().create(resource, properties)
        outcome = super().create(resource, replaced(properties, _with_threshold(properties)))
        _keep_metrics(outcome[0], properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        if not new.get("Metrics"):
            return super().update(resource, physical_id, old, new)
        outcome = super().update(resource, physical_id, old, replaced(new, _with_threshold(new)))
        _keep_metrics(outcome[0], new)
        return outcome


def _with_threshold(properties: Properties) -> dict[str, Any]:
    """An anomaly detection alarm has a ThresholdMetricId in place of the Threshold that the emulator demands."""
    return _NO_METRIC if "Threshold" in properties else {**_NO_METRIC, "Threshold": 0}


def _keep_metrics(name: str, properties: Properties) -> None:
    alarm = cloudwatch._alarms[name]
    for member in _OF_ONE_METRIC:
        alarm.pop(member, None)
    alarm["Metrics"] = typed(client("cloudwatch"), "MetricDataQueries", properties["Metrics"])
    if properties.get("ThresholdMetricId"):
        alarm["ThresholdMetricId"] = properties["ThresholdMetricId"]
        alarm.pop("Threshold", None)


class CompositeAlarm(Handler):
    """AWS::CloudWatch::CompositeAlarm."""

    type_name = "AWS::CloudWatch::CompositeAlarm"
    tag_property = "Tags"
    ineffective: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod"),
        "an alarm never suppresses the actions of another",
    )

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        return self._put(properties.get("AlarmName") or resource.generated_name(255), properties)

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = self._put(physical_id, new)
        gone = removed_tags(old.get("Tags"), new.get("Tags"))
        if gone:
            client("cloudwatch").untag_resource(ResourceARN=outcome[1]["Arn"], TagKeys=gone)
        return outcome

    def delete(self, physical_id: str, properties: Properties) -> None:
        client("cloudwatch").delete_alarms(AlarmNames=[physical_id])

    def _put(self, name: str, properties: Properties) -> Outcome:
        api = client("cloudwatch")
        asked = arguments(api, "PutCompositeAlarm", properties)
        tags = asked.pop("Tags", [])
        api.put_composite_alarm(**{**asked, "AlarmName": name})
        found = api.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]
        if tags:
            api.tag_resource(ResourceARN=found["AlarmArn"], Tags=tag_list(tags))
        return name, {"Arn": found["AlarmArn"]}
