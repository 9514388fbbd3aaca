"""E9540: a key policy that lets anybody use the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_LIMITS = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
}


class AnybodyMayUseKey(_rule.Rule):
    """A key policy allows the principal `*` and no condition says whose."""

    id = "E9540"
    shortdesc = "A KMS key policy that allows everybody"
    description = (
        "A statement for the principal * lets every AWS account use the key. No service needs it: RDS and S3 act "
        "for a caller of the own account, or through a grant."
    )
    fix = "name the account root and the roles that need the key, or add a condition on kms:CallerAccount"
    source_url = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"
    tags = ["resources", "kms"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, path, statement in _reading.statements(cfn, _reading.KEY, "AWS::KMS::ReplicaKey"):
            for case in _values.scenarios(cfn, statement, ["Effect", "Principal", "Condition"]):
                allowed = "Allow" in _values.texts(cfn, case.get("Effect"))
                if allowed and _anybody(cfn, case.get("Principal")) and not _limited(cfn, case.get("Condition")):
                    yield [*path, "Principal"], f"The policy of {name} lets every AWS account use the key"


def _anybody(cfn: _values.Template, principal: Any) -> bool:
    for branch in _values.branches(cfn, principal):
        named = branch.get("AWS") if isinstance(branch, dict) else branch
        if any("*" in _values.texts(cfn, item) for item in _values.items(cfn, named)):
            return True
    return False


def _limited(cfn: _values.Template, condition: Any) -> bool:
    """Whether a condition, in one of its branches, says whose principals; of what a function makes of it, it may."""
    for branch in _values.branches(cfn, condition):
        for operator, keys in branch.items() if isinstance(branch, dict) else ():
            if str(operator).startswith("Fn::"):
                return True
            named = {
                str(key).lower() for option in _values.items(cfn, keys) if isinstance(option, dict) for key in option
            }
            if "Not" not in str(operator) and named & _LIMITS:
                return True
    return False
