"""A global database of two regions that can take each other's place."""

import re

import pytest

from tests.templates.pair import (
    ROLES,
    ROOT,
    environment_file,
    of_environment,
    properties,
    resolved,
    resources,
    template,
)

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


@pytest.mark.parametrize("role", ROLES)
def test_the_instances_of_a_region_are_changed_one_after_the_other_and_made_with_the_writer_first(role):
    first, second = resources(role)["Instance1"], resources(role)["Instance2"]
    assert "DependsOn" not in first
    assert second["DependsOn"] == ["Instance1"]
    assert (first["Properties"]["PromotionTier"], second["Properties"]["PromotionTier"]) == (0, 1)


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
            body.properties["DeletionProtection"]
            for body in resolved(role, Protected=value).values()
            if body.type in {"AWS::RDS::DBCluster", "AWS::RDS::GlobalCluster"}
        ]
        assert set(clusters) == {expected}


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minutes_of_the_week(window):
    """The minutes of a week that a window covers; a backup window covers its time on every day."""
    begin, end = window.split("-")
    if ":" not in begin[3:]:
        return set().union(*(minutes_of_the_week(f"{day}:{begin}-{day}:{end}") for day in DAYS))
    first, last = (DAYS.index(at[:3]) * 1440 + int(at[4:6]) * 60 + int(at[7:9]) for at in (begin, end))
    return {minute % 10080 for minute in range(first, last if last > first else last + 10080)}


def windows_of(environment, role):
    cluster = of_environment(environment, role)["Cluster"].properties
    return [minutes_of_the_week(cluster[f"Preferred{kind}Window"]) for kind in ("Backup", "Maintenance")]


def test_a_window_is_parsed_across_midnight_and_the_end_of_the_week():
    assert len(minutes_of_the_week("sun:23:45-mon:00:15")) == 30
    assert {0, 10079} <= minutes_of_the_week("sun:23:45-mon:00:15")
    assert len(minutes_of_the_week("03:00-04:00")) == 7 * 60


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_no_window_meets_another_in_its_region_and_no_maintenance_the_other_regions(environment):
    windows = {role: windows_of(environment, role) for role in ROLES}
    for backup, maintenance in windows.values():
        assert not backup & maintenance
    (backup, maintenance), (other_backup, other_maintenance) = windows.values()
    assert not backup & other_backup
    assert not maintenance & (other_maintenance | other_backup)
    assert not other_maintenance & backup


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("role", ROLES)
def test_every_window_is_half_an_hour_at_least(environment, role):
    backup, maintenance = windows_of(environment, role)
    assert len(backup) >= 7 * 30
    assert len(maintenance) >= 30


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_in_an_environment_versions_classes_settings_and_storage_are_the_same_in_both_regions(environment):
    def sides(logical_id, *names):
        made = [of_environment(environment, role)[logical_id].properties for role in ROLES]
        return [{name: properties[name] for name in names} for properties in made]

    for logical_id, names in (
        ("Cluster", ("Engine", "EngineVersion", "StorageType", "BackupRetentionPeriod", "EnableCloudwatchLogsExports")),
        ("Instance1", ("DBInstanceClass", "CACertificateIdentifier", "MonitoringInterval", "PromotionTier")),
        ("Instance2", ("DBInstanceClass", "CACertificateIdentifier", "MonitoringInterval", "PromotionTier")),
        ("ClusterParameterGroup", ("Family", "Parameters")),
        ("InstanceParameterGroup", ("Family", "Parameters")),
    ):
        first, second = sides(logical_id, *names)
        assert first == second, logical_id


def test_no_environment_sets_what_has_to_be_equal_for_one_region_alone():
    equal = {"EngineVersion", "DBInstanceClass", "StorageType", "BackupRetentionDays", "GlobalEngineVersion"}
    for file in (ROOT / "environments").glob("*.yaml"):
        overrides = environment_file(file.stem)["parameter_overrides"]
        assert not [name for values in overrides.values() for name in values if name in equal], file.name


def test_the_instances_of_the_two_regions_carry_the_same_load():
    classes = {
        (role, name): body["Properties"]["DBInstanceClass"]
        for role in ROLES
        for name, body in resources(role, "AWS::RDS::DBInstance").items()
    }
    assert len(classes) == 4
    assert {str(value) for value in classes.values()} == {"{'Ref': 'DBInstanceClass'}"}


@pytest.mark.parametrize("role", ROLES)
def test_every_instance_reports_what_its_system_and_its_statements_do_under_our_key(role):
    for body in resources(role, "AWS::RDS::DBInstance").values():
        found = body["Properties"]
        assert found["MonitoringInterval"] == 15
        assert found["MonitoringRoleArn"] == {"Fn::GetAtt": ["MonitoringRole", "Arn"]}
        assert found["EnablePerformanceInsights"] is True
        assert found["PerformanceInsightsKMSKeyId"] == {"Fn::GetAtt": ["DatabaseKey", "Arn"]}


@pytest.mark.parametrize("role", ROLES)
def test_enhanced_monitoring_writes_to_its_own_group_only(role):
    (policy,) = properties(role, "MonitoringRole")["Policies"]
    written = [resource for part in policy["PolicyDocument"]["Statement"] for resource in part["Resource"]]
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:RDSOSMetrics"
    assert written == [{"Fn::Sub": group}, {"Fn::Sub": f"{group}:log-stream:*"}]


@pytest.mark.parametrize("role", ROLES)
def test_people_and_functions_may_sign_in_with_iam(role):
    assert properties(role, "Cluster")["EnableIAMDatabaseAuthentication"] is True


@pytest.mark.parametrize("role", ROLES)
def test_what_a_global_database_does_not_support_is_not_asked_for(role):
    refused = {"BacktrackWindow", "ManageMasterUserPassword", "ScalingConfiguration", "AutoMinorVersionUpgrade"}
    assert not refused & set(properties(role, "Cluster"))
    assert not re.match(r"db\.t", template(role)["Parameters"]["DBInstanceClass"]["Default"])


def test_paid_extended_support_is_declined_when_the_cluster_is_made():
    for role in ROLES:
        support = properties(role, "Cluster")["EngineLifecycleSupport"]
        assert support == "open-source-rds-extended-support-disabled"
