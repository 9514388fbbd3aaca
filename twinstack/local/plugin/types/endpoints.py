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
    """Make DescribeVpcEndpoints show the groups, the policy, and what is said of private names."""
    without = ec2._vpce_fields_xml

    def with_all(endpoint: dict[str, Any], tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{name}</groupId></item>" for name in endpoint["SecurityGroupIds"])
        private = str(truth(endpoint.get("PrivateDnsEnabled"))).lower()
        policy = endpoint.get("PolicyDocument")
        options = "".join(f"<{name}>{value}</{name}>" for name, value in _shown_options(endpoint))
        shown = f"<dnsOptions>{options}</dnsOptions>" if options else ""
        shown += f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>"
        if policy:
            shown += f"<policyDocument>{escape(policy)}</policyDocument>"
        return str(without(endpoint, tag)).removesuffix(f"</{tag}>") + f"{shown}</{tag}>"

    ec2._vpce_fields_xml = with_all


def _shown_options(endpoint: dict[str, Any]) -> list[tuple[str, str]]:
    """The options in the form of the API: the first letter small, truths in small letters."""
    options = endpoint.get("DnsOptions") or {}
    return [
        (name[0].lower() + name[1:], str(value).lower() if isinstance(value, bool) else escape(str(value)))
        for name, value in options.items()
    ]


class VPCEndpoint(Handler):
    """AWS::EC2::VPCEndpoint; the emulator shows a policy only as text, and knows no options of names."""

    type_name = "AWS::EC2::VPCEndpoint"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        outcome = super().create(resource, _with_policy_text(properties))
        _keep_options(outcome[0], properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, _with_policy_text(new))
        _keep_options(outcome[0], new)
        return outcome


def _keep_options(physical_id: str, properties: Properties) -> None:
    options = properties.get("DnsOptions")
    ec2._vpc_endpoints[physical_id]["DnsOptions"] = {name: options[name] for name in options} if options else {}


def _with_policy_text(properties: Properties) -> Properties:
    policy = properties.get("PolicyDocument")
    return replaced(properties, {"PolicyDocument": json.dumps(policy)}) if isinstance(policy, dict) else properties
