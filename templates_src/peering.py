"""The peering between the two VPCs, made by the side that is deployed second.

The requester is the secondary: when its stack is made, the primary's VPC exists. Made by the primary instead, the
connection's id would have to travel back once more, a fourth pass. In one account CloudFormation accepts it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/peer-with-vpc-in-another-account.html
"""

from __future__ import annotations

from troposphere import Ref, ec2

from templates_src.assembly import RegionTemplate
from templates_src.network import VPC
from templates_src.tags import tags

CONNECTION = "PeeringConnection"


def add(template: RegionTemplate, peer_vpc: Ref, peer_region: Ref) -> None:
    """Add the connection to the other side's VPC."""
    template.concern("Peering")
    template.put(
        ec2.VPCPeeringConnection(
            CONNECTION,
            VpcId=Ref(VPC),
            PeerVpcId=peer_vpc,
            PeerRegion=peer_region,
            Tags=tags(template, "Way to the primary region", name="peering"),
        )
    )
