"""E9703: networks with overlapping addresses and a peering between them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from lint_rules.pairs import _pair


class OverlappingNetworks(_pair.PairRule):
    """Networks with overlapping addresses and a peering between them."""

    id = "E9703"
    shortdesc = "Networks of a peering overlap"
    description = "EC2 refuses a peering between VPCs whose CIDR blocks overlap, half way through the deployment."
    fix = "give each region a CIDR block of its own"
    source_url = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"
    tags = ("ec2",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        networks = [(found, _network(found)) for found in _pair.resources(stacks, "AWS::EC2::VPC")]
        for (first, there), (other, here) in combinations(networks, 2):
            if there and here and first.role != other.role and there.overlaps(here):
                yield other.place("CidrBlock"), f"{here} of {other} overlaps {there} of {first}"


def _network(vpc: _pair.Resource) -> IPv4Network | None:
    try:
        return IPv4Network(vpc.properties.get("CidrBlock"), strict=False)
    except (ValueError, TypeError):
        return None  # not known yet, or not an address: cfn-lint says so
