"""AWS::EC2::VPC and what hangs on it: security groups and their rules."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any, ClassVar

from ministack.services import ec2 as ec2_service

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties

_PAIR = ("UserIdGroupPairs", "GroupId")
_SOURCES = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": _PAIR,
    "DestinationSecurityGroupId": _PAIR,
}


class VPC(Handler):
    """AWS::EC2::VPC with its CidrBlock as an attribute."""

    type_name = "AWS::EC2::VPC"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        return _with_cidr(*super().create(resource, properties))

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return _with_cidr(*super().update(resource, physical_id, old, new))


def _with_cidr(physical_id: str, attributes: Any) -> Outcome:
    vpc = client("ec2").describe_vpcs(VpcIds=[physical_id])["Vpcs"][0]
    blocks = [block["CidrBlock"] for block in vpc.get("CidrBlockAssociationSet", [])]
    return physical_id, {
        **attributes,
        "CidrBlock": vpc["CidrBlock"],
        "CidrBlockAssociations": blocks,
    }


class SecurityGroupIngress(Handler):
    """AWS::EC2::SecurityGroupIngress."""

    type_name = "AWS::EC2::SecurityGroupIngress"
    direction: ClassVar[str] = "ingress"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        authorize = getattr(client("ec2"), f"authorize_security_group_{self.direction}")
        made = authorize(GroupId=properties["GroupId"], IpPermissions=[_permission(properties)])
        physical_id = str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])
        return physical_id, {"Id": physical_id}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        self.delete(physical_id, old)  # only its text has changed, and the emulator cannot change that in place
        return self.create(resource, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        revoke = getattr(client("ec2"), f"revoke_security_group_{self.direction}")
        unless_gone(
            lambda: revoke(GroupId=properties["GroupId"], IpPermissions=[_permission(properties)]),
            "InvalidGroup.NotFound",
            "InvalidPermission.NotFound",
        )


class SecurityGroupEgress(SecurityGroupIngress):
    """AWS::EC2::SecurityGroupEgress."""

    type_name = "AWS::EC2::SecurityGroupEgress"
    direction: ClassVar[str] = "egress"


def _permission(properties: Properties) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(properties["IpProtocol"])}
    permission |= {name: int(properties[name]) for name in ("FromPort", "ToPort") if name in properties}
    text = {"Description": properties["Description"]} if properties.get("Description") else {}
    for name, (member, key) in _SOURCES.items():
        if properties.get(name):
            permission[member] = [{key: properties[name], **text}]
    return permission


class SecurityGroup(Handler):
    """AWS::EC2::SecurityGroup; deleting it is refused while another group's rule names it, as EC2 refuses it."""

    type_name = "AWS::EC2::SecurityGroup"

    def delete(self, physical_id: str, properties: Properties) -> None:
        for other in ec2_service._security_groups.values():
            if other["GroupId"] != physical_id and _names(other, physical_id):
                msg = f"resource {physical_id} has a dependent object: a rule of {other['GroupId']}"
                raise ValueError(msg)
        super().delete(physical_id, properties)


def _names(group: dict[str, Any], wanted: str) -> bool:
    permissions = [*group["IpPermissions"], *group["IpPermissionsEgress"]]
    return any(pair.get("GroupId") == wanted for rule in permissions for pair in rule.get("UserIdGroupPairs", []))
