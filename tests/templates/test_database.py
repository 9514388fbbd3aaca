"""A global database of two regions that can take each other's place."""

import pytest

from tests.templates.pair import ROLES, properties, resolved, resources, template

CLUSTER_SETTINGS = {
    "require_secure_transport": "ON",
    "tls_version": "TLSv1.2,TLSv1.3",
    "server_audit_logging": "1",
    "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
    "binlog_format": "OFF",
    "lower_case_table_names": "0",
    "time_zone": "UTC",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_0900_ai_ci",
}


def test_the_global_cluster_is_made_empty_and_in_the_primary_only():
    made = properties("primary", "GlobalCluster")
    assert made["Engine"] == "aurora-mysql"
    assert made["StorageEncrypted"] is True
    assert made["EngineVersion"] == {"Ref": "GlobalEngineVersion"}
    assert "SourceDBClusterIdentifier" not in made
    assert resources("secondary", "AWS::RDS::GlobalCluster") == {}


def test_both_clusters_join_the_global_cluster():
    assert properties("primary", "Cluster")["GlobalClusterIdentifier"] == {"Ref": "GlobalCluster"}
    assert properties("secondary", "Cluster")["GlobalClusterIdentifier"] == {"Ref": "GlobalClusterIdentifier"}


@pytest.mark.parametrize("name", ["ClusterParameterGroup", "InstanceParameterGroup", "Instance1", "Instance2"])
def test_both_regions_have_the_same(name):
    assert properties("primary", name) == properties("secondary", name)


@pytest.mark.parametrize("name", ["EngineVersion", "DBInstanceClass", "BackupRetentionDays"])
def test_both_regions_have_the_same_parameter(name):
    assert template("primary")["Parameters"][name] == template("secondary")["Parameters"][name]


def test_the_cluster_settings_are_these():
    group = properties("primary", "ClusterParameterGroup")
    assert (group["Family"], group["Parameters"]) == ("aurora-mysql8.0", CLUSTER_SETTINGS)


def test_the_clusters_differ_only_in_what_a_standby_must_not_or_must_have():
    primary, secondary = properties("primary", "Cluster"), properties("secondary", "Cluster")
    assert set(primary) - set(secondary) == {"DatabaseName", "MasterUsername", "MasterUserPassword"}
    assert set(secondary) - set(primary) == {"SourceRegion"}
    differing = {name for name in set(primary) & set(secondary) if primary[name] != secondary[name]}
    assert differing == {"GlobalClusterIdentifier"}


@pytest.mark.parametrize("role", ROLES)
def test_the_cluster_runs_the_long_term_version(role):
    assert properties(role, "Cluster")["EngineVersion"] == {"Ref": "EngineVersion"}
    assert template(role)["Parameters"]["EngineVersion"]["Default"] == "8.0.mysql_aurora.3.10.4"


def test_the_cluster_identifier_names_the_region():
    for role in ROLES:
        identifier = properties(role, "Cluster")["DBClusterIdentifier"]["Fn::Sub"]
        assert identifier == "${Project}-${EnvironmentSuffix}-${AWS::Region}"


@pytest.mark.parametrize("role", ROLES)
def test_two_private_instances_stand_in_two_zones_ready_for_promotion(role):
    instances = [body["Properties"] for body in resources(role, "AWS::RDS::DBInstance").values()]
    assert [instance["AvailabilityZone"]["Fn::Select"][0] for instance in instances] == [0, 1]
    assert [instance["PromotionTier"] for instance in instances] == [0, 1]
    assert {instance["PubliclyAccessible"] for instance in instances} == {False}
    assert {instance["AutoMinorVersionUpgrade"] for instance in instances} == {False}


@pytest.mark.parametrize("role", ROLES)
def test_the_cluster_waits_for_log_groups_with_retention_and_key(role):
    cluster = resources(role)["Cluster"]
    assert cluster["DependsOn"] == ["AuditLogGroup", "ErrorLogGroup", "SlowQueryLogGroup"]
    names = [properties(role, group)["LogGroupName"]["Fn::Sub"] for group in cluster["DependsOn"]]
    folder = "/aws/rds/cluster/${Project}-${EnvironmentSuffix}-${AWS::Region}"
    assert names == [f"{folder}/{kind}" for kind in cluster["Properties"]["EnableCloudwatchLogsExports"]]
    for group in cluster["DependsOn"]:
        assert properties(role, group)["KmsKeyId"] == {"Fn::GetAtt": ["OperationsKey", "Arn"]}
        assert properties(role, group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("role", ROLES)
def test_the_cluster_is_encrypted_under_the_key_of_its_region(role):
    cluster = properties(role, "Cluster")
    assert cluster["StorageEncrypted"] is True
    assert cluster["KmsKeyId"] == {"Fn::GetAtt": ["DatabaseKey", "Arn"]}


@pytest.mark.parametrize("role", ROLES)
def test_tags_follow_the_data_into_snapshots(role):
    assert properties(role, "Cluster")["CopyTagsToSnapshot"] is True


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False)])
def test_deletion_protection_follows_the_environment(value, expected):
    for role in ROLES:
        clusters = [
            body.attributes["Properties"]["DeletionProtection"]
            for body in resolved(role, Protected=value).values()
            if body.type in {"AWS::RDS::DBCluster", "AWS::RDS::GlobalCluster"}
        ]
        assert set(clusters) == {expected}


def test_the_windows_of_the_regions_never_meet():
    windows = {
        role: [template(role)["Parameters"][name]["Default"] for name in ("BackupWindow", "MaintenanceWindow")]
        for role in ROLES
    }
    assert windows == {
        "primary": ["03:00-04:00", "sun:05:00-sun:06:00"],
        "secondary": ["01:00-02:00", "sat:22:00-sat:23:00"],
    }


def test_paid_extended_support_is_declined_when_the_cluster_is_made():
    for role in ROLES:
        support = properties(role, "Cluster")["EngineLifecycleSupport"]
        assert support == "open-source-rds-extended-support-disabled"
