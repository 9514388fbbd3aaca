"""Errors of the wiring that are found before any AWS call, each with the edge it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.references import named_in
from twinstack.expressions.resolution import Resolver
from twinstack.expressions.values import OutputValue, Value, as_text
from twinstack.planning.passes import plan, with_update_order
from twinstack.planning.steps import Planner, resolver_for, written_out
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Absent, Live
from twinstack.templates import Template, Wire

# The combinations of parameter values that are tried for one output; beyond it, the output is taken to be possible.
_MAX_COMBINATIONS = 4096


def check_wiring(planner: Planner) -> Planner:
    """Checks that every wire can get its value and that the stacks settle.

    Returns:
        The planner with the update order in force, and with what has been predicted so far.

    Raises:
        InputError: A wire leads nowhere, required wires form a loop, a required wire stays without a value under
            this environment's parameters, no parameter values could produce an optional wire's output, or the
            stacks never settle.
    """
    problems = [*_leading_nowhere(planner.system)] or [*_loops(planner.system)] or [*_impossible(planner.system)]
    if problems:
        raise InputError("\n".join(problems))
    planner = with_update_order(planner)
    planned = plan(planner, dict.fromkeys(planner.system.stacks, Absent()))
    problems = [
        f"{wire.where}: {step.stack.role}: the required wire {wire.parameter} <- {wire.source} never "
        f"gets a value: with this environment's parameters {_why_not(planned.world, wire)}"
        for step in planned.waiting
        for wire in step.missing
    ]
    if problems:
        raise InputError("\n".join(problems))
    return planner


def _why_not(world: Mapping[str, object], wire: Wire) -> str:
    if isinstance(world.get(wire.role), Live):
        return f"{wire.role} has no output {wire.output}; change what its condition depends on"
    return f"{wire.role} cannot be deployed itself"


def _leading_nowhere(system: System) -> Iterator[str]:
    for role, wire in system.wires():
        producer = system.stacks.get(wire.role)
        if producer is None:
            yield (
                f"{wire.where}: wire {role}.{wire.parameter} <- {wire.source}: there is no role {wire.role} "
                f"in the environment; it has {', '.join(system.stacks)}"
            )
        elif wire.output not in written_out(producer).outputs:
            yield (
                f"{wire.where}: wire {role}.{wire.parameter} <- {wire.source}: {producer.template.source} has "
                f"no output {wire.output}; add it, or correct the wire"
            )


def _loops(system: System) -> Iterator[str]:
    """Yields each loop of required wires once, every edge named."""
    edges: dict[str, list[Wire]] = {role: [] for role in system.stacks}
    for role, wire in system.wires():
        edges[role] += [wire] if wire.required else []
    seen: set[frozenset[str]] = set()

    def walk(role: str, path: list[tuple[str, Wire]]) -> Iterator[str]:
        for wire in edges[role]:
            visited = [visited_role for visited_role, _ in path] + [role]
            if wire.role in visited:
                loop = [*path, (role, wire)][visited.index(wire.role) :]
                if (members := frozenset(member for member, _ in loop)) not in seen:
                    seen.add(members)
                    named = ", ".join(f"{member}.{edge.parameter} <- {edge.source}" for member, edge in loop)
                    where = loop[0][1].where
                    yield f"{where}: required wires form a loop: {named}; give one of these parameters `Default: ''`"
            else:
                yield from walk(wire.role, [*path, (role, wire)])

    for role in system.stacks:
        yield from walk(role, [])


def _impossible(system: System) -> Iterator[str]:
    """Yields the wires whose output no parameter values could produce.

    Outputs become possible from nothing, pass by pass: one that hangs on a wired parameter needs that wire first.
    """
    possible: set[tuple[str, str]] = set()
    wanted = {(wire.role, wire.output) for _, wire in system.wires()}
    while found := {
        (role, output) for role, output in wanted - possible if _producible(system.stacks[role], output, possible)
    }:
        possible |= found
    for role, wire in system.wires():
        if (wire.role, wire.output) not in possible:
            yield (
                f"{wire.where}: wire {role}.{wire.parameter} <- {wire.source}: no parameter "
                f"values could produce this output; look at its condition in {system.stacks[wire.role].template.source}"
            )


def _producible(stack: Stack, output: str, possible: set[tuple[str, str]]) -> bool:
    template = written_out(stack)
    names = sorted(_parameters_behind(template, output))
    choices = [_possible_values(template, name, possible) for name in names]
    combinations = 1
    for values in choices:
        combinations *= len(values)
    if combinations > _MAX_COMBINATIONS:
        return True
    return any(
        _has_output(resolver_for(stack, template, dict(zip(names, values, strict=True)), {}), output)
        for values in product(*choices)
    )


def _has_output(resolver: Resolver, output: str) -> bool:
    try:
        return resolver.output(output) is not None
    except InputError:
        # It turns on a value that only AWS knows, so it is not impossible; planning says it better if it matters.
        return True


def _possible_values(template: Template, name: str, possible: set[tuple[str, str]]) -> list[Value]:
    """Returns the values of a parameter that conditions can tell apart."""
    for wire in template.wires:
        if wire.parameter == name and wire.is_artifact:
            return [OutputValue(wire.role, wire.output)]
        if wire.parameter == name:
            values = [] if wire.required else [""]
            return [*values, OutputValue(wire.role, wire.output)] if (wire.role, wire.output) in possible else values
    declared = template.parameters[name]
    if allowed := declared.get("AllowedValues"):
        return [as_text(value) for value in allowed]
    compared = {as_text(text) for text in _literals(template.section("Conditions"))}
    return [*sorted({*compared, ""}), f"any other {name}"]


def _parameters_behind(template: Template, output: str) -> set[str]:
    """Returns the parameters that the existence and the value of an output depend on."""
    conditions = template.section("Conditions")
    found: set[str] = set()
    open_ = [*named_in(template.outputs[output])]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += named_in(conditions.get(name))
    return found & template.parameters.keys()


def _literals(expression: Any) -> Iterator[Any]:
    """Yields what conditions compare with, wherever it stands."""
    if isinstance(expression, Mapping):
        for key, item in expression.items():
            if key == "Fn::Equals" and isinstance(item, list):
                yield from (side for side in item if not isinstance(side, (Mapping, list)))
            yield from _literals(item)
    elif isinstance(expression, list):
        for item in expression:
            yield from _literals(item)
