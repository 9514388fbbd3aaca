"""Alarms that reach somebody, stand where their metric exists, and count in its unit."""

import json
import re

import pytest

from templates_src import metrics
from templates_src.alarms import ABOVE, BELOW, AlarmSpec, definition_hash
from tests.templates.pair import ROLES, ROOT, names_in, properties, resolved, resources, unlinked

COMMON = [
    "RpoLagHigh",
    "ReplicationLagHigh",
    "ProgressLagHigh",
    "CpuHigh",
    "MemoryLow",
    "LocalStorageLow",
    "ConnectionsHigh",
    "ReaderLagHigh",
    "Deadlocks",
    "CommitsSlow",
    "WritesSlow",
    "StorageHigh",
    "BackupReplicationFailed",
    "BackupReplicationLate",
    "BackupReplicationPending",
    "BackupMissing",
    "BackupExportFailed",
    "ProbeBroken",
    "ProbeThrottled",
    "OtherRegionUnreachable",
    "ProbeSilent",
    "DatabaseDown",
]
ALARMS = {"primary": ["AwsBackupMissing", *COMMON, "ReadersBehind"], "secondary": [*COMMON, "StandbyWrites"]}
BEHIND_CHECKS = [
    ("primary", "DatabaseDown"),
    ("primary", "ReadersBehind"),
    ("secondary", "DatabaseDown"),
    ("secondary", "OtherRegionUnreachable"),
    ("secondary", "StandbyWrites"),
]


@pytest.mark.parametrize("role", ROLES)
def test_the_alarms_are_these(role):
    assert list(resources(role, "AWS::CloudWatch::Alarm")) == ALARMS[role]


@pytest.mark.parametrize("role", ROLES)
def test_every_alarm_tells_the_topic_when_it_fires_and_when_it_recovers(role):
    for name, body in resources(role, "AWS::CloudWatch::Alarm").items():
        for action in ("AlarmActions", "OKActions"):
            assert body["Properties"][action] == [{"Ref": "Topic"}], (name, action)
        assert body["Properties"]["TreatMissingData"], name


@pytest.mark.parametrize("role", ROLES)
def test_the_alarms_that_tell_when_they_go_blind_are_ones_that_can(role):
    blind = {
        name: (body["Properties"]["TreatMissingData"], body["Properties"]["InsufficientDataActions"])
        for name, body in resources(role, "AWS::CloudWatch::Alarm").items()
        if "InsufficientDataActions" in body["Properties"]
    }
    told = ("missing", [{"Ref": "Topic"}])
    assert blind == {"CpuHigh": told, **({"RpoLagHigh": told} if role == "primary" else {})}


@pytest.mark.parametrize("role", ROLES)
def test_the_page_of_decisions_says_of_every_alarm_what_silence_is(role):
    page = (ROOT / "docs" / "decisions.md").read_text()
    (table,) = re.findall(r"^## When an alarm has no data$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    said = {
        name: (re.findall(r"`(\w+)`", row[2]), row[3])
        for row in (line.strip("|").split("|") for line in table.splitlines() if line.startswith("| `"))
        for name in re.findall(r"`(\w+)`", row[0])
        if not re.search(r"in the (\w+)", row[0]) or f"in the {role}" in row[0]
    }
    for name, body in resources(role, "AWS::CloudWatch::Alarm").items():
        missing, told = body["Properties"]["TreatMissingData"], "InsufficientDataActions" in body["Properties"]
        possible = missing["Fn::If"][1:] if isinstance(missing, dict) else [missing]
        words, blind = said[name]
        assert set(possible) <= set(words), name
        assert blind.strip().startswith("yes" if told else "no"), name
    assert set(said) <= {*ALARMS["primary"], *ALARMS["secondary"]}


def test_before_linking_no_alarm_watches_the_other_region():
    made = [name for name, body in unlinked().items() if body.type == "AWS::CloudWatch::Alarm"]
    assert made == [
        "RpoLagHigh",
        "ReplicationLagHigh",
        "ProgressLagHigh",
        "CpuHigh",
        "MemoryLow",
        "LocalStorageLow",
        "ConnectionsHigh",
        "ReaderLagHigh",
        "Deadlocks",
        "CommitsSlow",
        "WritesSlow",
        "StorageHigh",
        "BackupMissing",
        "BackupExportFailed",
        "ProbeBroken",
        "ProbeThrottled",
        "ProbeSilent",
        "DatabaseDown",
        "ReadersBehind",
    ]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("alarm", "metric"),
    [
        ("RpoLagHigh", "AuroraGlobalDBRPOLag"),
        ("ReplicationLagHigh", "AuroraGlobalDBReplicationLag"),
        ("ProgressLagHigh", "AuroraGlobalDBProgressLag"),
    ],
)
def test_lag_is_watched_in_both_regions_in_milliseconds(role, alarm, metric):
    found = resolved(role)[alarm].properties
    assert (found["Namespace"], found["MetricName"]) == ("AWS/RDS", metric)
    assert properties(role, alarm)["Dimensions"] == [{"Name": "DBClusterIdentifier", "Value": {"Ref": "Cluster"}}]
    assert (found["Threshold"], found["ComparisonOperator"]) == ("5000", "GreaterThanThreshold")


def test_silence_about_lag_is_an_alarm_where_the_standby_starts_and_told_where_a_lag_has_been_before():
    assert properties("secondary", "RpoLagHigh")["TreatMissingData"] == "breaching"
    started_as_writer = properties("primary", "RpoLagHigh")
    assert started_as_writer["TreatMissingData"] == "missing"
    assert started_as_writer["InsufficientDataActions"] == [{"Ref": "Topic"}]


@pytest.mark.parametrize(("role", "alarm"), BEHIND_CHECKS)
def test_an_alarm_behind_a_health_check_is_one_that_route_53_can_follow(role, alarm):
    found = properties(role, alarm)
    assert not {"DatapointsToAlarm", "Metrics", "ExtendedStatistic"} & set(found)
    assert found["Period"] >= 60
    assert found["Statistic"] in {"Average", "Minimum", "Maximum", "Sum", "SampleCount"}


def test_the_names_of_alarms_behind_health_checks_hold_a_hash_and_their_parameters():
    assert properties("primary", "DatabaseDown")["AlarmName"] == {
        "Fn::Sub": "${Project}-${EnvironmentSuffix}-${AWS::Region}-database-down-b50a5f25"
    }
    assert properties("secondary", "OtherRegionUnreachable")["AlarmName"] == {
        "Fn::Sub": "${Project}-${EnvironmentSuffix}-${AWS::Region}-primary-unreachable-e945f711-${PrimaryRegion}"
    }


def spec(**changes):
    given = {
        "logical_id": "Alarm",
        "description": "wrong",
        "metric": ("TwinStack/Probe", "Reachable"),
        "dimensions": metrics.of_probe("us-east-1"),
        "statistic": "Maximum",
        "comparison": BELOW,
        "threshold": 1,
        "missing": "breaching",
    }
    return AlarmSpec(**{**given, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"metric": ("TwinStack/Probe", "Other")},
        {"dimensions": metrics.of_probe("us-west-2")},
        {"statistic": "Minimum"},
        {"comparison": ABOVE},
        {"threshold": 2},
        {"missing": "missing"},
        {"periods": 4},
        {"period": 120},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_alarm_behind_a_health_check_gets_another_name_when_its_definition_changes(change):
    assert definition_hash(spec(**change)) != definition_hash(spec())


@pytest.mark.parametrize("change", [{"description": "other words"}, {"logical_id": "Other"}])
def test_the_name_stays_when_only_the_words_change(change):
    assert definition_hash(spec(**change)) == definition_hash(spec())


@pytest.mark.parametrize(("enabled", "missing"), [("false", "notBreaching"), ("true", "breaching")])
def test_a_silent_probe_is_told_when_probes_run_and_is_no_verdict_on_a_database(enabled, missing):
    made = resolved("secondary", ProbeEnabled=enabled)
    assert made["ProbeSilent"].properties["TreatMissingData"] == missing
    for alarm, check in (
        ("OtherRegionUnreachable", "OtherRegionHealthCheck"),
        ("StandbyWrites", "StandbyWritesHealthCheck"),
    ):
        assert made[alarm].properties["TreatMissingData"] == "missing"
        config = made[check].properties["HealthCheckConfig"]
        assert config["InsufficientDataHealthStatus"] == "LastKnownStatus"


def test_the_primary_waits_for_its_probe_only_once_the_stacks_are_linked():
    silence = resolved("primary", ProbeEnabled="true")["ProbeSilent"].properties["TreatMissingData"]
    assert (silence, unlinked(ProbeEnabled="true")["ProbeSilent"].properties["TreatMissingData"]) == (
        "breaching",
        "notBreaching",
    )


@pytest.mark.parametrize(("role", "target"), [("primary", "eu-west-1"), ("secondary", "us-east-1")])
def test_a_probe_speaks_of_the_other_region(role, target):
    found = resolved(role)["OtherRegionUnreachable"].properties
    assert (found["Namespace"], found["MetricName"]) == ("TwinStack/Probe", "Reachable")
    assert found["Dimensions"] == [
        {"Name": "Database", "Value": "tradingdb-dev"},
        {"Name": "Target", "Value": target},
    ]


@pytest.mark.parametrize("role", ROLES)
def test_replication_is_watched_at_the_source_by_its_rule(role):
    for alarm in ("BackupReplicationFailed", "BackupReplicationLate", "BackupReplicationPending"):
        found = resolved(role)[alarm].properties
        dimensions = {entry["Name"]: entry["Value"] for entry in found["Dimensions"]}
        assert (dimensions["DestinationBucket"], dimensions["RuleId"]) == ("theirs", "everything")
    assert properties(role, "BackupBucket")["ReplicationConfiguration"]


@pytest.mark.parametrize("role", ROLES)
def test_the_topic_is_encrypted_and_open_to_the_services_that_publish(role):
    assert properties(role, "Topic")["KmsMasterKeyId"] == {"Fn::GetAtt": ["OperationsKey", "Arn"]}
    allowed = properties(role, "TopicPolicy")["PolicyDocument"]["Statement"]
    assert [(statement["Principal"]["Service"], "Condition" in statement) for statement in allowed] == [
        (["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"], True),
        ("events.amazonaws.com", False),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_mail_is_sent_when_there_is_an_address(role):
    assert "TopicSubscription" not in resolved(role)
    made = resolved(role, NotificationEmail="dba@corp.test")["TopicSubscription"].properties
    assert (made["Protocol"], made["Endpoint"]) == ("email", "dba@corp.test")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("alarm", "metric", "statistic", "threshold"),
    [
        ("ReaderLagHigh", "AuroraReplicaLag", "Maximum", 1000),
        ("Deadlocks", "Deadlocks", "Maximum", 0.05),
        ("CommitsSlow", "CommitLatency", "Average", "100"),
        ("WritesSlow", "DMLLatency", "Average", "500"),
        ("StorageHigh", "VolumeBytesUsed", "Maximum", str(1024**4)),
    ],
)
def test_statements_readers_and_storage_are_watched(role, alarm, metric, statistic, threshold):
    found = resolved(role)[alarm].properties
    assert (found["MetricName"], found["Statistic"], found["Threshold"]) == (metric, statistic, threshold)
    assert properties(role, alarm)["Dimensions"] == [{"Name": "DBClusterIdentifier", "Value": {"Ref": "Cluster"}}]


def widgets(role):
    return properties(role, "Dashboard")["DashboardBody"]["Fn::ToJsonString"]["widgets"]


@pytest.mark.parametrize("role", ROLES)
def test_the_dashboard_shows_lag_load_latency_replication_and_the_probe(role):
    drawn = json.dumps(widgets(role))
    for metric in (
        "AuroraGlobalDBRPOLag",
        "DatabaseConnections",
        "CommitLatency",
        "CPUUtilization",
        "TwinStack/Probe",
        "AWS/S3,SourceBucket",
    ):
        assert metric in drawn


@pytest.mark.parametrize("role", ROLES)
def test_every_widget_has_a_place_of_its_own_on_the_grid(role):
    places = [(widget["x"], widget["y"]) for widget in widgets(role)]
    assert len(set(places)) == len(places)
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets(role))


@pytest.mark.parametrize("role", ROLES)
def test_the_dashboard_names_its_region_since_dashboards_are_global_and_nothing_of_the_other_side(role):
    assert properties(role, "Dashboard")["DashboardName"] == {
        "Fn::Sub": "${Project}-${EnvironmentSuffix}-${AWS::Region}"
    }
    assert names_in(properties(role, "Dashboard")) == {
        "AWS::Region",
        "BackupBucket",
        "Cluster",
        "EnvironmentSuffix",
        "Project",
    }


@pytest.mark.parametrize("role", ROLES)
def test_events_of_database_keys_and_services_are_told(role):
    assert properties(role, "InstanceEvents")["SourceIds"] == [{"Ref": "Instance1"}, {"Ref": "Instance2"}]
    failover = properties(role, "FailoverRule")["EventPattern"]
    assert failover["detail"] == {
        "EventCategories": ["failover", "global-failover"],
        "SourceIdentifier": [{"Ref": "Cluster"}],
    }
    assert properties(role, "AwsHealthRule")["EventPattern"]["source"] == ["aws.health"]
    for body in resources(role, "AWS::RDS::EventSubscription").values():
        assert body["Properties"]["SnsTopicArn"] == {"Ref": "Topic"}
    assert all("Targets" in body["Properties"] for body in resources(role, "AWS::Events::Rule").values())


@pytest.mark.parametrize("role", ROLES)
def test_a_backup_that_was_not_made_is_missed_by_what_starts_for_each_that_was(role):
    made = properties(role, "SnapshotRule")
    assert "State" not in made
    assert "time" not in made["EventPattern"]
    missed = properties(role, "BackupMissing")
    assert (missed["MetricName"], missed["Statistic"]) == ("ExecutionsStarted", "Sum")
    assert [it["Value"] for it in missed["Dimensions"]] == [made["Targets"][0]["Arn"]]
    # longer than a day by more than a backup moves in its window, and no longer than AWS evaluates
    assert 25 * 3600 < missed["Period"] * missed["EvaluationPeriods"] <= 7 * 86400


@pytest.mark.parametrize("role", ROLES)
def test_only_exports_of_this_cluster_are_told_of(role):
    assert properties(role, "ExportFailedRule")["EventPattern"]["detail"] == {
        "EventID": ["RDS-EVENT-0162", "RDS-EVENT-0163"],
        "SourceIdentifier": [{"prefix": {"Fn::Sub": "rds:${Cluster}-"}}],
    }


def test_a_job_of_aws_backup_that_fails_or_does_not_come_is_told_where_the_plan_is():
    made = resolved("primary", AwsBackupEnabled="true")
    assert made["AwsBackupFailedRule"].properties["EventPattern"]["detail"] == {
        "state": ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"],
        "$or": [
            {"backupVaultArn": ["BackupVault.BackupVaultArn"]},
            {"sourceBackupVaultArn": ["BackupVault.BackupVaultArn"]},
        ],
    }
    assert [target["Arn"] for target in made["AwsBackupFailedRule"].properties["Targets"]] == ["Topic"]
    assert made["AwsBackupMissing"].properties["Dimensions"] == [{"Name": "BackupVaultName", "Value": "BackupVault"}]
    # a backup begins within its start window, so two of them are at most that and a day apart, and end a while later
    windows = [rule["StartWindowMinutes"] for rule in made["BackupPlan"].properties["BackupPlan"]["BackupPlanRule"]]
    missing = made["AwsBackupMissing"].properties
    assert 24 * 60 + max(windows) + 240 <= missing["Period"] * missing["EvaluationPeriods"] / 60
    assert not {"AwsBackupFailedRule", "AwsBackupMissing"} & {*resolved("primary"), *unlinked(AwsBackupEnabled="true")}


@pytest.mark.parametrize("role", ROLES)
def test_failovers_and_keys_at_risk_are_told(role):
    assert "global-failover" in properties(role, "ClusterEvents")["EventCategories"]
    assert properties(role, "KeyAtRiskRule")["EventPattern"]["detail"]["eventName"] == [
        "DisableKey",
        "ScheduleKeyDeletion",
        "PutKeyPolicy",
        "RevokeGrant",
    ]
