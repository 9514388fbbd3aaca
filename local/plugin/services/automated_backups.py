"""DescribeDBClusterAutomatedBackups, which the emulator lacks: of clusters that live, and what outlives a cluster.

They hold nothing, as no cluster here holds data. Restoring to a point in time is not answered.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterAutomatedBackups.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import rds

from ..api import region

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]
Record = dict[str, Any]

_RETAINED: list[tuple[str, Record]] = []
"""The clusters that are gone and whose backups were to stay, each with its region."""

_OF_THE_CLUSTER = (
    "BackupRetentionPeriod",
    "ClusterCreateTime",
    "DBClusterArn",
    "DBClusterIdentifier",
    "DbClusterResourceId",
    "Engine",
    "EngineVersion",
    "KmsKeyId",
    "MasterUsername",
    "Port",
    "StorageEncrypted",
)


def install() -> None:
    """Add the operation, and let a deletion keep the backups where it asks for that."""
    rds._ACTION_MAP["DescribeDBClusterAutomatedBackups"] = _describe
    rds._ACTION_MAP["DeleteDBCluster"] = _keeping(rds._ACTION_MAP["DeleteDBCluster"])


def _keeping(delete: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def deleted(asked: Asked) -> Answer:
        cluster = rds._resolve_cluster_in_request_region(rds._p(asked, "DBClusterIdentifier"))
        answer = delete(asked)
        if answer[0] == 200 and cluster and rds._p(asked, "DeleteAutomatedBackups") == "false":
            _RETAINED.append((region(), dict(cluster)))
        return answer

    return deleted


def _describe(asked: Asked) -> Answer:
    found = [("active", cluster) for cluster in rds._clusters.values()]
    found += [("retained", cluster) for where, cluster in _RETAINED if where == region()]
    wanted = {name: rds._p(asked, name) for name in ("DBClusterIdentifier", "DbClusterResourceId") if name in asked}
    chosen = [
        _xml(status, cluster) for status, cluster in found if all(cluster[name] == wanted[name] for name in wanted)
    ]
    action = "DescribeDBClusterAutomatedBackups"
    inner = f"<DBClusterAutomatedBackups>{''.join(chosen)}</DBClusterAutomatedBackups>"
    answer: Answer = rds._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")
    return answer


def _xml(status: str, cluster: Record) -> str:
    mark = cluster["DbClusterResourceId"].partition("-")[2].lower()
    told = {name: cluster.get(name, "") for name in _OF_THE_CLUSTER} | {
        "DBClusterAutomatedBackupsArn": f"{':'.join(cluster['DBClusterArn'].split(':')[:5])}:auto-backup:ab-{mark}",
        "Region": region(),
        "Status": status,
    }
    members = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in told.items() if value != "")
    return f"<DBClusterAutomatedBackup>{members}</DBClusterAutomatedBackup>"


def _text(value: object) -> str:
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
