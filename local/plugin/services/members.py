"""What RDS refuses of a cluster because it belongs to a global database.

- The password is the primary's: a cluster that reads takes none. AWS's words were found for CreateDBCluster only.
- A member is not deleted before it was removed from the global database, and the primary goes last.
- A primary keeps its last instance while there are clusters that read from it.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-deleting.html
https://github.com/hashicorp/terraform-provider-aws/issues/6861 https://github.com/gruntwork-io/cloud-nuke/issues/597
https://github.com/rebuy-de/aws-nuke/issues/570
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import rds

from .snapshots import refused

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]

_STATE = "InvalidDBClusterStateFault"


def install() -> None:
    """Refuse before the emulator looks."""
    for name, refusal in (
        ("DeleteDBCluster", _of_deleting),
        ("DeleteDBInstance", _of_deleting_an_instance),
        ("DeleteGlobalCluster", _of_deleting_all),
        ("ModifyDBCluster", _of_changing),
    ):
        rds._ACTION_MAP[name] = _unless_refused(rds._ACTION_MAP[name], refusal)


def _unless_refused(
    act: Callable[[Asked], Answer], refusal: Callable[[Asked], tuple[str, str] | None]
) -> Callable[[Asked], Answer]:
    def acted(asked: Asked) -> Answer:
        why = refusal(asked)
        return refused(*why) if why else act(asked)

    return acted


def _of_changing(asked: Asked) -> tuple[str, str] | None:
    _members, writes = _membership(rds._p(asked, "DBClusterIdentifier"))
    if writes is False and rds._p(asked, "MasterUserPassword"):
        return "InvalidParameterCombination", "Cannot specify password for cross region replication cluster"
    return None


def _of_deleting(asked: Asked) -> tuple[str, str] | None:
    members, writes = _membership(rds._p(asked, "DBClusterIdentifier"))
    if writes is None:
        return None
    if writes and members > 1:
        return _STATE, (
            "Unable to delete cluster that is a primary member of global cluster"
            " while there are other global cluster members"
        )
    return _STATE, "This cluster is a part of a global cluster, please remove it from globalcluster first"


def _of_deleting_an_instance(asked: Asked) -> tuple[str, str] | None:
    instance = rds._resolve_instance(rds._p(asked, "DBInstanceIdentifier"))
    cluster = (instance or {}).get("DBClusterIdentifier") or ""
    members, writes = _membership(cluster)
    if writes and members > 1 and len(rds._clusters[cluster]["DBClusterMembers"]) == 1:
        return _STATE, (
            "Cannot delete the last instance of the master cluster."
            " Delete the replica cluster before deleting the last master cluster instance."
        )
    return None


def _of_deleting_all(asked: Asked) -> tuple[str, str] | None:
    found = rds._resolve_global_cluster(rds._p(asked, "GlobalClusterIdentifier"))
    if found and not found.get("DeletionProtection") and found["GlobalClusterMembers"]:
        return "InvalidGlobalClusterStateFault", f"Global Cluster {found['GlobalClusterArn']} is not empty"
    return None


def _membership(cluster: str) -> tuple[int, bool | None]:
    """How many members the cluster's global database has, and whether the cluster writes; None outside of one."""
    record = rds._resolve_cluster_in_request_region(cluster)
    found, member = rds._global_cluster_member_for_cluster(record) if record else (None, None)
    return (len(found["GlobalClusterMembers"]), bool(member["IsWriter"])) if found and member else (0, None)
