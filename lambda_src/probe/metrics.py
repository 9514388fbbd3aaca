"""Metrics as lines of the log, in CloudWatch's embedded metric format: no endpoint and no permission is needed.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json

from .checking import Health, Target
from .failures import ACCESS_DENIED, BROKEN, SECRET, TLS, UNTRUSTED, Failure

NAMESPACE = "TwinStack/Probe"
DIMENSIONS = ["Database", "Target"]
_UNITS = {
    "Reachable": "Count",
    "Undecided": "Count",
    "Writer": "Count",
    "Latency": "Milliseconds",
    "Lag": "Milliseconds",
}
# What went wrong on this side, or may have: it says nothing about whether the database serves its clients.
_NO_VERDICT = {ACCESS_DENIED, BROKEN, SECRET, TLS, UNTRUSTED}


def line(database: str, target: Target, outcome: Health | Failure, timestamp: int) -> str:
    """Returns what is known of one target as a line of the log.

    Args:
        database: what the database is called; a dimension of its metrics.
        target: what was probed; its region is the other dimension.
        outcome: what came out.
        timestamp: milliseconds since 1970.
    """
    values, said = _told(outcome)
    return json.dumps(
        {
            "_aws": {
                "Timestamp": timestamp,
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": [DIMENSIONS],
                        "Metrics": [{"Name": name, "Unit": _UNITS[name]} for name in values],
                    }
                ],
            },
            "Database": database,
            "Target": target.region,
            "Endpoint": str(target.endpoint),
            **values,
            **said,
        }
    )


def _told(outcome: Health | Failure) -> tuple[dict[str, float], dict[str, str]]:
    if isinstance(outcome, Failure):
        verdict: dict[str, float] = {"Undecided": 1} if outcome.kind in _NO_VERDICT else {"Reachable": 0}
        return verdict, {"Error": outcome.kind, "Detail": outcome.detail}
    values = {"Reachable": 1, "Writer": int(outcome.writer), "Latency": outcome.latency}
    if outcome.lag is not None:
        values["Lag"] = outcome.lag
    return values, {} if outcome.no_lag is None else {"NoLag": str(outcome.no_lag)}
