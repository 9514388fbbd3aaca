"""What a member of a global database refuses, asked for directly and by CloudFormation, with the roles reversed too."""

import re

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST
from tests.local.global_database import GlobalDatabase
from tests.local.test_databases import cluster, global_cluster, writer
from tests.local_settings import local_settings

NO_PASSWORD = "Cannot specify password for cross region replication cluster"
LAST_INSTANCE = "Cannot delete the last instance of the master cluster"
PRIMARY = "Unable to delete cluster that is a primary member of global cluster"
MEMBER = "This cluster is a part of a global cluster"


@pytest.fixture
def quickly(local_state):
    with local_settings(local_state, role_change_seconds=0.1):
        yield


@pytest.fixture
def database(account, quickly):
    return GlobalDatabase(account, account.unique("members")).make()


def reversed_roles(database):
    database.switch_over(WEST)
    database.settled()


def change_password(database, region):
    database.rds(region).modify_db_cluster(
        DBClusterIdentifier=database.cluster(region), MasterUserPassword="another-word", ApplyImmediately=True
    )


def test_only_the_writer_takes_a_password(database):
    with pytest.raises(ClientError, match=f"InvalidParameterCombination.*{NO_PASSWORD}"):
        change_password(database, WEST)
    change_password(database, EAST)
    reversed_roles(database)
    with pytest.raises(ClientError, match=f"InvalidParameterCombination.*{NO_PASSWORD}"):
        change_password(database, EAST)
    change_password(database, WEST)


def delete(database, region):
    database.rds(region).delete_db_cluster(DBClusterIdentifier=database.cluster(region), SkipFinalSnapshot=True)


def remove(database, region):
    database.rds(region).remove_from_global_cluster(
        GlobalClusterIdentifier=database.name, DbClusterIdentifier=database.arn(region)
    )


def test_the_primary_goes_last_and_no_member_before_it_is_removed(database):
    reversed_roles(database)
    with pytest.raises(ClientError, match=f"InvalidDBClusterStateFault.*{LAST_INSTANCE}"):
        database.rds(WEST).delete_db_instance(DBInstanceIdentifier=database.instance(WEST), SkipFinalSnapshot=True)
    with pytest.raises(ClientError, match=f"InvalidDBClusterStateFault.*{PRIMARY}"):
        delete(database, WEST)
    with pytest.raises(ClientError, match=f"InvalidDBClusterStateFault.*{MEMBER}"):
        delete(database, EAST)
    with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault.*writer.*reader members remain"):
        remove(database, WEST)
    with pytest.raises(ClientError, match=r"InvalidGlobalClusterStateFault.*is not empty"):
        database.rds(EAST).delete_global_cluster(GlobalClusterIdentifier=database.name)
    for region in (EAST, WEST):
        remove(database, region)
        database.rds(region).delete_db_instance(DBInstanceIdentifier=database.instance(region), SkipFinalSnapshot=True)
        delete(database, region)
    database.rds(EAST).delete_global_cluster(GlobalClusterIdentifier=database.name)
    with pytest.raises(ClientError, match="GlobalClusterNotFoundFault"):
        database.described()


def test_a_region_whose_cluster_was_removed_gets_a_new_one(database):
    remove(database, WEST)
    for name in ("delete_db_instance", "delete_db_cluster"):
        which = {"delete_db_instance": "DBInstanceIdentifier", "delete_db_cluster": "DBClusterIdentifier"}[name]
        named = database.instance(WEST) if "instance" in name else database.cluster(WEST)
        getattr(database.rds(WEST), name)(**{which: named}, SkipFinalSnapshot=True)
    database.rds(WEST).create_db_cluster(
        DBClusterIdentifier=database.cluster(WEST), GlobalClusterIdentifier=database.name, Engine="aurora-mysql"
    )
    database.add_instance(WEST)
    reversed_roles(database)
    assert database.writer() == WEST


def instance():
    given = {"DBClusterIdentifier": {"Ref": "Cluster"}, "DBInstanceClass": "db.r6g.large", "Engine": "aurora-mysql"}
    return {"Type": "AWS::RDS::DBInstance", "Properties": given}


@pytest.fixture
def pair(account, quickly):
    """Two stacks with a global database, its roles reversed: the first stack's cluster reads now."""
    name = account.unique("pair")
    primary, secondary = account.stack(EAST), account.stack(WEST)
    first = {**writer(name), "DependsOn": "Global"}
    primary.deploy({"Global": global_cluster(name), "Cluster": first, "One": instance()})
    second = cluster(GlobalClusterIdentifier=name, SourceRegion=EAST, KmsKeyId="alias/reader")
    secondary.deploy({"Cluster": second, "One": instance()})
    target = account.client("rds", WEST).describe_db_clusters(DBClusterIdentifier=secondary.physical_id("Cluster"))
    account.client("rds").switchover_global_cluster(
        GlobalClusterIdentifier=name, TargetDbClusterIdentifier=target["DBClusters"][0]["DBClusterArn"]
    )
    database = GlobalDatabase(account, name)
    database.settled()
    return name, primary, secondary


def update(stack, resources):
    change_set = stack.change_set({"Resources": resources})
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    return stack.settled()


def test_with_reversed_roles_a_stack_changes_what_is_safe_and_fails_as_on_aws_otherwise(pair, account):
    name, primary, secondary = pair
    first = {**writer(name), "DependsOn": "Global"}
    rest = {"Global": global_cluster(name), "One": instance()}
    safe = {**first, "Properties": {**first["Properties"], "BackupRetentionPeriod": 7}}
    assert update(primary, {**rest, "Cluster": safe}) == "UPDATE_COMPLETE"
    password = {**safe, "Properties": {**safe["Properties"], "MasterUserPassword": "another-word"}}
    assert update(primary, {**rest, "Cluster": password}) == "UPDATE_ROLLBACK_COMPLETE"
    assert any(NO_PASSWORD in (reason or "") for _, reason in primary.failures())

    secondary.api.delete_stack(StackName=secondary.name)
    assert secondary.settled() == "DELETE_FAILED"
    assert [words for _, words in secondary.failures() if words and re.search(LAST_INSTANCE, words)]
    members = account.client("rds").describe_global_clusters(GlobalClusterIdentifier=name)
    assert len(members["GlobalClusters"][0]["GlobalClusterMembers"]) == 2
