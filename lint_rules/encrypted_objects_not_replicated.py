"""E9541: replication that leaves out what KMS encrypts."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class EncryptedObjectsNotReplicated(_rule.Rule):
    """A bucket encrypts with KMS, and its replication rule does not ask for such objects."""

    id = "E9541"
    shortdesc = "Replication of a bucket encrypted with KMS that leaves its objects out"
    description = (
        "S3 replicates an object encrypted with KMS only where the rule selects such objects and names a key of the "
        "destination's region. Otherwise nothing is replicated, and nothing fails."
    )
    fix = (
        "set SourceSelectionCriteria.SseKmsEncryptedObjects.Status to Enabled and "
        "Destination.EncryptionConfiguration.ReplicaKmsKeyID to a key of the destination's region"
    )
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html"
    tags = ["resources", "s3", "kms"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, bucket, rules in _reading.replicated(cfn):
            if not _reading.kms_encrypted(cfn, bucket):
                continue
            for rule in rules:
                selected = _values.dig(rule, "SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status")
                key = _values.dig(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID")
                if key is None or not _values.texts(cfn, selected or "") & {"Enabled", _values.UNKNOWN}:
                    path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                    yield path, f"{name} encrypts with KMS, and S3 does not replicate its objects"
