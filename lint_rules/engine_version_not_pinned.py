"""W9511: a member of a global database whose engine version is not said to the patch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_FULL = re.compile(r"\d+\.\d+\.mysql_aurora\.\d+\.\d+\.\d+|\d+\.\d+(-\S+)?(?<!^8\.0)(?<!^5\.7)")


class EngineVersionNotPinned(_rule.Rule):
    """A member of a global database whose engine version is not said to the patch."""

    id = "W9511"
    shortdesc = "Engine version of a global database not pinned"
    description = (
        "Each region picks its own default where the version is open, and a switchover is refused when the two "
        "differ by so much as a patch."
    )
    fix = "give the full version, such as 8.0.mysql_aurora.3.10.4, by one parameter for both regions"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, case in _reading.member_cases(cfn, "EngineVersion"):
            path: _rule.Path = ["Resources", name, "Properties"]
            if "EngineVersion" not in case:
                yield path, f"{name} does not say its engine version"
                continue
            for version in sorted(_values.texts(cfn, case["EngineVersion"])):
                if _values.UNKNOWN not in version and not _FULL.fullmatch(version):
                    yield [*path, "EngineVersion"], f"{name} takes any version of {version}"
