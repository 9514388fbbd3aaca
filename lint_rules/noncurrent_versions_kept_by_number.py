"""W9562: noncurrent versions that are kept by their number where objects expire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_ENDS = "NoncurrentVersionExpiration"
_SCOPE = ("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")

_LifecycleRule = dict[str, Any]


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
                status = _values.dig(case, "VersioningConfiguration", "Status")
                versioned = status is not None and "Suspended" not in _values.texts(cfn, status)
                rules = [
                    rule
                    for rule in _values.items(cfn, _values.dig(case, "LifecycleConfiguration", "Rules"))
                    if isinstance(rule, dict) and "Disabled" not in _values.texts(cfn, rule.get("Status"))
                ]
                if versioned and any(
                    _numbered(cfn, keeps) and _kept_for_ever(keeps, expires, rules)
                    for keeps in rules
                    for expires in rules
                ):
                    path: _rule.Path = ["Resources", name, "Properties", "LifecycleConfiguration"]
                    yield path, f"{name} lets objects expire and keeps noncurrent versions by their number"


def _numbered(cfn: _values.Template, rule: _LifecycleRule) -> bool:
    kept = _values.numbers(cfn, _values.dig(rule, _ENDS, "NewerNoncurrentVersions"))
    return bool(kept) and kept[-1] >= 1


def _kept_for_ever(keeps: _LifecycleRule, expires: _LifecycleRule, rules: list[_LifecycleRule]) -> bool:
    """Whether what the one rule lets expire is kept by the other, and no rule ends it by its age."""
    if not {"ExpirationInDays", "ExpirationDate"} & set(expires):
        return False
    if _covers(keeps, expires):
        both = expires
    elif _covers(expires, keeps):
        both = keeps
    else:
        return False
    return not any(_ends_by_age(rule) and _covers(rule, both) for rule in rules)


def _ends_by_age(rule: _LifecycleRule) -> bool:
    by_age = rule.get(_ENDS) and not _values.dig(rule, _ENDS, "NewerNoncurrentVersions")
    return bool(by_age) or "NoncurrentVersionExpirationInDays" in rule


def _covers(wide: _LifecycleRule, narrow: _LifecycleRule) -> bool:
    """Whether a rule is for every object that the other is for."""
    of_wide, of_narrow = ({key: rule[key] for key in _SCOPE if rule.get(key)} for rule in (wide, narrow))
    outer, inner = wide.get("Prefix") or "", narrow.get("Prefix") or ""
    within = outer == inner or (isinstance(outer, str) and isinstance(inner, str) and inner.startswith(outer))
    return within and of_wide in ({}, of_narrow)
