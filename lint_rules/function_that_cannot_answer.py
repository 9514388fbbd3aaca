"""W9559: a custom resource whose function cannot answer CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from lint_rules import _networks, _reading, _rule, _values

_BUCKET = "arn:aws:s3:::cloudformation-custom-resource-response-useast1/answer"
# The address is signed by CloudFormation, and the bucket is AWS's: whoever asks for the own account refuses it.
_OWN_ONLY = {"aws:principalaccount", "aws:principalorgid", "aws:resourceaccount", "aws:resourceorgid"}


class FunctionThatCannotAnswer(_rule.Rule):
    """A custom resource names a function in the template's own VPC, from where no way leads to its response bucket."""

    id = "W9559"
    shortdesc = "A custom resource whose function cannot answer from its VPC"
    description = (
        "A custom resource is answered by a PUT to a bucket of CloudFormation's, in some regions under a legacy name "
        "of S3 such as bucket.s3.amazonaws.com. An interface endpoint does not serve these names. Without a NAT "
        "gateway, or a gateway endpoint whose policy and security group let the answer through, the stack waits for "
        "the whole ServiceTimeout and fails, and its rollback waits again."
    )
    fix = (
        "let CloudFormation call a function outside the VPC that invokes this one and answers; or add a NAT gateway, "
        "or a gateway endpoint for S3 that allows s3:PutObject on cloudformation-custom-resource-response-* to "
        "anybody, with a rule of the security group that lets out to it"
    )
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html"
    tags = ["resources", "lambda", "ec2", "cloudformation"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if _networks.has_way_out(cfn, by_peering=False):
            return
        gateway = any(
            _networks.serves(services, "s3") and _lets_answers(cfn, endpoint)
            for services, endpoint in _networks.endpoints(cfn, gateway=True)
        )
        shut = {
            function for function, _, config in _networks.functions(cfn) if not (gateway and _lets_out(cfn, config))
        }
        for name, body in _reading.resources(cfn):
            kind = str(body.get("Type"))
            if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
                for function in sorted(_values.referred(_values.dig(body, "Properties", "ServiceToken")) & shut):
                    path: _rule.Path = ["Resources", name, "Properties", "ServiceToken"]
                    yield path, f"{function} answers for {name}, and its subnets have no way to CloudFormation's bucket"


def _lets_answers(cfn: _values.Template, endpoint: dict[str, Any]) -> bool:
    """Whether the policy of an endpoint lets an answer through; without one it lets everything through."""
    policy = endpoint.get("PolicyDocument")
    if policy is None:
        return True
    return any(
        "Effect" in node and _reading.allows(cfn, node, "s3:PutObject") and _is_for_answers(cfn, node)
        for _, node in _values.mappings(policy, [])
    )


def _is_for_answers(cfn: _values.Template, statement: dict[str, Any]) -> bool:
    keys = {str(key).lower() for _, node in _values.mappings(statement.get("Condition"), []) for key in node}
    if keys & _OWN_ONLY:
        return False
    buckets = {name for name, _ in _reading.resources(cfn, _reading.BUCKET)}
    return any(
        fnmatchcase(_BUCKET, text.replace(_values.UNKNOWN, "*"))
        for item in _values.items(cfn, statement.get("Resource", []))
        if not _values.referred(item) & buckets
        for text in _values.texts(cfn, item)
    )


def _lets_out(cfn: _values.Template, config: Any) -> bool:
    """Whether one of a function's security groups lets HTTPS out to more than addresses within networks."""
    groups = dict(_reading.properties(cfn, "AWS::EC2::SecurityGroup"))
    for item in _values.items(cfn, _values.dig(config, "SecurityGroupIds") or []):
        for name in _values.referred(item) or {""}:
            if name not in groups or "SecurityGroupEgress" not in groups[name]:
                return True
            rules = list(_values.items(cfn, groups[name]["SecurityGroupEgress"]))
            rules += [
                rule
                for _, rule in _reading.properties(cfn, "AWS::EC2::SecurityGroupEgress")
                if name in _values.referred(rule.get("GroupId"))
            ]
            if any(isinstance(rule, dict) and _is_way(cfn, rule) for rule in rules):
                return True
    return False


def _is_way(cfn: _values.Template, rule: dict[str, Any]) -> bool:
    first, last = (_values.numbers(cfn, rule.get(end)) or [443.0] for end in ("FromPort", "ToPort"))
    covers = first[0] <= 443 <= last[-1] or first[0] == -1
    if not covers or not _values.texts(cfn, rule.get("IpProtocol")) & {"tcp", "6", "-1", _values.UNKNOWN}:
        return False
    if "DestinationPrefixListId" in rule:
        return True
    return bool(_values.texts(cfn, rule.get("CidrIp", "none")) & {"0.0.0.0/0", _values.UNKNOWN})
