"""Switchover and failover of a global database: what moves, what is seen meanwhile, and what is refused."""

import re
import time

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST
from tests.local.global_database import GlobalDatabase
from tests.local_settings import local_settings

NEWER = "8.0.mysql_aurora.3.12.0"


@pytest.fixture
def database(account, local_state):
    with local_settings(local_state, role_change_seconds=0):
        yield GlobalDatabase(account, account.unique("roles")).make()


@pytest.fixture
def held_at(local_state):
    """Holds a change of roles at one of its stages, for as long as it is a context."""
    return lambda stage: local_settings(local_state, role_change_held_at=stage)


def test_a_switchover_moves_the_roles_through_the_states_that_aws_names(database, held_at):
    before = database.described()
    with held_at("pending"):
        begun = database.switch_over(WEST)
        assert (begun["Status"], begun["FailoverState"]) == (
            "switching-over",
            {
                "Status": "pending",
                "FromDbClusterArn": database.arn(EAST),
                "ToDbClusterArn": database.arn(WEST),
                "IsDataLossAllowed": False,
            },
        )
        assert database.state() == ("switching-over", "pending", ("connected", "connected"))
    with held_at("moving"):
        assert database.state() == ("switching-over", "switching-over", ("connected", "connected"))
        assert database.writer() == EAST
    assert database.state() == ("available", None, ("connected", "connected"))
    assert database.writer() == WEST
    assert database.described()["Endpoint"] == before["Endpoint"]
    assert database.described()["EngineVersion"] == before["EngineVersion"]
    database.switch_over(EAST)
    assert database.writer() == EAST


def test_a_change_of_roles_takes_its_time(database, local_state):
    with local_settings(local_state, role_change_seconds=0.4):
        begun = time.monotonic()
        database.switch_over(WEST)
        database.settled()
        assert time.monotonic() - begun >= 0.4
    with local_settings(local_state, role_change_seconds=3600):
        assert database.switch_over(EAST)["FailoverState"]["Status"] == "pending"
        assert database.state() == ("switching-over", "pending", ("connected", "connected"))


def test_after_a_failover_the_old_primary_is_built_anew_and_its_volume_is_kept(database, held_at):
    with held_at("moving"):
        begun = database.fail_over(WEST)
        assert (begun["Status"], begun["FailoverState"]["IsDataLossAllowed"]) == ("failing-over", True)
        assert database.state() == ("failing-over", "failing-over", ("connected", "connected"))
        assert database.writer() == EAST
    with held_at("rebuilding"):
        assert database.state() == ("available", None, ("pending-resync", "connected"))
        assert database.writer() == WEST
    assert database.state() == ("available", None, ("connected", "connected"))
    (kept,) = database.rds(EAST).describe_db_cluster_snapshots(DBClusterIdentifier=database.cluster(EAST))[
        "DBClusterSnapshots"
    ]
    name = kept["DBClusterSnapshotIdentifier"]
    assert re.fullmatch(rf"rds:unplanned-global-failover-{database.cluster(EAST)}-[-\d]{{19}}", name)
    assert kept["SnapshotType"] == "automated"
    assert kept["DBClusterSnapshotArn"].split(":")[3] == EAST
    found = database.rds(WEST).describe_db_cluster_snapshots(DBClusterIdentifier=database.cluster(WEST))
    assert found["DBClusterSnapshots"] == []
    with pytest.raises(ClientError, match="Only manual snapshots may be deleted"):
        database.rds(EAST).delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


def test_a_primary_that_is_not_available_can_be_failed_over_and_not_switched_over(database):
    database.rds(EAST).stop_db_instance(DBInstanceIdentifier=database.instance(EAST))
    with pytest.raises(ClientError, match=r"InvalidDBClusterStateFault.*is not available: it is stopp"):
        database.switch_over(WEST)
    database.fail_over(WEST)
    assert database.writer() == WEST


def upgrade(database):
    database.rds(WEST).modify_db_cluster(
        DBClusterIdentifier=database.cluster(WEST), EngineVersion=NEWER, ApplyImmediately=True
    )


def stop_the_instance(database):
    database.rds(WEST).stop_db_instance(DBInstanceIdentifier=database.instance(WEST))


def delete_the_instance(database):
    database.rds(WEST).delete_db_instance(DBInstanceIdentifier=database.instance(WEST), SkipFinalSnapshot=True)


CAUSES = [
    (upgrade, "InvalidGlobalClusterStateFault", "engine versions .* differ"),
    (stop_the_instance, "InvalidDBClusterStateFault", "-1 of DB cluster .* is not available"),
    (delete_the_instance, "InvalidDBClusterStateFault", "has no DB instance"),
]


@pytest.mark.parametrize(("cause", "code", "words"), CAUSES, ids=["versions", "not available", "headless"])
@pytest.mark.parametrize("change", ["switch_over", "fail_over"])
def test_a_target_that_cannot_write_is_refused(database, change, cause, code, words):
    cause(database)
    with pytest.raises(ClientError, match=f"{code}.*{words}"):
        getattr(database, change)(WEST)
    assert database.writer() == EAST
    assert "FailoverState" not in database.described()


@pytest.mark.parametrize(("change", "asked_in", "needed"), [("switch_over", WEST, EAST), ("fail_over", EAST, WEST)])
def test_each_change_is_asked_for_in_its_region(database, change, asked_in, needed):
    with pytest.raises(
        ClientError, match=f"InvalidGlobalClusterStateFault.*region of the .* primary cluster, {needed}"
    ):
        getattr(database, change)(WEST, asked_in=asked_in)


def test_targets_that_are_none_are_refused(database, account):
    alone = account.unique("alone")
    made = account.client("rds").create_db_cluster(
        DBClusterIdentifier=alone, Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword="secret-word"
    )

    def ask(global_cluster=database.name, target=made["DBCluster"]["DBClusterArn"]):
        account.client("rds").switchover_global_cluster(
            GlobalClusterIdentifier=global_cluster, TargetDbClusterIdentifier=target
        )

    with pytest.raises(ClientError, match="GlobalClusterNotFoundFault"):
        ask(global_cluster="nobody")
    with pytest.raises(ClientError, match="DBClusterNotFoundFault"):
        ask(target=database.arn(WEST) + "x")
    with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault.*not a secondary member"):
        ask()
    with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault"):
        ask(target=database.arn(EAST))


def test_while_the_roles_move_nothing_else_changes(database, held_at):
    def keep_backups_longer():
        database.rds(EAST).modify_db_cluster(DBClusterIdentifier=database.cluster(EAST), BackupRetentionPeriod=7)

    with held_at("moving"):
        database.switch_over(WEST)
        with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault.*already switching over"):
            database.switch_over(WEST)
        with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault.*already switching over"):
            database.fail_over(WEST)
        with pytest.raises(ClientError, match="InvalidDBClusterStateFault"):
            keep_backups_longer()
    keep_backups_longer()


def test_a_member_that_is_built_anew_takes_no_role_yet(database, held_at):
    with held_at("rebuilding"):
        database.fail_over(WEST)
        assert database.synchronization()[EAST] == "pending-resync"
        with pytest.raises(ClientError, match=r"InvalidDBClusterStateFault.*replication setup is still in progress"):
            database.switch_over(EAST)
    database.switch_over(EAST)
    assert database.writer() == EAST


def test_a_detached_member_writes_by_itself(database):
    database.rds(WEST).remove_from_global_cluster(
        GlobalClusterIdentifier=database.name, DbClusterIdentifier=database.arn(WEST)
    )
    assert [m["DBClusterArn"] for m in database.described()["GlobalClusterMembers"]] == [database.arn(EAST)]
    (alone,) = database.rds(WEST).describe_db_clusters(DBClusterIdentifier=database.cluster(WEST))["DBClusters"]
    assert "GlobalClusterIdentifier" not in alone
    assert [member["IsClusterWriter"] for member in alone["DBClusterMembers"]] == [True]
    database.rds(WEST).modify_db_cluster(
        DBClusterIdentifier=database.cluster(WEST), MasterUserPassword="another-word", ApplyImmediately=True
    )
