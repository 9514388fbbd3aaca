"""E9542: a key of the own region for replicas in another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_KEYS = (_reading.KEY, "AWS::KMS::ReplicaKey", "AWS::KMS::Alias")


class ReplicaKeyOfOwnRegion(_rule.Rule):
    """A replication rule with a bucket elsewhere encrypts the replicas with a key of this stack's region."""

    id = "E9542"
    shortdesc = "A replica key in the wrong region"
    description = (
        "The key that encrypts replicas has to be in the region of the destination bucket. S3 accepts any key "
        "when the rule is made, and then fails to replicate every object."
    )
    fix = "give the key's ARN in the destination's region as a parameter"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html"
    tags = ["resources", "s3", "kms"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        near = {name for name, _ in _reading.resources(cfn, _reading.BUCKET)} | {"AWS::Region"}
        keys = {name for name, _ in _reading.resources(cfn, *_KEYS)}
        for name, _, rules in _reading.replicated(cfn):
            for rule in rules:
                bucket = _values.dig(rule, "Destination", "Bucket")
                key = _values.dig(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID")
                if bucket is not None and not _values.referred(bucket) & near and _is_here(key, keys):
                    path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                    yield path, f"{name} replicates to another stack's bucket with a key of this stack's region"


def _is_here(key: Any, keys: set[str]) -> bool:
    """Whether a key is of this template, or a text with this region in it."""
    # A mapping is asked for what belongs to this region, which may be a key in another one.
    looked_up = any("Fn::FindInMap" in node for _, node in _values.mappings(key, []))
    return not looked_up and bool(_values.referred(key) & (keys | {"AWS::Region"}))
