"""Takes a first creation back that failed half way, although the environment protects what was made.

A protected environment turns deletion protection on while it creates, so neither a rollback nor a deletion of the stack
gets through. What the template's `Protected` parameter turned on, the parameter turns off again: by an update of the
stack as it is, with the template cut to what was made, so that nothing is tried again that failed. Then it can go.

Only a stack that was never complete is opened like this: no one can have put data into one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twinstack.aws.api import CloudFormation, StackDescription
from twinstack.environment.assembly import PROTECTED_PARAMETER
from twinstack.expressions.references import needed_by
from twinstack.planning.steps import resolver_for
from twinstack.planning.system import Stack
from twinstack.planning.world import Live, World
from twinstack.rollout.deletion.unlinking import as_deployed, keeping
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.operations.operation import is_of
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import upload_template
from twinstack.rollout.steps.carrying_out import carry_out
from twinstack.screen.events import Note
from twinstack.templates import Template, Wiring, live_template

_BEGINNINGS = ("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS")


def never_complete(cloudformation: CloudFormation, found: StackDescription) -> bool:
    """Whether a stack's first creation has failed, and every attempt to go on with it.

    Told by its events, which AWS keeps for 90 days: where they do not reach back to the beginning the stack counts as
    one that was complete.
    """
    if found.status != "UPDATE_FAILED":
        return found.status == "CREATE_FAILED"
    oldest = ""
    for event in cloudformation.events(found.stack_id):
        if is_of(event, found.stack_id):
            if event.status.endswith("_COMPLETE"):
                return False
            oldest = event.status
    return oldest in _BEGINNINGS


def opened(state: Live) -> Live:
    """Returns a stack as it is once the protection is off that its template turns on."""
    if state.parameters.get(PROTECTED_PARAMETER) != "true":
        return state
    return replace(state, parameters={**state.parameters, PROTECTED_PARAMETER: "false"})


def take_protection_off(run: Run, world: World, role: str) -> None:
    """Turns off what `Protected` turned on in what was made of a stack.

    Args:
        run: The run; what it asks has been answered.
        world: The stacks as they are.
        role: The stack, which was never complete.

    Raises:
        TwinStackError: The update failed; the stack is in UPDATE_FAILED, and can be taken back again.
    """
    state = world[role]
    if not isinstance(state, Live) or opened(state) is state or not state.made:
        return
    stack = as_deployed(run.planner.system.stacks[role], opened(state))
    stack = replace(stack, template=cut_to_what_was_made(stack, state))
    planner = replace(run.planner, system=replace(run.planner.system, stacks={role: stack}))
    step = planner.step({role: state}, role)
    if step.changes:
        run.screen.tell(Note(f"Turning off the protection of what was made of {role}"))
        # The question has been asked for the whole, and what is opened is deleted next.
        quiet = replace(run, confirm=lambda _question: True, allowed=Allowed(everything=True))
        carry_out(upload_template(quiet, stack), keeping(step), state)


def cut_to_what_was_made(stack: Stack, state: Live) -> Template:
    """Returns the live template with the resources that are there and what they name, without outputs and wires.

    What they name and is not there hangs on a condition that does not hold. A template that a macro makes into another
    cannot be cut: its resources have other names.
    """
    template = resolver_for(stack, state.template, state.parameters, state.generations).template
    without_wires = template.with_wiring(Wiring({}, template.document, ()))
    if template.macros:
        return without_wires
    sections: dict[str, Any] = {name: template.section(name) for name in ("Resources", "Conditions")}
    needed = needed_by(sections, [name for name in template.resources if state.has(name)])
    resources = {name: declared for name, declared in template.resources.items() if name in needed}
    body = {key: section for key, section in template.body.items() if key not in ("Outputs", "Metadata")}
    return live_template({**body, "Resources": resources}, stack.name)
