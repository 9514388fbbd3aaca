"""One VPC per region: private subnets in three zones or two, no internet gateway, no NAT.

The database and what calls it (applications, probes) have subnets and a route table of their own. Both route
tables are private and both get the route through the peering: a route in one table only is the classic way to
have a peering that carries nothing. A group of another region's VPC cannot be named in a rule, so the other
side comes in by CIDR.
https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import Cidr, GetAZs, If, Join, NoValue, Ref, Select, Split, ec2

from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.tags import keep_when_protected, tags

PORT = 3306
VPC = "Vpc"
ZONES = ("A", "B", "C")
ZONE_COUNT, HAS_THIRD_ZONE = "ZoneCount", "HasThirdZone"
"""Some regions, such as us-west-1, offer an account two zones only; the third is there where it is asked for."""

DATABASE_GROUP = "DatabaseSecurityGroup"
APP_GROUP = "AppSecurityGroup"

# The smallest VPC allowed (/21) holds eight /24. The database has the first four of them and the callers the
# second four; so the callers are one /22 in a rule. The last of each four is for a zone to come.
_SUBNETS, _HOST_BITS = 7, 8
_CALLERS = Select(1, Cidr(Ref("VpcCidr"), 2, 10))


NOTHING = {"CidrIp": "127.0.0.1/32", "IpProtocol": "-1", "Description": "Nothing"}

CLIENT_LISTS = {"Cidr": "ClientCidrs", "Group": "ClientSecurityGroupIds"}
CLIENTS = 5
"""How many client networks, and how many client groups, a template has room for."""


@dataclass(frozen=True)
class _Tier:
    """One tier of subnets; what a kept database stands in is kept with it."""

    prefix: str
    purpose: str
    first_block: int
    kept: bool


_TIERS = (
    _Tier("Database", "Aurora instances", 0, kept=True),
    _Tier("App", "Applications and probes", 4, kept=False),
)
ROUTE_TABLES = tuple(f"{tier.prefix}RouteTable" for tier in _TIERS)


def subnet_ids(prefix: str) -> list[Ref | If]:
    """The subnets of a tier, `Database` or `App`, one per zone."""
    first, second, third = (Ref(f"{prefix}Subnet{zone}") for zone in ZONES)
    return [first, second, If(HAS_THIRD_ZONE, third, NoValue)]


def zone(index: int) -> Select:
    """The name of one of the region's zones; never written down, since they differ per account."""
    return Select(index, GetAZs(""))


def _block(index: int) -> Select:
    return Select(index, Cidr(Ref("VpcCidr"), _SUBNETS, _HOST_BITS))


def add(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the VPC, its subnets, route tables and security groups."""
    template.concern("Network")
    template.put(
        ec2.VPC(
            VPC,
            **keep_when_protected(),
            CidrBlock=Ref("VpcCidr"),
            # a private hosted zone and private endpoint names need both
            EnableDnsSupport=True,
            EnableDnsHostnames=True,
            Tags=tags(template, name="vpc"),
        )
    )
    for tier in _TIERS:
        _add_tier(template, tier)
    _add_security_groups(template, other)


def add_peering_routes(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the route to the other side in every private route table."""
    template.concern("Routes through the peering")
    for table in ROUTE_TABLES:
        template.put(
            ec2.Route(
                f"{table}Peering",
                **other.attributes(),
                RouteTableId=Ref(table),
                DestinationCidrBlock=other.vpc_cidr,
                VpcPeeringConnectionId=other.peering,
            )
        )


def _add_tier(template: RegionTemplate, tier: _Tier) -> None:
    table = template.put(
        ec2.RouteTable(
            f"{tier.prefix}RouteTable",
            VpcId=Ref(VPC),
            Tags=tags(template, tier.purpose, name=tier.prefix.lower()),
        )
    )
    for index, letter in enumerate(ZONES):
        condition: dict[str, Any] = {"Condition": HAS_THIRD_ZONE} if index == 2 else {}
        subnet = template.put(
            ec2.Subnet(
                f"{tier.prefix}Subnet{letter}",
                **condition,
                **(keep_when_protected() if tier.kept else {}),
                VpcId=Ref(VPC),
                AvailabilityZone=zone(index),
                CidrBlock=_block(tier.first_block + index),
                Tags=tags(template, name=f"{tier.prefix.lower()}-{letter.lower()}"),
            )
        )
        template.put(
            ec2.SubnetRouteTableAssociation(
                f"{tier.prefix}Subnet{letter}Routes", **condition, SubnetId=Ref(subnet), RouteTableId=Ref(table)
            )
        )


def _add_security_groups(template: RegionTemplate, other: OtherRegion) -> None:
    template.put(
        ec2.SecurityGroup(
            DATABASE_GROUP,
            **keep_when_protected(),
            VpcId=Ref(VPC),
            GroupDescription="Aurora: in on the database port only, nothing out",
            # a group without egress rules gets allow-all from EC2; this one reaches nothing
            SecurityGroupEgress=[NOTHING],
            Tags=tags(template, name="database"),
        )
    )
    template.put(
        ec2.SecurityGroup(
            APP_GROUP,
            VpcId=Ref(VPC),
            GroupDescription="Callers: out to the database and the endpoints",
            SecurityGroupEgress=[
                _out(PORT, Ref("VpcCidr"), "Database of this region"),
                _out(443, Ref("VpcCidr"), "Interface endpoints"),
            ],
            Tags=tags(template, name="app"),
        )
    )
    template.put(
        ec2.SecurityGroupEgress(
            "AppToPeer",
            **other.attributes(),
            GroupId=Ref(APP_GROUP),
            **_out(PORT, other.vpc_cidr, "Database of the other region"),
        )
    )
    _add_database_ingress(template, other)


def _out(port: int, cidr: Ref, description: str) -> dict[str, Any]:
    return {
        "CidrIp": cidr,
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "Description": description,
    }


def _add_database_ingress(template: RegionTemplate, other: OtherRegion) -> None:
    """Each way in is a resource of its own: an optional one then comes and goes without touching the rest."""
    _ingress(template, "FromAppSubnets", "Callers in this VPC", CidrIp=_CALLERS)
    _ingress(template, "FromPeer", "The other region", CidrIp=other.vpc_cidr, **other.attributes())
    for number in range(1, CLIENTS + 1):
        for kind, source in (("Cidr", "CidrIp"), ("Group", "SourceSecurityGroupId")):
            _ingress(
                template,
                f"FromClient{kind}{number}",
                f"Client {'network' if kind == 'Cidr' else 'group'} {number}",
                Condition=f"HasClient{kind}{number}",
                **{source: client(kind, number)},
            )


def client(kind: str, number: int) -> Select:
    """The n-th client `Cidr` or `Group`, or the empty text: the list is lengthened by commas before it is cut."""
    return Select(number - 1, Split(",", Join(",", [Ref(CLIENT_LISTS[kind]), *[""] * CLIENTS])))


def _ingress(template: RegionTemplate, name: str, description: str, **source: Any) -> None:
    template.put(
        ec2.SecurityGroupIngress(
            f"Database{name}",
            GroupId=Ref(DATABASE_GROUP),
            IpProtocol="tcp",
            FromPort=PORT,
            ToPort=PORT,
            Description=description,
            **source,
        )
    )
