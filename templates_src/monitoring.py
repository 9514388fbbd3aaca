"""The alarms of a region.

Lag. The metrics of a global database exist only in the region that is secondary now, under that region's
cluster, in milliseconds. Roles move and templates do not, so both regions carry the lag alarms. Where the
template starts as the secondary, a missing RPO lag is breaching: replication that stopped reports nothing. After a
switchover it therefore fires until the roles are back, which is what somebody on call should know. Where it starts as
the primary a missing lag is `missing`, since a writer has none: nothing is said until there has been a lag, that is
after a switchover, and then it is told when the lag goes silent, because replication stopped or because the roles moved
back. The other two lag alarms only add detail and stay quiet without data.

Load. No data about load says that the instances are gone. That is told once, by the alarm on CPU; the others go blind
at the same time and for the same reason, and keep quiet.
Statements. A standby commits nothing and writes nothing: no data about that is no news. Aurora counts latencies in
milliseconds too.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html

Probes. The alarms on what probes say are there from the start. Their silence is no verdict on a database, so no data
leaves them as they are, and the health checks on them too. That a probe is silent is told by an alarm of its own, as
soon as probes are on.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import If, Ref

from templates_src import alarms, backup, export, metrics
from templates_src.alarms import ABOVE, BELOW, AlarmSpec
from templates_src.assembly import OtherRegion, RegionTemplate, Role

PROBE_ALARM = "OtherRegionUnreachable"
WRITES_ALARM = "StandbyWrites"
STALE_ALARM = "ReadersBehind"
OWN_ALARM = "DatabaseDown"
PROBE_ON = "ProbeOn"
PROBE_RUNS = "ProbeRuns"
"""In the primary: probes are on, and the other region is known; in the secondary it always is."""

PROBE_FUNCTION = "ProbeFunction"

_GIBIBYTE = 1024**3
_SAYS_IT_FOR_ALL = "CpuHigh"
"""The one alarm on load that tells of silence."""
_DEADLOCKS_A_SECOND = 0.05
"""The metric is a rate per second. Its maximum is the writer's; with the average, its readers would halve it."""


def add(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the alarms on lag, load, backups and the probe."""
    template.concern("Alarms")
    specs = [*_lag(template.role), *_load(), *_statements(), *_backups(other), *_probe()]
    for spec in specs:
        alarms.add(template, spec)
    _add_probe_alarm(template, other)


def add_own_alarm(template: RegionTemplate) -> None:
    """Add the alarm on this region's own database.

    Every instance that runs reports its uptime once a minute; when the best of them reports nothing, the
    database is down.
    """
    spec = AlarmSpec(
        OWN_ALARM,
        "No instance of this region's database is up",
        (metrics.RDS_NAMESPACE, "EngineUptime"),
        metrics.of_cluster(),
        "Maximum",
        BELOW,
        1,
        "breaching",
    )
    alarms.add_for_health_check(template, spec, "database-down", [])


def _add_probe_alarm(template: RegionTemplate, other: OtherRegion) -> None:
    spec = AlarmSpec(
        PROBE_ALARM,
        f"The database of the {other.role} region does not answer the probe of this one",
        (metrics.PROBE_NAMESPACE, metrics.REACHABLE),
        metrics.of_probe(other.region),
        "Maximum",
        BELOW,
        1,
        "missing",
        condition=other.linked,
    )
    alarms.add_for_health_check(template, spec, f"{other.role}-unreachable", [str(other.region.data["Ref"])])
    alarms.add(
        template,
        AlarmSpec(
            "ProbeSilent",
            "The probe of this region says nothing: it is dead, is denied its secret or does not trust the database",
            (metrics.PROBE_NAMESPACE, metrics.REACHABLE),
            metrics.of_probe(Ref("AWS::Region")),
            "SampleCount",
            BELOW,
            1,
            If(PROBE_ON if other.linked is None else PROBE_RUNS, "breaching", "notBreaching"),
            # the first probes of a pair wait for their user, which comes with the last pass
            periods=3,
            period=300,
        ),
    )


def add_writes_alarm(template: RegionTemplate) -> None:
    """Add the alarm that a standby takes writes: after a switchover or a failover the roles are reversed."""
    spec = AlarmSpec(
        WRITES_ALARM,
        "The standby takes writes: roles are reversed",
        (metrics.PROBE_NAMESPACE, metrics.WRITER),
        metrics.of_probe(Ref("AWS::Region")),
        "Maximum",
        ABOVE,
        0,
        "missing",
    )
    alarms.add_for_health_check(template, spec, "standby-writes", [])


def add_stale_alarm(template: RegionTemplate) -> None:
    """Add the alarm that this region reads, and far behind; the region of the writer has no such data."""
    spec = AlarmSpec(
        STALE_ALARM,
        "Readers of this region would read data that is older than agreed",
        (metrics.RDS_NAMESPACE, "AuroraGlobalDBReplicationLag"),
        metrics.of_cluster(),
        "Maximum",
        ABOVE,
        Ref("LagAlarmMilliseconds"),
        "notBreaching",
        periods=5,
    )
    alarms.add_for_health_check(template, spec, "readers-behind", ["LagAlarmMilliseconds"])


def _lag(role: Role) -> Iterator[AlarmSpec]:
    gone = {"primary": "missing", "secondary": "breaching"}[role]
    limit = Ref("LagAlarmMilliseconds")
    lags = (
        ("RpoLagHigh", "A failover now would lose more than the agreed time", "AuroraGlobalDBRPOLag", gone),
        ("ReplicationLagHigh", "Replication between regions is behind", "AuroraGlobalDBReplicationLag", None),
        ("ProgressLagHigh", "Applying changes here is behind", "AuroraGlobalDBProgressLag", None),
    )
    for logical_id, description, metric, missing in lags:
        yield AlarmSpec(
            logical_id,
            description,
            (metrics.RDS_NAMESPACE, metric),
            metrics.of_cluster(),
            "Maximum",
            ABOVE,
            limit,
            missing or "notBreaching",
            periods=5,
            tells_when_blind=missing == "missing",
        )


def _load() -> Iterator[AlarmSpec]:
    loads = (
        ("CpuHigh", "CPU is nearly used up", "CPUUtilization", "Maximum", ABOVE, 90),
        ("MemoryLow", "Less than 1 GiB of memory is left", "FreeableMemory", "Minimum", BELOW, _GIBIBYTE),
        (
            "LocalStorageLow",
            "Less than 5 GiB for temporary tables is left",
            "FreeLocalStorage",
            "Minimum",
            BELOW,
            5 * _GIBIBYTE,
        ),
        (
            "ConnectionsHigh",
            "More connections than agreed",
            "DatabaseConnections",
            "Maximum",
            ABOVE,
            Ref("ConnectionsAlarm"),
        ),
    )
    for logical_id, description, metric, statistic, comparison, threshold in loads:
        yield AlarmSpec(
            logical_id,
            description,
            (metrics.RDS_NAMESPACE, metric),
            metrics.of_cluster(),
            statistic,
            comparison,
            threshold,
            "missing",
            periods=5,
            tells_when_blind=logical_id == _SAYS_IT_FOR_ALL,
        )


def _statements() -> Iterator[AlarmSpec]:
    rows = (
        ("ReaderLagHigh", "A reader of this region is behind its writer", "AuroraReplicaLag", "Maximum", 1000),
        (
            "Deadlocks",
            "More than three deadlocks a minute, five minutes in a row",
            "Deadlocks",
            "Maximum",
            _DEADLOCKS_A_SECOND,
        ),
        ("CommitsSlow", "Commits take long", "CommitLatency", "Average", Ref("CommitLatencyAlarmMilliseconds")),
        (
            "WritesSlow",
            "Statements that write take long",
            "DMLLatency",
            "Average",
            Ref("WriteLatencyAlarmMilliseconds"),
        ),
    )
    for logical_id, description, metric, statistic, threshold in rows:
        yield AlarmSpec(
            logical_id,
            description,
            (metrics.RDS_NAMESPACE, metric),
            metrics.of_cluster(),
            statistic,
            ABOVE,
            threshold,
            "notBreaching",
            periods=5,
        )
    yield AlarmSpec(
        "StorageHigh",
        "The database has grown past what was agreed",
        (metrics.RDS_NAMESPACE, "VolumeBytesUsed"),
        metrics.of_cluster(),
        "Maximum",
        ABOVE,
        Ref("StorageAlarmBytes"),
        "ignore",
        periods=1,
        period=3600,
    )


def _probe() -> Iterator[AlarmSpec]:
    """A probe that breaks knows nothing of the database; this says which of the two it is."""
    rows = (
        ("ProbeBroken", "The probe fails; it says nothing about the databases", "Errors"),
        ("ProbeThrottled", "The probe is not let run", "Throttles"),
    )
    for logical_id, description, metric in rows:
        yield AlarmSpec(
            logical_id,
            description,
            (metrics.LAMBDA_NAMESPACE, metric),
            metrics.of_function(Ref(PROBE_FUNCTION)),
            "Sum",
            ABOVE,
            0,
            "notBreaching",
        )


def _backups(other: OtherRegion) -> Iterator[AlarmSpec]:
    """S3 reports replication only while something is to be replicated: no data is good news. No backup is bad news."""
    replications = (
        ("ReplicationFailed", "Backups were not replicated", "OperationsFailedReplication", "Sum", 0),
        ("ReplicationLate", "Backups replicate later than agreed", "ReplicationLatency", "Maximum", 900),
        (
            "ReplicationPending",
            "Backups pile up before replication",
            "OperationsPendingReplication",
            "Maximum",
            1000,
        ),
    )
    for logical_id, description, metric, statistic, threshold in replications:
        yield AlarmSpec(
            f"Backup{logical_id}",
            description,
            (metrics.S3_NAMESPACE, metric),
            metrics.of_replication(Ref(backup.BUCKET), other.bucket_name, backup.RULE_ID),
            statistic,
            ABOVE,
            threshold,
            "notBreaching",
            condition=other.linked,
        )
    # A day and six hours, since the time of a backup moves within its window.
    yield AlarmSpec(
        "BackupMissing",
        "No automated backup was made for 30 hours",
        (metrics.STATES_NAMESPACE, "ExecutionsStarted"),
        metrics.of_state_machine(Ref(export.STATE_MACHINE)),
        "Sum",
        BELOW,
        1,
        "breaching",
        periods=30,
        period=3600,
    )
    yield AlarmSpec(
        "BackupExportFailed",
        "A snapshot was not exported",
        (metrics.STATES_NAMESPACE, "ExecutionsFailed"),
        metrics.of_state_machine(Ref(export.STATE_MACHINE)),
        "Sum",
        ABOVE,
        0,
        "notBreaching",
        periods=1,
        period=300,
    )
