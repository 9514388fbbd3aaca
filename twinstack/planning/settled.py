"""The stacks of an environment as they will be when every wire has its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twinstack.expressions.resolution import ResolvedResource
from twinstack.expressions.values import Value
from twinstack.planning.passes import plan
from twinstack.planning.steps import Planner, resolver_for
from twinstack.planning.system import Stack
from twinstack.planning.world import Absent, Live


@dataclass(frozen=True)
class SettledStack:
    """One stack of a settled environment.

    Attributes:
        stack: The stack.
        resources: The resources that it has then, resolved; a value that AWS makes is a `Symbol` naming the role
            and the resource that it comes from, across stacks.
        outputs: Its outputs, resolved in the same way.
        exports: The names that outputs are exported under, by output.
    """

    stack: Stack
    resources: Mapping[str, ResolvedResource]
    outputs: Mapping[str, Value]
    exports: Mapping[str, Value]


def settle(planner: Planner) -> tuple[SettledStack, ...]:
    """Returns the stacks after a plan from nothing, in the order of the environment.

    Raises:
        InputError: The stacks never settle, or a value is missing or unknown where it matters.
    """
    stacks = planner.system.stacks
    world = plan(planner, dict.fromkeys(stacks, Absent())).world
    settled = []
    for role, stack in stacks.items():
        live = world[role]
        if isinstance(live, Live):
            resolver = resolver_for(stack, stack.template, live.parameters, live.generations)
            settled.append(SettledStack(stack, resolver.resources(), resolver.outputs(), resolver.exports()))
    return tuple(settled)
