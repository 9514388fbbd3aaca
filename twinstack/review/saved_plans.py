"""A saved plan: what was shown, the change sets that were made for it, and what it was made from.

A saved plan is good for as long as nothing that it was made from has changed. It holds no secret: of templates and of
what AWS had it keeps digests, and NoEcho values are masked, so that a changed one is not noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from twinstack.errors import InputError
from twinstack.planning.document import PlanDocument
from twinstack.planning.system import System
from twinstack.planning.world import Live, StackState, Unknown, World


class _Saved(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedChangeSet(_Saved):
    """A change set that waits on AWS for its execution.

    Attributes:
        stack: The stack's role.
        arn: The change set's ARN.
        name: Its name.
        token: The token that the events of its execution carry.
    """

    stack: str
    arn: str
    name: str
    token: str


class SavedState(_Saved):
    """What AWS had of a stack: its standing, and a digest of each part where it was there."""

    standing: Literal["absent", "unknown", "live"]
    status: str = ""
    template: str = ""
    parameters: str = ""
    outputs: str = ""
    tags: str = ""


class SavedPlan(_Saved):
    """The file.

    Attributes:
        version: The version of the format.
        saved: When, as ISO 8601 in UTC.
        system: The names of the environment's stacks on AWS, by role.
        templates: A digest of each stack's template, by role.
        world: What AWS had of each stack, by role.
        change_sets: The change sets of the first pass; a step for which AWS had nothing to change has none.
        plan: The plan as it was shown.
    """

    version: Literal[1]
    saved: str
    system: dict[str, str]
    templates: dict[str, str]
    world: dict[str, SavedState]
    change_sets: tuple[SavedChangeSet, ...]
    plan: PlanDocument


def saved_plan(
    saved: str, system: System, world: World, plan: PlanDocument, change_sets: tuple[SavedChangeSet, ...]
) -> SavedPlan:
    """Returns what is written to the file; arguments as the attributes of `SavedPlan`."""
    return SavedPlan(
        version=1,
        saved=saved,
        system=_names(system),
        templates=_templates(system),
        world={role: _state(state) for role, state in world.items()},
        change_sets=change_sets,
        plan=plan,
    )


def as_text(plan: SavedPlan) -> str:
    """Returns the file's content."""
    return json.dumps(plan.model_dump(mode="json", by_alias=True), indent=2) + "\n"


def read_saved_plan(path: Path) -> SavedPlan:
    """Reads a saved plan.

    Raises:
        InputError: The file is missing, or is no saved plan of this version.
    """
    try:
        return SavedPlan.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; `plan --out {path}` makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{path}: not a saved plan of version 1: {place}: {first['msg']}; make one with `plan --out {path}`"
        ) from None


def refuse_other_environment(saved: SavedPlan, environment: str, system: System) -> None:
    """Refuses a plan that was saved for another environment.

    Raises:
        InputError: It was.
    """
    if (saved.plan.environment, saved.system) != (environment, _names(system)):
        raise InputError(
            f"the plan was saved for {saved.plan.environment} ({', '.join(saved.system.values())}), and this is "
            f"{environment} ({', '.join(_names(system).values())}); give the same --environment and suffix"
        )


def stale_because(saved: SavedPlan, system: System, world: World, plan: PlanDocument) -> list[str]:
    """Returns why a saved plan is no longer good, a sentence each; nothing where it is.

    Args:
        saved: The saved plan.
        system: The environment's stacks now.
        world: What AWS has now.
        plan: The plan that would be made now.
    """
    return list(_reasons(saved, system, world, plan))


def _reasons(saved: SavedPlan, system: System, world: World, plan: PlanDocument) -> Iterator[str]:
    for role, digest in _templates(system).items():
        if saved.templates.get(role) != digest:
            yield f"{role}: template {system.stacks[role].template.source} is not the one that was planned"
    for role, state in world.items():
        was, now = saved.world.get(role), _state(state)
        if was is None or was.standing != now.standing:
            yield f"{role}: the stack was {was.standing if was else 'not there'}, and is {now.standing} now"
        elif different := [part for part in _PARTS if getattr(was, part) != getattr(now, part)]:
            yield f"{role}: another run has changed the stack: its {' and '.join(different)} differ"
    yield from _other_parameters(saved.plan, plan)
    if _content(saved.plan) != _content(plan):
        yield "what would be done now is not what was planned"


_PARTS = ("status", "template", "parameters", "outputs", "tags")


def _other_parameters(was: PlanDocument, now: PlanDocument) -> Iterator[str]:
    for before, after in zip(was.steps, now.steps, strict=False):
        values = {parameter.name: parameter.after for parameter in before.parameters}
        for parameter in after.parameters if before.stack == after.stack else ():
            if parameter.name in values and values[parameter.name] != parameter.after:
                yield (
                    f"{after.stack}: parameter {parameter.name} was {values[parameter.name]!r} in the plan, and "
                    f"would be {parameter.after!r}"
                )


def _content(plan: PlanDocument) -> object:
    return plan.passes, plan.partial, plan.waiting, plan.stale


def _names(system: System) -> dict[str, str]:
    return {role: f"{stack.name} in {stack.region}" for role, stack in system.stacks.items()}


def _templates(system: System) -> dict[str, str]:
    return {role: _digest(stack.template.text) for role, stack in system.stacks.items()}


def _state(state: StackState) -> SavedState:
    if isinstance(state, Unknown):
        return SavedState(standing="unknown")
    if not isinstance(state, Live):
        return SavedState(standing="absent")
    return SavedState(
        standing="live",
        status=state.status,
        template=_digest(state.template.text),
        parameters=_digest(state.parameters),
        outputs=_digest(state.outputs),
        tags=_digest(state.tags),
    )


def _digest(value: str | Mapping[str, object]) -> str:
    text = value if isinstance(value, str) else json.dumps(dict(value), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
