"""The stages: what each makes, what is asked while it stands, and what removes it again.

The database comes about by the passes of the real rollout; parts and network are deployed and destroyed by the same
engine, as stacks of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from twinstack.aws.errors import AwsError
from twinstack.aws.world_reading import read_world
from twinstack.dr.aws.api import Validated
from twinstack.dr.first_run.checks import (
    account,
    change_set,
    in_use,
    linked,
    network,
    parts,
    primary,
    probes,
    removal,
    secondary,
)
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import PRIMARY, FirstChangeSet, Scene
from twinstack.dr.first_run.parts import network as network_part
from twinstack.dr.first_run.parts import small_parts
from twinstack.environment.file import EnvironmentFile
from twinstack.errors import RefusedError
from twinstack.planning.system import System
from twinstack.rollout.change_sets.preparing import ChangeSetError, discard, prepare, request_for
from twinstack.rollout.deploying import deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import provide


def _nothing(_scene: Scene) -> None:
    """Makes or removes nothing."""


@dataclass(frozen=True)
class Stage:
    """One stage of the walk.

    Attributes:
        key: Its key on the page.
        checks: What AWS is asked.
        begin: Makes what the checks look at.
        end: Removes it again.
        free: Whether it can be walked after a surprise: it makes nothing that costs.
    """

    key: str
    checks: tuple[Check, ...] = ()
    begin: Callable[[Scene], None] = _nothing
    end: Callable[[Scene], None] = _nothing
    free: bool = False


def _try_change_set(scene: Scene) -> None:
    """Has both templates read, makes the first change set, reads it, and removes all of it again."""
    planned = scene.plan_now().passes[0][0]
    run = provide(scene.run, scene.pair.stacks.values())
    scene.validated = {role: _validated(scene, run, role) for role in scene.pair.stacks}
    role = planned.stack.role
    cloudformation = run.cloudformation(role)
    step = run.planner.step(read_world(run.planner.system, run.clients), role)
    added, failure = 0, ""
    try:
        url = run.template_urls.get(step.stack.template.text)
        prepared = prepare(cloudformation, request_for(step, run.new_id, url), run.clock, run.lock)
    except (AwsError, ChangeSetError) as error:
        failure = str(error)
    else:
        if prepared is not None:
            added = sum(change.action == "Add" for change in prepared.change_set.changes)
            discard(cloudformation, prepared, run.lock)
    found = cloudformation.describe_stack(planned.stack.name)
    count = sum(change.action == "Add" for change in planned.changes)
    scene.first = FirstChangeSet(count, added, failure, found.status if found else "")
    destroy(run, DestroyOptions(empty_buckets=True))


def _validated(scene: Scene, run: Run, role: str) -> Validated | AwsError:
    text = scene.pair.stacks[role].template.text
    try:
        return scene.regions[role].validate_template(text, run.template_urls.get(text))
    except AwsError as error:
        return error


def _deploy_part(cut_out: Callable[[System, EnvironmentFile], System], scene: Scene) -> None:
    part = cut_out(scene.pair, scene.run.environment.file)
    deploy(scene.part_run(part))
    scene.look(part.stacks)


def _destroy_part(scene: Scene) -> None:
    part = System(scene.stacks)
    destroy(scene.part_run(part), DestroyOptions(empty_buckets=True))


def _next_pass(scene: Scene) -> None:
    deploy(scene.run, passes=1)
    scene.look(scene.pair.stacks)


def _last_pass(scene: Scene) -> None:
    planned = scene.plan_now().passes
    scene.linking = tuple(change for steps in planned for step in steps for change in step.changes)
    deploy(scene.run)
    scene.look(scene.pair.stacks)


def _set_probes(enabled: str, scene: Scene) -> None:
    """Plans the pair with probes on, or off, from here on; all else stays as the environment says."""
    run, pair = scene.run, scene.pair
    stacks = {
        role: replace(stack, parameters={**stack.parameters, probes.ENABLED: enabled})
        for role, stack in pair.stacks.items()
    }
    system = replace(pair, stacks=stacks)
    scene.run = replace(
        run, environment=replace(run.environment, system=system), planner=replace(run.planner, system=system)
    )


def _deploy_probes(enabled: str, scene: Scene) -> None:
    scene.reader_health_check = scene.physical_id(PRIMARY, probes.READERS)
    _set_probes(enabled, scene)
    deploy(scene.run)
    scene.look(scene.pair.stacks)


def _remove_pair(scene: Scene) -> None:
    """Takes the pair down, unless its roles are reversed: the primary's cluster has to be the last member.

    Raises:
        RefusedError: The writer is not the primary's cluster.
    """
    found = scene.regions[PRIMARY].global_cluster(scene.physical_id(PRIMARY, "GlobalCluster"))
    writer, own = primary.writer_of(found), primary.cluster_of(scene, PRIMARY).arn
    if writer not in ("", own):
        raise RefusedError(
            f"the roles are reversed: {writer} writes, and {own} has to be the last member of the global cluster; "
            "switch back with `aws rds switchover-global-cluster`, wait until both are available, then "
            "`python deploy.py destroy`"
        )
    destroy(scene.run, DestroyOptions(empty_buckets=True))


STAGES = (
    Stage("checks", account.CHECKS, begin=partial(_set_probes, "false"), free=True),
    Stage("change-set", change_set.CHECKS, begin=_try_change_set, free=True),
    Stage("parts", parts.CHECKS, begin=partial(_deploy_part, small_parts), end=_destroy_part),
    Stage("network", network.CHECKS, begin=partial(_deploy_part, network_part), end=_destroy_part),
    Stage("primary", primary.CHECKS, begin=_next_pass),
    Stage("secondary", secondary.CHECKS, begin=_next_pass),
    Stage("linked", linked.CHECKS, begin=_last_pass),
    Stage("probes", probes.CHECKS, begin=partial(_deploy_probes, "true"), end=partial(_deploy_probes, "false")),
    Stage("in-use", in_use.CHECKS),
    Stage("removal", removal.CHECKS, begin=_remove_pair, free=True),
)
