"""Writes the conditions of a statement: what each row is narrowed to, as operators and keys of IAM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deployer_policy.facts import Facts
from deployer_policy.ids import USES_OF_KEYS
from deployer_policy.permissions import permissions_of
from deployer_policy.statements import Only
from twinstack.expressions.surroundings import partition_of

# Services whose service-linked role has another name than theirs.
_LINKED = {"AWS::EC2": "delivery.logs.amazonaws.com"}
_LINKED_TYPES = ("AWS::RDS::", "AWS::EC2::FlowLog", "AWS::Backup::")
# Services whose endpoints have another name than their types.
_ENDPOINTS = {"stepfunctions": "states"}

_Part = tuple[str, str, Any]


def condition_of(only: Iterable[Only], facts: Facts) -> dict[str, dict[str, Any]]:
    """Returns a statement's condition: values by operator and key."""
    condition: dict[str, dict[str, Any]] = {}
    for one in only:
        for operator, key, value in _parts(one, facts):
            condition.setdefault(operator, {})[key] = value
    return condition


def _parts(only: Only, facts: Facts) -> Sequence[_Part]:
    projects = list(facts.projects)
    if only is Only.OF_OUR_POLICIES:
        own = [f"arn:{facts.partition}:iam::*:policy{path}{name}-*" for path in facts.paths for name in projects]
        aws = [f"arn:{facts.partition}:iam::aws:policy/{name}" for name in facts.managed_policies]
        return [("ArnLike", "iam:PolicyARN", own + aws)]
    if only is Only.WITH_OUR_VPCS:
        vpcs = [f"VPCId=*,VPCRegion={region}" for region in facts.regions]
        return [] if facts.public_zones else _of_all("route53:VPCs", vpcs)
    if only is Only.OF_OUR_RECORDS:
        return _of_all("route53:ChangeResourceRecordSetsNormalizedRecordNames", list(facts.record_names))
    by_only: dict[Only, _Part] = {
        Only.THROUGH_CLOUDFORMATION: ("ForAnyValue:StringEquals", "aws:CalledVia", "cloudformation.amazonaws.com"),
        Only.IN_OUR_REGIONS: ("StringEquals", "aws:RequestedRegion", list(facts.regions)),
        Only.ON_TAGGED: ("StringEquals", "aws:ResourceTag/Project", projects),
        Only.NOT_OF_OTHERS: ("StringEqualsIfExists", "aws:ResourceTag/Project", projects),
        Only.WITH_OUR_TAG: ("StringEquals", "aws:RequestTag/Project", projects),
        Only.WITH_NO_OTHER_TAG: ("StringEqualsIfExists", "aws:RequestTag/Project", projects),
        Only.NOT_ALIASED_BY_OTHERS: (
            "ForAllValues:StringLike",
            "kms:ResourceAliases",
            [f"alias/{name}-*" for name in projects],
        ),
        Only.OF_OUR_ACCOUNT: ("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"),
        Only.FOR_SERVICES_OF_AWS: ("Bool", "kms:GrantIsForAWSResource", "true"),
        Only.TO_TRUSTED_SERVICES: ("StringEquals", "iam:PassedToService", list(facts.trusted_services)),
        Only.TO_CLOUDFORMATION: ("StringEquals", "iam:PassedToService", "cloudformation.amazonaws.com"),
        Only.WITHIN_BOUNDARY: ("StringEquals", "iam:PermissionsBoundary", list(facts.boundaries)),
    }
    if only is Only.THROUGH_KEY_USERS:
        return [("StringEquals", "kms:ViaService", sorted(_key_users(facts)))]
    if only is Only.FOR_USED_SERVICES:
        return [("StringEquals", "iam:AWSServiceName", _linked_services(facts))]
    return [by_only[only]]


def _of_all(key: str, values: Sequence[str]) -> Sequence[_Part]:
    """All values of a key are among these, and there is one: `ForAllValues` alone holds where the key is not sent."""
    return [("ForAllValues:StringLike", key, list(values)), ("Null", key, "false")]


def _key_users(facts: Facts) -> Iterator[str]:
    uses = frozenset(USES_OF_KEYS)
    for region in facts.regions:
        users = {kind.split("::")[1].lower() for kind in facts.types if uses & permissions_of(kind, region)}
        for user in users:
            for suffix in {"amazonaws.com", partition_of(region)[1]}:
                yield f"{_ENDPOINTS.get(user, user)}.{region}.{suffix}"


def _linked_services(facts: Facts) -> list[str]:
    services = {name.rpartition("::")[0] for name in facts.types if name.startswith(_LINKED_TYPES)}
    return sorted(
        _LINKED.get(service, f"{service.removeprefix('AWS::').lower()}.amazonaws.com") for service in services
    )
