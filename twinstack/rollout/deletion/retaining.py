"""Keeps resources of the stacks that are deleted, because a person names them.

CloudFormation takes a list of what to retain only for a stack in DELETE_FAILED
(https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html). In any other stack the
DeletionPolicy of what is to stay becomes Retain first, by an update of the live template that changes nothing else.

What a named resource refers to stays with it: AWS deletes no subnet that a kept database is in, and the data of a kept
bucket is lost with the key that it is encrypted with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.references import needed_by
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Live, World
from twinstack.rollout.deletion.deployed import Deployed
from twinstack.rollout.deletion.unlinking import as_deployed, keeping
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import upload_template
from twinstack.rollout.steps.carrying_out import carry_out
from twinstack.screen.events import Note
from twinstack.statuses import Standing, standing
from twinstack.templates import Template

DELETE_FAILED = "DELETE_FAILED"


def with_retained(
    run: Run, world: World, deployed: Mapping[str, Deployed], names: Sequence[str]
) -> dict[str, Deployed]:
    """Returns the stacks with what a person wants kept of them.

    Args:
        run: The run.
        world: The stacks as they are.
        deployed: What they hold, by role.
        names: Logical ids, which count in every stack that has one, or `role.LogicalId`.

    Raises:
        InputError: No stack has a resource of such a name; the message lists what there is.
    """
    found = dict(deployed)
    for role, stack in deployed.items():
        own = [name for each in names if (name := _of(role, each)) in stack.physical and name in stack.resources]
        state = world[role]
        if own and isinstance(state, Live):
            found[role] = replace(stack, retained=_with_what_they_name(run, role, state, stack, own))
    known = {each for role, stack in deployed.items() for each in names if _of(role, each) in found[role].retained}
    if unknown := [each for each in names if each not in known]:
        there = "; ".join(f"{role}: {', '.join(sorted(stack.physical))}" for role, stack in deployed.items())
        raise InputError(
            f"--retain {' --retain '.join(unknown)}: no stack has such a resource; there are: {there or 'none'}"
        )
    return found


def retain(run: Run, world: World, deployed: Mapping[str, Deployed]) -> World:
    """Has the stacks keep what is to stay when they are deleted; one in DELETE_FAILED is told so as it is deleted.

    Args:
        run: The run; what it asks has been answered.
        world: The stacks as they are.
        deployed: What they hold, with what is to stay.

    Returns:
        The world with the templates that the stacks have then.

    Raises:
        TwinStackError: An update failed; nothing was deleted.
    """
    quiet = replace(run, confirm=lambda _question: True, allowed=Allowed(everything=True))
    after = dict(world)
    for role, stack in deployed.items():
        state = world[role]
        names = [name for name in stack.retained if not stack.is_kept_by_policy(name)]
        if not names or not isinstance(state, Live) or state.status == DELETE_FAILED:
            continue
        kept = replace(state, template=_keeping(_written_out(run, role, state), names))
        target = as_deployed(run.planner.system.stacks[role], kept)
        stacks = {**run.planner.system.stacks, role: target}
        step = replace(run.planner, system=replace(run.planner.system, stacks=stacks)).step(world, role)
        run.screen.tell(Note(f"Telling the stack {role} to keep {', '.join(names)}"))
        carry_out(upload_template(quiet, target), keeping(step), state)
        after[role] = kept
    return after


def cannot_retain(role: str, stack: Deployed) -> str:
    """Returns why a stack cannot be told to keep something, '' when it can."""
    status = stack.found.status
    if not stack.retained or status == DELETE_FAILED or standing(status) is Standing.UPDATABLE:
        return ""
    return (
        f"{role}: {stack.found.name} is {status} and takes no update, so it cannot be told to keep "
        f"{', '.join(stack.retained)}; bring it to rest by `deploy`, or delete it without --retain, which works again "
        "when a deletion has failed"
    )


def _of(role: str, name: str) -> str:
    """Returns the logical id that a name means in a stack, '' when it means another stack."""
    stack, _, resource = name.rpartition(".")
    return resource if stack in ("", role) else ""


def _with_what_they_name(run: Run, role: str, state: Live, stack: Deployed, names: Collection[str]) -> dict[str, str]:
    template = _written_out(run, role, state)
    sections: dict[str, Any] = {name: template.section(name) for name in ("Resources", "Conditions")}
    needed = needed_by(sections, [name for name in names if name in template.resources])
    why = dict.fromkeys(names, "kept, as --retain asks")
    return why | {
        name: f"kept, since {' and '.join(names)} would not be whole without it"
        for name in stack.resources
        if name in needed and name in stack.physical and name not in why
    }


def _written_out(run: Run, role: str, state: Live) -> Template:
    """Returns the live template, with its loops written out where it has any, since they make several resources."""
    stack = run.planner.system.stacks[role]
    written = resolver_for(stack, state.template, state.parameters, state.generations).template
    return state.template if set(written.resources) == set(state.template.resources) else written


def _keeping(template: Template, names: Collection[str]) -> Template:
    resources = {
        name: {**declared, "DeletionPolicy": "Retain"} if name in names else declared
        for name, declared in template.section("Resources").items()
    }
    return replace(template, body={**template.body, "Resources": resources})
