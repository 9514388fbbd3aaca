"""What is to be said of a plan about what deleted stacks have kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twinstack.planning.adoption import why_not
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner, Step, resolver_for
from twinstack.planning.world import Kept, World, kept_of
from twinstack.rollout.guards.guarded_types import guarded_types


def said_of_kept(planner: Planner, world: World, plan: Plan) -> tuple[str, ...]:
    """Returns a sentence for each kept resource that is not taken in again: it is gone, or stays outside."""
    first = {step.stack.role: step for step in reversed((*plan.steps, *plan.waiting, *plan.idle))}
    found: list[str] = []
    for role, state in world.items():
        if (kept := kept_of(state)) and role in first:
            found += [f"{role}: {sentence}" for sentence in _of_stack(planner, first[role], kept.items())]
    return tuple(found)


def _of_stack(planner: Planner, step: Step, kept: Iterable[tuple[str, Kept]]) -> Iterator[str]:
    stack, taken = planner.system.stacks[step.stack.role], {it.resource for it in step.imports}
    resolver = resolver_for(stack, stack.template, {it.name: it.value for it in step.parameters}, {})
    for name, one in kept:
        if name in taken or step.missing:
            continue
        yield f"{name} ({one.type} {one.physical_id}) was kept when the stack was deleted, and " + (
            _left_outside(why_not(resolver, name, one, planner.schemas(one.type, stack.region)))
            if one.exists
            else _gone(one, is_declared=name in resolver.template.resources)
        )


def _left_outside(why: str) -> str:
    return (
        f"is not taken in again: {why or 'a property that it needs refers to what is gone'}. It stays as it is, "
        "outside of the stack, and its name may be in the way; remove it by hand where it is of no use"
    )


def _gone(kept: Kept, *, is_declared: bool) -> str:
    if not is_declared:
        return "is gone"
    if kept.type in guarded_types():
        return "is gone: a new, empty one is made beside what else was kept; restore what it held where that matters"
    return "is gone: a new one is made"
