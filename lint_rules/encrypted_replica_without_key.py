"""E9502: an encrypted cross-region replica without a key of its region, or without the region it copies from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_READ = (
    "GlobalClusterIdentifier",
    "SourceRegion",
    "ReplicationSourceIdentifier",
    "KmsKeyId",
    "StorageEncrypted",
    "MasterUsername",
    "SnapshotIdentifier",
)


class EncryptedReplicaWithoutKey(_rule.Rule):
    """An encrypted cross-region replica without a key of its region, or without the region it copies from."""

    id = "E9502"
    shortdesc = "Encrypted cross-region replica without KmsKeyId or SourceRegion"
    description = (
        "A KMS key does not leave its region, so RDS refuses an encrypted replica without a key of its own: "
        "kmsKeyId should be explicitly specified. Without SourceRegion it asks for a pre-signed URL."
    )
    fix = "give the replica KmsKeyId of a key in its own region, and SourceRegion"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.properties(cfn, _reading.CLUSTER):
            for case in _values.scenarios(cfn, properties, _READ):
                if _joins(cfn, case) and _encrypted(cfn, case):
                    for missing in ("KmsKeyId", "SourceRegion"):
                        if missing not in case:
                            yield ["Resources", name, "Properties"], f"{name} is an encrypted replica without {missing}"
        for name, properties in _reading.properties(cfn, _reading.INSTANCE):
            for case in _values.scenarios(cfn, properties, ["SourceDBInstanceIdentifier", *_READ]):
                source = _values.texts(cfn, case.get("SourceDBInstanceIdentifier"))
                abroad = "SourceRegion" in case or any(text.startswith("arn:") for text in source)
                if abroad and _encrypted(cfn, case) and "KmsKeyId" not in case:
                    yield ["Resources", name, "Properties"], f"{name} is an encrypted replica without KmsKeyId"


def _joins(cfn: _values.Template, case: dict[str, Any]) -> bool:
    """Whether a cluster joins a global database, or follows another cluster, that comes from somewhere else."""
    if "MasterUsername" in case or "SnapshotIdentifier" in case:
        return False
    if "SourceRegion" in case:
        return "GlobalClusterIdentifier" in case or "ReplicationSourceIdentifier" in case
    made_here = {name for name, _ in _reading.properties(cfn, _reading.GLOBAL_CLUSTER)}
    return "GlobalClusterIdentifier" in case and not made_here


def _encrypted(cfn: _values.Template, case: dict[str, Any]) -> bool:
    return "KmsKeyId" in case or _values.may_be_true(cfn, case.get("StorageEncrypted"))
