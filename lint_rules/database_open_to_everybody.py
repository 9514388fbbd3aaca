"""E9554: a global database that everybody can reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_GROUP, _INGRESS = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"
_PORTS = (3306, 5432)


class DatabaseOpenToEverybody(_rule.Rule):
    """An instance of a global database is public, or a security group beside one opens the database's port to all."""

    id = "E9554"
    shortdesc = "A global database that is reachable from everywhere"
    description = "A database behind a public address or an open port is tried by everybody within minutes."
    fix = "keep the instances private and let in the networks of the applications and of the other region only"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.RDSSecurityGroups.html"
    tags = ["resources", "rds", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        members = _reading.global_members(cfn)
        for cluster in members:
            for name, properties in _reading.instances(cfn, cluster):
                if _values.may_be_true(cfn, properties.get("PubliclyAccessible")):
                    path: _rule.Path = ["Resources", name, "Properties", "PubliclyAccessible"]
                    yield path, f"{name} has a public address"
        for name, body in _reading.resources(cfn, _GROUP, _INGRESS) if members else ():
            inline = body.get("Type") == _GROUP
            for case in _values.cases(cfn, name):
                rules = _values.items(cfn, case.get("SecurityGroupIngress")) if inline else [case]
                if any(_is_open(cfn, rule) for rule in rules):
                    end: _rule.Path = ["SecurityGroupIngress"] if inline else []
                    yield ["Resources", name, "Properties", *end], f"{name} lets everybody in on a database port"


def _is_open(cfn: _values.Template, rule: Any) -> bool:
    if not isinstance(rule, dict):
        return False
    sources = _values.texts(cfn, rule.get("CidrIp")) | _values.texts(cfn, rule.get("CidrIpv6"))
    if not sources & {"0.0.0.0/0", "::/0"}:
        return False
    if _values.texts(cfn, rule.get("IpProtocol")) == {"-1"}:
        return True
    bounds = [_numbers(cfn, rule.get(key)) for key in ("FromPort", "ToPort")]
    return any(start <= port <= end for port in _PORTS for start in bounds[0] for end in bounds[1])


def _numbers(cfn: _values.Template, node: Any) -> list[int]:
    return [int(text) for text in _values.texts(cfn, node) if text.isdecimal()]
