"""AWS::RDS::DBCluster as a member of a global cluster, and what the emulator's clusters do not show."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import rds

from ..api import client, region, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, arguments, truth
from .global_clusters import retag

_OF_THE_WRITER = {"DatabaseName": "database name", "MasterUsername": "user name", "MasterUserPassword": "password"}
_SHOWN_AS = {
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "BacktrackWindow": "BacktrackWindow",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
    "EnableGlobalWriteForwarding": "GlobalWriteForwardingRequested",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "PerformanceInsightsEnabled": "PerformanceInsightsEnabled",
    "PerformanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "StorageType": "StorageType",
}
"""Properties that the emulator's CreateDBCluster ignores, by the member of DBCluster that shows them."""

_BACKUPS_GO = "_backups_go"
"""Where a cluster's record says whether its automated backups go with it, which only the deletion asks for."""

_MODIFIABLE = (
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "DBClusterParameterGroupName",
    "DeletionProtection",
    "EnableHttpEndpoint",
    "EnableIAMDatabaseAuthentication",
    "MasterUserPassword",
    "Port",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "ServerlessV2ScalingConfiguration",
    "VpcSecurityGroupIds",
)


def show_all_settings() -> None:
    """Make DescribeDBClusters show the settings that the handler below keeps."""
    without = rds._cluster_xml

    def with_settings(cluster: dict[str, Any]) -> str:
        return str(without(cluster)) + "".join(
            _element(name, value) for name, value in cluster.get("_settings", {}).items()
        )

    rds._cluster_xml = with_settings


class DBCluster(Handler):
    """AWS::RDS::DBCluster, made and changed through the RDS API, which knows global clusters."""

    type_name = "AWS::RDS::DBCluster"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        _check_joining(properties)
        rds_api = client("rds")
        asked = {"DBClusterIdentifier": resource.generated_name()} | arguments(rds_api, "CreateDBCluster", properties)
        asked.pop("SourceRegion", None)  # botocore would sign a URL for it; checked above
        made = rds_api.create_db_cluster(**asked)["DBCluster"]
        _keep_settings(made["DBClusterIdentifier"], properties)
        return made["DBClusterIdentifier"], _attributes(made)

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        _leave_on_removal(physical_id, old, new)
        _upgrade(physical_id, old, new)
        rds_api = client("rds")
        changed = {name: new.get(name) for name in _MODIFIABLE if new.get(name) != old.get(name)}
        cluster = rds_api.modify_db_cluster(
            DBClusterIdentifier=physical_id,
            ApplyImmediately=True,
            **arguments(rds_api, "ModifyDBCluster", changed),
        )["DBCluster"]
        _keep_settings(physical_id, new)
        retag(cluster["DBClusterArn"], old, new)
        return physical_id, _attributes(cluster)

    def delete(self, physical_id: str, properties: Properties) -> None:
        rds_api = client("rds")
        found = unless_gone(
            lambda: rds_api.describe_db_clusters(DBClusterIdentifier=physical_id), "DBClusterNotFoundFault"
        )
        if found is None:
            return
        cluster = found["DBClusters"][0]
        if cluster.get("DeletionProtection"):
            msg = f"Cannot delete protected Cluster, please disable deletion protection and try again: {physical_id}"
            raise ValueError(msg)
        if properties.get("GlobalClusterIdentifier"):
            _leave(properties["GlobalClusterIdentifier"], cluster["DBClusterArn"])
        backups_go = rds._clusters[physical_id].get(_BACKUPS_GO, True)
        rds_api.delete_db_cluster(
            DBClusterIdentifier=physical_id, SkipFinalSnapshot=True, DeleteAutomatedBackups=backups_go
        )


def _check_joining(properties: Properties) -> None:
    """Refuse what AWS refuses of a cluster that becomes a reader of a global cluster, in its words."""
    name = properties.get("GlobalClusterIdentifier")
    source_region = properties.get("SourceRegion")
    if not name:
        return
    found = client("rds").describe_global_clusters(GlobalClusterIdentifier=name)["GlobalClusters"][0]
    if not found["GlobalClusterMembers"]:
        return
    for member, words in _OF_THE_WRITER.items():
        if properties.get(member):
            msg = f"InvalidParameterCombination: Cannot specify {words} for cross region replication cluster"
            raise ValueError(msg)
    if truth(found.get("StorageEncrypted")) and not (source_region and properties.get("KmsKeyId")):
        writer = next(m["DBClusterArn"] for m in found["GlobalClusterMembers"] if m["IsWriter"])
        msg = f"Source cluster {writer} is encrypted; pre-signed URL has to be specified (SourceRegion and KmsKeyId)"
        raise ValueError(msg)
    if source_region == region():
        msg = "SourceRegion must be the region of the global cluster's writer"
        raise ValueError(msg)


def _leave_on_removal(physical_id: str, old: Properties, new: Properties) -> None:
    """Taking GlobalClusterIdentifier away detaches the cluster in place; any other change is refused by AWS."""
    before, after = old.get("GlobalClusterIdentifier"), new.get("GlobalClusterIdentifier")
    if before == after:
        return
    if after or not before:
        msg = "Resource is immutable: GlobalClusterIdentifier can be removed, not changed"
        raise ValueError(msg)
    cluster = client("rds").describe_db_clusters(DBClusterIdentifier=physical_id)["DBClusters"][0]
    _leave(before, cluster["DBClusterArn"])


def _leave(global_cluster: str, arn: str) -> None:
    rds_api = client("rds")
    found = unless_gone(
        lambda: rds_api.describe_global_clusters(GlobalClusterIdentifier=global_cluster), "GlobalClusterNotFoundFault"
    )
    if found and any(member["DBClusterArn"] == arn for member in found["GlobalClusters"][0]["GlobalClusterMembers"]):
        rds_api.remove_from_global_cluster(GlobalClusterIdentifier=global_cluster, DbClusterIdentifier=arn)


def _upgrade(physical_id: str, old: Properties, new: Properties) -> None:
    """A minor upgrade of one member, which the emulator refuses.

    Members of an Aurora MySQL global database are upgraded one by one, readers first; the global cluster shows its
    writer's version. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html
    """
    version = new.get("EngineVersion")
    if not version or version == old.get("EngineVersion"):
        return
    record = rds._clusters[physical_id]
    refused = rds._unsupported_aurora_engine_version_error(
        record["Engine"], version, current_version=record["EngineVersion"]
    )
    if refused:
        msg = f"Cannot find upgrade path from {record['EngineVersion']} to {version}."
        raise ValueError(msg)
    record["EngineVersion"] = version
    found = rds._global_cluster_member_for_cluster(record)
    if found[0] and found[1] and found[1].get("IsWriter"):
        found[0]["EngineVersion"] = version


def _keep_settings(physical_id: str, properties: Properties) -> None:
    record = rds._clusters[physical_id]
    record[_BACKUPS_GO] = truth(properties.get("DeleteAutomatedBackups", True))
    record["_settings"] = {
        member: properties.get(name) for name, member in _SHOWN_AS.items() if properties.get(name) is not None
    }
    forwards = record.get("GlobalClusterIdentifier") and truth(properties.get("EnableGlobalWriteForwarding"))
    if record.get("GlobalClusterIdentifier"):
        record["GlobalWriteForwardingStatus"] = "enabled" if forwards else "disabled"
        member = rds._global_cluster_member_for_cluster(record)[1]
        if member:
            member["GlobalWriteForwardingStatus"] = record["GlobalWriteForwardingStatus"]


def _attributes(cluster: dict[str, Any]) -> dict[str, str]:
    return {
        "DBClusterArn": cluster["DBClusterArn"],
        "DBClusterResourceId": cluster["DbClusterResourceId"],
        "Endpoint.Address": cluster["Endpoint"],
        "Endpoint.Port": str(cluster["Port"]),
        "ReadEndpoint.Address": cluster["ReaderEndpoint"],
    }


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"<{name}>" + "".join(f"<member>{escape(str(item))}</member>" for item in value) + f"</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"
