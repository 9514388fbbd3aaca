"""Replicas under the key of the rule: the emulator copies an object with its source's encryption."""

from __future__ import annotations

from typing import Any

from ministack.services import s3

_ALGORITHM = "x-amz-server-side-encryption"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def encrypt_replicas_with_the_rules_key() -> None:
    """Make replication follow SseKmsEncryptedObjects and ReplicaKmsKeyID.

    An object under SSE-KMS is left out unless the rule selects such objects, and its replica is encrypted with the
    rule's key, which lives in the destination's region.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    copy_as_is = s3._maybe_replicate

    def replicate(
        bucket: str,
        key: str,
        stored: dict[str, Any],
        data: Any,
        tags: dict[str, str] | None = None,
    ) -> None:
        rule, _role = s3._replication_rule_for(bucket, key, tags)
        if rule is None or _left_out(rule, stored):
            return
        source = dict(stored)
        source["preserved_headers"] = _replica_headers(rule, stored.get("preserved_headers") or {})
        copy_as_is(bucket, key, source, data, tags)
        stored.update({name: source[name] for name in ("_replica", "replication_status") if name in source})

    s3._maybe_replicate = replicate


def _left_out(rule: dict[str, Any], stored: dict[str, Any]) -> bool:
    encrypted = (stored.get("preserved_headers") or {}).get(_ALGORITHM) == "aws:kms"
    selected = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}
    return encrypted and selected.get("Status") != "Enabled"


def _replica_headers(rule: dict[str, Any], headers: dict[str, str]) -> dict[str, str]:
    encryption = (rule.get("Destination") or {}).get("EncryptionConfiguration") or {}
    key = encryption.get("ReplicaKmsKeyID")
    return {**headers, _ALGORITHM: "aws:kms", _KEY: key} if key else headers
