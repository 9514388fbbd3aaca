"""Looks at a plan for what it does to the versions of global databases."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from twinstack.dr.global_databases import GlobalDatabase, global_databases
from twinstack.dr.plans.versions.checks import judge
from twinstack.dr.plans.versions.order import readers_first
from twinstack.dr.roles import Roles
from twinstack.planning.advice import Advised
from twinstack.planning.passes import Plan, plan, with_update_order
from twinstack.planning.steps import Planner
from twinstack.planning.world import World

# Returns the roles in a global database and what each cluster runs, or why they could not be read.
Look = Callable[[GlobalDatabase], Roles | str]


def advise(planner: Planner, world: World, planned: Plan, look: Look | None) -> Advised:
    """Puts the readers of each global database first where a plan upgrades its clusters, and judges the plan.

    AWS is asked only when the plan changes a version.

    Args:
        planner: The planner that made the plan.
        world: The world that it starts from.
        planned: The plan.
        look: Asks AWS who writes; None where there is no AWS to ask.

    Returns:
        The plan, made anew under another update order where the roles ask for that, with refusals and remarks.

    Raises:
        InputError: A live template cannot be resolved, or the stacks do not settle under the other order.
    """
    databases = global_databases(planner, world, planned)
    changing = [database for database in databases if database.changes]
    roles: dict[Hashable, Roles | str] = {}
    if look is not None:
        roles = {database.key: look(database) for database in changing}
    remarks = []
    known = [(database, found) for database in changing if isinstance(found := roles.get(database.key), Roles)]
    if known:
        planner = with_update_order(planner)
        order = readers_first(planner.system.update_order, known)
        if order != planner.system.update_order:
            planner = replace(planner, system=replace(planner.system, update_order=order))
            planned = plan(planner, world)
            databases = global_databases(planner, world, planned)
            remarks = [_reordered(order, known)]
    verdicts = [judge(database, roles.get(database.key)) for database in databases]
    return Advised(
        planner,
        planned,
        tuple(refusal for verdict in verdicts for refusal in verdict.refused),
        (*remarks, *(sentence for verdict in verdicts for sentence in verdict.remarks)),
    )


def _reordered(order: Sequence[str], known: Sequence[tuple[GlobalDatabase, Roles]]) -> str:
    """Returns the sentence that says why the stacks are updated in another order than usual."""
    writers = [f"{roles.writer} writes in {database}" for database, roles in known]
    return (
        f"Update order of this plan: {', '.join(order)}: {', '.join(writers)} now, and readers are upgraded before "
        "the writer"
    )
