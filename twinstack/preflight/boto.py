"""The calls of `site.Site`, made with boto3."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from twinstack.aws.asking import Asking, only
from twinstack.aws.errors import AwsError
from twinstack.aws.sessions import MakeClient
from twinstack.preflight.site import BucketName, Decision, Peering, Room, Vpc

# https://docs.aws.amazon.com/general/latest/gr/vpc-service.html
VPCS_PER_REGION = "L-F678F1CE"
# AWS takes no reservation that leaves fewer for all other functions:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
_NEVER_RESERVED = 100
# What SimulatePrincipalPolicy takes at once is not in its reference; this many it answers in one page.
_ACTIONS_AT_ONCE = 100


class BotoSite(Asking):
    """See `site.Site` for what each method does.

    Args:
        make: Makes a client of a service, with the caller's credentials and in the region.
        where: What to call it in messages: role and region.
        region: The region; Route 53 asks in which one a VPC is.
    """

    def __init__(self, make: MakeClient, where: str, region: str = "") -> None:
        super().__init__(make, where)
        self._region = region
        self._identity = cache(lambda: self._ask("sts", "get_caller_identity"))

    def account(self) -> str:
        """See `site.Site`."""
        return str(self._identity()["Account"])

    def caller(self) -> str:
        """See `site.Site`."""
        return str(self._identity()["Arn"])

    def role_arn(self, name: str) -> str:
        """See `site.Site`."""
        return str(self._ask("iam", "get_role", RoleName=name)["Role"]["Arn"])

    def role_exists(self, name: str) -> bool:
        """See `site.Site`."""
        return self._if_there(("NoSuchEntity",), "iam", "get_role", RoleName=name) is not None

    def role_room(self) -> Room:
        """See `site.Site`."""
        summary = self._ask("iam", "get_account_summary")["SummaryMap"]
        return Room(summary["Roles"], summary["RolesQuota"])

    def quota(self, service: str, code: str) -> int:
        """See `site.Site`."""
        which = {"ServiceCode": service, "QuotaCode": code}
        found = self._if_there(("NoSuchResourceException",), "service-quotas", "get_service_quota", **which)
        found = found or self._ask("service-quotas", "get_aws_default_service_quota", **which)
        return int(found["Quota"]["Value"])

    def vpcs(self) -> Sequence[Vpc]:
        """See `site.Site`."""
        return [
            Vpc(
                entry["VpcId"],
                tuple(
                    block["CidrBlock"]
                    for block in entry.get("CidrBlockAssociationSet", ())
                    if block.get("CidrBlockState", {}).get("State") in (None, "associating", "associated")
                )
                or (entry["CidrBlock"],),
            )
            for entry in self._every("ec2", "describe_vpcs", "Vpcs")
        ]

    def vpc_room(self) -> Room:
        """See `site.Site`."""
        limit = self.quota("vpc", VPCS_PER_REGION)
        return Room(len(self._every("ec2", "describe_vpcs", "Vpcs")), limit)

    def peerings(self) -> Sequence[Peering]:
        """See `site.Site`."""
        found = self._every("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections")
        return [
            Peering(entry["Status"]["Code"], (entry["RequesterVpcInfo"]["VpcId"], entry["AccepterVpcInfo"]["VpcId"]))
            for entry in found
        ]

    def zones(self) -> Sequence[str]:
        """See `site.Site`."""
        kinds = [{"Name": "zone-type", "Values": ["availability-zone"]}]
        found = self._ask("ec2", "describe_availability_zones", Filters=kinds)["AvailabilityZones"]
        return sorted(zone["ZoneName"] for zone in found)

    def zones_with_default_subnet(self) -> Sequence[str]:
        """See `site.Site`."""
        found = self._every("ec2", "describe_subnets", "Subnets", Filters=only("default-for-az", "true"))
        return sorted({subnet["AvailabilityZone"] for subnet in found})

    def bucket_name(self, name: str) -> BucketName:
        """See `site.Site`; https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html."""
        try:
            self._ask("s3", "head_bucket", Bucket=name)
        except AwsError as error:
            if error.code in ("404", "NoSuchBucket"):
                return "free"
            if error.code in ("301", "403", "AccessDenied", "Forbidden"):
                return "taken"
            raise
        return "ours"

    def bucket_count(self) -> int:
        """See `site.Site`."""
        return len(self._every("s3", "list_buckets", "Buckets", PaginationConfig={"PageSize": 1000}))

    def concurrency(self) -> Room:
        """See `site.Site`."""
        limits = self._ask("lambda", "get_account_settings")["AccountLimit"]
        most, rest = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
        return Room(most - rest, most - _NEVER_RESERVED)

    def rule_count(self) -> int:
        """See `site.Site`."""
        return len(self._every("events", "list_rules", "Rules"))

    def log_groups(self, prefix: str) -> Sequence[str]:
        """See `site.Site`."""
        found = self._every("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        return [group["logGroupName"] for group in found]

    def key_aliases(self) -> Sequence[str]:
        """See `site.Site`."""
        return [entry["AliasName"] for entry in self._every("kms", "list_aliases", "Aliases")]

    def zone_names_of(self, vpc: str) -> Sequence[str]:
        """See `site.Site`."""
        names: list[str] = []
        token: dict[str, str] = {}
        while True:
            found = self._ask("route53", "list_hosted_zones_by_vpc", VPCId=vpc, VPCRegion=self._region, **token)
            names += [zone["Name"].rstrip(".") for zone in found["HostedZoneSummaries"]]
            if not found.get("NextToken"):
                return names
            token = {"NextToken": found["NextToken"]}

    def simulated(
        self,
        principal: str,
        actions: Collection[str],
        resources: Collection[str],
        context: Mapping[str, tuple[str, tuple[str, ...]]],
    ) -> Mapping[str, Decision]:
        """See `site.Site`."""
        entries = [
            {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": list(values)}
            for key, (kind, values) in context.items()
        ]
        every = sorted(actions)
        found: dict[str, Decision] = {}
        for first in range(0, len(every), _ACTIONS_AT_ONCE):
            results = self._every(
                "iam",
                "simulate_principal_policy",
                "EvaluationResults",
                PolicySourceArn=principal,
                ActionNames=every[first : first + _ACTIONS_AT_ONCE],
                ResourceArns=list(resources),
                ContextEntries=entries,
            )
            for result in results:
                name = result["EvalActionName"]
                found[name] = _best(found.get(name), _decision(result))
        return found


def _decision(result: Mapping[str, Any]) -> Decision:
    """Returns what is said of an action, for the resource for which that is best."""
    every = [result["EvalDecision"], *(it["EvalResourceDecision"] for it in result.get("ResourceSpecificResults", ()))]
    best: Decision | None = None
    for decision in every:
        best = _best(best, decision)
    return best or "implicitDeny"


def _best(one: Decision | None, other: Decision) -> Decision:
    order: tuple[Decision, ...] = ("allowed", "implicitDeny", "explicitDeny")
    return other if one is None else min(one, other, key=order.index)
