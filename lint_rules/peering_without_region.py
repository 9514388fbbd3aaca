"""E9531: a peering connection that does not name the other region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class PeeringWithoutRegion(_rule.Rule):
    """A VPC of another region's stack is peered without PeerRegion."""

    id = "E9531"
    shortdesc = "Peering between regions without PeerRegion"
    description = "Without PeerRegion the VPC is looked for in this region: the connection fails to stabilize."
    fix = "set PeerRegion to the region of the other stack"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-ec2-vpcpeeringconnection.html#cfn-ec2-vpcpeeringconnection-peerregion"
    )
    tags = ["resources", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        foreign = _foreign(cfn)
        for name, properties in _reading.properties(cfn, "AWS::EC2::VPCPeeringConnection"):
            for case in _values.scenarios(cfn, properties, ["PeerVpcId", "PeerRegion"]):
                given = sorted(_values.referred(case.get("PeerVpcId")) & foreign)
                if given and "PeerRegion" not in case:
                    path: _rule.Path = ["Resources", name, "Properties", "PeerVpcId"]
                    yield path, f"{given[0]} is a VPC of another region's stack"


def _foreign(cfn: _values.Template) -> set[str]:
    """The parameters that are filled from the stack of another role, which is in another region."""
    node: Any = cfn.template.get("Metadata")
    own = node.get("TwinStack") if isinstance(node, dict) else None
    wiring = own.get("Wiring") if isinstance(own, dict) else None
    if not isinstance(own, dict) or not isinstance(wiring, dict) or "Role" not in own:
        return set()
    return {name for name, source in wiring.items() if str(source).partition(".")[0] != own["Role"]}
