"""E9542: a key of the own region for replicas in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cfnlint import helpers

from lint_rules import _reading, _rule, _values

_KEYS = (_reading.KEY, "AWS::KMS::ReplicaKey", "AWS::KMS::Alias")

_REGION = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(sorted(helpers.REGIONS))})(?![a-z0-9])")


class ReplicaKeyOfOwnRegion(_rule.Rule):
    """A replication rule with a bucket in another region encrypts the replicas with a key of this stack's region."""

    id = "E9542"
    shortdesc = "A replica key in the wrong region"
    description = (
        "The key that encrypts replicas has to be in the region of the destination bucket. S3 accepts any key "
        "when the rule is made, and then fails to replicate every object. Which region the bucket is in is read from "
        "its name; of a bucket whose name has none, nothing is said, since it may be one of another account next door."
    )
    fix = "give the key's ARN in the destination's region as a parameter"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html"
    tags = ["resources", "s3", "kms"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        keys = {name for name, _ in _reading.resources(cfn, *_KEYS)}
        for name, _, rules in _reading.replicated(cfn):
            for rule in rules:
                elsewhere = _region_elsewhere(cfn, _values.dig(rule, "Destination", "Bucket"))
                key = _values.dig(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID")
                if elsewhere and _is_here(key, keys):
                    path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                    yield path, f"{name} replicates to a bucket in {elsewhere} with a key of this stack's region"


def _region_elsewhere(cfn: _values.Template, bucket: Any) -> str | None:
    """The region in a bucket's name, where the stack is deployed in none of that name; else None."""
    named = {region for text in _values.texts(cfn, bucket) for region in _REGION.findall(text)}
    return next(iter(named)) if len(named) == 1 and not named & set(cfn.regions) else None


def _is_here(key: Any, keys: set[str]) -> bool:
    """Whether a key is of this template, or a text with this region in it."""
    # A mapping is asked for what belongs to this region, which may be a key in another one.
    looked_up = any("Fn::FindInMap" in node for _, node in _values.mappings(key, []))
    return not looked_up and bool(_values.referred(key) & (keys | {"AWS::Region"}))
