"""Restoring a cluster from a snapshot, and copying one to another region."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

VERSION = "8.0.mysql_aurora.3.10.4"


@pytest.fixture
def snapshot(account):
    """A snapshot of an encrypted cluster, which is gone afterwards."""
    rds, name = account.client("rds"), account.unique("source")
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-mysql",
        EngineVersion=VERSION,
        MasterUsername="owner",
        MasterUserPassword="secret-word",
        StorageEncrypted=True,
        KmsKeyId="key-of-east",
    )
    made = rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=f"{name}-kept", DBClusterIdentifier=name)
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    return made["DBClusterSnapshot"]


def code_of(call, **asked):
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return refused.value.response["Error"]["Code"]


def test_a_restored_cluster_is_what_the_snapshot_was_of_with_the_key_that_is_given(account, snapshot):
    rds, name = account.client("rds"), account.unique("restored")
    asked = {"DBClusterIdentifier": name, "SnapshotIdentifier": snapshot["DBClusterSnapshotIdentifier"]}
    made = rds.restore_db_cluster_from_snapshot(Engine="aurora-mysql", KmsKeyId="another-key", **asked)["DBCluster"]
    assert (made["EngineVersion"], made["MasterUsername"]) == (VERSION, "owner")
    assert (made["StorageEncrypted"], made["KmsKeyId"]) == (True, "another-key")
    rds.create_db_instance(
        DBInstanceIdentifier=f"{name}-1",
        DBClusterIdentifier=name,
        Engine="aurora-mysql",
        DBInstanceClass="db.r6g.large",
    )
    (found,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    assert [member["DBInstanceIdentifier"] for member in found["DBClusterMembers"]] == [f"{name}-1"]


def test_a_restore_is_refused_for_another_engine_and_without_a_snapshot(account, snapshot):
    restore = account.client("rds").restore_db_cluster_from_snapshot
    asked = {"DBClusterIdentifier": account.unique("no"), "SnapshotIdentifier": snapshot["DBClusterSnapshotArn"]}
    assert code_of(restore, Engine="aurora-postgresql", **asked) == "InvalidParameterCombination"
    missing = {**asked, "SnapshotIdentifier": "no-such"}
    assert code_of(restore, Engine="aurora-mysql", **missing) == "DBClusterSnapshotNotFoundFault"


def test_a_copy_in_another_region_needs_a_key_of_that_region(account, snapshot):
    copy = account.client("rds", WEST).copy_db_cluster_snapshot
    asked = {
        "SourceDBClusterSnapshotIdentifier": snapshot["DBClusterSnapshotArn"],
        "TargetDBClusterSnapshotIdentifier": account.unique("copied"),
        "SourceRegion": EAST,
    }
    assert code_of(copy, **asked) == "InvalidParameterCombination"
    made = copy(KmsKeyId="key-of-west", **asked)["DBClusterSnapshot"]
    assert made["DBClusterSnapshotArn"].split(":")[3] == WEST
    assert (made["KmsKeyId"], made["DBClusterIdentifier"]) == ("key-of-west", snapshot["DBClusterIdentifier"])
    assert code_of(copy, KmsKeyId="key-of-west", **asked) == "DBClusterSnapshotAlreadyExistsFault"
