"""AWS::Route53::HostedZone with the VPCs of several regions."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import uuid
from typing import Any

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties
from .health_checks import retag

Vpc = dict[str, str]


class HostedZone(Handler):
    """AWS::Route53::HostedZone; the emulator's own ignores `VPCs`, so it knows no private zone."""

    type_name = "AWS::Route53::HostedZone"
    tag_property = "HostedZoneTags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        route53 = client("route53")
        vpcs = _vpcs(properties)
        made = route53.create_hosted_zone(
            Name=properties["Name"],
            CallerReference=uuid.uuid4().hex,
            HostedZoneConfig={"Comment": _comment(properties), "PrivateZone": bool(vpcs)},
            **({"VPC": vpcs[0]} if vpcs else {}),
        )
        physical_id = str(made["HostedZone"]["Id"]).rpartition("/")[2]
        for vpc in vpcs[1:]:
            route53.associate_vpc_with_hosted_zone(HostedZoneId=physical_id, VPC=vpc)
        retag("hostedzone", physical_id, [], properties.get(self.tag_property))
        return physical_id, _attributes(physical_id, made.get("DelegationSet"))

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        route53 = client("route53")
        if _comment(old) != _comment(new):
            route53.update_hosted_zone_comment(Id=physical_id, Comment=_comment(new))
        before, after = _vpcs(old), _vpcs(new)
        for vpc in after:
            if vpc not in before:
                route53.associate_vpc_with_hosted_zone(HostedZoneId=physical_id, VPC=vpc)
        for vpc in before:  # last, for a private zone always keeps one
            if vpc not in after:
                route53.disassociate_vpc_from_hosted_zone(HostedZoneId=physical_id, VPC=vpc)
        retag("hostedzone", physical_id, old.get(self.tag_property), new.get(self.tag_property))
        found = route53.get_hosted_zone(Id=physical_id)
        return physical_id, _attributes(physical_id, found.get("DelegationSet"))

    def delete(self, physical_id: str, properties: Properties) -> None:
        route53 = client("route53")
        unless_gone(lambda: route53.delete_hosted_zone(Id=physical_id), "NoSuchHostedZone")


def _vpcs(properties: Properties) -> list[Vpc]:
    return [{"VPCId": vpc["VPCId"], "VPCRegion": vpc["VPCRegion"]} for vpc in properties.get("VPCs") or []]


def _comment(properties: Properties) -> str:
    return str((properties.get("HostedZoneConfig") or {}).get("Comment") or "")


def _attributes(physical_id: str, delegation: dict[str, Any] | None) -> dict[str, Any]:
    return {"Id": physical_id, "NameServers": (delegation or {}).get("NameServers", [])}
