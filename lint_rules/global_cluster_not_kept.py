"""E9509: a global cluster that an edit or a deletion of the stack takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


class GlobalClusterNotKept(_rule.Rule):
    """A global cluster that an edit or a deletion of the stack takes away."""

    id = "E9509"
    shortdesc = "Global cluster without protection or a policy that keeps it"
    description = (
        "An edit of its identifier replaces a global cluster and a deleted stack deletes it: the link between the"
        " regions is gone, and what is left of the database is two of them."
    )
    fix = "set DeletionProtection, or DeletionPolicy and UpdateReplacePolicy to Retain or RetainExceptOnCreate"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-globalcluster.html"
    )
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, body in _reading.resources(cfn, _reading.GLOBAL_CLUSTER):
            properties = body.get("Properties")
            protection = properties.get("DeletionProtection", False) if isinstance(properties, dict) else False
            protected = not _values.is_false(cfn, protection)
            unkept = [policy for policy in _POLICIES if not _keeps(cfn, body.get(policy))]
            if unkept and not protected:
                yield ["Resources", name], f"{name} has no protection and no {' and '.join(unkept)} that keeps it"


def _keeps(cfn: _values.Template, policy: Any) -> bool:
    return any(text.startswith("Retain") for text in _values.texts(cfn, policy))
