"""SwitchoverGlobalCluster and FailoverGlobalCluster: the roles move after a while that can be watched.

The emulator moves the roles of Aurora MySQL only between real MySQL servers. Here nothing is copied, as there is no
data: the request is checked as AWS checks it, and what DescribeGlobalClusters answers goes through AWS's states.

    0                 a quarter                  all of role_change_seconds       twice that
    | pending         | switching-over           | the target writes              |
    |                 | failing-over             | a failover: the old primary    | it is connected again
    |                 |                          | is built anew, pending-resync  |

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverState.html

The codes of refusals are those that AWS lists for the operations. Which of them belongs to which cause, and AWS's
words, were not found, save for a replication that is still being set up.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_region
from ministack.services import rds

from ..settings import setting
from .snapshots import keep_the_lost_volume, refused

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]
Record = dict[str, Any]

_CHANGE = "_role_change"
_REBUILT_AT = "_rebuilt_at"


@dataclass(frozen=True)
class Change:
    """A change of roles that was asked for; times are seconds of `time.monotonic`."""

    source: str
    target: str
    may_lose_data: bool
    begun: float
    seconds: float

    @property
    def moving(self) -> str:
        """AWS's word for it while the roles move."""
        return "failing-over" if self.may_lose_data else "switching-over"

    def state(self) -> dict[str, Any]:
        """FailoverState as it is by now."""
        early = time.monotonic() < self.begun + self.seconds / 4
        return {
            "Status": "pending" if _held_at("pending") or (early and not _held_at("moving")) else self.moving,
            "FromDbClusterArn": self.source,
            "ToDbClusterArn": self.target,
            "IsDataLossAllowed": self.may_lose_data,
        }


def install() -> None:
    """Replace both operations, and let whatever RDS is asked come after the changes whose time is up."""
    rds._ACTION_MAP["SwitchoverGlobalCluster"] = _switch_over
    rds._ACTION_MAP["FailoverGlobalCluster"] = _fail_over
    dispatch, show, active = rds._handle_request_sync, rds._global_cluster_xml, rds._active_mysql_global_writer_switch

    def in_time(*request: Any) -> Any:
        finish_changes()
        return dispatch(*request)

    def with_the_change(global_cluster: Record) -> str:
        change = global_cluster.get(_CHANGE)
        if change is None:
            return str(show(global_cluster))
        return str(show({**global_cluster, "Status": change.moving, "FailoverState": change.state()}))

    rds._handle_request_sync = in_time
    rds._global_cluster_xml = with_the_change
    # What the emulator refuses while its own switchover runs, such as ModifyDBCluster, it refuses during this one.
    rds._active_mysql_global_writer_switch = lambda found: (found or {}).get(_CHANGE) or active(found)


def finish_changes() -> None:
    """Bring every global cluster to where its change of roles is by now."""
    now = time.monotonic()
    with rds._shared_container_lock:
        for global_cluster in list(rds._global_clusters.values()):
            change = global_cluster.get(_CHANGE)
            if change and now >= change.begun + change.seconds and not _held_at("pending", "moving"):
                _finish(global_cluster, change)
            if now >= global_cluster.get(_REBUILT_AT, now + 1) and not _held_at("rebuilding"):
                del global_cluster[_REBUILT_AT]
                for member in global_cluster["GlobalClusterMembers"]:
                    member["SynchronizationStatus"] = "connected"


def _held_at(*stages: str) -> bool:
    return setting("role_change_held_at", "") in stages


def _finish(global_cluster: Record, change: Change) -> None:
    del global_cluster[_CHANGE]
    members = {member["DBClusterArn"]: member for member in global_cluster["GlobalClusterMembers"]}
    rds._set_global_cluster_writer(global_cluster, members[change.target])
    if change.may_lose_data:
        keep_the_lost_volume(rds._resolve_global_member_cluster(members[change.source]))
        members[change.source]["SynchronizationStatus"] = "pending-resync"
        global_cluster[_REBUILT_AT] = change.begun + 2 * change.seconds


def _switch_over(asked: Asked) -> Answer:
    return _begin(asked, "SwitchoverGlobalCluster", may_lose_data=False)


def _fail_over(asked: Asked) -> Answer:
    loss, planned = (str(rds._p(asked, name)).lower() == "true" for name in ("AllowDataLoss", "Switchover"))
    if loss and planned:
        return refused("InvalidParameterCombination", "AllowDataLoss and Switchover exclude each other.")
    return _begin(asked, "FailoverGlobalCluster", may_lose_data=loss)


def _begin(asked: Asked, operation: str, *, may_lose_data: bool) -> Answer:
    with rds._shared_container_lock:
        resolved, error = rds._resolve_global_writer_switch(asked)
        if error:
            answer: Answer = error
            return answer
        global_cluster, _target, target, writer = resolved
        why = _why_not(global_cluster, writer, target, may_lose_data=may_lose_data)
        if why:
            return refused(*why)
        change = Change(
            writer["DBClusterArn"],
            target["DBClusterArn"],
            may_lose_data,
            time.monotonic(),
            float(setting("role_change_seconds", 2)),
        )
        global_cluster[_CHANGE] = change
        shown = rds._global_cluster_xml(copy.deepcopy(global_cluster))
    begun: Answer = rds._xml(
        200, f"{operation}Response", f"<{operation}Result><GlobalCluster>{shown}</GlobalCluster></{operation}Result>"
    )
    return begun


def _why_not(global_cluster: Record, writer: Record, target: Record, *, may_lose_data: bool) -> tuple[str, str] | None:
    """The fault and its words, or None: a failover does not ask how the primary is."""
    name = global_cluster["GlobalClusterIdentifier"]
    if rds._active_mysql_global_writer_switch(global_cluster):
        return _GLOBAL, f"Global cluster {name} is already switching over or failing over."
    asked_in, where = get_region(), _region_of(target if may_lose_data else writer)
    if asked_in != where:
        role = "new" if may_lose_data else "current"
        return _GLOBAL, f"The request has to be made in the region of the {role} primary cluster, {where}."
    primary, secondary = (rds._resolve_global_member_cluster(member) for member in (writer, target))
    if primary["EngineVersion"] != secondary["EngineVersion"]:
        versions = f"{primary['EngineVersion']} and {secondary['EngineVersion']}"
        return _GLOBAL, f"The engine versions of the primary and the secondary cluster differ: {versions}."
    if target.get("SynchronizationStatus", "connected") != "connected":
        return _CLUSTER, (
            "The switchover request is not successful because replication setup is still in progress."
            " Please retry the request later."
        )
    return _not_ready(secondary) or (None if may_lose_data else _not_ready(primary))


_GLOBAL, _CLUSTER = "InvalidGlobalClusterStateFault", "InvalidDBClusterStateFault"


def _not_ready(cluster: Record) -> tuple[str, str] | None:
    """What is wrong with a cluster that is to write, or to stop writing: AWS wants them healthy, with an instance."""
    name, instances = cluster["DBClusterIdentifier"], rds._cluster_member_instances(cluster)
    if cluster["Status"] != "available":
        return _CLUSTER, f"DB cluster {name} is not available: it is {cluster['Status']}."
    if not instances:
        return _CLUSTER, f"DB cluster {name} has no DB instance; add one first."
    for instance in instances:
        if instance["DBInstanceStatus"] != "available":
            which = f"DB instance {instance['DBInstanceIdentifier']} of DB cluster {name}"
            return _CLUSTER, f"{which} is not available: it is {instance['DBInstanceStatus']}."
    return None


def _region_of(member: Record) -> str:
    return str(member["DBClusterArn"].split(":")[3])
