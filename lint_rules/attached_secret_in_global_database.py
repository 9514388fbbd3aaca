"""W9515: a secret attached to one cluster of a global database."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class AttachedSecretInGlobalDatabase(_rule.Rule):
    """A secret attached to one cluster of a global database."""

    id = "W9515"
    shortdesc = "SecretTargetAttachment to a member of a global database"
    description = (
        "The attachment writes the endpoint of that one region into the secret: after a failover whoever reads it"
        " connects to the side that is gone or takes no writes."
    )
    fix = "write the host yourself: the GlobalEndpoint.Address of the global cluster"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        members = set(_reading.global_members(cfn))
        for name, properties in _reading.properties(cfn, "AWS::SecretsManager::SecretTargetAttachment"):
            for member in sorted(members & _values.referred(properties.get("TargetId"))):
                path: _rule.Path = ["Resources", name, "Properties", "TargetId"]
                yield path, f"{name} writes the endpoint of {member}, of one region, into a secret"
