"""Refuses to work on stacks that are busy, or that an operation left half done."""

from __future__ import annotations

from twinstack.errors import BusyError, RefusedError
from twinstack.planning.steps import Planner
from twinstack.planning.world import Live, World
from twinstack.statuses import Standing, standing


def refuse_busy(world: World) -> None:
    """Refuses while another operation is running.

    Raises:
        BusyError: One is.
    """
    for role, state in world.items():
        if isinstance(state, Live) and standing(state.status) is Standing.BUSY:
            raise BusyError(f"{role}: the stack is {state.status}: another operation is running; wait for its end")


def refuse_foreign(planner: Planner, world: World) -> None:
    """Refuses to touch a stack that another environment has tagged as its own, which `stack_name` may lead to.

    A stack without these tags may be adopted.

    Raises:
        RefusedError: There is one.
    """
    for role, state in world.items():
        stack = planner.system.stacks[role]
        if not isinstance(state, Live):
            continue
        owner, own = ([tags.get(key) for key in ("Project", "EnvironmentSuffix")] for tags in (state.tags, stack.tags))
        if None not in owner and owner != own:
            raise RefusedError(
                f"{role}: stack {stack.name} in {stack.region} belongs to {'-'.join(map(str, owner))} by its tags, not "
                f"to {'-'.join(map(str, own))}; give the stack another name, or take the suffix that it belongs to"
            )


def refuse_unready(planner: Planner, world: World) -> None:
    """Refuses to deploy stacks that take no change set now.

    Raises:
        BusyError: Another operation is running.
        RefusedError: A person has to decide first.
    """
    refuse_busy(world)
    refuse_foreign(planner, world)
    for role, state in world.items():
        if isinstance(state, Live) and standing(state.status) is Standing.STUCK:
            name = planner.system.stacks[role].name
            raise RefusedError(f"{role}: stack {name} is {state.status}: {_way_out(state.status)}")


def _way_out(status: str) -> str:
    if status == "UPDATE_ROLLBACK_FAILED":
        return "mend what stopped the rollback, then continue it: `aws cloudformation continue-update-rollback`"
    return "look at `events`, then take it down with `destroy` or delete it by hand"
