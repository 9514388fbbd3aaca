"""E9543: a replication role that cannot read what KMS encrypts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values


class ReplicationRoleWithoutEncryptedObjects(_rule.Rule):
    """A policy lets S3 replicate, with s3:GetObjectVersion in place of s3:GetObjectVersionForReplication."""

    id = "E9543"
    shortdesc = "A replication role that cannot read objects encrypted with KMS"
    description = (
        "s3:GetObjectVersion lets S3 replicate objects that are not encrypted or with its own keys; what KMS "
        "encrypts needs s3:GetObjectVersionForReplication. Such objects stay behind, and nothing fails."
    )
    fix = "allow s3:GetObjectVersionForReplication in place of s3:GetObjectVersion"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html"
    tags = ["resources", "s3", "iam"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        with_kms = any(_reading.kms_encrypted(cfn, bucket) for _, bucket, _ in _reading.replicated(cfn))
        policies: dict[str, list[tuple[_rule.Path, dict[str, Any]]]] = {}
        for name, path, statement in _reading.statements(cfn, *_reading.POLICIES):
            policies.setdefault(name, []).append((path, statement))
        for name, given in policies.items():
            found = _allowing(cfn, given, "s3:GetObjectVersion")
            if (
                found
                and _allowing(cfn, given, "s3:ReplicateObject")
                and not _allowing(cfn, given, "s3:GetObjectVersionForReplication")
                and (with_kms or _allowing(cfn, given, "kms:Decrypt"))
            ):
                yield [*found, "Action"], f"With {name} S3 does not replicate objects that KMS encrypts"


def _allowing(cfn: _values.Template, given: list[tuple[_rule.Path, dict[str, Any]]], action: str) -> _rule.Path | None:
    return next((path for path, statement in given if _reading.allows(cfn, statement, action)), None)
