"""Makes the plan of a run: what AWS has now, and what deploying would change, told before anything else happens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twinstack.aws.world_reading import read_world
from twinstack.planning.document import PlanDocument, plan_document
from twinstack.planning.passes import Plan, plan, with_update_order
from twinstack.planning.steps import Planner
from twinstack.planning.world import World
from twinstack.rollout.artifacts import existing_buckets, with_known_artifacts
from twinstack.rollout.elsewhere import Elsewhere, created_by, gone_roles, look_elsewhere
from twinstack.rollout.readiness import refuse_unready
from twinstack.rollout.run import Run


@dataclass(frozen=True)
class Planned:
    """The plan of a run, and what it was made from.

    Attributes:
        world: What AWS said of each stack.
        planner: The planner, with what is known of the deployer's own buckets.
        plan: The plan.
        beside: The stacks that the file does not name where they are.
        shown: The plan as it is shown.
    """

    world: World
    planner: Planner
    plan: Plan
    beside: Elsewhere
    shown: PlanDocument


def make_plan(run: Run) -> Planned:
    """Reads every stack and plans.

    Raises:
        BusyError: Another operation is running on a stack.
        InputError: The plan cannot be made.
        RefusedError: A stack takes no change set now, or belongs to another environment.
    """
    world = read_world(run.planner.system, run.clients)
    refuse_unready(run.planner, world)
    buckets = existing_buckets(run.environment.file, run.planner.system, run.clients)
    system = with_known_artifacts(run.planner.system, run.packages, buckets)
    planner = with_update_order(replace(run.planner, system=system))
    made = plan(planner, world)
    beside = look_elsewhere(run.environment, run.clients, created_by(made), gone_roles(system, world))
    return Planned(world, planner, made, beside, plan_document(made, run.environment.name, beside.as_data()))
