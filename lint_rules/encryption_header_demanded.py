"""W9561: a policy that demands the encryption headers which it means to leave open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_HEADERS = {"s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"}


class EncryptionHeaderDemanded(_rule.Rule):
    """A Deny compares an encryption header by a negated operator that ends in IfExists."""

    id = "W9561"
    shortdesc = "A Deny with a negated IfExists refuses requests without the header"
    description = (
        "An operator that ends in IfExists holds for a key that is not there, and so does a negated one. A Deny with "
        "StringNotEqualsIfExists therefore refuses every upload that leaves the encryption to the bucket's default."
    )
    fix = (
        'ask by Null first, {"Null": {KEY: "false"}, "StringNotEquals": {KEY: …}}; or use StringNotEquals alone '
        "where the header is to be demanded"
    )
    source_url = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
        "reference_policies_elements_condition_operators.html#Conditions_IfExists"
    )
    tags = ["resources", "s3", "iam"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, path, statement in _reading.statements(cfn):
            if _values.texts(cfn, statement.get("Effect")) != {"Deny"}:
                continue
            for case in _values.scenarios(cfn, statement, ["Condition"]):
                for key in _demanded(cfn, case.get("Condition")):
                    yield [*path, "Condition"], f"{name} refuses what does not send {key}"


def _demanded(cfn: _values.Template, condition: Any) -> Iterator[str]:
    """The headers of a condition that holds without them, unless it is only for who sent one of a certain value."""
    asked = [
        (str(operator), key, value)
        for operator, keys in (condition.items() if isinstance(condition, dict) else ())
        for key, value in _keys(cfn, keys)
        if key.lower() in _HEADERS
    ]
    sent = {key.lower() for operator, key, value in asked if operator == "Null" and _values.is_false(cfn, value)}
    if not any(operator in ("StringEquals", "StringLike") for operator, _, _ in asked):
        for operator, key, _ in asked:
            if "Not" in operator and operator.endswith("IfExists") and key.lower() not in sent:
                yield key


def _keys(cfn: _values.Template, node: Any) -> Iterator[tuple[str, Any]]:
    for option in _values.items(cfn, node):
        if isinstance(option, dict):
            yield from ((key, value) for key, value in option.items() if isinstance(key, str))
