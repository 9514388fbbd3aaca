"""Whether the quotas leave room for what a plan adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from twinstack.expressions.surroundings import partition_of
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf
from twinstack.preflight.needs import Added, by_account, by_site, of_type, written
from twinstack.preflight.site import Peering, Room, Site

MADE_UP = "the local AWS has AWS's default quotas and enforces none"
# Where the quotas and the calls of global services are:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html
HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True)
class Quota:
    """One quota.

    Attributes:
        what: What is counted.
        type: The resource type that counts.
        service: The service's code in Service Quotas.
        code: The quota's code there.
        room: Asks how much is used.
    """

    what: str
    type: str
    service: str
    code: str
    room: Callable[[Site], Room]


# Codes: https://docs.aws.amazon.com/general/latest/gr/vpc-service.html and .../ev.html
OF_REGION = (
    Quota("VPCs", "AWS::EC2::VPC", "vpc", "L-F678F1CE", lambda site: site.vpc_room()),
    Quota(
        "event rules",
        "AWS::Events::Rule",
        "events",
        "L-244521F2",
        lambda site: Room(site.rule_count(), site.quota("events", "L-244521F2")),
    ),
)
# Codes: https://docs.aws.amazon.com/general/latest/gr/iam-service.html and .../s3.html
OF_ACCOUNT = (
    Quota("IAM roles", "AWS::IAM::Role", "iam", "L-FE177D64", lambda site: site.role_room()),
    Quota(
        "buckets",
        "AWS::S3::Bucket",
        "s3",
        "L-DC2B2D3D",
        lambda site: Room(site.bucket_count(), site.quota("s3", "L-DC2B2D3D")),
    ),
)
# https://docs.aws.amazon.com/general/latest/gr/lambda-service.html
_CONCURRENCY = ("lambda", "L-B99A9384")
_PEERINGS_PER_VPC = ("vpc", "L-7E9ECCDB")
_COUNTED_PEERINGS = ("active", "pending-acceptance", "provisioning", "initiating-request")


def looks(added: Sequence[Added], site_of: SiteOf) -> Iterator[Look[Room]]:
    """Yields a look at each quota that something in the plan counts against."""
    for (_, region), here in by_site(added).items():
        site = site_of(here[0].stack.role, region)
        for quota in OF_REGION:
            if needed := len(of_type(here, quota.type)):
                yield room_look(quota, needed, site, region)
        if reserved := _reserved(here):
            yield _look("reserved concurrency", region, _CONCURRENCY, reserved, site.concurrency)
        yield from _peering_looks(here, site, region)
    for there in by_account(added).values():
        stack = there[0].stack
        home = HOME.get(partition_of(stack.region)[0], stack.region)
        for quota in OF_ACCOUNT:
            if needed := len(of_type(there, quota.type)):
                yield room_look(quota, needed, site_of(stack.role, home), home, stack.account)


def room_look(quota: Quota, needed: int, site: Site, region: str, account: str = "") -> Look[Room]:
    """Returns the look at one quota.

    Args:
        quota: The quota.
        needed: How much more the plan takes.
        site: Where it is asked.
        region: The region that it is raised in.
        account: The role of another account that it is about, if any.
    """
    where = f"{region}, {account}" if account else region
    return _look(quota.what, where, (quota.service, quota.code), needed, partial(quota.room, site))


def _look(what: str, where: str, code: tuple[str, str], needed: int, ask: Callable[[], Room]) -> Look[Room]:
    check = f"quota of {what} ({where})"
    return Look(check, ask, lambda room: [judged(check, room, needed, code, where)], MADE_UP)


def judged(check: str, room: Room, needed: int, code: tuple[str, str], where: str) -> Checked:
    """Says whether there is room.

    Args:
        check: What was looked at.
        room: What is used, and the quota.
        needed: How much more the plan takes.
        code: The codes of the service and of the quota, as Service Quotas has them.
        where: The region that it is raised in.
    """
    said = f"{room.used} of {room.limit} in use, and the plan adds {needed}"
    if room.has(needed):
        return Checked(check, "ok", said)
    service, quota = code
    return Checked(
        check,
        "failed",
        said,
        f"have the quota {quota} of {service} in {where} raised to {room.used + needed} or more "
        f"(https://console.aws.amazon.com/servicequotas/home/services/{service}/quotas/{quota}), or remove what is not "
        "needed there",
    )


def _reserved(added: Sequence[Added]) -> int:
    """Returns how much concurrency the functions of a plan reserve."""
    functions = of_type(added, "AWS::Lambda::Function")
    texts = (written(item.properties.get("ReservedConcurrentExecutions"), "") for item in functions)
    return sum(int(text) for text in texts if text and text.isdigit())


def _peering_looks(added: Sequence[Added], site: Site, region: str) -> Iterator[Look[Room]]:
    """Yields a look at the peerings of each VPC that is there already; a new VPC has none."""
    connections = of_type(added, "AWS::EC2::VPCPeeringConnection")
    ends = [it.properties.get("VpcId") for it in connections] + [
        it.properties.get("PeerVpcId")
        for it in connections
        if written(it.properties.get("PeerRegion", region), "") == region
    ]
    for vpc in dict.fromkeys(end for end in ends if isinstance(end, str)):
        what = f"peerings of {vpc}"
        yield _look(what, region, _PEERINGS_PER_VPC, ends.count(vpc), partial(_peering_room, site, vpc))


def _peering_room(site: Site, vpc: str) -> Room:
    def counts(peering: Peering) -> bool:
        return peering.state in _COUNTED_PEERINGS and vpc in peering.vpcs

    return Room(sum(map(counts, site.peerings())), site.quota(*_PEERINGS_PER_VPC))
