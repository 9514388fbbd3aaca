"""W9513: a member of a global database without an instance."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class HeadlessMember(_rule.Rule):
    """A member of a global database without an instance."""

    id = "W9513"
    shortdesc = "Cluster of a global database without an instance"
    description = (
        "A cluster without an instance cannot be switched or failed over to, and cannot be upgraded: it saves the"
        " data and loses the service."
    )
    fix = "add at least one AWS::RDS::DBInstance to the cluster"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html"
    )
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name in _reading.global_members(cfn):
            if not any(True for _ in _reading.instances(cfn, name)):
                yield ["Resources", name], f"{name} has no instance in this template"
