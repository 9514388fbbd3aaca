"""E9504: backtrack on a cluster of a global database."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class BacktrackInGlobalDatabase(_rule.Rule):
    """A member of a global database asks for backtrack."""

    id = "E9504"
    shortdesc = "Backtrack on a member of a global database"
    description = "RDS refuses BacktrackWindow on a cluster that belongs to a global database."
    fix = "remove BacktrackWindow; point-in-time recovery works in each region"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html"
        "#aurora-global-database.limitations"
    )
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, case in _reading.member_cases(cfn, "BacktrackWindow"):
            if _values.texts(cfn, case.get("BacktrackWindow")) - {"0", _values.UNKNOWN}:
                path: _rule.Path = ["Resources", name, "Properties", "BacktrackWindow"]
                yield path, f"{name} is in a global database, which has no backtrack"
