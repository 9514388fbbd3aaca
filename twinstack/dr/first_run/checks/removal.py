"""Stage `removal`: what is left after `destroy`."""

from __future__ import annotations

from twinstack.dr.aws.api import Region
from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene

_KEYS = ("DatabaseKey", "BackupKey", "OperationsKey")


def stacks_gone(scene: Scene) -> Answer:
    """Whether every stack is gone, the deployer's own as well."""
    every = [*scene.pair.stacks.items(), *scene.artifact_stacks().items()]
    left = [stack.name for role, stack in every if scene.run.cloudformation(role).describe_stack(stack.name)]
    return compared("no stack is left", f"left: {', '.join(left) or 'none'}", same=not left)


def only_keys_left(scene: Scene) -> Answer:
    """Looks for what AWS keeps of a cluster, and whether the keys are on their way out.

    The automated backups of both clusters outlive them, until their retention is over.
    """
    states, left, backups = [], [], []
    for role in (PRIMARY, SECONDARY):
        region = scene.regions[role]
        states += [region.key_state(scene.physical_id(role, key)) for key in _KEYS]
        cluster = scene.physical_id(role, "Cluster")
        backups.append(len(region.kept_backups(cluster)))
        left += [f"{role}: {thing}" for thing in _kept_of_cluster(region, cluster)]
    if scene.regions[PRIMARY].secret(scene.physical_id(PRIMARY, "DatabaseSecret")) is not None:
        left.append("the secret waits for its deletion")
    pending = states.count("PendingDeletion")
    return compared(
        "six keys pending deletion, an automated backup of each cluster, nothing else",
        f"{pending} of {len(states)} keys pending deletion; {sum(backups)} automated backups; "
        f"left: {', '.join(left) or 'nothing else'}",
        same=pending == len(states) == 6 and backups == [1, 1] and not left,
    )


def _kept_of_cluster(region: Region, cluster: str) -> list[str]:
    left = [f"snapshot {name}" for name in region.snapshots(cluster)]
    return left + [f"log group {name}" for name in region.log_group_keys(f"/aws/rds/cluster/{cluster}/")]


def interfaces_gone(scene: Scene) -> Answer:
    """Whether the network interfaces of the endpoints went in time for the subnets."""
    left = [
        f"{role}: {name}"
        for role, region in scene.regions.items()
        for name in region.interfaces(scene.physical_id(role, "Vpc"))
    ]
    return compared("no network interface in either VPC", ", ".join(left) or "none", same=not left)


CHECKS = (
    Check("destroy", stacks_gone),
    Check("left-behind", only_keys_left, emulator="the local AWS keeps no snapshots, backups or logs of a cluster"),
    Check("interfaces-gone", interfaces_gone, emulator="the local AWS has no network interfaces of endpoints"),
)
