"""Drift of the types that this project cares about and the emulator cannot read.

Read from the stores and not through the API: drift is detected on the loop that answers the API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudwatch, rds, secretsmanager
from ministack.services.cloudformation import drift

Record = Mapping[str, Any]
Reader = Callable[[str, Record], Record | None]

_CLUSTER = {
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "DBClusterParameterGroupName": "DBClusterParameterGroup",
    "DeletionProtection": "DeletionProtection",
    "EngineVersion": "EngineVersion",
    "GlobalClusterIdentifier": "GlobalClusterIdentifier",
    "Port": "Port",
    "PreferredBackupWindow": "PreferredBackupWindow",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
}
_GLOBAL_CLUSTER = {name: name for name in ("DeletionProtection", "EngineVersion")}
_ALARM_MEMBERS = (
    "ActionsEnabled",
    "AlarmActions",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "EvaluationPeriods",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
)
_ALARM = {name: name for name in _ALARM_MEMBERS}


def install() -> None:
    """Add the readers, and let the one of secrets take an ARN."""
    readers = drift._DRIFT_READERS
    read_secret, of_a_secret = readers["AWS::SecretsManager::Secret"]
    readers["AWS::SecretsManager::Secret"] = (_by_arn(read_secret), of_a_secret)
    for name, store, members in (
        ("AWS::CloudWatch::Alarm", cloudwatch._alarms, _ALARM),
        ("AWS::RDS::DBCluster", rds._clusters, _CLUSTER),
        ("AWS::RDS::GlobalCluster", rds._global_clusters, _GLOBAL_CLUSTER),
    ):
        readers[name] = (_reader(store, members), frozenset(members))


def _reader(store: Mapping[str, Record], members: Mapping[str, str]) -> Reader:
    def read(physical_id: str, _properties: Record) -> Record | None:
        found = store.get(physical_id)
        return found and {
            name: _whole(found[member]) for name, member in members.items() if found.get(member) is not None
        }

    return read


def _whole(value: Any) -> Any:
    """Returns a number as a template writes it: the emulator keeps the threshold 90 as 90.0, and compares text."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _by_arn(read: Reader) -> Reader:
    def read_secret(physical_id: str, properties: Record) -> Record | None:
        _name, secret = secretsmanager._resolve(physical_id)
        return read(secret["Name"], properties) if secret else None

    return read_secret
