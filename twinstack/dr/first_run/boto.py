"""The calls of `api.py`, made with boto3.

The clients are not typed: each is used for a call or two, and a package of stubs a service would be needed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from twinstack.aws.errors import AwsError
from twinstack.aws.sessions import MakeClient
from twinstack.aws.translation import translated
from twinstack.dr.first_run.api import (
    Cluster,
    Endpoint,
    EngineVersion,
    GlobalCluster,
    Instance,
    Member,
    Room,
    Route,
    Secret,
    StoredObject,
    Validated,
    Zone,
)

_ENGINE = "aurora-mysql"
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
_VPCS_PER_REGION = "L-F678F1CE"


class BotoRegion:
    """One region through boto3 clients; see `api.Region` for what each method does.

    Args:
        make: Makes a client of a service, with the caller's credentials and in the region.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: MakeClient, where: str) -> None:
        self._client = cache(make)
        self._where = where

    def _ask(self, service: str, call: str, **arguments: Any) -> Any:
        with translated(self._where):
            return getattr(self._client(service), call)(**arguments)

    def _every(self, service: str, call: str, key: str, **arguments: Any) -> list[Any]:
        """Returns the entries of every page."""
        with translated(self._where):
            pages = self._client(service).get_paginator(call).paginate(**arguments)
            return [entry for page in pages for entry in page.get(key, ())]

    def _if_there(self, codes: tuple[str, ...], service: str, call: str, **arguments: Any) -> Any:
        """Returns the answer, None where AWS says by one of these codes that there is no such thing."""
        try:
            return self._ask(service, call, **arguments)
        except AwsError as error:
            if error.code in codes:
                return None
            raise

    def account(self) -> str:
        """See `api.Region`."""
        return str(self._ask("sts", "get_caller_identity")["Account"])

    def engine_versions(self, version: str) -> Sequence[EngineVersion]:
        """See `api.Region`."""
        found = self._every(
            "rds", "describe_db_engine_versions", "DBEngineVersions", Engine=_ENGINE, EngineVersion=version
        )
        return [EngineVersion(entry["EngineVersion"], entry.get("SupportsGlobalDatabases", False)) for entry in found]

    def orderable_zones(self, version: str, kind: str) -> Sequence[str]:
        """See `api.Region`."""
        asked = {"Engine": _ENGINE, "EngineVersion": version, "DBInstanceClass": kind, "Vpc": True}
        found = self._every("rds", "describe_orderable_db_instance_options", "OrderableDBInstanceOptions", **asked)
        return sorted({zone["Name"] for entry in found for zone in entry.get("AvailabilityZones", ())})

    def zones(self) -> Sequence[str]:
        """See `api.Region`."""
        kinds = [{"Name": "zone-type", "Values": ["availability-zone"]}]
        found = self._ask("ec2", "describe_availability_zones", Filters=kinds)["AvailabilityZones"]
        return sorted(zone["ZoneName"] for zone in found)

    def zones_with_default_subnet(self) -> Sequence[str]:
        """See `api.Region`."""
        found = self._every("ec2", "describe_subnets", "Subnets", Filters=_only("default-for-az", "true"))
        return sorted({subnet["AvailabilityZone"] for subnet in found})

    def database_room(self) -> dict[str, Room]:
        """See `api.Region`."""
        quotas = self._ask("rds", "describe_account_attributes")["AccountQuotas"]
        return {quota["AccountQuotaName"]: Room(quota["Used"], quota["Max"]) for quota in quotas}

    def vpc_room(self) -> Room:
        """See `api.Region`."""
        quotas = self._every("service-quotas", "list_service_quotas", "Quotas", ServiceCode="vpc")
        limit = next((int(quota["Value"]) for quota in quotas if quota["QuotaCode"] == _VPCS_PER_REGION), 0)
        return Room(len(self._every("ec2", "describe_vpcs", "Vpcs")), limit)

    def role_room(self) -> Room:
        """See `api.Region`."""
        summary = self._ask("iam", "get_account_summary")["SummaryMap"]
        return Room(summary["Roles"], summary["RolesQuota"])

    def validate_template(self, text: str, url: str | None) -> Validated:
        """See `api.Region`."""
        given = {"TemplateURL": url} if url else {"TemplateBody": text}
        found = self._ask("cloudformation", "validate_template", **given)
        return Validated(tuple(found.get("Capabilities", ())), tuple(found.get("DeclaredTransforms", ())))

    def bucket_region(self, bucket: str) -> str:
        """See `api.Region`."""
        return str(self._ask("s3", "head_bucket", Bucket=bucket).get("BucketRegion", ""))

    def stored_object(self, bucket: str, key: str) -> StoredObject | None:
        """See `api.Region`."""
        found = self._if_there(("404", "NoSuchKey"), "s3", "head_object", Bucket=bucket, Key=key)
        return found and StoredObject(found.get("SSEKMSKeyId", ""), found.get("ReplicationStatus", ""))

    def object_count(self, bucket: str, prefix: str) -> int:
        """See `api.Region`."""
        return len(self._every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix))

    def secret(self, arn: str) -> Secret | None:
        """See `api.Region`."""
        found = self._if_there(("ResourceNotFoundException",), "secretsmanager", "describe_secret", SecretId=arn)
        if found is None:
            return None
        replicas = found.get("ReplicationStatus", ())
        return Secret(
            "DeletedDate" in found,
            tuple((entry["Region"], entry.get("KmsKeyId", ""), entry.get("Status", "")) for entry in replicas),
        )

    def secret_text(self, arn: str) -> str:
        """See `api.Region`."""
        return str(self._ask("secretsmanager", "get_secret_value", SecretId=arn)["SecretString"])

    def hosted_zone(self, zone: str) -> Zone:
        """See `api.Region`."""
        found = self._ask("route53", "get_hosted_zone", Id=zone)
        vpcs = tuple((vpc["VPCRegion"], vpc["VPCId"]) for vpc in found.get("VPCs", ()))
        return Zone(found["HostedZone"]["Name"].rstrip("."), vpcs)

    def record_values(self, zone: str, name: str) -> Sequence[str]:
        """See `api.Region`."""
        sets = self._every("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
        named = [entry for entry in sets if entry["Name"].rstrip(".") == name]
        return [record["Value"].rstrip(".") for entry in named for record in entry.get("ResourceRecords", ())]

    def health_check_kind(self, check: str) -> str:
        """See `api.Region`."""
        found = self._ask("route53", "get_health_check", HealthCheckId=check)
        return str(found["HealthCheck"]["HealthCheckConfig"]["Type"])

    def health_observations(self, check: str) -> Sequence[str]:
        """See `api.Region`."""
        found = self._ask("route53", "get_health_check_status", HealthCheckId=check)
        return [entry["StatusReport"]["Status"] for entry in found["HealthCheckObservations"]]

    def peering_status(self, peering: str) -> str:
        """See `api.Region`."""
        found = self._ask("ec2", "describe_vpc_peering_connections", VpcPeeringConnectionIds=[peering])
        return str(found["VpcPeeringConnections"][0]["Status"]["Code"])

    def routes(self, table: str) -> Sequence[Route]:
        """See `api.Region`."""
        (found,) = self._ask("ec2", "describe_route_tables", RouteTableIds=[table])["RouteTables"]
        return [
            Route(
                route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId", ""),
                route.get("VpcPeeringConnectionId") or route.get("GatewayId", ""),
                route.get("State", ""),
            )
            for route in found["Routes"]
        ]

    def endpoints(self, vpc: str) -> Sequence[Endpoint]:
        """See `api.Region`."""
        found = self._every("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=_only("vpc-id", vpc))
        return [
            Endpoint(
                entry["ServiceName"], entry["VpcEndpointType"], entry["State"], entry.get("PrivateDnsEnabled", False)
            )
            for entry in found
        ]

    def ways_out(self, vpc: str) -> Sequence[str]:
        """See `api.Region`."""
        attached = _only("attachment.vpc-id", vpc)
        internet = self._every("ec2", "describe_internet_gateways", "InternetGateways", Filters=attached)
        nat = self._every("ec2", "describe_nat_gateways", "NatGateways", Filters=_only("vpc-id", vpc))
        return [entry["InternetGatewayId"] for entry in internet] + [entry["NatGatewayId"] for entry in nat]

    def interfaces(self, vpc: str) -> Sequence[str]:
        """See `api.Region`."""
        found = self._every("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=_only("vpc-id", vpc))
        return [entry["NetworkInterfaceId"] for entry in found]

    def flow_log_status(self, flow_log: str) -> str:
        """See `api.Region`."""
        (found,) = self._ask("ec2", "describe_flow_logs", FlowLogIds=[flow_log])["FlowLogs"]
        return " ".join(filter(None, (found["FlowLogStatus"], found.get("DeliverLogsErrorMessage"))))

    def key_state(self, key: str) -> str:
        """See `api.Region`."""
        return str(self._ask("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyState"])

    def log_group_keys(self, prefix: str) -> dict[str, str]:
        """See `api.Region`."""
        found = self._every("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        return {group["logGroupName"]: group.get("kmsKeyId", "") for group in found}

    def topic_key(self, topic: str) -> str:
        """See `api.Region`."""
        return str(self._ask("sns", "get_topic_attributes", TopicArn=topic)["Attributes"].get("KmsMasterKeyId", ""))

    def has_metric(self, name: str, cluster: str) -> bool:
        """See `api.Region`."""
        of_cluster = [{"Name": "DBClusterIdentifier", "Value": cluster}]
        asked = {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": of_cluster}
        return bool(self._every("cloudwatch", "list_metrics", "Metrics", **asked))

    def global_cluster(self, name: str) -> GlobalCluster | None:
        """See `api.Region`."""
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
        )

    def cluster(self, name: str) -> Cluster | None:
        """See `api.Region`."""
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
        )

    def instances(self, cluster: str) -> Sequence[Instance]:
        """See `api.Region`."""
        found = self._every("rds", "describe_db_instances", "DBInstances", Filters=_only("db-cluster-id", cluster))
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
        """See `api.Region`."""
        found = self._every("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", DBClusterIdentifier=cluster)
        return [entry["DBClusterSnapshotIdentifier"] for entry in found]

    def kept_backups(self, cluster: str) -> Sequence[str]:
        """See `api.Region`."""
        found = self._every(
            "rds",
            "describe_db_cluster_automated_backups",
            "DBClusterAutomatedBackups",
            DBClusterIdentifier=cluster,
        )
        return [entry["DBClusterAutomatedBackupsArn"] for entry in found]

    def executions(self, state_machine: str) -> Sequence[str]:
        """See `api.Region`."""
        found = self._every("stepfunctions", "list_executions", "executions", stateMachineArn=state_machine)
        return [entry["status"] for entry in found]

    def switch_over(self, global_cluster: str, target_arn: str) -> None:
        """See `api.Region`."""
        self._ask(
            "rds",
            "switchover_global_cluster",
            GlobalClusterIdentifier=global_cluster,
            TargetDbClusterIdentifier=target_arn,
        )


def _only(name: str, value: str) -> list[dict[str, Any]]:
    """The filter for one value, as EC2 and RDS take it."""
    return [{"Name": name, "Values": [value]}]
