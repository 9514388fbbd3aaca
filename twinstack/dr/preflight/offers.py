"""Whether AWS offers the engine version and the instance classes that a plan asks for, where it asks for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from twinstack.dr.aws.api import EngineVersion, Region
from twinstack.dr.engine_version import AURORA_MYSQL
from twinstack.dr.global_databases import CLUSTER, GLOBAL_CLUSTER, INSTANCE
from twinstack.environment.file import EnvironmentFile
from twinstack.expressions.values import Value, made_by
from twinstack.preflight.checked import Checked
from twinstack.preflight.looking import Look
from twinstack.preflight.needs import Added, of_type, place, written
from twinstack.preflight.zones import index_of, names_of_get_azs

MADE_UP = "the local AWS offers what is written into it"
# Which versions global databases take, and which classes:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.limitations.html


def is_offered(found: Sequence[EngineVersion], version: str, *, in_global_databases: bool = True) -> bool:
    """Whether a region offers a version, and to global databases where that is needed."""
    return any(it.version == version and (it.in_global_databases or not in_global_databases) for it in found)


def zones_without(offered: Collection[str], used: Sequence[str]) -> list[str]:
    """Returns the zones that are used and do not offer what is put into them."""
    return [zone for zone in used if zone not in offered]


@dataclass(frozen=True)
class _Class:
    """An instance class in the zones of one region.

    Attributes:
        version: The engine version.
        kind: The instance class.
        picked: Which of the zones of `Fn::GetAZs` the instances are put into.
        anywhere: Whether an instance leaves the zone to RDS.
        instance: One of the instances.
    """

    version: str
    kind: str
    picked: tuple[int, ...]
    anywhere: bool
    instance: Added


def looks(added: Sequence[Added], region: Region, name: str, file: EnvironmentFile) -> Iterator[Look[Any]]:
    """Yields the looks at what one region offers.

    Args:
        added: What the plan adds in the region.
        region: The region.
        name: Its name.
        file: The environment's file.
    """
    clusters = [it for it in of_type(added, CLUSTER) if it.properties.get("Engine") == AURORA_MYSQL]
    versions = {version: it for it in clusters if (version := _text(it.properties.get("EngineVersion")))}
    for version, cluster in versions.items():
        check = f"engine version ({name}, {version})"
        judge = partial(_judged_version, check, version, cluster, file)
        yield Look(check, partial(region.engine_versions, version), judge, MADE_UP)
    for it in _classes(added, clusters):
        check = f"instance class ({name}, {it.kind})"
        judge_class = partial(_judged_class, check, it, file)
        yield Look(check, partial(_ask_class, region, it), judge_class, MADE_UP)


def _text(value: Value) -> str | None:
    return written(value, "") or None


def _in_global_database(cluster: Added) -> bool:
    """Whether a cluster is, or becomes, one of a global database: it names one, or one names it in its template."""
    texts = cluster.stack.template.resources.values()
    return bool(cluster.properties.get("GlobalClusterIdentifier")) or any(
        it.get("Type") == GLOBAL_CLUSTER for it in texts
    )


def _judged_version(
    check: str, version: str, cluster: Added, file: EnvironmentFile, found: Sequence[EngineVersion]
) -> Sequence[Checked]:
    needs_global = _in_global_database(cluster)
    if is_offered(found, version, in_global_databases=needs_global):
        return [Checked(check, "ok", "offered, in global databases too" if needs_global else "offered")]
    said = f"{cluster.where}: {'not for global databases' if found else 'not offered'} there"
    way_out = (
        f"change {place(file, cluster, 'EngineVersion')}; `aws rds describe-db-engine-versions --engine {AURORA_MYSQL} "
        f"--region {cluster.stack.region}` lists what is offered"
    )
    return [Checked(check, "failed", said, way_out)]


def _classes(added: Sequence[Added], clusters: Sequence[Added]) -> list[_Class]:
    """Returns each class that instances of the clusters have, with the zones that they are put into."""
    by_place = {(it.stack.role, it.resource): it for it in clusters}
    found: dict[tuple[str, str], _Class] = {}
    for item in of_type(added, INSTANCE):
        cluster = by_place.get(made_by(item.properties.get("DBClusterIdentifier")) or ("", ""))
        version = _text(cluster.properties.get("EngineVersion")) if cluster else None
        kind = _text(item.properties.get("DBInstanceClass"))
        if not version or not kind:
            continue
        index = index_of(item.properties.get("AvailabilityZone"))
        before = found.get((version, kind), _Class(version, kind, (), anywhere=False, instance=item))
        picked = before.picked if index is None or index in before.picked else (*before.picked, index)
        found[version, kind] = _Class(version, kind, picked, before.anywhere or index is None, before.instance)
    return list(found.values())


def _ask_class(region: Region, wanted: _Class) -> tuple[Sequence[str], Sequence[str]]:
    zones = names_of_get_azs(region) if wanted.picked else []
    return region.orderable_zones(wanted.version, wanted.kind), [zones[at] for at in wanted.picked if at < len(zones)]


def _judged_class(
    check: str, wanted: _Class, file: EnvironmentFile, answer: tuple[Sequence[str], Sequence[str]]
) -> Sequence[Checked]:
    offered, used = answer
    without = zones_without(offered, used)
    if offered and not without:
        return [Checked(check, "ok", f"offered in {', '.join(used or offered)}")]
    said = f"{wanted.instance.where}: not offered in {', '.join(without) or 'any zone'} with {wanted.version}"
    also = f", which is where instances are put; it is offered in {', '.join(offered)}" if offered else ""
    way_out = (
        f"change {place(file, wanted.instance, 'DBInstanceClass')}; `aws rds describe-orderable-db-instance-options "
        f"--engine {AURORA_MYSQL} --engine-version {wanted.version} --region {wanted.instance.stack.region}` lists "
        "what is offered"
    )
    return [Checked(check, "failed", said + also, way_out)]
