"""W9516: a hosted rotation function beside a global database."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class HostedRotationInGlobalDatabase(_rule.Rule):
    """A hosted rotation function beside a global database."""

    id = "W9516"
    shortdesc = "Hosted rotation function in a global database"
    description = (
        "The hosted function connects to the endpoint in the secret, which is that of one region; after a "
        "failover it changes nothing or fails."
    )
    fix = "rotate with a function of your own that asks for the global endpoint"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-rotationschedule-hostedrotationlambda.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if _reading.global_members(cfn):
            for name, properties in _reading.properties(cfn, "AWS::SecretsManager::RotationSchedule"):
                for _ in _values.branches(cfn, properties.get("HostedRotationLambda", _values.NO_VALUE)):
                    path: _rule.Path = ["Resources", name, "Properties", "HostedRotationLambda"]
                    yield path, f"{name} rotates by the endpoint of one region"
