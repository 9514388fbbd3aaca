"""E9708: names of IAM that two stacks of an account both want."""

from __future__ import annotations

from collections.abc import Iterator

from pair_rules import _pair


class SameGlobalName(_pair.PairRule):
    """Names of IAM that two stacks of an account both want."""

    id = "E9708"
    shortdesc = "Two stacks give an IAM resource the same name"
    description = "IAM has no regions: the second stack fails because the name exists."
    fix = "leave the name out, or put the region into it"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html"
    tags = ("iam",)

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for resource_type, name in _NAMES.items():
            taken: dict[tuple[str, str], _pair.Resource] = {}
            for found in _pair.resources(stacks, resource_type):
                value = found.properties.get(name)
                if not isinstance(value, str):
                    continue
                first = taken.setdefault((found.settled.stack.account, value.lower()), found)
                if first.role != found.role:
                    yield found.place(name), f"{first} and {found} are both named {value}"


_NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
}
