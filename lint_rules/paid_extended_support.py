"""W9512: a member of a global database that falls into paid extended support."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class PaidExtendedSupport(_rule.Rule):
    """A member of a global database that falls into paid extended support."""

    id = "W9512"
    shortdesc = "EngineLifecycleSupport not switched off"
    description = (
        "A cluster that says nothing is enrolled in extended support, which is billed by vCPU once the version is"
        " past its end; the choice is made when the cluster is created and not later."
    )
    fix = "set EngineLifecycleSupport to open-source-rds-extended-support-disabled"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/extended-support.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, case in _reading.member_cases(cfn, "EngineLifecycleSupport"):
            support = _values.texts(cfn, case.get("EngineLifecycleSupport", "open-source-rds-extended-support"))
            if "open-source-rds-extended-support" in support:
                yield ["Resources", name, "Properties"], f"{name} is enrolled in paid extended support"
