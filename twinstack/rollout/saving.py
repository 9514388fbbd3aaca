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
from twinstack.rollout.executing import Begun, begin, try_to_give_up
from twinstack.rollout.planned import Planned, make_plan, refuse_what_is_not_allowed
from twinstack.rollout.run import Run
from twinstack.screen.events import PlanMade, StepBegun
from twinstack.statuses import Standing, standing


def save(run: Run, now: str, keep: Callable[[SavedPlan], None]) -> SavedPlan:
    """Makes the change sets of the plan's first pass, reviewed and not executed, and has the plan kept.

    The deployer's own bucket is made and filled where a template needs it.

    Args:
        run: The run; nobody is asked.
        now: The time, for the file.
        keep: Writes the plan down.

    Returns:
        The plan.

    Raises:
        RefusedError: A guard refused, or a change set is not what was predicted; none is left.
        TwinStackError: AWS could not make a change set, or the plan could not be kept; none is left.
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
    shown, made = made.shown, make_plan(run)  # the bucket's name is known now
    if made.shown != shown:
        run.screen.tell(PlanMade(made.shown.as_data()))
        refuse_what_is_not_allowed(made, run.screen)
    return _kept(run, made, now, keep)


def _kept(run: Run, made: Planned, now: str, keep: Callable[[SavedPlan], None]) -> SavedPlan:
    """Makes the change sets and has the plan kept; what goes wrong on the way leaves none."""
    begun: list[Begun] = []
    run = replace(run, confirm=lambda _question: True, new_id=_named_as_saved(run.new_id))
    try:
        for step in made.plan.passes[0] if made.plan.passes else ():
            role = step.stack.role
            run.screen.tell(StepBegun(1, len(made.plan.passes), role, step.stack.region, step.operation))
            if (reviewed := begin(run, step, made.world[role])) is not None:
                begun.append(reviewed)
        saved = saved_plan(now, made.planner.system, made.world, made.shown, tuple(map(_saved_change_set, begun)))
        keep(saved)
    except BaseException:
        for item in begun:
            try_to_give_up(run, item)
        raise
    return saved


def _saved_change_set(item: Begun) -> SavedChangeSet:
    prepared = item.prepared
    return SavedChangeSet(
        stack=item.step.stack.role, arn=prepared.change_set.arn, name=prepared.name, token=prepared.token
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
