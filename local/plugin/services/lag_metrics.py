"""How far the reader of a global database is behind, as CloudWatch tells it: the emulator measures nothing.

A value a minute, in milliseconds, in a region that reads now and under the name of its cluster; none while a member is
built anew. A value that somebody put with PutMetricData in the last quarter of an hour stands in their place, whatever
its time, so that a test can have a large lag, or an old one. `lag_milliseconds` of the settings sets another usual
value, and `null` stops them.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch, rds

from ..api import region
from ..settings import setting
from .role_changes import finish_changes

_NAMESPACE = "AWS/RDS"
_METRICS = ("AuroraGlobalDBProgressLag", "AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag")
_USUAL_MILLISECONDS = 100.0
_OURS = "_usual"
_MINUTE, _QUARTER = 60.0, 900.0

Points = list[dict[str, Any]]


def install() -> None:
    """Bring the values up to date whenever CloudWatch is asked for values or for metrics."""
    for name in ("_get_metric_data", "_get_metric_statistics", "_list_metrics"):
        setattr(cloudwatch, name, _up_to_date(getattr(cloudwatch, name)))


def _up_to_date(answer: Callable[..., Any]) -> Callable[..., Any]:
    def answered(*asked: Any, **named: Any) -> Any:
        report()
        return answer(*asked, **named)

    return answered


def report() -> None:
    """Report for the clusters of this region that read now."""
    finish_changes()
    lag = setting("lag_milliseconds", _USUAL_MILLISECONDS)
    for global_cluster in rds._global_clusters.values():
        for member in global_cluster["GlobalClusterMembers"]:
            _, _, _, where, _, _, name = member["DBClusterArn"].split(":")
            reads = not member["IsWriter"] and member.get("SynchronizationStatus") == "connected"
            if where == region() and reads and lag is not None:
                for metric in _METRICS:
                    _measure(metric, name, float(lag))


def _measure(metric: str, cluster: str, lag: float) -> None:
    dimensions = {"DBClusterIdentifier": cluster}
    points: Points = cloudwatch._metric_bucket((_NAMESPACE, metric, cloudwatch._dims_key(dimensions)))
    now = time.time()
    if any(now - point["Timestamp"] < _QUARTER for point in points if _OURS not in point):
        points[:] = [point for point in points if _OURS not in point]
    elif not any(now - point["Timestamp"] < 2 * _MINUTE for point in points):
        # RDS is a minute behind; and whoever asks does not ask for what comes after the question.
        measured = {"Timestamp": now - _MINUTE, "Value": lag, "Unit": "Milliseconds", "Dimensions": dimensions}
        points.append({**measured, _OURS: True})
