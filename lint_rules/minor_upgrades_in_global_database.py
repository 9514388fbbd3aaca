"""W9506: an instance of a global database that is to upgrade by itself."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class MinorUpgradesInGlobalDatabase(_rule.Rule):
    """An instance of a global database that is to upgrade by itself."""

    id = "W9506"
    shortdesc = "AutoMinorVersionUpgrade in a global database"
    description = (
        "The setting has no effect in a global database: whoever relies on it runs an old version, and a "
        "switchover needs equal versions on both sides."
    )
    fix = "set AutoMinorVersionUpgrade to false and upgrade by EngineVersion, the secondary first"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for cluster in _reading.global_members(cfn):
            for name, properties in _reading.instances(cfn, cluster):
                if _values.may_be_true(cfn, properties.get("AutoMinorVersionUpgrade")):
                    path: _rule.Path = ["Resources", name, "Properties", "AutoMinorVersionUpgrade"]
                    yield path, f"{name} does not upgrade by itself in the global database of {cluster}"
