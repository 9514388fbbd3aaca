"""The plan: in which passes the stacks are deployed so that every wire gets its value.

A pass is a set of steps run side by side; each sees only values that earlier passes made. The plan has the fewest
passes, then the fewest steps, then follows the order of the environment file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice

from twinstack.errors import InputError
from twinstack.expressions.values import freeze
from twinstack.planning.steps import Planner, Step, base_of
from twinstack.planning.system import System
from twinstack.planning.world import Absent, Unknown, World

# Up to this many stacks every choice of steps is tried, while there are not more worlds than this to look at;
# beyond either, each pass runs all that can run, and the plan says so.
SEARCHED_STACKS = 6
SEARCHED_WORLDS = 3000


@dataclass(frozen=True)
class Plan:
    """The passes of a run.

    Attributes:
        passes: The passes in order, each a tuple of steps.
        unknown: The stacks that AWS could not be asked about, with its answer: the plan is partial.
        waiting: Steps that cannot run for want of a required wire whose producer is unknown.
        idle: The steps of stacks that need nothing, with what is to be said of them (stale, unused values).
        searched: False when there are too many stacks, or ways to deploy them, to search for the fewest passes.
        world: The world as the plan leaves it.
    """

    passes: tuple[tuple[Step, ...], ...]
    unknown: Mapping[str, str]
    waiting: tuple[Step, ...]
    idle: tuple[Step, ...]
    searched: bool
    world: World

    @property
    def partial(self) -> bool:
        """Whether some stack could not be planned."""
        return bool(self.unknown)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for steps in self.passes for step in steps)


@dataclass(frozen=True)
class _Path:
    """One way to a world: the passes taken so far."""

    world: World
    passes: tuple[tuple[Step, ...], ...] = ()

    def rank(self, order: list[str]) -> tuple[int, list[list[int]]]:
        """Fewest steps first, then the order of the environment file."""
        places = [[order.index(step.stack.role) for step in steps] for steps in self.passes]
        return sum(map(len, self.passes)), places


def plan(planner: Planner, world: World) -> Plan:
    """Plans the passes from a world to a settled one.

    Args:
        planner: The system and the schemas.
        world: The state of every stack of the system.

    Raises:
        InputError: A value is missing or unknown where it matters, CloudFormation would refuse a change, or the
            stacks never settle.
    """
    planner = with_update_order(planner)
    limit = pass_limit(planner.system)
    path, searched = _best_path(planner, world, limit)
    if path is None:
        raise InputError(_unsettled(planner, world, limit))
    steps = _steps(planner, path.world)
    if refused := [sentence for step in steps.values() if step.would_change for sentence in step.refused]:
        raise InputError("\n".join(refused))
    return Plan(
        path.passes,
        {role: state.reason for role, state in world.items() if isinstance(state, Unknown)},
        tuple(step for step in steps.values() if step.missing),
        tuple(step for step in steps.values() if not step.missing),
        searched,
        path.world,
    )


def pass_limit(system: System) -> int:
    """Returns how many passes a system may take before it is said never to settle."""
    return len(system.stacks) + len(system.wires()) + 1


def with_update_order(planner: Planner) -> Planner:
    """Returns the planner with an update order: the given one, or the reverse of the order of creation."""
    system = planner.system
    if system.update_order:
        return planner
    order = tuple(reversed(creation_order(planner)))
    return replace(planner, system=replace(system, update_order=order))


def creation_order(planner: Planner) -> list[str]:
    """Returns the roles in the order in which a plan from nothing creates them."""
    system = planner.system
    nothing: World = dict.fromkeys(system.stacks, Absent())
    path, _ = _best_path(planner, nothing, pass_limit(system))
    created = [
        step.stack.role for steps in (path.passes if path else ()) for step in steps if step.operation == "CREATE"
    ]
    return [*created, *(role for role in system.stacks if role not in created)]


def _allowed_together(planner: Planner, candidates: Mapping[str, Step]) -> Iterator[tuple[str, ...]]:
    """Yields the sets of candidate steps that the update order lets run in one pass, larger ones first."""
    free = [role for role in candidates if not _held_back(planner, candidates, role)]
    return (roles for size in range(len(free), 0, -1) for roles in combinations(free, size))


def _held_back(planner: Planner, candidates: Mapping[str, Step], role: str) -> bool:
    """Whether an update has to wait for that of a stack which comes earlier in the update order.

    The order is waived between two stacks when the later one's step would change a value that the earlier consumes:
    the earlier would have to run again.
    """
    order = planner.system.update_order
    step = candidates[role]
    if not order or not step.updates:
        return False
    return any(
        other.updates and order.index(earlier) < order.index(role) and not _feeds(planner.system, step, earlier)
        for earlier, other in candidates.items()
    )


def _feeds(system: System, step: Step, consumer: str) -> bool:
    """Whether a step changes a value that the consumer takes."""
    changed = set(step.changed_outputs)
    return any(role == consumer and wire.output in changed for role, wire in system.consumers(step.stack.role))


def _best_path(planner: Planner, world: World, limit: int) -> tuple[_Path | None, bool]:
    """Returns the best path to a settled world, and whether every choice of steps was looked at."""
    if len(planner.system.stacks) <= SEARCHED_STACKS:
        try:
            return _search(planner, world, limit, every_choice=True), True
        except _TooManyWorldsError:
            pass
    return _search(planner, world, limit, every_choice=False), False


class _TooManyWorldsError(Exception):
    """The search met more worlds than it may look at."""


def _search(planner: Planner, world: World, limit: int, *, every_choice: bool) -> _Path | None:
    """Searches breadth first, pass by pass: the first settled worlds met have the fewest passes."""
    order = list(planner.system.stacks)
    front = {_key(world): _Path(world)}
    for _ in range(limit + 1):
        settled: list[_Path] = []
        following: dict[object, _Path] = {}
        for path in front.values():
            candidates = {role: step for role, step in _steps(planner, path.world).items() if step.needed}
            choices = _allowed_together(planner, candidates)
            if not candidates:
                settled.append(path)
            for roles in islice(choices, None if every_choice else 1):
                steps = tuple(candidates[role] for role in roles)
                then = _Path({**path.world, **_after(steps)}, (*path.passes, steps))
                best = following.setdefault(_key(then.world), then)
                if then.rank(order) < best.rank(order):
                    following[_key(then.world)] = then
            if len(following) > SEARCHED_WORLDS:
                raise _TooManyWorldsError
        if settled:
            return min(settled, key=lambda path: path.rank(order))
        front = following
    return None


def _after(steps: Iterable[Step]) -> World:
    return {step.stack.role: step.after for step in steps if step.after is not None}


def _steps(planner: Planner, world: World) -> dict[str, Step]:
    return {role: planner.step(world, role) for role in planner.system.stacks if not isinstance(world[role], Unknown)}


def _key(world: World) -> object:
    return tuple((role, base.key() if (base := base_of(state)) else None) for role, state in world.items())


def _unsettled(planner: Planner, world: World, limit: int) -> str:
    """Returns the message for a system that does not settle, with the wires that keep it going."""
    states: list[World] = [world]
    for _ in range(limit):
        needed = [step for step in _steps(planner, states[-1]).values() if step.needed]
        states.append({**states[-1], **_after(needed)})
    turning = [
        f"{role}.{wire.parameter} <- {wire.source}"
        for role, wire in planner.system.wires()
        if _turns(wire.role, wire.output, states[-len(planner.system.stacks) - 1 :])
    ]
    return (
        f"the stacks do not settle within {limit} passes: these wires change with every pass: {', '.join(turning)}; "
        "an output must not depend on the value that it leads to"
    )


def _turns(role: str, output: str, states: list[World]) -> bool:
    values = {freeze(base.outputs.get(output)) for state in states if (base := base_of(state[role]))}
    return len(values) > 1
