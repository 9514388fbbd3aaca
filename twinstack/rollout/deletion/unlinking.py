"""Takes the stacks of an environment apart before they are deleted: nothing may refer to what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twinstack.expressions.values import as_text
from twinstack.planning.steps import Step
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live, World
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import upload_template
from twinstack.rollout.steps.carrying_out import carry_out
from twinstack.screen.events import Note
from twinstack.statuses import Standing, standing
from twinstack.templates import Template, Wiring


def with_wires(system: System, world: World) -> World:
    """Gives the wires of the environment file to live templates that do not say theirs themselves."""
    return {
        role: replace(state, template=_wired(state.template, system.stacks[role].template.wiring))
        if isinstance(state, Live)
        else state
        for role, state in world.items()
    }


def _wired(live: Template, wiring: Wiring) -> Template:
    """Leaves out the wires of parameters that the stack does not have yet, or did not have as wired ones."""
    if live.metadata is not None:
        return live
    wired = {
        name: source
        for name, source in wiring.sources.items()
        if name in live.parameters and live.parameters[name].get("Default", "") == ""
    }
    return live.with_wiring(replace(wiring, sources=wired))


def unlink(run: Run, world: World, order: list[str]) -> None:
    """Empties every optional wire whose producer goes before its consumer.

    Args:
        run: The run; what it asks has been answered.
        world: The stacks, with the wires of all of them.
        order: The roles in the order of their deletion.

    Raises:
        TwinStackError: A step failed.
    """
    place = {role: number for number, role in enumerate(order)}
    emptied = {
        (role, wire.parameter)
        for role, state in world.items()
        for wire in (state.template.wires if isinstance(state, Live) else ())
        if not wire.required and place.get(wire.role, len(order)) < place.get(role, -1)
    }
    planner = replace(run.planner, unlink=frozenset(emptied))
    # The question has been asked for the whole, and unlinking passes the guard: what is unlinked is deleted next.
    quiet = replace(run, confirm=lambda _question: True, allowed=Allowed(everything=True))
    for role in reversed(order):
        state = world[role]
        if not isinstance(state, Live) or standing(state.status) is not Standing.UPDATABLE:
            continue
        # Only the links are taken away: the template stays the one that is live.
        stacks = {**planner.system.stacks, role: as_deployed(planner.system.stacks[role], state)}
        step = replace(planner, system=replace(planner.system, stacks=stacks)).step(world, role)
        if step.needed:
            run.screen.tell(Note(f"Unlinking {role} from what is deleted before it"))
            carry_out(upload_template(quiet, step.stack), keeping(step), state)


def as_deployed(stack: Stack, state: Live) -> Stack:
    """Returns a stack with the template, the parameters, the tags and the code that it has on AWS."""
    return replace(
        stack, template=state.template, tags=state.tags, parameters=_own(state), artifacts=_own_artifacts(state)
    )


def keeping(step: Step) -> Step:
    """Returns the step with every unchanged value left to the stack: AWS shows a NoEcho value as `****` only."""
    return replace(
        step,
        parameters=tuple(
            parameter if parameter.changed else replace(parameter, source="previous") for parameter in step.parameters
        ),
    )


def _own(state: Live) -> Mapping[str, str]:
    return {name: as_text(value) for name, value in state.parameters.items()}


def _own_artifacts(state: Live) -> Mapping[str, str]:
    """Returns the code that the stack runs now: it needs no upload to be unlinked."""
    wires = [wire for wire in state.template.wires if wire.is_artifact]
    return {wire.output: as_text(state.parameters.get(wire.parameter, "")) for wire in wires}
