"""W9546: bucket rules in forms of the past."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_TODAY = {
    "LifecycleConfiguration": {
        "NoncurrentVersionExpirationInDays": "NoncurrentVersionExpiration",
        "NoncurrentVersionTransition": "NoncurrentVersionTransitions",
        "Transition": "Transitions",
    },
    # Only in replication: a lifecycle rule has no other place for its prefix.
    "ReplicationConfiguration": {"Prefix": "Filter"},
}


class LegacyBucketForm(_rule.Rule):
    """A lifecycle or replication rule uses a property that S3 keeps for old templates only."""

    id = "W9546"
    shortdesc = "A lifecycle or replication rule in a legacy form"
    description = (
        "These properties are written and never read back, so that drift of them is not seen, and S3 gives them no "
        "new abilities. For AccessControl, which is legacy too, cfn-lint has W3045."
    )
    fix = "use the property of today"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-properties-s3-bucket-lifecycleconfiguration-rule.html"
    )
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.properties(cfn, _reading.BUCKET):
            for place, today in _TODAY.items():
                start: _rule.Path = ["Resources", name, "Properties", place]
                for path, rule in _values.mappings(properties.get(place), start):
                    # A filter has a prefix too, but no status.
                    for old in today if "Status" in rule else ():
                        if old in rule and _is_given(cfn, rule[old]):
                            yield [*path, old], f"{name} has the legacy property {old}; today it is {today[old]}"


def _is_given(cfn: _values.Template, value: Any) -> bool:
    return any(True for _ in _values.branches(cfn, value))
