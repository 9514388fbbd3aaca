"""Backups of clusters that RDS makes by itself, and what is left of them when the cluster goes."""

import pytest
from botocore.exceptions import ClientError

REGION = "eu-central-1"


@pytest.fixture
def rds(account):
    return account.client("rds", REGION)


@pytest.fixture
def cluster(account, rds):
    name = account.unique("backed-up")
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword="secret-word"
    )
    return name


def snapshots(rds, cluster, **asked):
    found = rds.describe_db_cluster_snapshots(DBClusterIdentifier=cluster, **asked)["DBClusterSnapshots"]
    return {(each["DBClusterSnapshotIdentifier"], each["SnapshotType"]) for each in found}


def backups(rds, cluster):
    found = rds.describe_db_cluster_automated_backups(DBClusterIdentifier=cluster)["DBClusterAutomatedBackups"]
    return [each["Status"] for each in found]


def test_automated_snapshots_go_with_their_cluster_and_manual_ones_stay(rds, cluster):
    automated, manual = f"rds:{cluster}-2026-11-25-03-10", f"{cluster}-kept"
    for name in (automated, manual):
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=cluster)
    assert snapshots(rds, cluster) == {(automated, "automated"), (manual, "manual")}
    assert snapshots(rds, cluster, SnapshotType="automated") == {(automated, "automated")}
    with pytest.raises(ClientError, match=r"InvalidDBClusterSnapshotStateFault.*Only manual"):
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=automated)
    rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
    assert snapshots(rds, cluster) == {(manual, "manual")}
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=manual)


def test_a_cluster_leaves_a_final_snapshot_or_says_that_it_leaves_none(rds, cluster):
    with pytest.raises(ClientError, match=r"InvalidParameterCombination.*FinalDBSnapshotIdentifier is required"):
        rds.delete_db_cluster(DBClusterIdentifier=cluster)
    last = f"{cluster}-last"
    rds.delete_db_cluster(DBClusterIdentifier=cluster, FinalDBSnapshotIdentifier=last)
    assert snapshots(rds, cluster) == {(last, "manual")}
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=last)


@pytest.mark.parametrize(("asked", "left"), [({}, []), ({"DeleteAutomatedBackups": False}, ["retained"])])
def test_automated_backups_outlive_a_cluster_where_that_is_asked_for(rds, cluster, asked, left):
    assert backups(rds, cluster) == ["active"]
    rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True, **asked)
    assert backups(rds, cluster) == left
