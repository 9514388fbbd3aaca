"""AWS::Route53::HealthCheck."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import route53 as route53_service

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties, arguments, typed

_CREATE_ONLY = ("Type", "MeasureLatency", "RequestInterval")


def read_lists_of_health_checks() -> None:
    """Make the emulator keep the children and regions of a check: it looks for each item's text below the item."""
    without = route53_service._parse_health_check_config

    def with_lists(element: Any) -> dict[str, Any]:
        config: dict[str, Any] = without(element)
        for name, item in (("ChildHealthChecks", "ChildHealthCheck"), ("Regions", "Region")):
            found = route53_service._find(element, name)
            if found is not None:
                config[name] = [child.text for child in route53_service._findall(found, item)]
        return config

    route53_service._parse_health_check_config = with_lists


class HealthCheck(Handler):
    """AWS::Route53::HealthCheck; the children of a CALCULATED check change in place."""

    type_name = "AWS::Route53::HealthCheck"
    tag_property = "HealthCheckTags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        route53 = client("route53")
        made = route53.create_health_check(
            CallerReference=uuid.uuid4().hex,
            HealthCheckConfig=typed(route53, "HealthCheckConfig", properties["HealthCheckConfig"]),
        )["HealthCheck"]["Id"]
        retag("healthcheck", made, [], properties.get(self.tag_property))
        return made, {"HealthCheckId": made}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        before, after = old["HealthCheckConfig"], new["HealthCheckConfig"]
        if any(before.get(name) != after.get(name) for name in _CREATE_ONLY):
            return self.create(resource, new)
        route53 = client("route53")
        route53.update_health_check(HealthCheckId=physical_id, **arguments(route53, "UpdateHealthCheck", after))
        retag("healthcheck", physical_id, old.get(self.tag_property), new.get(self.tag_property))
        return physical_id, {"HealthCheckId": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        route53 = client("route53")
        unless_gone(lambda: route53.delete_health_check(HealthCheckId=physical_id), "NoSuchHealthCheck")


def retag(kind: str, physical_id: str, old: object, new: object) -> None:
    """Bring the tags of a Route 53 resource from one template's to another's."""
    added, gone = tag_list(new), removed_tags(old, new)
    if added != tag_list(old) or gone:
        client("route53").change_tags_for_resource(
            ResourceType=kind,
            ResourceId=physical_id,
            **({"AddTags": added} if added else {}),
            **({"RemoveTagKeys": gone} if gone else {}),
        )
