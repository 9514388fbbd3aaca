"""W9555: a stack set that deploys the regions of a global database at once."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class RegionsDeployedAtOnce(_rule.Rule):
    """A stack set with a global database in its template works on the regions in parallel."""

    id = "W9555"
    shortdesc = "A stack set that deploys a global database in all regions at once"
    description = (
        "The secondary cluster needs the primary one and the global cluster, and has to go before them when both are "
        "deleted: regions in parallel fail on what is not there yet, or still is."
    )
    fix = "set RegionConcurrencyType to SEQUENTIAL and give RegionOrder"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html"
    tags = ["resources", "cloudformation", "rds"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, _ in _reading.resources(cfn, "AWS::CloudFormation::StackSet"):
            for case in _values.cases(cfn, name):
                order = _values.dig(case, "OperationPreferences", "RegionConcurrencyType")
                bodies = _values.texts(cfn, case.get("TemplateBody"))
                if "PARALLEL" in _values.texts(cfn, order) and any(
                    _reading.GLOBAL_CLUSTER in body or "GlobalClusterIdentifier" in body for body in bodies
                ):
                    path: _rule.Path = ["Resources", name, "Properties", "OperationPreferences"]
                    yield path, f"{name} deploys a global database in all regions at once"
