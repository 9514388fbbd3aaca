"""The facts of one region: each function asks AWS one thing and says in a few words how it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from twinstack.aws.api import Alarms
from twinstack.aws.side_by_side import Silence
from twinstack.dr.aws.api import Cluster, Region
from twinstack.dr.health import health_of
from twinstack.dr.operations.preflight import MAX_LAG_MILLISECONDS, OLDEST_LAG_SECONDS
from twinstack.dr.operations.sight import LAGS, lag_by
from twinstack.dr.roles import LiveCluster
from twinstack.dr.status.picture import Fact

_LAG_NAMES = ("RPO lag", "replication lag")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics.html
_PENDING = "OperationsPendingReplication"
_SHOWN = 3


def of_cluster(cluster: LiveCluster) -> list[Fact]:
    """Returns what was read of a cluster together with the roles."""
    found = cluster.found
    if isinstance(found, Silence):
        return [Fact("cluster", f"{cluster.name} could not be read", "unknown")]
    if found is None:
        return [Fact("cluster", f"{cluster.name} is a member, and its region does not know it", "failed")]
    return [_cluster(cluster, found), *_synchronized(cluster), _instances(cluster)]


def _cluster(cluster: LiveCluster, found: Cluster) -> Fact:
    said = f"{cluster.name}: {found.status}, {found.version}"
    return Fact("cluster", said, "ok" if found.status == "available" else "failed", found.version)


def _synchronized(cluster: LiveCluster) -> list[Fact]:
    if cluster.writes or not cluster.synchronization:
        return []
    well = cluster.synchronization == "connected"
    return [Fact("synchronisation", cluster.synchronization, "ok" if well else "failed", cluster.synchronization)]


def _instances(cluster: LiveCluster) -> Fact:
    found = cluster.instances
    if isinstance(found, Silence):
        return Fact("instances", found.why, "unknown")
    ready = [instance for instance in found if instance.status == "available"]
    kinds = ", ".join(sorted({instance.kind for instance in found}))
    said = f"{len(ready)} of {len(found)} available{f', {kinds}' if kinds else ''}"
    return Fact("instances", said, "ok" if ready and len(ready) == len(found) else "failed", float(len(ready)))


def lags(region: Region, cluster: str, now: datetime) -> list[Fact]:
    """Returns how far a cluster that reads is behind, by each metric that says so, with its age."""
    found = []
    for name, metric in zip(_LAG_NAMES, LAGS, strict=True):
        lag = lag_by(metric, region, cluster, now)
        if lag is None:
            found.append(Fact(name, "no value of the last 15 minutes", "unknown"))
            continue
        well = lag.milliseconds <= MAX_LAG_MILLISECONDS and lag.age <= OLDEST_LAG_SECONDS
        said = f"{lag.milliseconds:.0f} ms, {_ago(lag.age)}"
        found.append(Fact(name, said, "ok" if well else "failed", lag.milliseconds))
    return found


def alarms(seen: Alarms, names: Sequence[str]) -> list[Fact]:
    """Returns how the alarms of a stack stand; one that is in ALARM is named."""
    if not names:
        return []
    found = seen.describe(names)
    states = [alarm.state for alarm in found.values()]
    ringing = sorted(alarm.name for alarm in found.values() if alarm.state == "ALARM")
    quiet = f"{states.count('OK')} OK, {states.count('INSUFFICIENT_DATA')} without data"
    if not ringing:
        return [Fact("alarms", quiet, "ok", 0.0)]
    return [Fact("alarms", f"{len(ringing)} in ALARM: {_some(ringing)}; {quiet}", "failed", float(len(ringing)))]


def replication(region: Region, buckets: Sequence[str], now: datetime) -> list[Fact]:
    """Returns where the buckets of a stack are copied to, and what still waits for that where S3 says so."""
    found = []
    for bucket in buckets:
        for rule in region.replication(bucket):
            of = {"SourceBucket": bucket, "DestinationBucket": rule.to, "RuleId": rule.name}
            pending = region.metric("AWS/S3", _PENDING, of, now) if rule.status == "Enabled" else None
            waits = f", {pending.value:.0f} objects wait" if pending else ", what waits is not known"
            well = rule.status == "Enabled"
            found.append(
                Fact("bucket replication", f"{rule.status}{waits if well else ''}", "ok" if well else "failed", rule.to)
            )
    return found or ([Fact("bucket replication", "no bucket is copied", "failed")] if buckets else [])


def secrets(region: Region, arns: Sequence[str]) -> list[Fact]:
    """Returns whether the secrets of a stack are in step with their replicas."""
    said, well = [], True
    for arn in arns:
        secret = region.secret(arn)
        replicas = secret.replicas if secret else ()
        said += [f"{status or 'unknown'} in {where}" for where, _, status in replicas] or ["no replica"]
        well = well and bool(replicas) and all(status == "InSync" for _, _, status in replicas)
    together = ", ".join(f"{said.count(each)} {each}" for each in dict.fromkeys(said))
    return [Fact("secret replicas", together, "ok" if well else "failed")]


def health(region: Region, checks: Sequence[str]) -> list[Fact]:
    """Returns what Route 53 sees of the health checks of a stack."""
    found = []
    for check in checks:
        verdict, said = health_of(region, check)
        found.append(Fact("health check", said, verdict, check))
    return found


def snapshot(region: Region, cluster: str, now: datetime) -> list[Fact]:
    """Returns the newest snapshot of a cluster."""
    newest = region.newest_snapshot(cluster)
    if newest is None:
        return [Fact("last snapshot", "there is none", "failed")]
    age = (now - newest.time).total_seconds()
    return [Fact("last snapshot", f"{newest.time:%Y-%m-%d %H:%M} UTC, {_ago(age)}", "ok", newest.name)]


def export(region: Region, machines: Sequence[str], now: datetime) -> list[Fact]:
    """Returns the newest export of a snapshot, by the state machine that starts it."""
    found = []
    for machine in machines:
        newest = region.newest_execution(machine)
        if newest is None:
            found.append(Fact("last export", "none yet", "unknown"))
            continue
        age, well = (now - newest.time).total_seconds(), newest.status in ("SUCCEEDED", "RUNNING")
        found.append(Fact("last export", f"{newest.status}, {_ago(age)}", "ok" if well else "failed", newest.status))
    return found


def drift(region: Region, stack: str, now: datetime) -> list[Fact]:
    """Returns what was last detected of a stack; nothing is looked for now."""
    found = region.stack_drift(stack)
    if found.time is None:
        return [Fact("drift", "never looked for: `drift` does", "unknown", found.status)]
    verdict = "ok" if found.status == "IN_SYNC" else "failed"
    said = f"{found.status}, looked for {_ago((now - found.time).total_seconds())}"
    return [Fact("drift", said, "ok" if verdict == "ok" else "failed", found.status)]


def _ago(seconds: float) -> str:
    for unit, length in (("day", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}{'s' if unit == 'day' else ''} ago"
    return f"{max(seconds, 0):.0f} s ago"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
