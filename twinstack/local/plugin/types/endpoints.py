"""AWS::EC2::VPCEndpoint: what the emulator keeps of an endpoint and does not show."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ec2

from ..handler import Handler, Outcome, Resource
from ..recording import replaced
from ..shapes import Properties, truth


def show_all_of_an_endpoint() -> None:
    """Make DescribeVpcEndpoints show the groups, the policy and whether the private name is on."""
    without = ec2._vpce_fields_xml

    def with_all(endpoint: dict[str, Any], tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{name}</groupId></item>" for name in endpoint["SecurityGroupIds"])
        private = str(truth(endpoint.get("PrivateDnsEnabled"))).lower()
        policy = endpoint.get("PolicyDocument")
        shown = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>"
        if policy:
            shown += f"<policyDocument>{escape(policy)}</policyDocument>"
        return str(without(endpoint, tag)).removesuffix(f"</{tag}>") + f"{shown}</{tag}>"

    ec2._vpce_fields_xml = with_all


class VPCEndpoint(Handler):
    """AWS::EC2::VPCEndpoint; the emulator keeps a policy and shows it only as text."""

    type_name = "AWS::EC2::VPCEndpoint"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        return super().create(resource, _with_policy_text(properties))

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return super().update(resource, physical_id, old, _with_policy_text(new))


def _with_policy_text(properties: Properties) -> Properties:
    policy = properties.get("PolicyDocument")
    return replaced(properties, {"PolicyDocument": json.dumps(policy)}) if isinstance(policy, dict) else properties
