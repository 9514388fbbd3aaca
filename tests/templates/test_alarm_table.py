"""Every alarm as it is written down here: what it watches, from which value on, and what silence counts as."""

import pytest

from tests.templates.pair import ROLES, of_environment, resolved

# Under the defaults of the templates. Lag and latency are in milliseconds, replication latency in seconds, memory and
# storage in bytes, deadlocks per second. Behind the period in seconds stands how many periods in a row.
TABLE = """
RpoLagHigh               AWS/RDS         AuroraGlobalDBRPOLag         Maximum   60 5 >          5000 missing
ReplicationLagHigh       AWS/RDS         AuroraGlobalDBReplicationLag Maximum   60 5 >          5000 notBreaching
ProgressLagHigh          AWS/RDS         AuroraGlobalDBProgressLag    Maximum   60 5 >          5000 notBreaching
CpuHigh                  AWS/RDS         CPUUtilization               Maximum   60 5 >            90 missing
MemoryLow                AWS/RDS         FreeableMemory               Minimum   60 5 <    1073741824 missing
LocalStorageLow          AWS/RDS         FreeLocalStorage             Minimum   60 5 <    5368709120 missing
ConnectionsHigh          AWS/RDS         DatabaseConnections          Maximum   60 5 >           800 missing
ReaderLagHigh            AWS/RDS         AuroraReplicaLag             Maximum   60 5 >          1000 notBreaching
Deadlocks                AWS/RDS         Deadlocks                    Maximum   60 5 >          0.05 notBreaching
CommitsSlow              AWS/RDS         CommitLatency                Average   60 5 >           100 notBreaching
WritesSlow               AWS/RDS         DMLLatency                   Average   60 5 >           500 notBreaching
StorageHigh              AWS/RDS         VolumeBytesUsed              Maximum 3600 1 > 1099511627776 ignore
BackupReplicationFailed  AWS/S3          OperationsFailedReplication  Sum       60 3 >             0 notBreaching
BackupReplicationLate    AWS/S3          ReplicationLatency           Maximum   60 3 >           900 notBreaching
BackupReplicationPending AWS/S3          OperationsPendingReplication Maximum   60 3 >          1000 notBreaching
BackupMissing            AWS/States      ExecutionsStarted            Sum     3600 30 <            1 breaching
BackupExportFailed       AWS/States      ExecutionsFailed             Sum      300 1 >             0 notBreaching
ProbeBroken              AWS/Lambda      Errors                       Sum       60 3 >             0 notBreaching
ProbeThrottled           AWS/Lambda      Throttles                    Sum       60 3 >             0 notBreaching
OtherRegionUnreachable   TwinStack/Probe Reachable                    Maximum   60 3 <             1 missing
ProbeSilent              TwinStack/Probe Reachable                SampleCount  300 3 <             1 notBreaching
DatabaseDown             AWS/RDS         EngineUptime                 Maximum   60 3 <             1 breaching
AwsBackupMissing         AWS/Backup      NumberOfBackupJobsCompleted  Sum     3600 30 <            1 breaching
ReadersBehind            AWS/RDS         AuroraGlobalDBReplicationLag Maximum   60 5 >          5000 notBreaching
StandbyWrites            TwinStack/Probe Writer                       Maximum   60 3 >             0 missing
"""
SIGNS = {">": "GreaterThanThreshold", "<": "LessThanThreshold"}
# Where the regions differ: only a reader has a lag that it can be silent about.
OF_A_REGION = {"primary": {}, "secondary": {"RpoLagHigh": "breaching"}}
WITH_AWS_BACKUP = {"AwsBackupMissing"}
NOT_THERE = {"primary": {"StandbyWrites"}, "secondary": {"ReadersBehind", *WITH_AWS_BACKUP}}
THRESHOLDS = {
    "dev": {},
    "prod": {
        "RpoLagHigh": 2000,
        "ReplicationLagHigh": 2000,
        "ProgressLagHigh": 2000,
        "ReadersBehind": 2000,
        "ConnectionsHigh": 2700,
    },
}


def written(made):
    """The alarms among resources, as the table has them."""
    return {
        name: (
            it["Namespace"],
            it["MetricName"],
            it["Statistic"],
            it["Period"],
            it["EvaluationPeriods"],
            it["ComparisonOperator"],
            float(it["Threshold"]),
            it["TreatMissingData"],
        )
        for name, it in (
            (name, body.properties) for name, body in made.items() if body.type == "AWS::CloudWatch::Alarm"
        )
    }


def expected(role, silent=None, thresholds=None, *, aws_backup=False):
    silence, other = {**OF_A_REGION[role], **(silent or {})}, thresholds or {}
    rows = [line.split() for line in TABLE.strip().splitlines()]
    return {
        name: (
            *(namespace, metric, statistic, int(period), int(periods), SIGNS[sign]),
            other.get(name, float(threshold)),
            silence.get(name, missing),
        )
        for name, namespace, metric, statistic, period, periods, sign, threshold, missing in rows
        if name not in NOT_THERE[role] and (aws_backup or name not in WITH_AWS_BACKUP)
    }


@pytest.mark.parametrize("role", ROLES)
def test_the_alarms_are_as_in_the_table(role):
    assert written(resolved(role)) == expected(role)


@pytest.mark.parametrize("role", ROLES)
def test_with_probes_on_a_silent_probe_is_bad_news_and_no_verdict(role):
    assert written(resolved(role, ProbeEnabled="true")) == expected(role, {"ProbeSilent": "breaching"})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_each_environment_has_thresholds_of_its_own(name, role):
    wanted = expected(role, {"ProbeSilent": "breaching"}, THRESHOLDS[name], aws_backup=name == "prod")
    assert written(of_environment(name, role)) == wanted


@pytest.mark.parametrize("role", ROLES)
def test_every_period_must_break_the_threshold(role):
    for name, body in resolved(role).items():
        if body.type == "AWS::CloudWatch::Alarm":
            periods = body.properties["EvaluationPeriods"]
            assert body.properties.get("DatapointsToAlarm", periods) == periods, name
