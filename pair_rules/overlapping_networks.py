"""E9703: networks with overlapping addresses and a peering between them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from pair_rules import _pair


class OverlappingNetworks(_pair.PairRule):
    """Networks with overlapping addresses and a peering between them."""

    id = "E9703"
    shortdesc = "Networks of a peering overlap"
    description = "EC2 refuses a peering between VPCs whose CIDR blocks overlap, half way through the deployment."
    fix = "give each region a CIDR block of its own"
    source_url = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"
    tags = ("ec2",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for peering in _pair.resources(stacks, "AWS::EC2::VPCPeeringConnection"):
            there = _pair.find(stacks, peering.properties.get("PeerVpcId"))
            here = _pair.find(stacks, peering.properties.get("VpcId"))
            if there is None or here is None:
                continue
            theirs, ours = _network(there), _network(here)
            if theirs and ours and theirs.overlaps(ours):
                yield here.place("CidrBlock"), f"{ours} of {here} overlaps {theirs} of {there}"


def _network(vpc: _pair.Resource) -> IPv4Network | None:
    try:
        return IPv4Network(vpc.properties.get("CidrBlock"), strict=False)
    except (ValueError, TypeError):
        return None  # not known yet, or not an address: cfn-lint says so
