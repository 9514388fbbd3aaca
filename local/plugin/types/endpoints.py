"""AWS::EC2::VPCEndpoint: what the emulator keeps of an endpoint and does not show."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ec2

from ..api import client
from ..elements import elements
from ..handler import Handler, Outcome, Resource
from ..recording import replaced
from ..shapes import Properties, truth, typed

_OPTIONS = "DnsOptions"
_ONLY_INBOUND = "PrivateDnsOnlyForInboundResolverEndpoint"
_AS_TRUTH = {"AllResolvers": False, "OnlyInboundResolver": True}
"""The template has a word where the API has a boolean."""


def show_all_of_an_endpoint() -> None:
    """Make DescribeVpcEndpoints show the groups, the policy the options and whether the private name is on."""
    without = ec2._vpce_fields_xml

    def with_all(endpoint: dict[str, Any], tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{name}</groupId></item>" for name in endpoint.get("SecurityGroupIds", []))
        private = str(truth(endpoint.get("PrivateDnsEnabled"))).lower()
        policy = endpoint.get("PolicyDocument")
        shown = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>"
        if policy:
            shown += f"<policyDocument>{escape(policy)}</policyDocument>"
        if _OPTIONS in endpoint:
            shown += elements("VpcEndpoint", {_OPTIONS: endpoint[_OPTIONS]})
        return str(without(endpoint, tag)).removesuffix(f"</{tag}>") + f"{shown}</{tag}>"

    ec2._vpce_fields_xml = with_all


class VPCEndpoint(Handler):
    """AWS::EC2::VPCEndpoint; the emulator keeps a policy and shows it only as text, and has no options for names."""

    type_name = "AWS::EC2::VPCEndpoint"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        outcome = super().create(resource, _with_policy_text(properties))
        _keep_options(outcome[0], properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, _with_policy_text(new))
        _keep_options(outcome[0], new)
        return outcome


def _with_policy_text(properties: Properties) -> Properties:
    policy = properties.get("PolicyDocument")
    return replaced(properties, {"PolicyDocument": json.dumps(policy)}) if isinstance(policy, dict) else properties


def _keep_options(physical_id: str, properties: Properties) -> None:
    endpoint = ec2._vpc_endpoints[physical_id]
    endpoint.pop(_OPTIONS, None)
    given = properties.get(_OPTIONS)
    if given:
        asked = replaced(given, {_ONLY_INBOUND: _AS_TRUTH.get(given.get(_ONLY_INBOUND))})
        endpoint[_OPTIONS] = typed(client("ec2"), "DnsOptionsSpecification", asked)
