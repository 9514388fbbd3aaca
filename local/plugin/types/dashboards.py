"""AWS::CloudWatch::Dashboard with its tags, which the emulator's CloudWatch has for alarms only."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch

from ..api import client
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties


def tag_dashboards() -> None:
    """Make TagResource, UntagResource and ListTagsForResource take a dashboard's ARN."""
    of_alarms = cloudwatch._validate_alarm_tag_arn

    def of_dashboards_too(arn: str, **protocol: bool) -> Any:
        is_dashboard = any(arn == dashboard["DashboardArn"] for dashboard in cloudwatch._dashboards.values())
        return None if is_dashboard else of_alarms(arn, **protocol)

    cloudwatch._validate_alarm_tag_arn = of_dashboards_too


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


def _retag(name: str, old: Properties, new: Properties) -> None:
    api = client("cloudwatch")
    arn = api.get_dashboard(DashboardName=name)["DashboardArn"]
    gone = removed_tags(old.get("Tags"), new.get("Tags"))
    if gone:
        api.untag_resource(ResourceARN=arn, TagKeys=gone)
    if new.get("Tags"):
        api.tag_resource(ResourceARN=arn, Tags=tag_list(new["Tags"]))
