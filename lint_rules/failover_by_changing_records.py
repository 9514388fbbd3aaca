"""W9553: a failover that needs Route 53's control plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class FailoverByChangingRecords(_rule.Rule):
    """Something beside a global database may change DNS records."""

    id = "W9553"
    shortdesc = "A failover that changes DNS records"
    description = (
        "Records are changed through Route 53's control plane, which is in us-east-1 and may be gone with it. The "
        "writer endpoint of a global database moves by itself, and failover records move by their health checks."
    )
    fix = (
        "let writers use the GlobalEndpoint of the global cluster and readers failover records, "
        "and take the permission away"
    )
    source_url = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/disaster-recovery-resiliency.html"
    tags = ["resources", "iam", "route53", "rds"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if not (_reading.global_members(cfn) or _hears_of_databases(cfn)):
            return
        for name, path, statement in _reading.statements(cfn, *_reading.POLICIES):
            allowed = _reading.allows(cfn, statement, "route53:ChangeResourceRecordSets")
            # An administrator's * is not meant for this.
            meant = "*" not in _reading.actions(cfn, statement)
            if meant and allowed and not _for_other_records(cfn, statement):
                yield [*path, "Action"], f"{name} may change DNS records beside a global database"


def _hears_of_databases(cfn: _values.Template) -> bool:
    return any(
        "aws.rds" in _values.texts(cfn, source)
        for _, properties in _reading.properties(cfn, "AWS::Events::Rule")
        for source in _values.items(cfn, _values.dig(properties.get("EventPattern"), "source"))
    )


def _for_other_records(cfn: _values.Template, statement: dict[str, Any]) -> bool:
    """Whether a condition leaves only records that send nobody anywhere, such as the TXT of a certificate's proof."""
    types = {
        text
        for _, node in _values.mappings(statement.get("Condition"), [])
        for key, value in node.items()
        if str(key).lower() == "route53:changeresourcerecordsetsrecordtypes"
        for item in _values.items(cfn, value)
        for text in _values.texts(cfn, item)
    }
    return bool(types) and types <= {"TXT", "CAA", "MX", "SPF"}
