"""Refuses to work on stacks that are busy, or that an operation left half done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twinstack.errors import BusyError, RefusedError
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack
from twinstack.planning.world import Live, World
from twinstack.statuses import Standing, standing


def refuse_busy(world: World) -> None:
    """Refuses while another operation is running.

    Raises:
        BusyError: One is.
    """
    for role, state in world.items():
        if isinstance(state, Live) and standing(state.status) is Standing.BUSY:
            raise BusyError(
                f"{role}: the stack is {state.status}: another operation is running; wait for its end, or `deploy`, "
                "which follows it"
            )


def belongs_elsewhere(stack: Stack, tags: Mapping[str, str]) -> str:
    """Returns the environment that a stack's tags name, '' when it is this one; a stack without may be adopted."""
    owner, own = ([found.get(key) for key in ("Project", "EnvironmentSuffix")] for found in (tags, stack.tags))
    return "-".join(map(str, owner)) if None not in owner and owner != own else ""


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
        if owner := belongs_elsewhere(stack, state.tags):
            own = "-".join(stack.tags[key] for key in ("Project", "EnvironmentSuffix"))
            raise RefusedError(
                f"{role}: stack {stack.name} in {stack.region} belongs to {owner} by its tags, not to {own}; give the "
                "stack another name, or take the suffix that it belongs to"
            )


def refuse_unready(planner: Planner, world: World, stopped_by: Callable[[str], str]) -> None:
    """Refuses to deploy stacks that take no change set now.

    Args:
        planner: The planner.
        world: The stacks.
        stopped_by: Says which resources stopped an operation on the stack of a role, and why.

    Raises:
        BusyError: Another operation is running.
        RefusedError: A person has to decide first.
    """
    refuse_busy(world)
    refuse_foreign(planner, world)
    for role, state in world.items():
        if isinstance(state, Live) and standing(state.status) in _WAYS_OUT:
            name = planner.system.stacks[role].name
            way_out = _WAYS_OUT[standing(state.status)]
            raise RefusedError(f"{role}: stack {name} is {state.status}: {stopped_by(role)}; {way_out}")


_WAYS_OUT = {
    Standing.HALF_ROLLED_BACK: "mend that, and `deploy`, which continues the rollback",
    Standing.STUCK: "mend that, then take the stack down with `destroy` or delete it by hand: it takes no update",
}
