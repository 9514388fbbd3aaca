"""One dashboard a region: replication between the regions, load, statements, backups, the probe.

It names no value of the other region: what belongs to both is searched for, so it is whole before the stacks are
linked and stays right when the roles are reversed.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import AWSHelperFn, Ref, Sub, cloudwatch

from templates_src import backup, metrics
from templates_src.assembly import RegionTemplate
from templates_src.database import CLUSTER
from templates_src.tags import tags

# CloudWatch lays widgets out on a grid of 24 columns.
_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 24

_OF_CLUSTER = (
    (
        "Lag between the regions (ms; only where the standby is now)",
        "Maximum",
        ("AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag", "AuroraGlobalDBProgressLag"),
    ),
    ("Replicated to the other region", "Sum", ("AuroraGlobalDBReplicatedWriteIO", "AuroraGlobalDBDataTransferBytes")),
    ("Connections", "Maximum", ("DatabaseConnections",)),
    ("Latency (ms)", "Average", ("CommitLatency", "DMLLatency", "SelectLatency")),
    ("CPU (%)", "Maximum", ("CPUUtilization",)),
    ("Memory and local storage (bytes left)", "Minimum", ("FreeableMemory", "FreeLocalStorage")),
    ("Readers of this region (ms behind)", "Maximum", ("AuroraReplicaLag",)),
    ("Deadlocks a second", "Maximum", ("Deadlocks",)),
    ("Storage (bytes)", "Maximum", ("VolumeBytesUsed",)),
)
_SEARCHED = (
    (
        "Probe of the databases",
        "Minimum",
        f'{{{metrics.PROBE_NAMESPACE},Database,Target}} Database="${{Project}}-${{EnvironmentSuffix}}"',
    ),
    (
        "Replication of backups",
        "Maximum",
        f'{{{metrics.S3_NAMESPACE},SourceBucket,DestinationBucket,RuleId}} SourceBucket="${{{backup.BUCKET}}}"',
    ),
)


class _Json(AWSHelperFn):
    """A value that CloudFormation turns into JSON text, so that the template shows it as what it is."""

    def __init__(self, value: object) -> None:
        self.data = {"Fn::ToJsonString": value}


def add(template: RegionTemplate) -> None:
    """Add the dashboard; dashboards are global, so its name has the region."""
    template.concern("Dashboard")
    template.put(
        cloudwatch.Dashboard(
            "Dashboard",
            DashboardName=Sub("${Project}-${EnvironmentSuffix}-${AWS::Region}"),
            DashboardBody=_Json(_body()),
            Tags=tags(template),
        )
    )


def _body() -> dict[str, Any]:
    drawn = [_metrics(names) | {"title": title, "stat": stat} for title, stat, names in _OF_CLUSTER]
    drawn += [_search(terms, stat) | {"title": title} for title, stat, terms in _SEARCHED]
    return {"widgets": [_placed(index, properties) for index, properties in enumerate(drawn)]}


def _metrics(names: Sequence[str]) -> dict[str, Any]:
    return {"metrics": [[metrics.RDS_NAMESPACE, name, "DBClusterIdentifier", Ref(CLUSTER)] for name in names]}


def _search(terms: str, stat: str) -> dict[str, Any]:
    return {"metrics": [[{"expression": Sub(f"SEARCH('{terms}', '{stat}')")}]]}


def _placed(index: int, properties: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(index * _WIDTH, _COLUMNS)
    return {
        "type": "metric",
        "x": column,
        "y": row * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {"region": Ref("AWS::Region"), "period": 60, "view": "timeSeries", **properties},
    }
