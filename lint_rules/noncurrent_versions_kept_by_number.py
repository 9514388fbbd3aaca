"""W9562: noncurrent versions that are kept by their number where objects expire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_SCOPE = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
_ENDS = "NoncurrentVersionExpiration"


class NoncurrentVersionsKeptByNumber(_rule.Rule):
    """A lifecycle rule keeps some noncurrent versions of objects whose current version expires."""

    id = "W9562"
    shortdesc = "Expired objects are kept for ever"
    description = (
        "In a bucket with versions an expiration only makes the version noncurrent. NewerNoncurrentVersions is how "
        "many noncurrent versions are kept however old they are, so a key that is written once keeps the one that it "
        "has, and it is paid for."
    )
    fix = "leave NewerNoncurrentVersions out; a longer NoncurrentDays keeps what was overwritten"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html"
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, _ in _reading.resources(cfn, _reading.BUCKET):
            for case in _values.cases(cfn, name):
                rules = [
                    rule
                    for rule in _values.items(cfn, _values.dig(case, "LifecycleConfiguration", "Rules"))
                    if isinstance(rule, dict) and "Disabled" not in _values.texts(cfn, rule.get("Status"))
                ]
                if any(_keeps_what_expires(cfn, rule, rules) for rule in rules):
                    path: _rule.Path = ["Resources", name, "Properties", "LifecycleConfiguration"]
                    yield path, f"{name} lets objects expire and keeps noncurrent versions by their number"


def _keeps_what_expires(cfn: _values.Template, rule: dict[str, Any], rules: list[dict[str, Any]]) -> bool:
    kept = _values.numbers(cfn, _values.dig(rule, _ENDS, "NewerNoncurrentVersions"))
    if not kept or kept[-1] < 1:
        return False
    here = _scope(rule)
    expires = any(
        {"ExpirationInDays", "ExpirationDate"} & set(other) and (_scope(other) in ({}, here) or not here)
        for other in rules
    )
    ends = any(
        (_values.dig(other, _ENDS, "NoncurrentDays") and not _values.dig(other, _ENDS, "NewerNoncurrentVersions"))
        and _scope(other) in ({}, here)
        for other in rules
    )
    return expires and not ends


def _scope(rule: dict[str, Any]) -> dict[str, Any]:
    """What narrows a rule to a part of the bucket."""
    return {key: rule[key] for key in _SCOPE if rule.get(key)}
