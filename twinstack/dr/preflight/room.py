"""Whether RDS has room for what a plan adds, and whether the names of its clusters are free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from twinstack.dr.aws.api import Region
from twinstack.dr.global_databases import CLUSTER, GLOBAL_CLUSTER, INSTANCE
from twinstack.environment.file import EnvironmentFile
from twinstack.preflight import quotas
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look
from twinstack.preflight.names import Named, name_looks
from twinstack.preflight.needs import Added, of_type
from twinstack.preflight.site import Room

# By the names of DescribeAccountAttributes, and the codes of https://docs.aws.amazon.com/general/latest/gr/aurora.html
QUOTAS = (
    ("DBClusters", CLUSTER, "L-952B80B8"),
    ("DBInstances", INSTANCE, "L-7B6409FD"),
    ("DBSubnetGroups", "AWS::RDS::DBSubnetGroup", "L-48C6BF61"),
    ("DBClusterParameterGroups", "AWS::RDS::DBClusterParameterGroup", "L-E4C808A8"),
    ("DBParameterGroups", "AWS::RDS::DBParameterGroup", "L-DE55804A"),
    ("EventSubscriptions", "AWS::RDS::EventSubscription", "L-A59F4C87"),
)


def room_looks(added: Sequence[Added], region: Region, name: str) -> Iterator[Look[Mapping[str, Room]]]:
    """Yields the look at the quotas of RDS in one region, which are one call."""
    needed = {what: (len(of_type(added, kind)), code) for what, kind, code in QUOTAS}
    wanted = {what: pair for what, pair in needed.items() if pair[0]}
    if wanted:
        judge = partial(_judged, name, wanted)
        yield Look(f"quotas of RDS ({name})", region.database_room, judge, quotas.MADE_UP)


def _judged(name: str, wanted: Mapping[str, tuple[int, str]], found: Mapping[str, Room]) -> Sequence[Checked]:
    checked = []
    for what, (needed, code) in wanted.items():
        check = f"quota of {what} ({name})"
        if what in found:
            checked.append(quotas.judged(check, found[what], needed, ("rds", code), name))
        else:
            checked.append(Checked(check, "unknown", "DescribeAccountAttributes does not name it"))
    return checked


def cluster_looks(added: Sequence[Added], region: Region, name: str, file: EnvironmentFile) -> Iterator[Look[Any]]:
    """Yields the looks at the names of clusters and of global databases."""
    named = [item for item in added if not item.may_be_there]

    def taken_clusters(_site: object, names: Sequence[str]) -> Sequence[str]:
        return [it for it in names if region.cluster(it) is not None]

    def taken_global_clusters(_site: object, names: Sequence[str]) -> Sequence[str]:
        return [it for it in names if region.global_cluster(it) is not None]

    kinds = (
        Named("database clusters", CLUSTER, "DBClusterIdentifier", taken_clusters),
        Named("global databases", GLOBAL_CLUSTER, "GlobalClusterIdentifier", taken_global_clusters),
    )
    for kind in kinds:
        yield from name_looks(kind, named, region, name, file)
