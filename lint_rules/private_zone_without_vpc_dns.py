"""E9529: a private hosted zone on a VPC that does not use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class PrivateZoneWithoutVpcDns(_rule.Rule):
    """A VPC of a private zone has DNS hostnames or DNS support off."""

    id = "E9529"
    shortdesc = "Private hosted zone on a VPC without DNS"
    description = "Names of a private zone are answered only in VPCs with EnableDnsHostnames and EnableDnsSupport."
    fix = "set EnableDnsHostnames: true, and leave EnableDnsSupport on"
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html"
    tags = ["resources", "route53", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        vpcs = dict(_reading.properties(cfn, "AWS::EC2::VPC"))
        for name, properties in _reading.properties(cfn, "AWS::Route53::HostedZone"):
            for entry in _values.items(cfn, properties.get("VPCs")):
                wanted = _values.referred(entry.get("VPCId")) if isinstance(entry, dict) else frozenset()
                for vpc in sorted(wanted & set(vpcs)):
                    if key := _off(cfn, vpcs[vpc]):
                        yield ["Resources", vpc, "Properties"], f"{name} is a zone of {vpc}, where {key} is off"


def _off(cfn: _values.Template, vpc: dict[str, Any]) -> str | None:
    for key, default in (("EnableDnsHostnames", False), ("EnableDnsSupport", True)):
        for case in _values.scenarios(cfn, vpc, [key]):
            if _values.is_false(cfn, case.get(key, default)):
                return key
    return None
