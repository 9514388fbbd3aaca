"""Differences that CloudFormation reports of a global database, and that nobody made by hand.

Taken up is only what can be told from a change by hand. What cannot, such as a parameter of a parameter group that
reads as removed because it has the engine's default
(https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1699), stays drift. None of it was seen
on a real account yet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
from twinstack.dr.engine_version import AURORA_MYSQL, AURORA_POSTGRESQL, read_version
from twinstack.dr.global_databases import CLUSTER, GLOBAL_CLUSTER, INSTANCE
from twinstack.drifting.report import FalseDrift, RealDrift

_ROADMAP = "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/"
_HANDLERS = "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds/pull/"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"

# `writeOnlyProperties` of the resource schemas that cfn-lint 1.58 ships.
_WRITE_ONLY = {
    CLUSTER: (
        "ClusterScalabilityType",
        "DBInstanceParameterGroupName",
        "DeleteAutomatedBackups",
        "MasterUserAuthenticationType",
        "MasterUserPassword",
        "RestoreToTime",
        "RestoreType",
        "SnapshotIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDbClusterResourceId",
        "SourceRegion",
        "UseLatestRestorableTime",
    ),
    INSTANCE: (
        "AllowMajorVersionUpgrade",
        "ApplyImmediately",
        "CertificateRotationRestart",
        "DBSnapshotIdentifier",
        "DeleteAutomatedBackups",
        "MasterUserAuthenticationType",
        "MasterUserPassword",
        "SourceDBInstanceIdentifier",
        "SourceRegion",
        "UseDefaultProcessorFeatures",
        "UseLatestRestorableTime",
    ),
}

Members = Callable[[str], Collection[str] | None]
"""Returns the ARNs of the clusters in a global database, None when it could not be asked for."""


@dataclass(frozen=True)
class _Row:
    """A known false drift: where it shows, how it is told from drift, and why it is none."""

    types: tuple[str, ...]
    property: str
    holds: Callable[[ResourceDrift, PropertyDifference], bool]
    false: FalseDrift


class FalseDrifts:
    """Tells false drift of a global database from drift.

    Args:
        members: Asks RDS for the clusters of a global database: a cluster that has left it reads as one whose
            membership CloudFormation did not read.
    """

    def __init__(self, members: Members) -> None:
        self._members = members

    def known(self, drift: ResourceDrift, difference: PropertyDifference) -> FalseDrift | RealDrift | None:
        """Returns why a difference is not drift, or what it means where it is and that is known."""
        name = difference.path.strip("/").partition("/")[0]
        if drift.type in _WRITE_ONLY and name in _WRITE_ONLY[drift.type] and difference.kind == "REMOVE":
            return _UNREADABLE
        for row in _ROWS:
            if drift.type in row.types and name == row.property and row.holds(drift, difference):
                return row.false
        if _is_same_key(difference):
            return _SAME_KEY
        if drift.type == CLUSTER and name == "GlobalClusterIdentifier" and difference.kind == "REMOVE":
            return self._of_membership(drift, difference.expected)
        return None

    def _of_membership(self, drift: ResourceDrift, global_cluster: str) -> FalseDrift | RealDrift | None:
        members = self._members(global_cluster.lower())
        if members is None:
            return None
        names = [arn.rpartition(":cluster:")[2] for arn in members]
        return _UNREAD_MEMBERSHIP if drift.physical_id.lower() in names else _DETACHED


def _names_a_cluster(_drift: ResourceDrift, difference: PropertyDifference) -> bool:
    return difference.kind == "NOT_EQUAL" and ":cluster:" in difference.actual


def _is_in_the_same_line(_drift: ResourceDrift, difference: PropertyDifference) -> bool:
    """Whether a global cluster has another patch of the line that its template names."""
    lines = {
        (version.major, version.line)
        for side in (difference.expected, difference.actual)
        for engine in (AURORA_MYSQL, AURORA_POSTGRESQL)
        if (version := read_version(engine, side))
    }
    return difference.kind == "NOT_EQUAL" and len(lines) == 1


def _differs_in_case_only(_drift: ResourceDrift, difference: PropertyDifference) -> bool:
    return difference.expected.lower() == difference.actual


def _is_removed(_drift: ResourceDrift, difference: PropertyDifference) -> bool:
    return difference.kind == "REMOVE"


def _is_same_key(difference: PropertyDifference) -> bool:
    """Whether the template has a key's id and AWS the ARN of that key. An alias may lead to any key."""
    name = difference.path.rpartition("/")[2]
    is_key = name.lower().endswith(("kmskeyid", "kmsmasterkeyid"))
    return is_key and ":key/" in difference.actual and difference.actual.endswith(f"/{difference.expected}")


_UNREADABLE = FalseDrift(
    "the property can be written and never read, so AWS cannot know what it is",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html",
)
_UNREAD_MEMBERSHIP = FalseDrift(
    "CloudFormation did not read which global database the cluster is in; RDS says that it is in this one",
    f"{_ROADMAP}1857",
)
_DETACHED = RealDrift(
    "the cluster was taken out of its global database: it stands alone and takes writes of its own, so data may be in "
    "it, in the writer, or in both; no deployment brings it back, and `deploy` refuses until docs/runbook.md, "
    '"Manual detach and re-attach", is followed',
    f"{_AURORA}aurora-global-database-detaching.html",
)
_SAME_KEY = FalseDrift("the template has the id of the key and AWS reads its ARN", f"{_ROADMAP}2233")
_ROWS = (
    _Row(
        (GLOBAL_CLUSTER,),
        "SourceDBClusterIdentifier",
        _names_a_cluster,
        FalseDrift(
            "AWS reads the ARN of the cluster that writes now: it moves with a switchover or failover, and differs "
            "from a name",
            f"{_ROADMAP}2156",
        ),
    ),
    _Row(
        (GLOBAL_CLUSTER,),
        "EngineVersion",
        _is_in_the_same_line,
        FalseDrift(
            "the version of the global database follows that of its clusters, which minor upgrades are made on",
            f"{_AURORA}aurora-global-database-upgrade.html",
        ),
    ),
    _Row((GLOBAL_CLUSTER,), "Tags", _is_removed, FalseDrift("AWS does not read these tags", f"{_ROADMAP}2275")),
    _Row(
        (GLOBAL_CLUSTER, CLUSTER),
        "GlobalClusterIdentifier",
        _differs_in_case_only,
        FalseDrift("RDS keeps the identifier in lower case", f"{_HANDLERS}424"),
    ),
)
