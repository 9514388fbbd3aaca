"""Makes the plan of a run: what AWS has now, and what deploying would change, told before anything else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from twinstack.aws.kept_reading import with_kept
from twinstack.aws.world_reading import read_world
from twinstack.drifting.last_detected import last_detected
from twinstack.environment.assembly import Environment
from twinstack.errors import RefusedError
from twinstack.planning.advice import Adviser, no_advice
from twinstack.planning.document import PlanDocument, RevisionDocument, plan_document
from twinstack.planning.passes import Plan, plan, with_update_order
from twinstack.planning.steps import Planner
from twinstack.planning.world import World
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.guards.readiness import refuse_unready
from twinstack.rollout.plans.elsewhere import Elsewhere, created_by, gone_roles, look_elsewhere
from twinstack.rollout.plans.kept import said_of_kept
from twinstack.rollout.plans.refusals import not_advised, refusals
from twinstack.rollout.rest.blockers import stopped_by
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import existing_buckets, with_known_artifacts
from twinstack.rollout.steps.protection import Due, read_protection
from twinstack.screen.events import Screen, Warning_


@dataclass(frozen=True)
class Planned:
    """A plan, and what it was made from.

    Attributes:
        world: What there is of each stack.
        planner: The planner, with what is known of the deployer's own buckets.
        plan: The plan.
        beside: The stacks that the file does not name where they are; None where nobody looked.
        shown: The plan as it is shown.
        protection: What has to be set of the protection of each stack, by role.
    """

    world: World
    planner: Planner
    plan: Plan
    beside: Elsewhere | None
    shown: PlanDocument
    protection: Mapping[str, Due] = field(default_factory=dict)

    @property
    def is_due(self) -> bool:
        """Whether a deployment would do anything."""
        return bool(self.plan.passes) or any(one.parts for one in self.protection.values())


def make_plan(run: Run) -> Planned:
    """Reads every stack and plans.

    Raises:
        BusyError: Another operation is running on a stack.
        InputError: The plan cannot be made.
        RefusedError: A stack takes no change set now, or belongs to another environment.
    """
    read = with_kept(run.planner, run.clients, read_world(run.planner.system, run.clients))
    world = read.world
    stacks = run.planner.system.stacks
    refuse_unready(run.planner, world, lambda role: stopped_by(run.cloudformation(role), stacks[role].name))
    buckets = existing_buckets(run.environment.file, run.planner.system, run.clients)
    system = with_known_artifacts(run.planner.system, run.packages, buckets)

    def beside(made: Plan) -> Elsewhere:
        return look_elsewhere(run.environment, run.clients, created_by(made), gone_roles(system, world))

    planner = replace(run.planner, system=system)
    made = plan_from(run.environment, planner, world, run.allowed, beside=beside, advise=run.advise)
    drift = last_detected(made.plan, run.clients, run.known_false_drift)
    protection = read_protection(run, world)
    said = [f"{role}: {sentence}" for role, one in protection.items() for sentence in one.sentences]
    remarks = (*made.shown.remarks, *said_of_kept(made.planner, world, made.plan), *read.gaps, *said)
    shown = made.shown.with_drift(drift.as_data()).with_remarks(remarks)
    return replace(made, shown=shown, protection=protection)


def refuse_what_is_not_allowed(made: Planned, screen: Screen) -> None:
    """Refuses a plan that loses or leaves behind something, and tells what is left behind on purpose.

    Raises:
        RefusedError: It does, and nobody allowed it.
    """
    if made.shown.refused:
        raise RefusedError("\n".join(refusal.sentence for refusal in made.shown.refused))
    for stray in made.beside.strays if made.beside else ():
        screen.tell(Warning_(f"{stray.role}: {stray.where} is left behind on purpose, with what it holds"))


def plan_from(
    environment: Environment,
    planner: Planner,
    world: World,
    allowed: Allowed,
    *,
    beside: Callable[[Plan], Elsewhere | None],
    since: RevisionDocument | None = None,
    advise: Adviser = no_advice,
) -> Planned:
    """Plans from a world.

    Args:
        environment: The environment.
        planner: The planner.
        world: What there is of each stack.
        allowed: What a person lets through.
        beside: Finds the stacks that the file does not name where they are.
        since: The git revision that the world comes from, if any.
        advise: Looks at the plan with what the planner does not know; it may make it anew in another order.

    Raises:
        InputError: The plan cannot be made.
    """
    planner = with_update_order(planner)
    advised = advise(planner, world, plan(planner, world))
    planner, made = advised.planner, advised.plan
    found = beside(made)
    shown = plan_document(
        made,
        environment.name,
        found.as_data() if found else None,
        since=since,
        refused=(*not_advised(advised.refused), *refusals(made, found, environment.file, allowed)),
        remarks=advised.remarks,
    )
    return Planned(world, planner, made, found, shown)
