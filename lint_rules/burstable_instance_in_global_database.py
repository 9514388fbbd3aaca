"""E9505: an instance of a burstable class in a global database."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class BurstableInstanceInGlobalDatabase(_rule.Rule):
    """An instance of a burstable class in a global database."""

    id = "E9505"
    shortdesc = "Burstable instance class in a global database"
    description = "A global database takes memory optimized classes, db.r5 or newer; RDS refuses db.t."
    fix = "use a class such as db.r6g.large"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for cluster in _reading.global_members(cfn):
            for name, properties in _reading.instances(cfn, cluster):
                for size in sorted(_values.texts(cfn, properties.get("DBInstanceClass"))):
                    if size.startswith("db.t"):
                        path: _rule.Path = ["Resources", name, "Properties", "DBInstanceClass"]
                        yield path, f"{name} is {size}, in the global database of {cluster}"
