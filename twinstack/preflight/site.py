"""The calls that are made before a deployment, in one region of one account; none of them changes anything.

`boto.py` makes them for real; the tests have answers that are written down. Everything paged comes back whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Room:
    """How much of a quota is used."""

    used: int
    limit: int

    def has(self, needed: int) -> bool:
        """Whether so many more fit in."""
        return self.limit - self.used >= needed


@dataclass(frozen=True)
class Vpc:
    """A VPC and its IPv4 networks."""

    id: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Peering:
    """A peering connection: its state, and the VPCs at its ends."""

    state: str
    vpcs: tuple[str, str]


# Whether there is a bucket of a name: not, ours, or one that we may not look at, which is somebody else's as a rule.
BucketName = Literal["free", "ours", "taken"]
Decision = Literal["allowed", "explicitDeny", "implicitDeny"]


class Site(Protocol):
    """One region of an account.

    Every method raises `AwsError` when AWS refuses, and `InputError` or `UnreachableError` when it cannot be asked.
    """

    def account(self) -> str:
        """Returns the number of the account (STS GetCallerIdentity)."""

    def caller(self) -> str:
        """Returns the ARN of whoever asks (STS GetCallerIdentity)."""

    def role_arn(self, name: str) -> str:
        """Returns the ARN of a role, with its path (IAM GetRole)."""

    def role_exists(self, name: str) -> bool:
        """Whether there is a role of this name (IAM GetRole)."""

    def role_room(self) -> Room:
        """Returns how many IAM roles there are and may be (IAM GetAccountSummary)."""

    def quota(self, service: str, code: str) -> int:
        """Returns a quota (Service Quotas GetServiceQuota), AWS's default where the account has no value of its own."""

    def vpcs(self) -> Sequence[Vpc]:
        """Returns the VPCs (EC2 DescribeVpcs)."""

    def vpc_room(self) -> Room:
        """Returns how many VPCs there are and may be (Service Quotas GetServiceQuota, EC2 DescribeVpcs)."""

    def peerings(self) -> Sequence[Peering]:
        """Returns the peering connections that begin or end here (EC2 DescribeVpcPeeringConnections)."""

    def zones(self) -> Sequence[str]:
        """Returns the availability zones of the account, in order (EC2 DescribeAvailabilityZones)."""

    def zones_with_default_subnet(self) -> Sequence[str]:
        """Returns the zones with a default subnet (EC2 DescribeSubnets)."""

    def bucket_name(self, name: str) -> BucketName:
        """Returns whether there is a bucket of a name (S3 HeadBucket)."""

    def bucket_count(self) -> int:
        """Returns how many buckets the account has (S3 ListBuckets)."""

    def concurrency(self) -> Room:
        """Returns how much concurrency is reserved for functions, and how much may be (Lambda GetAccountSettings)."""

    def rule_count(self) -> int:
        """Returns how many rules the default event bus has (EventBridge ListRules)."""

    def log_groups(self, prefix: str) -> Sequence[str]:
        """Returns the log groups whose names begin so (CloudWatch Logs DescribeLogGroups)."""

    def key_aliases(self) -> Sequence[str]:
        """Returns the names of the aliases of keys (KMS ListAliases)."""

    def zone_names_of(self, vpc: str) -> Sequence[str]:
        """Returns the names of the private hosted zones of a VPC (Route 53 ListHostedZonesByVPC)."""

    def simulated(
        self,
        principal: str,
        actions: Collection[str],
        resources: Collection[str],
        context: Mapping[str, tuple[str, tuple[str, ...]]],
    ) -> Mapping[str, Decision]:
        """Returns what the policies of a user or role say of actions, by action (IAM SimulatePrincipalPolicy).

        Args:
            principal: The ARN of the user or the role.
            actions: The actions.
            resources: What they are asked for; an action is allowed when it is for one of them.
            context: The type and the values of each condition key.
        """
