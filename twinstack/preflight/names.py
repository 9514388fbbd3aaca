"""Whether the names that a plan takes are free: of buckets, roles, log groups, aliases of keys and private zones.

CloudFormation's own validation of a change set finds some of these, once it is made:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from twinstack.environment.file import EnvironmentFile
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look, SiteOf
from twinstack.preflight.needs import Added, by_site, of_type, place, written
from twinstack.preflight.site import BucketName, Site

_BUCKET = "AWS::S3::Bucket"
_ZONE = "AWS::Route53::HostedZone"


@dataclass(frozen=True)
class Named:
    """A type whose resources have names of their own in an account and region.

    Attributes:
        what: What to call them.
        type: The resource type.
        property: The property that holds the name.
        taken: Returns which of the given names are taken.
    """

    what: str
    type: str
    property: str
    taken: Callable[[Site, Sequence[str]], Sequence[str]]


def _taken_log_groups(site: Site, names: Sequence[str]) -> Sequence[str]:
    found = set(site.log_groups(_common_start(names)))
    return [name for name in names if name in found]


def _common_start(names: Sequence[str]) -> str:
    """Returns how all names begin: one call then lists what there is of them."""
    first, last = min(names), max(names)
    differing = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differing, len(first))]


def _taken_aliases(site: Site, names: Sequence[str]) -> Sequence[str]:
    found = set(site.key_aliases())
    return [name for name in names if name in found]


def _taken_roles(site: Site, names: Sequence[str]) -> Sequence[str]:
    return [name for name in names if site.role_exists(name)]


NAMED = (
    Named("log groups", "AWS::Logs::LogGroup", "LogGroupName", _taken_log_groups),
    Named("aliases of keys", "AWS::KMS::Alias", "AliasName", _taken_aliases),
    Named("IAM roles", "AWS::IAM::Role", "RoleName", _taken_roles),
)


def looks(added: Sequence[Added], site_of: SiteOf, file: EnvironmentFile) -> Iterator[Look[Any]]:
    """Yields a look at the names of each kind in each region that the plan adds some to."""
    for (_, region), here in by_site(item for item in added if not item.may_be_there).items():
        site = site_of(here[0].stack.role, region)
        for kind in NAMED:
            yield from name_looks(kind, here, site, region, file)
        buckets = [it for it in of_type(here, _BUCKET) if it.properties.get("BucketName") is not None]
        if buckets:
            check = f"names of buckets ({region})"
            yield Look(check, partial(_buckets, site, buckets), partial(_judged_buckets, check, file))
        yield from _zone_looks(here, site, region, file)


def name_looks(
    kind: Named, added: Sequence[Added], site: Site, region: str, file: EnvironmentFile
) -> Iterator[Look[Any]]:
    """Yields the look at the names of one kind in one region, if the plan takes any."""
    named = [it for it in of_type(added, kind.type) if it.properties.get(kind.property) is not None]
    if not named:
        return
    check = f"names of {kind.what} ({region})"

    def ask() -> tuple[Mapping[str, Added], Sequence[str]]:
        names = _written(site, named, kind.property)
        return names, kind.taken(site, list(names)) if names else ()

    def judge(answer: tuple[Mapping[str, Added], Sequence[str]]) -> Sequence[Checked]:
        names, taken = answer
        if not taken:
            return [_free(check, names)]
        return [
            Checked(
                check,
                "failed",
                f"{names[name].where}: {name} is there already, and no stack of this plan has it",
                f"remove it if nobody needs it, or change {place(file, names[name], kind.property)}",
            )
            for name in taken
        ]

    yield Look(check, ask, judge)


def _written(site: Site, added: Sequence[Added], prop: str) -> Mapping[str, Added]:
    """Returns the names that are known before anything is made."""
    account = site.account()
    names = {written(item.properties[prop], account): item for item in added}
    return {name: item for name, item in names.items() if name is not None}


def _free(check: str, names: Mapping[str, Added]) -> Checked:
    if not names:
        return Checked(check, "unknown", "the names are made of what AWS makes first")
    return Checked(check, "ok", f"{len(names)} free: {', '.join(names)}")


_Buckets = Mapping[str, tuple[Added, BucketName]]


def _buckets(site: Site, added: Sequence[Added]) -> _Buckets:
    names = _written(site, added, "BucketName")
    return {name: (item, site.bucket_name(name)) for name, item in names.items()}


def _judged_buckets(check: str, file: EnvironmentFile, buckets: _Buckets) -> Sequence[Checked]:
    said = {
        "ours": "is a bucket of this account already, and no stack of this plan has it",
        "taken": "is somebody else's bucket, or one that you may not look at",
    }
    ways_out = {"ours": "empty and delete it if nobody needs it, or change ", "taken": "change "}
    failed = [
        Checked(
            check,
            "failed",
            f"{item.where}: {name} {said[answer]}",
            f"{ways_out[answer]}{place(file, item, 'BucketName')}",
        )
        for name, (item, answer) in buckets.items()
        if answer != "free"
    ]
    return failed or [_free(check, {name: item for name, (item, _) in buckets.items()})]


def _zone_looks(added: Sequence[Added], site: Site, region: str, file: EnvironmentFile) -> Iterator[Look[Any]]:
    """Yields a look at the zones of each VPC that is there already: it takes one zone of a name.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html (ConflictingDomainExists)
    """
    for item in of_type(added, _ZONE):
        name, vpcs = item.properties.get("Name"), item.properties.get("VPCs")
        for vpc in vpcs if isinstance(vpcs, Sequence) else ():
            known = vpc.get("VPCId") if isinstance(vpc, Mapping) and vpc.get("VPCRegion") == region else None
            if isinstance(name, str) and isinstance(known, str):
                yield _zone_look(item, name, known, site, file)


def _zone_look(item: Added, name: str, vpc: str, site: Site, file: EnvironmentFile) -> Look[Any]:
    check = f"private zones of {vpc}"

    def judge(found: Sequence[str]) -> Sequence[Checked]:
        if name.rstrip(".") not in found:
            return [Checked(check, "ok", f"none is named {name}")]
        said = f"{item.where}: {vpc} has a private zone named {name} already, and takes one of a name"
        way_out = f"take that zone from the VPC if nobody needs it, or change {place(file, item, 'Name')}"
        return [Checked(check, "failed", said, way_out)]

    return Look(check, partial(site.zone_names_of, vpc), judge)
