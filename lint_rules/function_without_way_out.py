"""W9552: a function in subnets from which it reaches no AWS service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

# A call, and the end of the name of the endpoint service that it needs. Secrets Manager itself asks KMS to decrypt.
_CALLS = {"secretsmanager:GetSecretValue": "secretsmanager", "cloudwatch:PutMetricData": "monitoring"}
_GIVING_WAY_OUT = (
    "AWS::EC2::NatGateway",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::VPNGateway",
    # May hold any of the others.
    "AWS::CloudFormation::Stack",
)
_WAYS_OUT = {
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "CoreNetworkArn",
    "LocalGatewayId",
    "VpcEndpointId",
    "CarrierGatewayId",
}


class FunctionWithoutWayOut(_rule.Rule):
    """A function in the template's own VPC calls AWS services, and the VPC has neither endpoints nor a way out."""

    id = "W9552"
    shortdesc = "A function in private subnets that cannot reach the services it calls"
    description = (
        "A function in a VPC has no public address. Without interface endpoints or a NAT gateway its calls hang until "
        "it times out, and an alarm on it says that the database is down."
    )
    fix = "add interface endpoints for the services that the function calls, or a NAT gateway"
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html"
    tags = ["resources", "lambda", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if _has_way_out(cfn):
            return
        endpoints = _endpoints(cfn)
        missing = [call for call, service in _CALLS.items() if not _served(service, endpoints)]
        subnets = dict(_reading.properties(cfn, "AWS::EC2::Subnet"))
        networks = {name for name, _ in _reading.resources(cfn, "AWS::EC2::VPC")}
        for name, properties in _reading.properties(cfn, _reading.FUNCTION):
            for config in _values.branches(cfn, properties.get("VpcConfig")):
                chosen = [_values.referred(item) for item in _values.items(cfn, _values.dig(config, "SubnetIds"))]
                own = all(
                    ids
                    and ids <= set(subnets)
                    and all(_values.referred(subnets[i].get("VpcId")) & networks for i in ids)
                    for ids in chosen
                )
                if chosen and own and (call := _call(cfn, properties.get("Role"), missing)):
                    path: _rule.Path = ["Resources", name, "Properties", "VpcConfig"]
                    yield path, f"{name} may call {call}, and its subnets have no way there"


def _has_way_out(cfn: _values.Template) -> bool:
    """Whether the template has any way out, or leaves open that another one adds it."""
    for _, body in _reading.resources(cfn):
        properties = body.get("Properties")
        kind = body.get("Type")
        if kind in _GIVING_WAY_OUT:
            return True
        if kind == "AWS::EC2::Route" and isinstance(properties, dict) and _WAYS_OUT & set(properties):
            return True
    return False


def _endpoints(cfn: _values.Template) -> set[str]:
    """The names of the services that the template has interface endpoints for."""
    return {
        text
        for name, _ in _reading.resources(cfn, "AWS::EC2::VPCEndpoint")
        for case in _values.cases(cfn, name)
        if _values.texts(cfn, case.get("VpcEndpointType", "Gateway")) != {"Gateway"}
        for text in _values.texts(cfn, case.get("ServiceName"))
    }


def _served(service: str, endpoints: set[str]) -> bool:
    """Whether an endpoint is, or may be, one for the service."""
    return any(name.endswith((f".{service}", _values.UNKNOWN)) for name in endpoints)


def _call(cfn: _values.Template, role: Any, calls: list[str]) -> str | None:
    """The first of the calls that a policy of the function's role allows."""
    roles = _values.referred(role)
    for name, _, statement in _reading.statements(cfn, *_reading.POLICIES):
        properties = cfn.template["Resources"][name]["Properties"]
        attached = {name} | _values.referred(properties.get("Roles")) | _values.referred(properties.get("RoleName"))
        for one in roles:
            arns = _values.dig(cfn.template, "Resources", one, "Properties", "ManagedPolicyArns")
            if one in attached or name in _values.referred(arns):
                for call in calls:
                    if _reading.allows(cfn, statement, call):
                        return call
    return None
