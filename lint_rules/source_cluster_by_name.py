"""W9510: a global cluster made from a cluster by its name and not by its ARN."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class SourceClusterByName(_rule.Rule):
    """A global cluster made from a cluster by its name and not by its ARN."""

    id = "W9510"
    shortdesc = "SourceDBClusterIdentifier is a name and not an ARN"
    description = (
        "RDS reads the property back as an ARN, so a name shows as drift for ever; and the property is create-"
        "only, so putting it right later replaces the global cluster."
    )
    fix = "use !GetAtt CLUSTER.DBClusterArn"
    source_url = "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1856"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        clusters = {name for name, _ in _reading.properties(cfn, _reading.CLUSTER)}
        for name, properties in _reading.properties(cfn, _reading.GLOBAL_CLUSTER):
            for value in _values.branches(cfn, properties.get("SourceDBClusterIdentifier")):
                if isinstance(value, dict) and str(value.get("Ref")) in clusters:
                    path: _rule.Path = ["Resources", name, "Properties", "SourceDBClusterIdentifier"]
                    yield path, f"{name} takes {value['Ref']} by its name"
