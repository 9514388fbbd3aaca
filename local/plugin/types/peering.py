"""AWS::EC2::VPCPeeringConnection: requested here, accepted in the other region."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties, arguments


class VPCPeeringConnection(Handler):
    """AWS::EC2::VPCPeeringConnection.

    Within one account CloudFormation accepts the request itself.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcpeeringconnection.html
    """

    type_name = "AWS::EC2::VPCPeeringConnection"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        ec2 = client("ec2")
        made = ec2.create_vpc_peering_connection(**arguments(ec2, "CreateVpcPeeringConnection", properties))[
            "VpcPeeringConnection"
        ]["VpcPeeringConnectionId"]
        client("ec2", properties.get("PeerRegion")).accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        retag(made, {}, properties)
        return made, {"Id": made}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        retag(physical_id, old, new)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        ec2 = client("ec2")
        unless_gone(
            lambda: ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=physical_id),
            "InvalidVpcPeeringConnectionID.NotFound",
        )


def retag(physical_id: str, old: Properties, new: Properties) -> None:
    """Bring the tags of an EC2 resource from one template's to another's."""
    ec2 = client("ec2")
    gone = removed_tags(old.get("Tags"), new.get("Tags"))
    if gone:
        ec2.delete_tags(Resources=[physical_id], Tags=[{"Key": key} for key in gone])
    if new.get("Tags") and new.get("Tags") != old.get("Tags"):
        ec2.create_tags(Resources=[physical_id], Tags=tag_list(new["Tags"]))
