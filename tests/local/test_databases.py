"""Global clusters, their members, and the groups they use."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

VERSION = "8.0.mysql_aurora.3.10.4"


def global_cluster(name, **properties):
    return {
        "Type": "AWS::RDS::GlobalCluster",
        "Properties": {
            "GlobalClusterIdentifier": name,
            "Engine": "aurora-mysql",
            "EngineVersion": VERSION,
            "StorageEncrypted": True,
            **properties,
        },
    }


def cluster(**properties):
    return {
        "Type": "AWS::RDS::DBCluster",
        "DeletionPolicy": "Delete",
        "Properties": {"Engine": "aurora-mysql", "EngineVersion": VERSION, "StorageEncrypted": "true", **properties},
    }


def writer(name, **properties):
    return cluster(GlobalClusterIdentifier=name, MasterUsername="admin", MasterUserPassword="secret-word", **properties)


def reader(name, **properties):
    return cluster(**{"GlobalClusterIdentifier": name, "SourceRegion": EAST, "KmsKeyId": "alias/reader", **properties})


def described(account, name):
    return account.client("rds").describe_global_clusters(GlobalClusterIdentifier=name)["GlobalClusters"][0]


@pytest.fixture
def name(account):
    return account.unique("global")


def test_a_global_cluster_has_a_writer_endpoint_and_changes_in_place(account, stack, name):
    outputs = {"Endpoint": {"Value": {"Fn::GetAtt": ["Global", "GlobalEndpoint.Address"]}}}
    tags = [{"Key": "Team", "Value": "a"}]
    stack.deploy({"Global": global_cluster(name, DeletionProtection="true", Tags=tags)}, Outputs=outputs)
    before = described(account, name)
    assert before["Endpoint"] == stack.outputs()["Endpoint"]
    assert before["Endpoint"].startswith(f"{name}.global-")
    assert before["DeletionProtection"] is True
    assert {"Key": "Team", "Value": "a"} in before["TagList"]

    changes = stack.deploy({"Global": global_cluster(name, DeletionProtection="false")}, Outputs=outputs)
    assert changes["Changes"][0]["ResourceChange"]["Replacement"] == "False"
    after = described(account, name)
    assert after["DeletionProtection"] is False
    assert after["GlobalClusterResourceId"] == before["GlobalClusterResourceId"]

    stack.delete()
    with pytest.raises(ClientError, match="GlobalClusterNotFound"):
        described(account, name)


def test_the_first_member_writes_the_second_reads_and_both_leave_when_they_are_deleted(account, name):
    primary, secondary = account.stack(EAST), account.stack(WEST)
    primary.deploy({"Global": global_cluster(name), "Cluster": {**writer(name), "DependsOn": "Global"}})
    outputs = {
        "Writer": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}},
        "Reader": {"Value": {"Fn::GetAtt": ["Cluster", "ReadEndpoint.Address"]}},
        "Port": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Port"]}},
    }
    instance = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBClusterIdentifier": {"Ref": "Cluster"},
            "DBInstanceClass": "db.r6g.large",
            "Engine": "aurora-mysql",
        },
    }
    secondary.deploy({"Cluster": reader(name), "One": instance, "Two": instance}, Outputs=outputs)

    members = described(account, name)["GlobalClusterMembers"]
    assert [(m["DBClusterArn"].split(":")[3], m["IsWriter"]) for m in members] == [(EAST, True), (WEST, False)]
    assert secondary.outputs()["Port"] == "3306"
    found = account.client("rds", WEST).describe_db_clusters()["DBClusters"]
    (mine,) = [c for c in found if c["Endpoint"] == secondary.outputs()["Writer"]]
    assert mine["KmsKeyId"] == "alias/reader"
    assert mine["ReaderEndpoint"] == secondary.outputs()["Reader"]
    assert sorted(m["IsClusterWriter"] for m in mine["DBClusterMembers"]) == [False, True]

    secondary.delete()
    assert len(described(account, name)["GlobalClusterMembers"]) == 1
    primary.delete()
    with pytest.raises(ClientError, match="GlobalClusterNotFound"):
        described(account, name)


@pytest.mark.parametrize(("given", "left"), [({}, []), ({"DeleteAutomatedBackups": "false"}, ["retained"])])
def test_backups_outlive_a_cluster_of_a_stack_where_the_template_asks_for_it(account, stack, given, left):
    identifier = account.unique("backed-up")
    password = {"MasterUsername": "admin", "MasterUserPassword": "secret-word"}
    other = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack.deploy({"Cluster": cluster(DBClusterIdentifier=identifier, **password, **given), **other})
    stack.deploy(other)
    found = account.client("rds").describe_db_cluster_automated_backups(DBClusterIdentifier=identifier)
    assert [each["Status"] for each in found["DBClusterAutomatedBackups"]] == left


def test_removing_the_global_cluster_from_a_reader_detaches_it_in_place(account, name):
    primary, secondary = account.stack(EAST), account.stack(WEST)
    primary.deploy({"Global": global_cluster(name), "Cluster": {**writer(name), "DependsOn": "Global"}})
    secondary.deploy({"Cluster": reader(name)})
    before = secondary.physical_id("Cluster")
    standalone = reader(name)
    del standalone["Properties"]["GlobalClusterIdentifier"]
    secondary.deploy({"Cluster": standalone})
    assert secondary.physical_id("Cluster") == before
    assert len(described(account, name)["GlobalClusterMembers"]) == 1
    secondary.delete()
    primary.delete()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MasterUsername": "admin"}, "Cannot specify user name for cross region replication cluster"),
        ({"SourceRegion": {"Ref": "AWS::NoValue"}}, "pre-signed URL has to be specified"),
    ],
    ids=["user name", "no source region"],
)
def test_a_reader_is_refused_what_aws_refuses_it(account, name, change, words):
    primary, secondary = account.stack(EAST), account.stack(WEST)
    primary.deploy({"Global": global_cluster(name), "Cluster": {**writer(name), "DependsOn": "Global"}})
    made = secondary.change_set({"Resources": {"Cluster": reader(name, **change)}})
    secondary.api.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert secondary.settled() == "ROLLBACK_COMPLETE"
    assert any(words in (reason or "") for _, reason in secondary.failures())
    secondary.delete()
    primary.delete()


def test_a_cluster_changes_in_place_and_shows_its_settings(account, stack):
    settings = {
        "BackupRetentionPeriod": 35,
        "EnableCloudwatchLogsExports": ["audit", "error"],
        "MonitoringInterval": "60",
        "DeletionProtection": True,
        "StorageType": "aurora-iopt1",
        "Tags": [{"Key": "Team", "Value": "a"}],
    }
    stack.deploy({"Cluster": cluster(MasterUsername="admin", MasterUserPassword="secret-word", **settings)})
    name = stack.physical_id("Cluster")
    rds = account.client("rds")

    def shown():
        return rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]

    assert shown()["BackupRetentionPeriod"] == 35
    assert shown()["EnabledCloudwatchLogsExports"] == ["audit", "error"]
    assert shown()["MonitoringInterval"] == 60
    assert shown()["StorageType"] == "aurora-iopt1"
    assert {"Key": "Team", "Value": "a"} in shown()["TagList"]
    settings |= {"BackupRetentionPeriod": 7, "DeletionProtection": False, "EnableCloudwatchLogsExports": ["error"]}
    stack.deploy({"Cluster": cluster(MasterUsername="admin", MasterUserPassword="secret-word", **settings)})
    assert shown()["BackupRetentionPeriod"] == 7
    assert shown()["DeletionProtection"] is False
    assert shown()["EnabledCloudwatchLogsExports"] == ["error"]
    stack.delete()


def test_members_are_upgraded_one_by_one_the_reader_first(account, name):
    newer = "8.0.mysql_aurora.3.12.0"
    primary, secondary = account.stack(EAST), account.stack(WEST)
    base = {"Global": global_cluster(name), "Cluster": {**writer(name), "DependsOn": "Global"}}
    primary.deploy(base)
    secondary.deploy({"Cluster": reader(name)})
    secondary.deploy({"Cluster": reader(name, EngineVersion=newer)})
    assert described(account, name)["EngineVersion"] == VERSION
    primary.deploy({**base, "Cluster": {**writer(name, EngineVersion=newer), "DependsOn": "Global"}})
    assert described(account, name)["EngineVersion"] == newer
    secondary.delete()
    primary.delete()


def test_groups_hold_their_parameters_and_subnets(account, stack):
    ec2, rds = account.client("ec2"), account.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{EAST}{zone}")["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]

    def resources(**parameters):
        group = {"Description": "d", "Family": "aurora-mysql8.0"}
        given = {"DBSubnetGroupDescription": "d", "SubnetIds": subnets}
        return {
            "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": given},
            "Cluster": {
                "Type": "AWS::RDS::DBClusterParameterGroup",
                "Properties": {**group, "Parameters": {"require_secure_transport": "ON", **parameters}},
            },
            "Instance": {
                "Type": "AWS::RDS::DBParameterGroup",
                "Properties": {**group, "Parameters": {"long_query_time": "2"}},
            },
        }

    def values(found):
        return {p["ParameterName"]: p["ParameterValue"] for p in found["Parameters"] if p.get("Source") == "user"}

    def of_the_cluster():
        group = stack.physical_id("Cluster")
        return values(rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user"))

    stack.deploy(resources(time_zone="UTC"))
    assert of_the_cluster() == {"require_secure_transport": "ON", "time_zone": "UTC"}
    group = stack.physical_id("Instance")
    assert values(rds.describe_db_parameters(DBParameterGroupName=group, Source="user")) == {"long_query_time": "2"}
    (found,) = rds.describe_db_subnet_groups(DBSubnetGroupName=stack.physical_id("Subnets"))["DBSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in found["Subnets"]} == set(subnets)
    stack.deploy(resources())
    assert of_the_cluster() == {"require_secure_transport": "ON"}
    stack.delete()
    with pytest.raises(ClientError, match="NotFound"):
        rds.describe_db_subnet_groups(DBSubnetGroupName=found["DBSubnetGroupName"])


def test_an_instance_keeps_its_settings(account, stack):
    settings = {
        "CACertificateIdentifier": "rds-ca-ecc384-g1",
        "EnablePerformanceInsights": True,
        "MonitoringInterval": 60,
        "PerformanceInsightsKMSKeyId": "alias/one",
        "PromotionTier": 0,
    }

    def instance(**properties):
        given = {"DBClusterIdentifier": {"Ref": "Cluster"}, "DBInstanceClass": "db.r6g.large", "Engine": "aurora-mysql"}
        return {"Type": "AWS::RDS::DBInstance", "Properties": {**given, **properties}}

    base = {"Cluster": cluster(MasterUsername="admin", MasterUserPassword="secret-word")}
    stack.deploy({**base, "Instance": instance(**settings)})
    identifier = stack.physical_id("Instance")

    def shown():
        return account.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]

    assert (shown()["CACertificateIdentifier"], shown()["PerformanceInsightsKMSKeyId"]) == (
        "rds-ca-ecc384-g1",
        "alias/one",
    )
    assert (shown()["PerformanceInsightsEnabled"], shown()["MonitoringInterval"]) == (True, 60)
    stack.deploy({**base, "Instance": instance(**{**settings, "DBInstanceClass": "db.r6g.xlarge"})})
    assert shown()["DBInstanceClass"] == "db.r6g.xlarge"
    stack.deploy(base)
    with pytest.raises(ClientError, match="NotFound"):
        shown()
    stack.delete()


def test_drift_of_a_cluster_and_its_secret_is_found(account, stack):
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Description": "d"}}
    properties = {"MasterUsername": "admin", "MasterUserPassword": "secret-word", "BackupRetentionPeriod": "7"}
    stack.deploy({"Cluster": cluster(**properties), "Secret": secret})

    def drifted():
        stack.api.detect_stack_drift(StackName=stack.name)
        found = stack.api.describe_stack_resource_drifts(StackName=stack.name)["StackResourceDrifts"]
        return {drift["LogicalResourceId"]: drift["StackResourceDriftStatus"] for drift in found}

    assert drifted() == {"Cluster": "IN_SYNC", "Secret": "IN_SYNC"}
    rds = account.client("rds")
    rds.modify_db_cluster(DBClusterIdentifier=stack.physical_id("Cluster"), BackupRetentionPeriod=1)
    assert drifted() == {"Cluster": "MODIFIED", "Secret": "IN_SYNC"}
    stack.delete()
