"""Saves a plan: makes the change sets of its first pass, and takes them up again when it is carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twinstack.aws.errors import AwsError
from twinstack.errors import RefusedError
from twinstack.planning.world import Live
from twinstack.review.saved_plans import SavedChangeSet, SavedPlan, saved_plan, stale_because
from twinstack.rollout.artifacts import provide
from twinstack.rollout.change_sets import Prepared, with_values
from twinstack.rollout.executing import Begun, begin, give_up
from twinstack.rollout.planned import Planned, make_plan, refuse_what_is_not_allowed
from twinstack.rollout.run import Run
from twinstack.screen.events import PlanMade, StepBegun
from twinstack.statuses import Standing, standing


def save(run: Run, now: str) -> SavedPlan:
    """Makes the change sets of the plan's first pass, reviewed and not executed.

    The deployer's own bucket is made and filled where a template needs it.

    Args:
        run: The run; nobody is asked.
        now: The time, for the file.

    Returns:
        The plan to write down.

    Raises:
        RefusedError: A guard refused, or a change set is not what was predicted; none is left.
        TwinStackError: AWS could not make a change set; none is left.
    """
    made = make_plan(run)
    run.screen.tell(PlanMade(made.shown.as_data()))
    refuse_what_is_not_allowed(made, run.screen)
    first = made.plan.passes[0] if made.plan.passes else ()
    for step in first:
        state = made.world[step.stack.role]
        if isinstance(state, Live) and standing(state.status) is Standing.RECREATE:
            raise RefusedError(
                f"{step.stack.role}: what is left of a creation that failed ({state.status}) has to be deleted first; "
                "`deploy` without a saved plan does it"
            )
    run = provide(replace(run, planner=made.planner), {step.stack.role: step.stack for step in first}.values())
    made = make_plan(run)  # the bucket's name is known now
    return saved_plan(now, made.planner.system, made.world, made.shown, _first_change_sets(run, made))


def _first_change_sets(run: Run, made: Planned) -> tuple[SavedChangeSet, ...]:
    begun: list[Begun] = []
    run = replace(run, confirm=lambda _question: True, new_id=_named_as_saved(run.new_id))
    steps = made.plan.passes[0] if made.plan.passes else ()
    try:
        for step in steps:
            role = step.stack.role
            run.screen.tell(StepBegun(1, len(made.plan.passes), role, step.stack.region, step.operation))
            if (reviewed := begin(run, step, made.world[role])) is not None:
                begun.append(reviewed)
    except BaseException:
        for item in begun:
            give_up(run, item)
        raise
    return tuple(
        SavedChangeSet(
            stack=item.step.stack.role,
            arn=item.prepared.change_set.arn,
            name=item.prepared.name,
            token=item.prepared.token,
        )
        for item in begun
    )


def _named_as_saved(new_id: Callable[[], str]) -> Callable[[], str]:
    """Change sets are named after the token, so that one of a saved plan is known from others."""
    return lambda: f"saved-{new_id()}"


def refuse_stale(saved: SavedPlan, made: Planned) -> None:
    """Refuses a saved plan that is no longer good.

    Raises:
        RefusedError: Something that it was made from has changed.
    """
    if reasons := stale_because(saved, made.planner.system, made.world, made.shown):
        raise RefusedError(
            "\n".join([*reasons, f"the plan saved {saved.saved} is stale; make a new one: `plan --out`"])
        )


def take_up(run: Run, role: str, saved: SavedChangeSet) -> Prepared:
    """Returns a saved change set, which AWS still has and would execute.

    Raises:
        RefusedError: It is gone, or can no longer be executed.
        TwinStackError: AWS does not say.
    """
    cloudformation = run.cloudformation(role)
    try:
        change_set = cloudformation.describe_change_set(saved.arn)
    except AwsError as error:
        if error.code != "ChangeSetNotFound":
            raise
        raise RefusedError(f"{role}: change set {saved.name} is gone; {_ADVICE}") from None
    if (change_set.status, change_set.execution_status) != ("CREATE_COMPLETE", "AVAILABLE"):
        raise RefusedError(
            f"{role}: change set {saved.name} can no longer be executed: it is {change_set.status}, "
            f"{change_set.execution_status}; {_ADVICE}"
        )
    return Prepared(with_values(cloudformation, change_set), saved.token, saved.name, saved=True)


_ADVICE = "the saved plan is stale; make a new one: `plan --out`"
