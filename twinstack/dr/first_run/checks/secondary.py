"""Stage `secondary`: the second pass, which makes the standby."""

from __future__ import annotations

from dataclasses import dataclass

from twinstack.dr.first_run.checks.answers import Answer, compared, not_answered
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.primary import cluster_name, cluster_of
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
_LAG = "AuroraGlobalDBReplicationLag"


def standby_encrypted(scene: Scene) -> Answer:
    """Whether the standby is there, under the key of its own region."""
    found, key = cluster_of(scene, SECONDARY), scene.physical_id(SECONDARY, "DatabaseKey")
    return compared(
        f"available, under {key}",
        f"{found.status}, under {found.kms_key or 'no key'}",
        same=found.status == "available" and key in found.kms_key,
    )


def standby_without_login(scene: Scene) -> Answer:
    """Whether the standby was created although it has neither name nor user nor password of its own."""
    found = cluster_of(scene, SECONDARY)
    given = scene.stacks[SECONDARY].template.resources["Cluster"]["Properties"]
    own = [name for name in ("DatabaseName", "MasterUsername", "MasterUserPassword") if name in given]
    return compared(
        "available with none of them",
        f"{found.status} with {', '.join(own) or 'none of them'}",
        same=found.status == "available" and not own,
    )


def members_connected(scene: Scene) -> Answer:
    """Whether both members of the global database are connected."""
    name = scene.physical_id(PRIMARY, "GlobalCluster")

    def states() -> list[str]:
        found = scene.regions[PRIMARY].global_cluster(name)
        return [member.synchronization for member in found.members] if found else []

    found = scene.wait("both members", states, lambda it: it == ["connected"] * 2, seconds=900)
    return compared("connected, connected", ", ".join(found) or "no member", same=found == ["connected"] * 2)


@dataclass(frozen=True)
class _Reported:
    """Whether each region reports the lag."""

    primary: bool
    secondary: bool


def lag_reported(scene: Scene) -> Answer:
    """Whether the lag is reported in the standby's region and in no other."""

    def look() -> _Reported:
        seen = [scene.regions[role].has_metric(_LAG, cluster_name(scene, role)) for role in (PRIMARY, SECONDARY)]
        return _Reported(*seen)

    # A new metric may take a quarter of an hour to be listed (CloudWatch API reference, ListMetrics).
    found = scene.wait("lag metrics", look, lambda it: it.secondary, seconds=1800)
    if not (found.primary or found.secondary):
        return not_answered(f"{_LAG} in secondary only", "neither region lists the metric yet")
    where = [role for role in (PRIMARY, SECONDARY) if getattr(found, role)]
    return compared(f"{_LAG} in secondary only", f"in {', '.join(where) or 'neither'}", same=where == [SECONDARY])


CHECKS = (
    Check("standby-encrypted", standby_encrypted),
    Check("standby-login", standby_without_login, emulator="the local AWS asks for no login"),
    Check("members-connected", members_connected, emulator="the local AWS replicates nothing: members always connect"),
    Check("lag-metrics", lag_reported, emulator="the local AWS measures no lag"),
)
