"""Stage `in-use`: the database over some hours."""

from __future__ import annotations

from functools import partial

from twinstack.aws.errors import AwsError
from twinstack.dr.first_run.answers import Answer, compared, not_answered, not_looked_at
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.primary import cluster_of
from twinstack.dr.first_run.scene import PRIMARY, SECONDARY, Scene

_PATIENCE_SECONDS = 1800


def snapshot_exported(scene: Scene) -> Answer:
    """Looks for an export; there is one only after the first night."""
    expected = "a SUCCEEDED execution in each region, and objects under exports/ in both buckets"
    answered, waiting, same = [], False, True
    for role, region in scene.regions.items():
        found = region.executions(scene.physical_id(role, "ExportStateMachine"))
        count = region.object_count(scene.physical_id(role, "BackupBucket"), "exports/")
        answered.append(f"{role}: executions {', '.join(found) or 'none yet'}; {count} objects")
        waiting = waiting or not found
        same = same and found[:1] == ["SUCCEEDED"] and count > 0
    told = "; ".join(answered)
    if waiting:
        return not_answered(expected, "no automated snapshot yet: look again after the backup window", told)
    return compared(expected, told, same=same)


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
            return _refused(scene, expected, "; ".join([*answered, f"to {target}: {error.code}: {error.reason}"]))
        found = scene.wait("the roles to move", partial(_writer, scene), wanted.__eq__, seconds=_PATIENCE_SECONDS)
        answered.append(f"to {target}: the writer is {found}")
        if found != wanted:
            return compared(expected, "; ".join(answered), same=False)
    return compared(expected, "; ".join(answered), same=True)


def _refused(scene: Scene, expected: str, told: str) -> Answer:
    if scene.local:
        return not_answered(expected, "the local AWS has no planned switchover of Aurora MySQL", told)
    return compared(expected, told, same=False)


def _writer(scene: Scene) -> str:
    found = scene.regions[PRIMARY].global_cluster(scene.physical_id(PRIMARY, "GlobalCluster"))
    return next((member.cluster_arn for member in (found.members if found else ()) if member.writes), "")


CHECKS = (
    Check("snapshot-export", snapshot_exported),
    Check("switchover", switched_over_and_back),
)
