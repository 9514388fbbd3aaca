"""W9552: a function in subnets from which it reaches no AWS service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _networks, _reading, _rule, _values

# A call, and the end of the name of the endpoint service that it needs. Secrets Manager itself asks KMS to decrypt.
_CALLS = {"secretsmanager:GetSecretValue": "secretsmanager", "cloudwatch:PutMetricData": "monitoring"}


class FunctionWithoutWayOut(_rule.Rule):
    """A function in the template's own VPC calls AWS services, and the VPC has neither endpoints nor a way out."""

    id = "W9552"
    shortdesc = "A function in private subnets that cannot reach the services it calls"
    description = (
        "A function in a VPC has no public address. Without interface endpoints or a NAT gateway its calls hang until "
        "it times out, and an alarm on it says that the database is down."
    )
    fix = "add interface endpoints for the services that the function calls, or a NAT gateway"
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html"
    tags = ["resources", "lambda", "ec2"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if _networks.has_way_out(cfn, by_peering=True):
            return
        endpoints = [services for services, _ in _networks.endpoints(cfn, gateway=False)]
        missing = [
            call for call, service in _CALLS.items() if not any(_networks.serves(names, service) for names in endpoints)
        ]
        for name, properties, _ in _networks.functions(cfn):
            if call := _call(cfn, properties.get("Role"), missing):
                path: _rule.Path = ["Resources", name, "Properties", "VpcConfig"]
                yield path, f"{name} may call {call}, and its subnets have no way there"


def _call(cfn: _values.Template, role: Any, calls: list[str]) -> str | None:
    """The first of the calls that a policy of the function's role allows."""
    roles = _values.referred(role)
    for name, _, statement in _reading.statements(cfn, *_reading.POLICIES):
        properties = cfn.template["Resources"][name]["Properties"]
        attached = {name} | _values.referred(properties.get("Roles")) | _values.referred(properties.get("RoleName"))
        for one in roles:
            arns = _values.dig(cfn.template, "Resources", one, "Properties", "ManagedPolicyArns")
            if one in attached or name in _values.referred(arns):
                for call in calls:
                    if _reading.allows(cfn, statement, call):
                        return call
    return None
