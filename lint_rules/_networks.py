"""What a function in a VPC of the template reaches from there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _values

_GIVING_WAY_OUT = (
    "AWS::EC2::NatGateway",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::VPNGateway",
    # May hold any of the others.
    "AWS::CloudFormation::Stack",
)
_PEERING = "VpcPeeringConnectionId"
_WAYS_OUT = {
    "NatGatewayId",
    "TransitGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "CoreNetworkArn",
    "LocalGatewayId",
    "VpcEndpointId",
    "CarrierGatewayId",
}


def has_way_out(cfn: _values.Template, *, by_peering: bool) -> bool:
    """Whether the template has any way out, or leaves open that another one adds it.

    Args:
        cfn: The template.
        by_peering: Whether a peered VPC counts: it may have endpoints, and never shares its way to the internet.
    """
    ways = _WAYS_OUT | {_PEERING} if by_peering else _WAYS_OUT
    for _, body in _reading.resources(cfn):
        properties = body.get("Properties")
        kind = body.get("Type")
        if kind in _GIVING_WAY_OUT:
            return True
        if kind == "AWS::EC2::Route" and isinstance(properties, dict) and ways & set(properties):
            return True
    return False


def functions(cfn: _values.Template) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """The functions that can be in a VPC of the template: logical id, properties, and each `VpcConfig` of that kind."""
    subnets = dict(_reading.properties(cfn, "AWS::EC2::Subnet"))
    networks = {name for name, _ in _reading.resources(cfn, "AWS::EC2::VPC")}
    for name, properties in _reading.properties(cfn, _reading.FUNCTION):
        for config in _values.branches(cfn, properties.get("VpcConfig")):
            chosen = [_values.referred(item) for item in _values.items(cfn, _values.dig(config, "SubnetIds"))]
            own = all(
                ids and ids <= set(subnets) and all(_values.referred(subnets[i].get("VpcId")) & networks for i in ids)
                for ids in chosen
            )
            if chosen and own:
                yield name, properties, config


def endpoints(cfn: _values.Template, *, gateway: bool) -> Iterator[tuple[frozenset[str], dict[str, Any]]]:
    """The gateway endpoints of the template, or all others: the names of the service, and the properties."""
    for name, _ in _reading.resources(cfn, "AWS::EC2::VPCEndpoint"):
        for case in _values.cases(cfn, name):
            if (_values.texts(cfn, case.get("VpcEndpointType", "Gateway")) == {"Gateway"}) == gateway:
                yield _values.texts(cfn, case.get("ServiceName")), case


def serves(services: frozenset[str], service: str) -> bool:
    """Whether an endpoint for these services is, or may be, one for the service."""
    return any(name.endswith((f".{service}", _values.UNKNOWN)) for name in services)
