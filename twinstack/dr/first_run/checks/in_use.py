"""Stage `in-use`: the database over some hours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from twinstack.aws.errors import AwsError
from twinstack.dr.first_run.checks.answers import Answer, compared, not_answered, not_looked_at
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.primary import cluster_of, writer_of
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene

_PATIENCE_SECONDS = 1800


def snapshot_exported(scene: Scene) -> Answer:
    """Looks for the export of the one region that exports, and its replica; there is one only after the first night."""
    expected = "a SUCCEEDED execution in the primary's region, and objects under exports/ in both buckets"
    found = scene.regions[PRIMARY].executions(scene.physical_id(PRIMARY, "ExportStateMachine"))
    counts = {
        role: region.object_count(scene.physical_id(role, "BackupBucket"), "exports/")
        for role, region in scene.regions.items()
    }
    objects = ", ".join(f"{count} objects in the bucket of the {role}" for role, count in counts.items())
    told = f"executions {', '.join(found) or 'none yet'}; {objects}"
    if not found:
        return not_answered(expected, "no automated snapshot yet: look again after the backup window", told)
    return compared(expected, told, same=found[:1] == ["SUCCEEDED"] and all(counts.values()))


def switched_over_and_back(scene: Scene) -> Answer:
    """Switches the roles over and back, where that was asked for."""
    if not scene.switch_over:
        return not_looked_at("the roles were not switched: give --switchover for it")
    expected = "the standby becomes the writer, and back"
    answered: list[str] = []
    for writer, target in ((PRIMARY, SECONDARY), (SECONDARY, PRIMARY)):
        wanted = cluster_of(scene, target).arn
        try:
            scene.regions[writer].switch_over(scene.physical_id(PRIMARY, "GlobalCluster"), wanted)
        except AwsError as error:
            told = "; ".join([*answered, f"to {target}: {error.code}: {error.reason}"])
            return compared(expected, told, same=False)
        # The way back is refused while the global cluster, or a member of it, is not available again.
        at_rest = _Roles(wanted, frozenset({"available"}))
        look = partial(_roles, scene)
        found = scene.wait("the roles to move", look, at_rest.__eq__, seconds=_PATIENCE_SECONDS, local_seconds=30)
        answered.append(f"to {target}: the writer is {found.writer}, {', '.join(sorted(found.states))}")
        if found != at_rest:
            return compared(expected, "; ".join(answered), same=False)
    return compared(expected, "; ".join(answered), same=True)


@dataclass(frozen=True)
class _Roles:
    """Which cluster writes, and the states of the global cluster and of its members."""

    writer: str
    states: frozenset[str]


def _roles(scene: Scene) -> _Roles:
    found = scene.regions[PRIMARY].global_cluster(scene.physical_id(PRIMARY, "GlobalCluster"))
    clusters = [cluster_of(scene, role).status for role in (PRIMARY, SECONDARY)]
    return _Roles(writer_of(found), frozenset([*clusters, found.status if found else "absent"]))


CHECKS = (
    Check("snapshot-export", snapshot_exported),
    Check("switchover", switched_over_and_back),
)
