"""Restoring and copying snapshots of clusters, which the emulator's RDS does not have.

What is restored holds no data, as no cluster of the emulator does: it has the snapshot's engine, version, user and key.
See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
"""

from __future__ import annotations

from ministack.services import rds

from .snapshots import Answer, Asked, refused


def install() -> None:
    """Give the emulator's RDS the two actions."""
    rds._ACTION_MAP.update({"RestoreDBClusterFromSnapshot": _restore, "CopyDBClusterSnapshot": _copy})


def _restore(asked: Asked) -> Answer:
    named = rds._p(asked, "SnapshotIdentifier")
    found = rds._regional_get(rds._db_cluster_snapshots, named, "cluster-snapshot")
    if found is None:
        return _missing(named)
    engine = rds._p(asked, "Engine")
    if engine != found["Engine"]:
        words = f"The engine of snapshot {named} is {found['Engine']}, not {engine}."
        return refused("InvalidParameterCombination", words)
    kept = {name: found[name] for name in ("EngineVersion", "MasterUsername", "KmsKeyId") if found.get(name)}
    given = {name: rds._p(asked, name) for name in kept if rds._p(asked, name)}
    encrypted = {"StorageEncrypted": str(bool(found["StorageEncrypted"])).lower()}
    made: Answer = rds._create_db_cluster({**asked, **kept, **given, **encrypted})
    status, headers, body = made
    return status, headers, body.replace(b"CreateDBClusterRes", b"RestoreDBClusterFromSnapshotRes")


def _copy(asked: Asked) -> Answer:
    source, target = (
        rds._p(asked, "SourceDBClusterSnapshotIdentifier"),
        rds._p(asked, "TargetDBClusterSnapshotIdentifier"),
    )
    found = rds._regional_get(rds._db_cluster_snapshots, source, "cluster-snapshot")
    if found is None:
        return _missing(source)
    if target in rds._db_cluster_snapshots:
        return refused("DBClusterSnapshotAlreadyExistsFault", f"DB cluster snapshot {target} already exists.")
    made = rds._create_cluster_snapshot_internal(target, found)
    of_another_region = found["DBClusterSnapshotArn"].split(":")[3] != made["DBClusterSnapshotArn"].split(":")[3]
    key = rds._p(asked, "KmsKeyId")
    if found["StorageEncrypted"] and of_another_region and not key:
        # An encrypted copy needs a key of its own region.
        del rds._db_cluster_snapshots[target]
        return refused("InvalidParameterCombination", "An encrypted snapshot of another region needs KmsKeyId.")
    made["KmsKeyId"] = key or found["KmsKeyId"]
    shown = rds._cluster_snapshot_xml(made)
    action = "CopyDBClusterSnapshot"
    answer: Answer = rds._xml(
        200, f"{action}Response", f"<{action}Result><DBClusterSnapshot>{shown}</DBClusterSnapshot></{action}Result>"
    )
    return answer


def _missing(name: str) -> Answer:
    return refused("DBClusterSnapshotNotFoundFault", f"DB cluster snapshot {name} not found.", 404)
