"""Stage `primary`: the first pass, which makes the global database and its writer."""

from __future__ import annotations

from twinstack.dr.aws.api import Cluster, GlobalCluster
from twinstack.dr.first_run.checks.account import told
from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, Scene
from twinstack.errors import TwinStackError

_LOGS = ("audit", "error", "slowquery")


def duration(scene: Scene) -> Answer:
    """How long the creation took; nothing is expected of it."""
    seconds = [step.seconds for step in scene.memory.steps if step.stack == PRIMARY][-1:]
    return compared(
        "not known before; the credentials outlast it",
        f"{seconds[0] / 60:.0f} minutes ({seconds[0]:.0f} s)" if seconds else "the pass did not end",
        same=bool(seconds),
    )


def joined_as_writer(scene: Scene) -> Answer:
    """Whether the cluster joined the empty global database as its writer."""
    own = cluster_of(scene, PRIMARY)
    found = scene.regions[PRIMARY].global_cluster(scene.physical_id(PRIMARY, "GlobalCluster"))
    members = found.members if found else ()
    writers = [member.cluster_arn for member in members if member.writes]
    return compared(
        f"one member, {own.arn}, and it writes",
        f"{len(members)} members; {', '.join(writers) or 'none'} writes",
        same=len(members) == 1 and writers == [own.arn],
    )


def writer_of(found: GlobalCluster | None) -> str:
    """Returns the ARN of the cluster that writes, '' where none does."""
    return next((member.cluster_arn for member in (found.members if found else ()) if member.writes), "")


def writer_name(scene: Scene) -> Answer:
    """Whether `writer.` points to the endpoint of the global database."""
    region, zone = scene.regions[PRIMARY], scene.physical_id(PRIMARY, "PrivateZone")
    found = region.global_cluster(scene.physical_id(PRIMARY, "GlobalCluster"))
    endpoint = found.endpoint if found else ""
    values = region.record_values(zone, f"writer.{region.hosted_zone(zone).name}")
    return compared(
        "a global endpoint, and writer. points to it",
        f"the endpoint is {endpoint or 'not there'}; writer. points to {', '.join(values) or 'nothing'}",
        same=bool(endpoint) and list(values) == [endpoint],
    )


def engine_takes_settings(scene: Scene) -> Answer:
    """Whether the cluster has the settings of the template."""
    found, version = cluster_of(scene, PRIMARY), scene.parameter(PRIMARY, "EngineVersion")
    group = scene.physical_id(PRIMARY, "ClusterParameterGroup")
    same = (
        (found.status, found.version, found.parameter_group) == ("available", version, group)
        and found.sign_in_by_iam
        and set(_LOGS) <= set(found.log_exports)
    )
    return compared(
        f"available, {version}, sign-in by IAM, our parameter group, logs {', '.join(_LOGS)}",
        f"{found.status}, {found.version}, {'' if found.sign_in_by_iam else 'no '}sign-in by IAM, "
        f"group {found.parameter_group}, logs {', '.join(found.log_exports) or 'none'}",
        same=same,
    )


def performance_insights(scene: Scene) -> Answer:
    """Whether the instances report to Performance Insights under our key."""
    key, kind = scene.physical_id(PRIMARY, "DatabaseKey"), scene.parameter(PRIMARY, "DBInstanceClass")
    found = scene.regions[PRIMARY].instances(cluster_name(scene, PRIMARY))
    return compared(
        f"two instances {kind}, Performance Insights under {key}",
        "; ".join(f"{it.name} {it.kind}: {it.insights_key or 'no key'}" for it in found) or "no instance",
        same=len(found) == 2 and all(it.kind == kind and key in it.insights_key for it in found),
    )


def two_passes_left(scene: Scene) -> Answer:
    """Whether the rest of the plan is what it was."""
    wanted, found = "create secondary, update primary", told(scene.plan_now())
    return compared(wanted, found, same=found == wanted)


def cluster_name(scene: Scene, role: str) -> str:
    """Returns the identifier of a stack's cluster."""
    return scene.physical_id(role, "Cluster")


def cluster_of(scene: Scene, role: str) -> Cluster:
    """Returns a stack's cluster.

    Raises:
        TwinStackError: There is none.
    """
    found = scene.regions[role].cluster(cluster_name(scene, role))
    if found is None:
        raise TwinStackError(f"{role}: there is no cluster {cluster_name(scene, role)}")
    return found


CHECKS = (
    Check("primary-time", duration, emulator="the local AWS takes no time"),
    Check("joins-global-cluster", joined_as_writer),
    Check("global-endpoint", writer_name),
    Check("engine-settings", engine_takes_settings, emulator="the local AWS runs no engine that could refuse them"),
    Check("performance-insights", performance_insights, emulator="the local AWS keeps no Performance Insights"),
    Check("two-passes-left", two_passes_left),
)
