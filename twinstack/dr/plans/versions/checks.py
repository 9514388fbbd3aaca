"""Holds what a plan does to the versions of a global database against what AWS allows.

Aurora upgrades within one line cluster by cluster, all that read before the one that writes. While versions differ AWS
refuses a switchover and a managed failover.
See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from twinstack.dr.engine_version import AURORA_MYSQL, EngineVersion, Move, move, read_version
from twinstack.dr.global_databases import CLUSTER, GlobalDatabase, Member, VersionChange
from twinstack.dr.plans.versions.procedures import EQUAL_VERSIONS, ONE_BY_ONE, way_out
from twinstack.dr.roles import LiveCluster, Roles
from twinstack.dr.verdict import Verdict
from twinstack.planning.advice import Refusal


def judge(database: GlobalDatabase, roles: Roles | str | None) -> Verdict:
    """Judges what a plan does to the versions of one global database.

    Args:
        database: The database, as the plan changes it.
        roles: What AWS says of it; a text is why that could not be read; None when nobody asked.
    """
    verdict = Verdict()
    if isinstance(roles, str):
        first = database.changes[0].after
        why = (
            f"EngineVersion would change, and who writes in {database} could not be read: {roles}; readers are "
            f"upgraded before the writer, {ONE_BY_ONE}"
        )
        verdict.refused.append(_refusal(first, why))
        return verdict
    running = _running(database, roles)
    for change in database.whole:
        verdict.refused += _whole(database, change, roles)
    real: list[VersionChange] = []
    for _, together in groupby(database.upgrades, key=lambda change: change.number):
        upgrades = [change for change in together if _is_member(change.after, roles) and _upgrades(change, running)]
        verdict.refused += _refusals(database, upgrades, running, roles)
        running |= {change.after.region: change.after.version for change in upgrades}
        real += upgrades
    if not verdict.refused:
        verdict.remarks += _remarks(database, real, running, roles)
    return verdict


def _running(database: GlobalDatabase, roles: Roles | None) -> dict[str, EngineVersion | None]:
    """Returns the version in each region before the plan: what AWS says it is, else what the live template says."""
    if roles is not None:
        return {cluster.region: cluster.version for cluster in roles.clusters}
    return {member.region: member.version for member in _clusters(database.before)}


def _clusters(members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.type == CLUSTER]


def _is_member(member: Member, roles: Roles | None) -> bool:
    """Whether AWS counts a cluster to the database: one that was taken out is upgraded like any other cluster."""
    return roles is None or roles.at(member.region) is not None


def _upgrades(change: VersionChange, running: Mapping[str, EngineVersion | None]) -> bool:
    """Whether AWS would have anything to do: after its own procedure the templates only follow."""
    after = change.after.version
    return after is None or running.get(change.after.region) != after


def _refusal(member: Member, why: str) -> Refusal:
    return Refusal(member.role, member.resource, member.type, "Upgrade", f"{member}: {why}")


def _refusals(
    database: GlobalDatabase,
    upgrades: Sequence[VersionChange],
    running: Mapping[str, EngineVersion | None],
    roles: Roles | None,
) -> Iterator[Refusal]:
    """Yields what would be refused of the upgrades of one pass."""
    for change in upgrades:
        before = running.get(change.after.region)
        kind = move(before, change.after.version)
        if kind is not Move.PATCH:
            said = f"EngineVersion {before or change.before.text} -> {change.after.text} is {kind.value}"
            yield _refusal(change.after, f"{said}; {way_out(kind, change.after.version)}")
        elif roles is not None and roles.writer is not None and roles.writer.region == change.after.region:
            yield from _behind(database, change, roles.readers, running)
    if len(upgrades) > 1:
        named = " and ".join(f"{change.after.role}.{change.after.resource}" for change in upgrades)
        why = (
            f"{named} of {database} would be upgraded in one pass; upgrade one cluster at a time, readers before the "
            f"writer, {ONE_BY_ONE}: bring one EngineVersion after the other"
        )
        yield _refusal(upgrades[0].after, why)


def _behind(
    database: GlobalDatabase,
    change: VersionChange,
    readers: Sequence[LiveCluster],
    running: Mapping[str, EngineVersion | None],
) -> Iterator[Refusal]:
    """Yields a refusal when the writer would get a version that a reader does not have yet."""
    wanted = change.after.version
    behind = [reader for reader in readers if _is_below(running.get(reader.region), wanted)]
    if behind:
        named = ", ".join(f"{reader} ({running.get(reader.region) or 'version not known'})" for reader in behind)
        why = (
            f"it is the writer of {database}, and EngineVersion {wanted} would reach it before {named}; upgrade the "
            f"readers first, {ONE_BY_ONE}"
        )
        yield _refusal(change.after, why)


def _is_below(running: EngineVersion | None, wanted: EngineVersion | None) -> bool:
    return running is None or wanted is None or running.rank < wanted.rank


def _whole(database: GlobalDatabase, change: VersionChange, roles: Roles | None) -> Iterator[Refusal]:
    """Yields a refusal when the version that the global cluster names must not change."""
    after = change.after.version
    before = read_version(change.after.engine, roles.version) if roles and roles.version else change.before.version
    kind = move(before, after)
    if kind is Move.NONE:
        return
    said = f"EngineVersion {before or change.before.text} -> {change.after.text} is {kind.value}"
    if kind is not Move.PATCH:
        yield _refusal(change.after, f"{said}; {way_out(kind, after)}")
    elif after is not None and after.engine == AURORA_MYSQL:
        why = (
            f"{said} of all clusters of {database} at once, which AWS does not do for Aurora MySQL; leave it as it "
            f"was, and give the clusters their EngineVersion, {ONE_BY_ONE}"
        )
        yield _refusal(change.after, why)


def _remarks(
    database: GlobalDatabase,
    upgrades: Sequence[VersionChange],
    running: Mapping[str, EngineVersion | None],
    roles: Roles | None,
) -> Iterator[str]:
    for change in database.upgrades:
        if not _is_member(change.after, roles):
            yield (
                f"{change.after}: AWS does not count it to {database} (any more): it is upgraded like a cluster that "
                "stands alone"
            )
    if upgrades:
        steps = ", then ".join(
            f"{change.after.role}{_role_of(change, roles)} in pass {change.number}" for change in upgrades
        )
        yield (
            f"Engine version of {database}: {upgrades[-1].after.text}: {steps}; while versions differ AWS refuses a "
            f"switchover and a managed failover ({EQUAL_VERSIONS})"
        )
        if roles is None:
            yield (
                f"Who writes in {database} was not read: the update order of the environment stands; with AWS, `plan` "
                "and `deploy` put the readers first"
            )
    left = _left(database, running)
    if len(set(left.values())) > 1:
        apart = ", ".join(f"{version} in {region}" for region, version in left.items())
        yield (
            f"The versions of {database} are apart when this plan is done: {apart}; until they are equal AWS refuses a "
            f"switchover and a managed failover ({EQUAL_VERSIONS})"
        )


def _role_of(change: VersionChange, roles: Roles | None) -> str:
    cluster = roles.at(change.after.region) if roles else None
    return f" ({'writer' if cluster.writes else 'reader'})" if cluster else ""


def _left(database: GlobalDatabase, running: Mapping[str, EngineVersion | None]) -> dict[str, EngineVersion | None]:
    """Returns the version in each region when the plan is done; one that cannot be read is left out."""
    before = {(member.region, member.generation) for member in _clusters(database.before)}
    stays = {member.region for member in database.clusters}
    gone = {region for region, _ in before} - stays
    made = {it.region: it.version for it in database.clusters if (it.region, it.generation) not in before}
    every = {**{region: version for region, version in running.items() if region not in gone}, **made}
    return {region: version for region, version in every.items() if version is not None}
