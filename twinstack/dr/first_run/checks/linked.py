"""Stage `linked`: the third pass, after which each stack has what it takes from the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from twinstack.dr.aws.api import StoredObject
from twinstack.dr.first_run.checks.account import told
from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene
from twinstack.errors import TwinStackError

_KEY = "first-run"


def change_set_as_planned(scene: Scene) -> Answer:
    """Whether the change set has every change of the plan; it may list more that only refer to those."""
    changes = {change["resource"]: change for change in primary_changes(scene)}
    missing = [
        f"{change.action} {change.resource}"
        for change in scene.linking
        if change.resource not in changes or (change.action == "Add") != (changes[change.resource]["action"] == "Add")
    ]
    planned = {change.resource for change in scene.linking}
    more = [name for name in changes if name not in planned]
    lost = [name for name, change in changes.items() if change["action"] == "Remove"]
    return compared(
        f"the {len(planned)} changes that the plan named; more Modify are normal",
        f"{len(changes)} changes; missing: {', '.join(missing) or 'none'}; more: {', '.join(more) or 'none'}; "
        f"removed: {', '.join(lost) or 'none'}",
        same=not missing and not lost,
    )


def primary_changes(scene: Scene) -> tuple[Mapping[str, Any], ...]:
    """Returns the changes of the last change set that was made for the primary.

    Raises:
        TwinStackError: None has been made.
    """
    made = [event for event in scene.memory.change_sets if event.stack == PRIMARY]
    if not made:
        raise TwinStackError("no change set of the primary has been made")
    return made[-1].changes


def objects_replicate(scene: Scene) -> Answer:
    """Puts an object into each bucket and waits for it in the other, under that region's key."""
    answered, same = [], True
    for role, other in ((PRIMARY, SECONDARY), (SECONDARY, PRIMARY)):
        target, key = scene.physical_id(other, "BackupBucket"), scene.physical_id(other, "BackupKey")
        name = f"{_KEY}/{role}"
        scene.run.clients[role].buckets.put(scene.physical_id(role, "BackupBucket"), name, b"first run\n")
        look = partial(scene.regions[other].stored_object, target, name)
        found = scene.wait("replicated objects", look, _is_there, seconds=900)
        answered.append(f"{role} to {other}: " + (f"under {found.kms_key or 'no key'}" if found else "not arrived"))
        same = same and found is not None and key in found.kms_key
    return compared("an object of each bucket in the other, under that region's key", "; ".join(answered), same=same)


def _is_there(found: StoredObject | None) -> bool:
    return found is not None


def secret_replicated(scene: Scene) -> Answer:
    """Whether the secret has a replica in the standby's region, under that region's key."""
    region, key = scene.pair.stacks[SECONDARY].region, scene.physical_id(SECONDARY, "DatabaseKey")
    arn = scene.physical_id(PRIMARY, "DatabaseSecret")

    def replicas() -> tuple[tuple[str, str, str], ...]:
        found = scene.regions[PRIMARY].secret(arn)
        return found.replicas if found else ()

    found = scene.wait(
        "the secret's replica", replicas, lambda it: all(status == "InSync" for *_, status in it), seconds=300
    )
    return compared(
        f"InSync in {region} under {key}",
        "; ".join(f"{status} in {where} under {under or 'no key'}" for where, under, status in found) or "no replica",
        same=[where for where, *_ in found] == [region]
        and all(status == "InSync" and key in under for _, under, status in found),
    )


def zone_in_both_vpcs(scene: Scene) -> Answer:
    """Whether the private zone is seen from both VPCs."""
    found = scene.regions[PRIMARY].hosted_zone(scene.physical_id(PRIMARY, "PrivateZone")).vpcs
    wanted = {(scene.pair.stacks[role].region, scene.physical_id(role, "Vpc")) for role in (PRIMARY, SECONDARY)}
    return compared(_vpcs(wanted), _vpcs(found), same=set(found) == wanted)


def _vpcs(pairs: set[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{vpc} in {region}" for region, vpc in sorted(pairs)) or "no VPC"


def nothing_to_do(scene: Scene) -> Answer:
    """Whether the pair is as the environment says."""
    found = told(scene.plan_now())
    return compared("nothing to do", found, same=found == "nothing to do")


CHECKS = (
    Check("linking-change-set", change_set_as_planned),
    Check("bucket-replication", objects_replicate),
    Check("secret-replica", secret_replicated),
    Check("zone-vpcs", zone_in_both_vpcs),
    Check("nothing-to-do", nothing_to_do),
)
