"""Quotas: Service Quotas, which the emulator lacks, and what RDS, Lambda and Route 53 say of theirs.

AWS's defaults, each of which a test can set otherwise (`quotas` of the settings). Nothing here enforces them: what goes
beyond a quota is made all the same.

The codes and defaults are those of the services' endpoint and quota pages, such as
https://docs.aws.amazon.com/general/latest/gr/aurora.html and https://docs.aws.amazon.com/general/latest/gr/vpc-service.html
The quotas of IAM and Route 53 are answered in us-east-1 only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack import app
from ministack.core import router
from ministack.core.responses import get_account_id
from ministack.services import lambda_svc, rds, route53

from ..api import region
from ..settings import setting

_TARGET = "ServiceQuotasV20190624"
_ACCOUNT_LIMIT = re.compile(r"/2013-04-01/accountlimit/([A-Z_]+)")

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Quota:
    """One quota of Service Quotas, with AWS's default."""

    service: str
    code: str
    name: str
    default: int
    everywhere: bool = True


QUOTAS = (
    Quota("iam", "L-FE177D64", "Roles per account", 1000, everywhere=False),
    Quota("kms", "L-C2F1777E", "Customer Master Keys (CMKs)", 100_000),
    Quota("lambda", "L-B99A9384", "Concurrent executions", 1000),
    Quota("rds", "L-7B6409FD", "DB instances", 40),
    Quota("rds", "L-952B80B8", "DB clusters", 40),
    Quota("route53", "L-4EA4796A", "Hosted zones", 500, everywhere=False),
    Quota("route53", "L-ACB674F3", "Health checks", 200, everywhere=False),
    Quota("s3", "L-DC2B2D3D", "General purpose buckets", 10_000),
    Quota("vpc", "L-7E9ECCDB", "Active VPC peering connections per VPC", 50),
    Quota("vpc", "L-F678F1CE", "VPCs per Region", 5),
)

_OF_RDS: dict[str, tuple[int, Callable[[], int]]] = {
    "DBClusterParameterGroups": (50, lambda: len(rds._db_cluster_param_groups)),
    "DBClusters": (40, lambda: len(rds._clusters)),
    "DBInstances": (40, lambda: len(rds._instances)),
    "DBParameterGroups": (50, lambda: len(rds._param_groups)),
    "DBSubnetGroups": (50, lambda: len(rds._subnet_groups)),
    "ManualClusterSnapshots": (
        100,
        lambda: sum(snapshot["SnapshotType"] == "manual" for snapshot in rds._db_cluster_snapshots.values()),
    ),
}
"""AWS's default, and how many are used, by the names of DescribeAccountAttributes."""

_OF_ROUTE_53: dict[str, tuple[str, Callable[[], int]]] = {
    "MAX_HEALTH_CHECKS_BY_OWNER": ("L-ACB674F3", lambda: len(route53._health_checks)),
    "MAX_HOSTED_ZONES_BY_OWNER": ("L-4EA4796A", lambda: len(route53._zones)),
}


def install() -> None:
    """Add the service, and complete the others."""
    router.SERVICE_PATTERNS["servicequotas"] = {"target_prefixes": [_TARGET]}
    app.SERVICE_HANDLERS["servicequotas"] = _service_quotas
    rds._ACTION_MAP["DescribeAccountAttributes"] = _account_attributes
    _tell_concurrency()
    _tell_limits_of_route_53()


def limit(name: str, default: int) -> int:
    """A limit in this region: what is set for the region, else what is set, else AWS's default."""
    limits = setting("quotas", {})
    return int(limits.get(f"{region()}/{name}", limits.get(name, default)))


def _limit_of(code: str) -> int:
    (quota,) = [each for each in QUOTAS if each.code == code]
    return limit(code, quota.default)


async def _service_quotas(_method: str, _path: str, headers: dict[str, str], body: bytes, _query: object) -> Answer:
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    asked = json.loads(body or b"{}")
    here = [quota for quota in QUOTAS if quota.everywhere or region() == "us-east-1"]
    chosen = [quota for quota in here if quota.service == asked.get("ServiceCode")]
    value = _default if "AWSDefault" in operation else _applied
    if operation in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas") and chosen:
        return _sent(200, {"Quotas": [_shown(quota, value(quota)) for quota in chosen]})
    if operation in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
        for quota in chosen:
            if quota.code == asked.get("QuotaCode"):
                return _sent(200, {"Quota": _shown(quota, value(quota))})
    elif operation not in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
        return _sent(400, {"__type": "UnknownOperationException", "message": f"not in the local AWS: {operation}"})
    return _sent(400, {"__type": "NoSuchResourceException", "Message": "The request failed because no such quota."})


def _default(quota: Quota) -> int:
    return quota.default


def _applied(quota: Quota) -> int:
    return limit(quota.code, quota.default)


def _shown(quota: Quota, value: int) -> dict[str, Any]:
    where = region() if quota.everywhere else ""
    return {
        "ServiceCode": quota.service,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "QuotaArn": f"arn:aws:servicequotas:{where}:{get_account_id()}:{quota.service}/{quota.code}",
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": not quota.everywhere,
    }


def _sent(status: int, answer: dict[str, Any]) -> Answer:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _account_attributes(_asked: object) -> Answer:
    quotas = "".join(
        f"<AccountQuota><AccountQuotaName>{name}</AccountQuotaName><Used>{used()}</Used>"
        f"<Max>{limit(name, default)}</Max></AccountQuota>"
        for name, (default, used) in _OF_RDS.items()
    )
    action = "DescribeAccountAttributes"
    inner = f"<{action}Result><AccountQuotas>{quotas}</AccountQuotas></{action}Result>"
    answer: Answer = rds._xml(200, f"{action}Response", inner)
    return answer


def _tell_concurrency() -> None:
    """GetAccountSettings by the quota: the emulator tells what fits on this machine."""
    measured = lambda_svc._get_account_settings

    def by_the_quota() -> Answer:
        status, headers, body = measured()
        settings = json.loads(body)
        limits, most = settings["AccountLimit"], _limit_of("L-B99A9384")
        reserved = limits["ConcurrentExecutions"] - limits["UnreservedConcurrentExecutions"]
        limits.update(ConcurrentExecutions=most, UnreservedConcurrentExecutions=most - reserved)
        return status, headers, json.dumps(settings).encode()

    lambda_svc._get_account_settings = by_the_quota


def _tell_limits_of_route_53() -> None:
    """GetAccountLimit, which the emulator lacks."""
    others = route53.handle_request

    async def with_limits(method: str, path: str, *rest: Any) -> Answer:
        found = _ACCOUNT_LIMIT.fullmatch(path)
        answer: Answer
        if found and found[1] in _OF_ROUTE_53:
            answer = route53._xml_response("GetAccountLimitResponse", lambda root: _limited(root, found[1]))
        else:
            answer = await others(method, path, *rest)
        return answer

    route53.handle_request = with_limits


def _limited(root: Element, name: str) -> None:
    code, used = _OF_ROUTE_53[name]
    told = SubElement(root, "Limit")
    SubElement(told, "Type").text = name
    SubElement(told, "Value").text = str(_limit_of(code))
    SubElement(root, "Count").text = str(used())
