"""E9530: a private route table, or a whole peering connection, without a route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_ROUTE, _TABLE = "AWS::EC2::Route", "AWS::EC2::RouteTable"
_PEERING = "AWS::EC2::VPCPeeringConnection"


class PeeringRouteMissing(_rule.Rule):
    """Subnets of a peered VPC have no way to the other side."""

    id = "E9530"
    shortdesc = "Peering without a route in a private route table"
    description = (
        "A peering connection carries nothing by itself. Every route table on each side needs a route to it, those of "
        "the private subnets, with the databases and the probes, first of all."
    )
    fix = "add a route with VpcPeeringConnectionId to every private route table"
    source_url = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html"
    tags = ["resources", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        tables = dict(_reading.properties(cfn, _TABLE))
        routes = [found for _, found in _reading.properties(cfn, _ROUTE)]
        used = _tables([route for route in routes if "VpcPeeringConnectionId" in route])
        public = _tables([route for route in routes if "GatewayId" in route])
        private = _tables([found for _, found in _reading.properties(cfn, "AWS::EC2::SubnetRouteTableAssociation")])
        peered = [tables[name].get("VpcId") for name in used & set(tables)]
        for name, table in tables.items():
            if name in private - public - used and table.get("VpcId") in peered:
                yield ["Resources", name], f"{name} has no route to the peering, other tables of its VPC have"
        yield from _unused(cfn, [table.get("VpcId") for table in tables.values()])


def _tables(found: list[dict[str, Any]]) -> set[str]:
    return {name for properties in found for name in _values.referred(properties.get("RouteTableId"))}


def _unused(cfn: _values.Template, networks: list[Any]) -> Iterator[tuple[_rule.Path, str]]:
    vpcs = dict(_reading.resources(cfn, "AWS::EC2::VPC"))
    # routes can be made elsewhere: by a nested stack or a custom resource that is given the connection
    used = {
        name
        for _, body in _reading.resources(cfn)
        if body.get("Type") != _PEERING
        for name in _values.referred(body.get("Properties"))
    }
    for name, properties in _reading.properties(cfn, _PEERING):
        vpc = properties.get("VpcId")
        # nor is a template meant that makes the connection and nothing of the network
        if name not in used and (vpc in networks or _values.referred(vpc) & set(vpcs)):
            yield ["Resources", name], f"no route leads to {name}"
