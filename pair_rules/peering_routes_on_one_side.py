"""E9705: a route through the peering that is missing in a private route table."""

from __future__ import annotations

from collections.abc import Iterator

from pair_rules import _pair
from twinstack.expressions.values import made_by


class PeeringRoutesOnOneSide(_pair.PairRule):
    """A route through the peering that is missing in a private route table."""

    id = "E9705"
    shortdesc = "A private route table has no route through the peering"
    description = (
        "A peering carries packets only where both sides have a route to the other, in the table of the subnet that "
        "sends them. A route in the main or public table alone is the usual mistake."
    )
    fix = "add a route to the other side in every private route table of both regions"
    source_url = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html"
    tags = ("ec2",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for peering in _pair.resources(stacks, "AWS::EC2::VPCPeeringConnection"):
            ends = [_pair.find(stacks, peering.properties.get(name)) for name in ("VpcId", "PeerVpcId")]
            if None not in ends:
                for vpc in ends:
                    yield from _without_route(stacks, peering, vpc) if vpc else ()


def _without_route(
    stacks: _pair.Stacks, peering: _pair.Resource, vpc: _pair.Resource
) -> Iterator[tuple[_pair.Place, str]]:
    for table in _pair.resources(stacks, "AWS::EC2::RouteTable"):
        if made_by(table.properties.get("VpcId")) != (vpc.role, vpc.name):
            continue
        routes = [
            route.properties
            for route in _pair.resources(stacks, "AWS::EC2::Route")
            if made_by(route.properties.get("RouteTableId")) == (table.role, table.name)
        ]
        public = any("GatewayId" in route for route in routes)
        if not public and not any(
            made_by(route.get("VpcPeeringConnectionId")) == (peering.role, peering.name) for route in routes
        ):
            yield table.place(), f"{table} has no route through {peering}"
