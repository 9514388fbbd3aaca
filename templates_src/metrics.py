"""The metrics that alarms stand on, and the one that the probes publish.

A probe runs in one region and tries the databases of both. It writes 1 or 0 as `REACHABLE` in the region it runs in, so
that the verdict on a region is formed outside it, and as `WRITER` whether the database takes writes.
"""

from __future__ import annotations

from troposphere import Ref, Sub, cloudwatch

from templates_src.database import CLUSTER

PROBE_NAMESPACE = "TwinStack/Probe"
REACHABLE = "Reachable"
WRITER = "Writer"
RDS_NAMESPACE = "AWS/RDS"
S3_NAMESPACE = "AWS/S3"
STATES_NAMESPACE = "AWS/States"
LAMBDA_NAMESPACE = "AWS/Lambda"
BACKUP_NAMESPACE = "AWS/Backup"


def _dimension(name: str, value: object) -> cloudwatch.MetricDimension:
    return cloudwatch.MetricDimension(Name=name, Value=value)


def of_cluster() -> list[cloudwatch.MetricDimension]:
    """Metrics of this region's cluster."""
    return [_dimension("DBClusterIdentifier", Ref(CLUSTER))]


def of_probe(target_region: object) -> list[cloudwatch.MetricDimension]:
    """What the probe of this region says about the database in another."""
    return [
        _dimension("Database", Sub("${Project}-${EnvironmentSuffix}")),
        _dimension("Target", target_region),
    ]


def of_replication(source: object, destination: object, rule: str) -> list[cloudwatch.MetricDimension]:
    """Metrics of one replication rule; S3 publishes them in the source bucket's region."""
    return [
        _dimension("SourceBucket", source),
        _dimension("DestinationBucket", destination),
        _dimension("RuleId", rule),
    ]


def of_function(name: object) -> list[cloudwatch.MetricDimension]:
    """Metrics of one function."""
    return [_dimension("FunctionName", name)]


def of_vault(name: object) -> list[cloudwatch.MetricDimension]:
    """Metrics of one vault of AWS Backup."""
    return [_dimension("BackupVaultName", name)]


def of_state_machine(arn: object) -> list[cloudwatch.MetricDimension]:
    """Metrics of one state machine."""
    return [_dimension("StateMachineArn", arn)]
