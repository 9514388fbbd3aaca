"""Whether the networks of a plan are free: VPCs that are peered must not overlap.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html

The networks of the environment's own stacks are compared offline. Here are those that AWS has: an overlap of the two
ends of a peering is refused; one with another VPC of the region works, and is told, since the two can never be peered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from ipaddress import IPv4Network, ip_network

from twinstack.environment.file import EnvironmentFile
from twinstack.expressions.values import Value, made_by
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf
from twinstack.preflight.needs import Added, by_site, of_type, place, written
from twinstack.preflight.site import Vpc

_VPC, _PEERING = "AWS::EC2::VPC", "AWS::EC2::VPCPeeringConnection"


def looks(added: Sequence[Added], site_of: SiteOf, file: EnvironmentFile) -> Iterator[Look[Sequence[Vpc]]]:
    """Yields a look at the VPCs of each region that the plan adds one to, and at the other end of each peering."""
    vpcs = {(item.stack.role, item.resource): item for item in of_type(added, _VPC)}
    for (_, region), here in by_site(vpcs.values()).items():
        check = f"networks ({region})"
        yield Look(check, site_of(here[0].stack.role, region).vpcs, partial(_beside, check, here))
    for item in of_type(added, _PEERING):
        own_region = item.stack.region
        ends = (
            (item.properties.get("VpcId"), own_region, item.properties.get("PeerVpcId")),
            (
                item.properties.get("PeerVpcId"),
                written(item.properties.get("PeerRegion", own_region), ""),
                item.properties.get("VpcId"),
            ),
        )
        for there, at, other in ends:
            new = vpcs.get(made_by(other) or ("", ""))
            if isinstance(there, str) and at and new and "PeerRoleArn" not in item.properties:
                check = f"network of {there}, which {item.where} peers with {new.where}"
                site = site_of(item.stack.role, at)
                yield Look(check, site.vpcs, partial(_at_the_other_end, check, there, new, file))


def _network(value: Value) -> IPv4Network | None:
    """Returns an IPv4 network; None for what is not known, or is none."""
    try:
        found = ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def _overlapping(vpc: Vpc, network: IPv4Network) -> list[str]:
    return [block for block in vpc.blocks if (known := _network(block)) and known.overlaps(network)]


def _beside(check: str, added: Sequence[Added], found: Sequence[Vpc]) -> Sequence[Checked]:
    overlaps = [
        f"{item.where} ({network}) overlaps {vpc.id} ({', '.join(blocks)})"
        for item in added
        if (network := _network(item.properties.get("CidrBlock")))
        for vpc in found
        if (blocks := _overlapping(vpc, network))
    ]
    if overlaps:
        return [Checked(check, "ok", "; ".join(overlaps), "that works, but the two can never be peered")]
    return [Checked(check, "ok", f"overlap none of {len(found)} VPCs there")]


def _at_the_other_end(
    check: str, there: str, new: Added, file: EnvironmentFile, found: Sequence[Vpc]
) -> Sequence[Checked]:
    network = _network(new.properties.get("CidrBlock"))
    vpc = next((it for it in found if it.id == there), None)
    if vpc is None or network is None:
        return [Checked(check, "unknown", "the VPC is not among those of its region" if network else "not known yet")]
    if blocks := _overlapping(vpc, network):
        said = f"{new.where} ({network}) overlaps {there} ({', '.join(blocks)}), and the two are to be peered"
        return [Checked(check, "failed", said, f"change {place(file, new, 'CidrBlock')}")]
    return [Checked(check, "ok", f"{network} and {', '.join(vpc.blocks)} do not overlap")]
