"""W9514: a serverless member of a global database that starts too small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_ENOUGH = 8
_NUMBER = re.compile(r"\d+(\.\d+)?")


class SmallServerlessMember(_rule.Rule):
    """A serverless member of a global database that starts too small."""

    id = "W9514"
    shortdesc = "Serverless member of a global database below 8 ACU"
    description = (
        "Below 8 Aurora capacity units an instance of a global database may fall behind in replication, so AWS "
        "recommends at least that much."
    )
    fix = "set MinCapacity to 8 or more"
    source_url = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html"
    )
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.global_members(cfn).items():
            sizes: set[str] = set()
            for _, instance in _reading.instances(cfn, name):
                sizes |= _values.texts(cfn, instance.get("DBInstanceClass"))
            if "db.serverless" not in sizes:
                continue
            for scaling in _values.branches(cfn, properties.get("ServerlessV2ScalingConfiguration")):
                for text in sorted(_values.texts(cfn, _values.dig(scaling, "MinCapacity"))):
                    if _NUMBER.fullmatch(text) and float(text) < _ENOUGH:
                        path: _rule.Path = ["Resources", name, "Properties", "ServerlessV2ScalingConfiguration"]
                        yield path, f"{name} starts with {text} ACU"
