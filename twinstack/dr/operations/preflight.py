"""What must hold before the roles are changed; pure, so that `status` can say the same without changing anything.

See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.aws.side_by_side import Silence
from twinstack.dr.aws.api import Cluster, Instance
from twinstack.dr.database import Database
from twinstack.dr.operations.moved import Lag
from twinstack.dr.operations.sight import Sight
from twinstack.dr.roles import LiveCluster, Roles
from twinstack.planning.world import Live, Unknown, World
from twinstack.preflight.checked import Checked, Verdict
from twinstack.statuses import Standing, standing

# Below a second is usual; what a switchover has to catch up with makes it longer.
MAX_LAG_MILLISECONDS = 5000.0
# RDS reports the lag once a minute; CloudWatch has it some minutes later at the most.
OLDEST_LAG_SECONDS = 300.0
NOBODY_DEPLOYS = "deployments"
_EQUAL_VERSIONS = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html"


def before_switchover(
    database: Database, sight: Sight, target: LiveCluster, max_lag: float = MAX_LAG_MILLISECONDS
) -> tuple[Checked, ...]:
    """Returns what was looked at before a switchover, which wants both sides healthy.

    Args:
        database: The database.
        sight: What was seen.
        target: The cluster that is to write.
        max_lag: How far it may be behind, in milliseconds.
    """
    roles, writer = sight.roles, sight.roles.writer
    return (
        _at_rest(roles),
        _regions_answer(roles),
        _members(database, roles),
        _versions(roles, writer, target, "failed"),
        check_lag(sight.lag, target, max_lag),
        _synchronized(target),
        *_available(roles),
        _instances(target, writer),
        _stacks_at_rest(sight.stacks),
        _nobody_deploys(sight.holder),
    )


def before_failover(sight: Sight, target: LiveCluster) -> tuple[Checked, ...]:
    """Returns what was looked at before a failover, which needs the target alone.

    Args:
        sight: What was seen.
        target: The cluster that is to write.
    """
    roles = sight.roles
    return (
        _no_failover(roles),
        _views(roles),
        _versions(roles, roles.writer, target, "unknown"),
        *_available(roles, target),
        _instances(target, None),
    )


def _checked(check: str, problem: str, well: str, fix: str, verdict: Verdict = "failed") -> Checked:
    return Checked(check, verdict, problem, fix) if problem else Checked(check, "ok", well)


def _at_rest(roles: Roles) -> Checked:
    busy = "" if roles.status == "available" else f"it is {roles.status}"
    return _checked(
        "global database", busy or _under_way(roles), "available, and no change of roles is under way", _WAIT
    )


_WAIT = "wait until `status` says available, then try again"


def _no_failover(roles: Roles) -> Checked:
    """A failover that goes on is waited for. A switchover may hang when a region is lost: AWS says what it takes."""
    check = "change of roles"
    if roles.change is not None and not roles.change.may_lose_data:
        return Checked(check, "unknown", _under_way(roles), "AWS may refuse a failover while a switchover goes on")
    return _checked(check, _under_way(roles), "none is under way", _WAIT)


def _under_way(roles: Roles) -> str:
    return str(roles.change) if roles.change else ""


def _regions_answer(roles: Roles) -> Checked:
    silent = "; ".join(f"{region} does not answer: {silence.why}" for region, silence in roles.silent.items())
    fix = "a switchover needs every region; when one is lost for long: `failover --to REGION --allow-data-loss`"
    return _checked("regions", silent, f"{', '.join(cluster.region for cluster in roles.clusters)} answer", fix)


def _members(database: Database, roles: Roles) -> Checked:
    alone = [f"{site} has no cluster in it" for site in database.sites if roles.at(site.region) is None]
    alone += [odds] if (odds := _at_odds(roles)) else []
    return _checked("members", "; ".join(alone), f"{len(roles.clusters)}, all known to their stacks", _FIND_THE_DATA)


def _views(roles: Roles) -> Checked:
    """A failover needs the target alone; but who has the data must not be in dispute."""
    return _checked("members", _at_odds(roles), "nobody disagrees about who writes", _FIND_THE_DATA)


_FIND_THE_DATA = (
    "find out which cluster has the data before anything else: docs/runbook.md, split brain and manual detach"
)


def _at_odds(roles: Roles) -> str:
    return f"{' and '.join(roles.at_odds)} disagree about who writes" if roles.at_odds else ""


def _versions(roles: Roles, writer: LiveCluster | None, target: LiveCluster, unknown: Verdict) -> Checked:
    """Versions must be equal to the patch, or AWS refuses a managed change of roles."""
    check = "engine versions"
    known = {cluster.region: str(cluster.version) for cluster in roles.clusters if cluster.version}
    apart = ", ".join(f"{version} in {region}" for region, version in known.items())
    if len(set(known.values())) > 1:
        fix = f"upgrade the one that is behind by a deployment first ({_EQUAL_VERSIONS})"
        return Checked(check, "failed", f"they differ: {apart}", fix)
    missing = [cluster.region for cluster in (writer, target) if cluster is not None and cluster.region not in known]
    if missing:
        said = f"not known in {', '.join(missing)}"
        return Checked(check, unknown, said, f"AWS refuses when they differ ({_EQUAL_VERSIONS})")
    return Checked(check, "ok", apart)


def check_lag(lag: Lag | Silence | None, target: LiveCluster, limit: float = MAX_LAG_MILLISECONDS) -> Checked:
    """Returns whether a cluster is known to follow closely enough to write; the limit is in milliseconds."""
    check, metric = "lag", "AuroraGlobalDBRPOLag"
    if isinstance(lag, Silence):
        return Checked(check, "failed", f"{target.region} does not say: {lag.why}", "try again when CloudWatch answers")
    if lag is None or lag.age > OLDEST_LAG_SECONDS:
        age = "no value of the last 15 minutes" if lag is None else f"the newest value is {lag.age:.0f} s old"
        fix = f"a target that is not known to follow is not switched to; look at {metric} in {target.region}"
        return Checked(check, "failed", age, fix)
    said = f"{lag.milliseconds:.0f} ms behind ({lag.metric}, {lag.age:.0f} s old)"
    if lag.milliseconds > limit:
        return Checked(check, "failed", f"{said}, more than {limit:.0f}", "wait, or allow more with --max-lag")
    return Checked(check, "ok", said)


def _synchronized(target: LiveCluster) -> Checked:
    said = target.synchronization
    if not said:
        return Checked("synchronisation", "unknown", f"AWS does not say it of {target}")
    problem = "" if said == "connected" else f"{target} is {said}"
    return _checked("synchronisation", problem, f"{target} is connected", "wait until it is connected: see `status`")


def _available(roles: Roles, only: LiveCluster | None = None) -> Iterator[Checked]:
    for cluster in roles.clusters:
        if only is not None and cluster.region != only.region:
            continue
        check, found = f"cluster in {cluster.region}", cluster.found
        if isinstance(found, Cluster):
            problem = "" if found.status == "available" else f"{cluster.name} is {found.status}"
            yield _checked(check, problem, f"{cluster.name} is available", _WAIT)
        elif isinstance(found, Silence):
            yield Checked(check, "failed", f"{cluster.name}: {found.why}", "this needs a region that answers")
        else:
            fix = "see docs/runbook.md, manual detach and re-attach"
            yield Checked(check, "failed", f"{cluster.name} is a member, and its region does not know it", fix)


def _instances(target: LiveCluster, writer: LiveCluster | None) -> Checked:
    """Returns whether the target has an instance that can write, of the class that writes now where that counts."""
    check, found = f"instances in {target.region}", target.instances
    if isinstance(found, Silence):
        return Checked(check, "failed", found.why, "this needs a region that answers")
    ready = [instance for instance in found if instance.status == "available"]
    if not ready:
        said = (
            f"none of {len(found)} is available" if found else f"{target.name} has none: AWS promotes no headless one"
        )
        return Checked(check, "failed", said, "deploy an instance there, or wait until one is available")
    wanted = _classes(writer.instances) if writer else set()
    if wanted and not wanted & _classes(tuple(ready)):
        said = f"{_list(_classes(tuple(ready)))} there, {_list(wanted)} where it writes now"
        fix = "give both regions the same DBInstanceClass, so that the target can carry the load"
        return Checked(check, "failed", said, fix)
    return Checked(check, "ok", f"{len(ready)} available, {_list(_classes(tuple(ready)))}")


def _classes(instances: tuple[Instance, ...] | Silence) -> set[str]:
    return set() if isinstance(instances, Silence) else {instance.kind for instance in instances}


def _list(words: set[str]) -> str:
    return ", ".join(sorted(words))


def _stacks_at_rest(stacks: World) -> Checked:
    unread = [f"{role}: {state.reason}" for role, state in stacks.items() if isinstance(state, Unknown)]
    busy = [
        f"{role} is {state.status}"
        for role, state in stacks.items()
        if isinstance(state, Live) and standing(state.status) in (Standing.BUSY, Standing.HALF_ROLLED_BACK)
    ]
    fix = "wait for the operation to end; `deploy` follows it" if busy else "a switchover is for regions that answer"
    return _checked("stack operations", "; ".join([*busy, *unread]), "none is running", fix)


def _nobody_deploys(holder: object) -> Checked:
    check = NOBODY_DEPLOYS
    if isinstance(holder, Silence):
        return Checked(check, "unknown", f"whether another run is at work could not be asked: {holder.why}")
    problem = f"another run is at work: {holder}" if holder is not None else ""
    return _checked(check, problem, "no other run holds the lock", "wait until it has ended")
