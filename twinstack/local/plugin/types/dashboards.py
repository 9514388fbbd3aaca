"""AWS::CloudWatch::Dashboard: its tags, which the emulator takes for alarms only."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import cloudwatch

from ..api import client
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties


def take_tags_of_dashboards() -> None:
    """Let the three actions on tags take a dashboard's ARN."""
    of_alarm = cloudwatch._validate_alarm_tag_arn

    def of_alarm_or_dashboard(arn: str, *arguments: Any, **options: Any) -> Any:
        name = arn.partition(":dashboard/")[2]
        return None if name in cloudwatch._dashboards else of_alarm(arn, *arguments, **options)

    cloudwatch._validate_alarm_tag_arn = of_alarm_or_dashboard


class Dashboard(Handler):
    """AWS::CloudWatch::Dashboard."""

    type_name = "AWS::CloudWatch::Dashboard"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        outcome = super().create(resource, properties)
        _retag(outcome[0], {}, properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, new)
        _retag(outcome[0], old, new)
        return outcome

    def delete(self, physical_id: str, properties: Properties) -> None:
        cloudwatch._resource_tags.pop(_arn(physical_id), None)
        super().delete(physical_id, properties)


def _retag(name: str, old: Properties, new: Properties) -> None:
    api = client("cloudwatch")
    tags, gone = tag_list(new.get("Tags")), removed_tags(old.get("Tags"), new.get("Tags"))
    if tags:
        api.tag_resource(ResourceARN=_arn(name), Tags=tags)
    if gone:
        api.untag_resource(ResourceARN=_arn(name), TagKeys=gone)


def _arn(name: str) -> str:
    return f"arn:aws:cloudwatch::{get_account_id()}:dashboard/{name}"
