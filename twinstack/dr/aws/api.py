"""The calls that checks, looks and operations of a database make, beyond those of the deployer.

`boto.py` makes them for real; the tests have answers that are written down. Everything paged comes back whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from twinstack.preflight.site import Room, Site


@dataclass(frozen=True)
class EngineVersion:
    """One version that a region offers, and whether a global database can have it."""

    version: str
    in_global_databases: bool


@dataclass(frozen=True)
class Validated:
    """What ValidateTemplate says a template needs."""

    capabilities: tuple[str, ...]
    transforms: tuple[str, ...]


@dataclass(frozen=True)
class StoredObject:
    """An object in a bucket: the key it is encrypted with, and how far its replication is ('' for none)."""

    kms_key: str
    replication: str


@dataclass(frozen=True)
class Secret:
    """A secret: whether it waits for its deletion, and its replicas as (region, key, status)."""

    deleted: bool
    replicas: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Zone:
    """A hosted zone: its name, and its VPCs as (region, VPC)."""

    name: str
    vpcs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Route:
    """A route: where to, through what, and whether it is active."""

    to: str
    through: str
    state: str


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint."""

    service: str
    kind: str
    state: str
    private_names: bool


@dataclass(frozen=True)
class Member:
    """A cluster of a global database."""

    cluster_arn: str
    writes: bool
    synchronization: str

    @property
    def region(self) -> str:
        """Its region."""
        return self.cluster_arn.split(":")[3]

    @property
    def name(self) -> str:
        """Its identifier."""
        return self.cluster_arn.rpartition(":")[2]


@dataclass(frozen=True)
class RoleChange:
    """A switchover or a failover that AWS is carrying out, or has planned.

    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverState.html

    Attributes:
        status: pending, switching-over (a switchover), failing-over (a failover) or cancelling.
        source_arn: The cluster that writes before.
        target_arn: The cluster that writes afterwards.
        may_lose_data: Whether data loss was allowed: a failover.
    """

    status: str
    source_arn: str
    target_arn: str
    may_lose_data: bool

    def __str__(self) -> str:
        kind = "failover" if self.may_lose_data else "switchover"
        target = self.target_arn.split(":")[3] if self.target_arn.count(":") > 3 else "another region"
        return f"a {kind} to {target} is {self.status}"


@dataclass(frozen=True)
class GlobalCluster:
    """A global database; `endpoint` is its writer endpoint, `change` the change of roles that is under way."""

    status: str
    endpoint: str
    members: tuple[Member, ...]
    version: str = ""
    change: RoleChange | None = None


@dataclass(frozen=True)
class Cluster:
    """A database cluster."""

    arn: str
    status: str
    version: str
    kms_key: str
    sign_in_by_iam: bool
    log_exports: tuple[str, ...]
    parameter_group: str
    endpoint: str = ""
    engine: str = "aurora-mysql"


@dataclass(frozen=True)
class Instance:
    """A database instance."""

    name: str
    status: str
    kind: str
    insights_key: str


@dataclass(frozen=True)
class Measurement:
    """The newest value of a metric, and the end of the minute that it is of, in UTC."""

    value: float
    time: datetime


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a cluster; `time` is when it was made, in UTC."""

    name: str
    time: datetime


@dataclass(frozen=True)
class Execution:
    """An execution of a state machine; `time` is when it began, in UTC."""

    status: str
    time: datetime


@dataclass(frozen=True)
class ReplicationRule:
    """A rule by which S3 copies what comes into a bucket; `to` is the name of the other bucket."""

    name: str
    status: str
    to: str


@dataclass(frozen=True)
class StackDrift:
    """What CloudFormation last detected of a whole stack; `time` is None where nobody has looked yet."""

    status: str
    time: datetime | None


@dataclass(frozen=True)
class HealthCheck:
    """A health check: its type, and of a calculated one the checks below it and how many of them have to be healthy."""

    kind: str
    children: tuple[str, ...] = ()
    threshold: int = 0


class Databases(Protocol):
    """RDS: global databases, their clusters and instances, and what a region offers."""

    def engine_versions(self, version: str) -> Sequence[EngineVersion]:
        """Returns what the region offers of a version of Aurora MySQL (RDS DescribeDBEngineVersions)."""

    def orderable_zones(self, version: str, kind: str) -> Sequence[str]:
        """Returns the zones that offer an instance class (RDS DescribeOrderableDBInstanceOptions)."""

    def database_room(self) -> dict[str, Room]:
        """Returns what is used of the quotas of RDS, by AWS's name (RDS DescribeAccountAttributes)."""

    def global_cluster(self, name: str) -> GlobalCluster | None:
        """Returns a global database, None when there is none (RDS DescribeGlobalClusters)."""

    def cluster(self, name: str) -> Cluster | None:
        """Returns a cluster, None when there is none (RDS DescribeDBClusters)."""

    def instances(self, cluster: str) -> Sequence[Instance]:
        """Returns the instances of a cluster (RDS DescribeDBInstances)."""

    def snapshots(self, cluster: str) -> Sequence[str]:
        """Returns the snapshots of a cluster (RDS DescribeDBClusterSnapshots)."""

    def newest_snapshot(self, cluster: str) -> Snapshot | None:
        """Returns the newest snapshot that is there of a cluster (RDS DescribeDBClusterSnapshots)."""

    def kept_backups(self, cluster: str) -> Sequence[str]:
        """Returns the automated backups that outlive a cluster (RDS DescribeDBClusterAutomatedBackups)."""

    def switch_over(self, global_cluster: str, target_arn: str) -> None:
        """Starts a planned switchover; to be called where the writer is (RDS SwitchoverGlobalCluster)."""

    def fail_over(self, global_cluster: str, target_arn: str) -> None:
        """Starts a failover that may lose data; to be called where the target is (RDS FailoverGlobalCluster)."""


class Network(Protocol):
    """EC2 and Route 53."""

    def hosted_zone(self, zone: str) -> Zone:
        """Returns a hosted zone (Route 53 GetHostedZone)."""

    def record_values(self, zone: str, name: str) -> Sequence[str]:
        """Returns the values of the records of a name (Route 53 ListResourceRecordSets)."""

    def health_check(self, check: str) -> HealthCheck:
        """Returns what a health check looks at (Route 53 GetHealthCheck)."""

    def health_observations(self, check: str) -> Sequence[str]:
        """Returns what the checkers see; of a calculated check AWS refuses it (Route 53 GetHealthCheckStatus)."""

    def peering_status(self, peering: str) -> str:
        """Returns the state of a peering connection (EC2 DescribeVpcPeeringConnections)."""

    def routes(self, table: str) -> Sequence[Route]:
        """Returns the routes of a table (EC2 DescribeRouteTables)."""

    def endpoints(self, vpc: str) -> Sequence[Endpoint]:
        """Returns the endpoints of a VPC (EC2 DescribeVpcEndpoints)."""

    def ways_out(self, vpc: str) -> Sequence[str]:
        """Returns the internet and NAT gateways of a VPC (EC2 DescribeInternetGateways, DescribeNatGateways)."""

    def interfaces(self, vpc: str) -> Sequence[str]:
        """Returns the network interfaces in a VPC (EC2 DescribeNetworkInterfaces)."""

    def flow_log_status(self, flow_log: str) -> str:
        """Returns the status of a flow log and of its delivery (EC2 DescribeFlowLogs)."""


class Account(Protocol):
    """What belongs to the account: keys, log groups, topics, metrics, state machines."""

    def validate_template(self, text: str, url: str | None) -> Validated:
        """Has CloudFormation read a template, in a bucket if it stands there (CloudFormation ValidateTemplate)."""

    def key_state(self, key: str) -> str:
        """Returns the state of a key (KMS DescribeKey)."""

    def log_group_keys(self, prefix: str) -> dict[str, str]:
        """Returns the log groups that begin with a prefix, and their keys (CloudWatch Logs DescribeLogGroups)."""

    def topic_key(self, topic: str) -> str:
        """Returns the key of a topic (SNS GetTopicAttributes)."""

    def has_metric(self, name: str, cluster: str) -> bool:
        """Whether RDS has ever reported a metric of a cluster here (CloudWatch ListMetrics)."""

    def measured(self, name: str, cluster: str, now: datetime) -> Measurement | None:
        """Returns the newest value of a metric that RDS reports of a cluster; see `metric`."""

    def metric(self, space: str, name: str, of: Mapping[str, str], now: datetime) -> Measurement | None:
        """Returns the newest value of a metric, by its namespace, name and dimensions (CloudWatch GetMetricStatistics).

        The largest value of the newest minute with one, of the last quarter of an hour; None when there is none.
        """

    def stack_drift(self, stack: str) -> StackDrift:
        """Returns what was last detected of a stack (CloudFormation DescribeStacks, DriftInformation)."""

    def newest_execution(self, state_machine: str) -> Execution | None:
        """Returns the newest execution of a state machine (Step Functions ListExecutions)."""

    def log_of_a_call(self, function: str) -> Sequence[str]:
        """Calls a function and returns the last lines that it wrote to its log (Lambda Invoke, LogType Tail)."""

    def executions(self, state_machine: str) -> Sequence[str]:
        """Returns the statuses of a state machine's executions, the newest first (Step Functions ListExecutions)."""


class Storage(Protocol):
    """S3 and Secrets Manager."""

    def bucket_region(self, bucket: str) -> str:
        """Returns the region of a bucket (S3 HeadBucket)."""

    def stored_object(self, bucket: str, key: str) -> StoredObject | None:
        """Returns an object's facts, None while it is not there (S3 HeadObject)."""

    def object_count(self, bucket: str, prefix: str) -> int:
        """Returns how many objects a bucket has under a prefix (S3 ListObjectsV2)."""

    def replication(self, bucket: str) -> Sequence[ReplicationRule]:
        """Returns the rules by which a bucket is copied (S3 GetBucketReplication)."""

    def secret(self, arn: str) -> Secret | None:
        """Returns a secret, None when it is gone (Secrets Manager DescribeSecret)."""

    def secret_text(self, arn: str) -> str:
        """Returns what a secret holds; it is never told or recorded (Secrets Manager GetSecretValue)."""


class Region(Databases, Network, Account, Storage, Site, Protocol):
    """One region of the account.

    Every method raises `AwsError` when AWS refuses, and `InputError` or `UnreachableError` when it cannot be asked.
    """
