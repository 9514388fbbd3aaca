"""Snapshots of clusters that RDS takes itself: who makes them, who cannot delete them, and when they go."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import rds

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]
Record = dict[str, Any]


def keep_the_lost_volume(cluster: Record) -> None:
    """Take the snapshot that Aurora takes of the old primary's volume, before it builds that cluster anew.

    It is a system snapshot, in the old primary's region.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
    """
    when = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
    region, account = cluster["DBClusterArn"].split(":")[3:5]
    with request_scope(account, region):
        name = f"rds:unplanned-global-failover-{cluster['DBClusterIdentifier']}-{when}"
        rds._create_cluster_snapshot_internal(name, cluster)["SnapshotType"] = "automated"


def install() -> None:
    """Tell automated snapshots from manual ones, and let those go with their cluster."""
    actions = rds._ACTION_MAP
    actions["CreateDBClusterSnapshot"] = _automated_by_its_name(actions["CreateDBClusterSnapshot"])
    actions["DeleteDBClusterSnapshot"] = _manual_only(actions["DeleteDBClusterSnapshot"])
    actions["DeleteDBCluster"] = _with_the_last_snapshot(actions["DeleteDBCluster"])


def _automated_by_its_name(create: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Let a test make an automated snapshot: no backup window ever comes here.

    AWS takes no identifier that begins with `rds:`, which is how those of automated snapshots begin.
    """

    def created(asked: Asked) -> Answer:
        answer = create(asked)
        name = rds._p(asked, "DBClusterSnapshotIdentifier")
        if answer[0] == 200 and name.startswith("rds:"):
            rds._db_cluster_snapshots[name]["SnapshotType"] = "automated"
        return answer

    return created


def _manual_only(delete: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Refuse to delete what RDS took: it goes with its retention.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBClusterSnapshot.html
    """

    def deleted(asked: Asked) -> Answer:
        found = rds._db_cluster_snapshots.get(rds._p(asked, "DBClusterSnapshotIdentifier"))
        if found and found["SnapshotType"] != "manual":
            return refused("InvalidDBClusterSnapshotStateFault", "Only manual snapshots may be deleted.")
        return delete(asked)

    return deleted


def _with_the_last_snapshot(delete: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Take the final snapshot, which the emulator forgets, and delete the automated ones with their cluster.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html
    """

    def deleted(asked: Asked) -> Answer:
        last = rds._p(asked, "FinalDBSnapshotIdentifier")
        if rds._p(asked, "SkipFinalSnapshot") != "true" and not last:
            words = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            return refused("InvalidParameterCombination", words)
        if last in rds._db_cluster_snapshots:
            return refused("DBClusterSnapshotAlreadyExistsFault", f"DB cluster snapshot {last} already exists.")
        cluster = rds._resolve_cluster_in_request_region(rds._p(asked, "DBClusterIdentifier"))
        answer = delete(asked)
        if answer[0] == 200 and cluster:
            _forget_automated(cluster["DBClusterIdentifier"])
            if last:
                rds._create_cluster_snapshot_internal(last, cluster)
        return answer

    return deleted


def _forget_automated(cluster: str) -> None:
    for name, snapshot in rds._db_cluster_snapshots.items():
        if snapshot["DBClusterIdentifier"] == cluster and snapshot["SnapshotType"] == "automated":
            del rds._db_cluster_snapshots[name]


def refused(code: str, words: str, status: int = 400) -> Answer:
    """RDS's answer to a request that it refuses."""
    answer: Answer = rds._error(code, words, status)
    return answer
