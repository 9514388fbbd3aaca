"""E9712: a rule that names a security group of another region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pair_rules import _pair


class SecurityGroupOfAnotherRegion(_pair.PairRule):
    """A rule that names a security group of another region."""

    id = "E9712"
    shortdesc = "A security group of another region in a rule"
    description = "Across regions a peering does not carry security groups: EC2 does not find the id."
    fix = "let the other side in by its CIDR block"
    source_url = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"
    tags = ("ec2",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for resource_type, keys in _RULES.items():
            for found in _pair.resources(stacks, resource_type):
                for path, rule in _rules(found, keys):
                    for name in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
                        group = _pair.find(stacks, rule.get(name))
                        if group and group.region != found.region:
                            yield found.place(*path, name), f"{found} names {group}, which is in {group.region}"


_RULES: dict[str, tuple[str, ...]] = {
    "AWS::EC2::SecurityGroup": ("SecurityGroupIngress", "SecurityGroupEgress"),
    "AWS::EC2::SecurityGroupIngress": (),
    "AWS::EC2::SecurityGroupEgress": (),
}


def _rules(found: _pair.Resource, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    if not keys:
        yield (), found.properties
    for key in keys:
        for index, rule in _pair.listed(found.properties.get(key)):
            yield (key, index), rule
