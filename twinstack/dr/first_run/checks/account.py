"""Stage `checks`: what the account and the two regions offer, before anything is created."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from twinstack.dr.first_run.checks.answers import Answer, compared
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene
from twinstack.dr.preflight.offers import is_offered, zones_without
from twinstack.dr.preflight.room import QUOTAS
from twinstack.expressions.resolution import ResolvedResource
from twinstack.planning.passes import Plan, plan
from twinstack.planning.settled import settle
from twinstack.planning.world import Absent
from twinstack.preflight.site import Room
from twinstack.preflight.zones import names_of_get_azs

THREE_PASSES = "create primary, create secondary, update primary"


def told(plan: Plan) -> str:
    """Returns the passes of a plan in words."""
    passes = (" and ".join(f"{step.operation.lower()} {step.stack.role}" for step in steps) for steps in plan.passes)
    return ", ".join(passes) or "nothing to do"


def lint_and_offline_plan(scene: Scene) -> Answer:
    """Lints the templates and plans without AWS."""
    from twinstack.linting.lint import lint, lint_pairs  # noqa: PLC0415  # slow to import

    entries = scene.run.environment.file.model.stacks.values()
    findings = lint(sorted({entry.template for entry in entries}), sorted({entry.region for entry in entries}))
    findings = [it for it in (*findings, *lint_pairs(settle(scene.run.planner))) if it.is_at_least("warning")]
    found = told(plan(scene.run.planner, dict.fromkeys(scene.pair.stacks, Absent())))
    return compared(
        f"no findings; {THREE_PASSES}",
        f"{len(findings) or 'no'} findings; {found}",
        same=not findings and found == THREE_PASSES,
    )


def plan_on_line(scene: Scene) -> Answer:
    """Plans from what AWS says of the stacks."""
    found = scene.plan_now()
    read = "both regions read" if not found.partial else f"not read: {', '.join(found.unknown.values())}"
    return compared(
        f"{THREE_PASSES}; both regions read",
        f"{told(found)}; {read}",
        same=told(found) == THREE_PASSES and not found.partial,
    )


def engine_versions(scene: Scene) -> Answer:
    """Asks both regions for the version of the engine."""
    expected, answered, same = [], [], True
    for role, region in scene.regions.items():
        version = scene.parameter(role, "EngineVersion")
        found = region.engine_versions(version)
        expected.append(f"{role}: {version}, in global databases")
        told_ = ", ".join(
            f"{it.version}{'' if it.in_global_databases else ' not'}, in global databases" for it in found
        )
        answered.append(f"{role}: {told_ or 'no such version'}")
        same = same and is_offered(found, version)
    equal = len({scene.parameter(role, "EngineVersion") for role in scene.regions}) == 1
    return compared("; ".join(expected), "; ".join(answered), same=same and equal)


def orderable_classes(scene: Scene) -> Answer:
    """Asks both regions in which zones the instance class is offered: instances go to the first and second one."""
    answered, same = [], True
    for role, region in scene.regions.items():
        kind = scene.parameter(role, "DBInstanceClass")
        offered = region.orderable_zones(scene.parameter(role, "EngineVersion"), kind)
        used = names_of_get_azs(region)[:2]
        answered.append(f"{role}: {kind} in {_list(offered)}; the first two zones are {_list(used)}")
        same = same and len(used) == 2 and not zones_without(offered, used)
    return compared(
        "the instance class is offered in the first two zones of each region", "; ".join(answered), same=same
    )


def zones(scene: Scene) -> Answer:
    """Asks both regions for their zones, as `Fn::GetAZs` names them."""
    answered, same = [], True
    for role, region in scene.regions.items():
        found, wanted = names_of_get_azs(region), int(scene.parameter(role, "ZoneCount"))
        answered.append(f"{role}: {_list(found)}, and ZoneCount is {wanted}")
        same = same and len(found) >= wanted
    return compared("in each region as many zones as ZoneCount, which Fn::GetAZs names", "; ".join(answered), same=same)


def quotas(scene: Scene) -> Answer:
    """Compares the room that the quotas leave with what the pair needs."""
    needed = {role: Counter(it.type for it in _resources(scene, role)) for role in (PRIMARY, SECONDARY)}
    lines: list[tuple[str, int, Room]] = []
    for role, region in scene.regions.items():
        databases = region.database_room()
        lines.append((f"{role}: VPCs", needed[role]["AWS::EC2::VPC"], region.vpc_room()))
        for name, kind, _ in QUOTAS[:2]:
            lines.append((f"{role}: {name}", needed[role][kind], databases.get(name, Room(0, 0))))
    roles = sum(count["AWS::IAM::Role"] for count in needed.values())
    lines.append(("IAM roles", roles, scene.regions[PRIMARY].role_room()))
    return compared(
        "room for " + ", ".join(f"{count} {what}" for what, count, _ in lines),
        ", ".join(f"{what} {room.used} of {room.limit}" for what, _, room in lines),
        same=all(room.has(count) for _, count, room in lines),
    )


def _resources(scene: Scene, role: str) -> Iterable[ResolvedResource]:
    (found,) = [settled for settled in settle(scene.run.planner) if settled.stack.role == role]
    return found.resources.values()


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


CHECKS = (
    Check("lint", lint_and_offline_plan),
    Check("plan", plan_on_line),
    Check("engine-version", engine_versions, emulator="the local AWS knows a version by heart"),
    Check("instance-class", orderable_classes, emulator="the local AWS offers no classes"),
    Check("zones", zones, emulator="the local AWS makes up its zones"),
    Check("quotas", quotas, emulator="the local AWS has no quotas"),
)
