"""The calls of `api.Databases`, made with boto3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twinstack.aws.asking import Asking, only
from twinstack.dr.aws.api import Cluster, EngineVersion, GlobalCluster, Instance, Member, RoleChange, Snapshot
from twinstack.preflight.site import Room

_ENGINE = "aurora-mysql"


class BotoDatabases(Asking):
    """See `api.Databases` for what each method does."""

    def engine_versions(self, version: str) -> Sequence[EngineVersion]:
        """See `api.Databases`."""
        found = self._every(
            "rds", "describe_db_engine_versions", "DBEngineVersions", Engine=_ENGINE, EngineVersion=version
        )
        return [EngineVersion(entry["EngineVersion"], entry.get("SupportsGlobalDatabases", False)) for entry in found]

    def orderable_zones(self, version: str, kind: str) -> Sequence[str]:
        """See `api.Databases`."""
        asked = {"Engine": _ENGINE, "EngineVersion": version, "DBInstanceClass": kind, "Vpc": True}
        found = self._every("rds", "describe_orderable_db_instance_options", "OrderableDBInstanceOptions", **asked)
        return sorted({zone["Name"] for entry in found for zone in entry.get("AvailabilityZones", ())})

    def database_room(self) -> dict[str, Room]:
        """See `api.Databases`."""
        quotas = self._ask("rds", "describe_account_attributes")["AccountQuotas"]
        return {quota["AccountQuotaName"]: Room(quota["Used"], quota["Max"]) for quota in quotas}

    def global_cluster(self, name: str) -> GlobalCluster | None:
        """See `api.Databases`."""
        answer = self._if_there(
            ("GlobalClusterNotFoundFault",), "rds", "describe_global_clusters", GlobalClusterIdentifier=name
        )
        if answer is None:
            return None
        (found,) = answer["GlobalClusters"]
        members = found.get("GlobalClusterMembers", ())
        return GlobalCluster(
            found["Status"],
            found.get("Endpoint", ""),
            tuple(
                Member(entry["DBClusterArn"], entry["IsWriter"], entry.get("SynchronizationStatus", ""))
                for entry in members
            ),
            found.get("EngineVersion", ""),
            _change_of(found.get("FailoverState")),
        )

    def cluster(self, name: str) -> Cluster | None:
        """See `api.Databases`."""
        answer = self._if_there(("DBClusterNotFoundFault",), "rds", "describe_db_clusters", DBClusterIdentifier=name)
        if answer is None:
            return None
        (found,) = answer["DBClusters"]
        return Cluster(
            found["DBClusterArn"],
            found["Status"],
            found["EngineVersion"],
            found.get("KmsKeyId", ""),
            found.get("IAMDatabaseAuthenticationEnabled", False),
            tuple(sorted(found.get("EnabledCloudwatchLogsExports", ()))),
            found.get("DBClusterParameterGroup", ""),
            found.get("Endpoint", ""),
            found["Engine"],
        )

    def instances(self, cluster: str) -> Sequence[Instance]:
        """See `api.Databases`."""
        found = self._every("rds", "describe_db_instances", "DBInstances", Filters=only("db-cluster-id", cluster))
        return [
            Instance(
                entry["DBInstanceIdentifier"],
                entry["DBInstanceStatus"],
                entry["DBInstanceClass"],
                entry.get("PerformanceInsightsKMSKeyId", ""),
            )
            for entry in found
        ]

    def snapshots(self, cluster: str) -> Sequence[str]:
        """See `api.Databases`."""
        found = self._every("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", DBClusterIdentifier=cluster)
        return [entry["DBClusterSnapshotIdentifier"] for entry in found]

    def newest_snapshot(self, cluster: str) -> Snapshot | None:
        """See `api.Databases`."""
        found = self._every("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", DBClusterIdentifier=cluster)
        there = [entry for entry in found if entry.get("Status") == "available" and "SnapshotCreateTime" in entry]
        newest = max(there, key=lambda entry: entry["SnapshotCreateTime"], default=None)
        return newest and Snapshot(newest["DBClusterSnapshotIdentifier"], newest["SnapshotCreateTime"])

    def kept_backups(self, cluster: str) -> Sequence[str]:
        """See `api.Databases`."""
        found = self._every(
            "rds",
            "describe_db_cluster_automated_backups",
            "DBClusterAutomatedBackups",
            DBClusterIdentifier=cluster,
        )
        return [entry["DBClusterAutomatedBackupsArn"] for entry in found]

    def switch_over(self, global_cluster: str, target_arn: str) -> None:
        """See `api.Databases`."""
        self._ask(
            "rds",
            "switchover_global_cluster",
            GlobalClusterIdentifier=global_cluster,
            TargetDbClusterIdentifier=target_arn,
        )

    def fail_over(self, global_cluster: str, target_arn: str) -> None:
        """See `api.Databases`."""
        self._ask(
            "rds",
            "failover_global_cluster",
            GlobalClusterIdentifier=global_cluster,
            TargetDbClusterIdentifier=target_arn,
            AllowDataLoss=True,
        )


def _change_of(state: dict[str, Any] | None) -> RoleChange | None:
    """Returns what FailoverState says; AWS leaves it out, or empty, when no change of roles is under way."""
    if not state or not state.get("Status"):
        return None
    return RoleChange(
        state["Status"],
        state.get("FromDbClusterArn", ""),
        state.get("ToDbClusterArn", ""),
        state.get("IsDataLossAllowed", False),
    )
