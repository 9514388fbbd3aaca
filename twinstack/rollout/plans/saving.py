"""Saves a plan: makes the change sets of its first pass, and takes them up again when it is carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from twinstack.aws.errors import AwsError
from twinstack.errors import RefusedError
from twinstack.planning.steps import Step
from twinstack.planning.world import Live
from twinstack.review.saved_plans import SavedChangeSet, SavedPlan, saved_plan, stale_because
from twinstack.rollout.change_sets.preparing import NOT_FOUND, OURS, SAVED, Prepared, request_for, with_values
from twinstack.rollout.plans.planned import Planned, make_plan, refuse_what_is_not_allowed
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import provide, stacks_of, with_import_template
from twinstack.rollout.steps.carrying_out import Begun, begin, try_to_give_up
from twinstack.screen.events import PlanMade, StepBegun
from twinstack.statuses import Execution, Making, Standing, execution, making, standing


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
    run = provide(replace(run, planner=made.planner), stacks_of(made.planner, first))
    shown, made = made.shown, make_plan(run)  # the bucket's name is known now
    if made.shown != shown:
        run.screen.tell(PlanMade(made.shown.as_data()))
        refuse_what_is_not_allowed(made, run.screen)
    return _kept(run, made, now, keep)


def _kept(run: Run, made: Planned, now: str, keep: Callable[[SavedPlan], None]) -> SavedPlan:
    """Makes the change sets and has the plan kept; what goes wrong on the way leaves none."""
    begun: list[Begun] = []
    run = replace(run, confirm=lambda _question: True)
    try:
        for step in made.plan.passes[0] if made.plan.passes else ():
            role = step.stack.role
            run.screen.tell(StepBegun(1, len(made.plan.passes), role, step.stack.region, step.operation))
            named = replace(with_import_template(run, step), new_id=_named_after(step, run.new_id))
            if (reviewed := begin(named, step, made.world[role])) is not None:
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


def _named_after(step: Step, new_id: Callable[[], str]) -> Callable[[], str]:
    """Change sets are named after the token: so one of a saved plan is known from others, and what it was made from."""
    return lambda: f"{_named(step)}{new_id()}"


def _named(step: Step) -> str:
    """Returns what the token of a step's saved change set begins with: a digest of all that it is made from.

    AWS keeps the name, so a file that names the change set of another plan is noticed. NoEcho values do not count.
    """
    request = request_for(step, lambda: "")
    hidden = {parameter.name for parameter in step.parameters if parameter.no_echo}
    parameters = {name: value for name, value in request.parameters.items() if name not in hidden}
    content = (
        *(step.stack.region, request.stack_name, request.operation, step.stack.template.text, request.role_arn),
        *(sorted(parameters.items(), key=str), sorted(request.tags.items())),
        *((it.resource, it.type, sorted(it.identifier.items())) for it in request.resources_to_import),
    )
    return f"{SAVED.removeprefix(OURS)}{hashlib.sha256(repr(content).encode()).hexdigest()[:16]}-"


def refuse_stale(saved: SavedPlan, made: Planned) -> None:
    """Refuses a saved plan that is no longer good.

    Raises:
        RefusedError: Something that it was made from has changed.
    """
    if reasons := stale_because(saved, made.planner.system, made.world, made.shown):
        raise RefusedError(
            "\n".join([*reasons, f"the plan saved {saved.saved} is stale; make a new one: `plan --out`"])
        )


def take_up(run: Run, step: Step, saved: SavedChangeSet) -> Prepared:
    """Returns the saved change set of a step, which AWS still has and would execute.

    Raises:
        RefusedError: It is gone, can no longer be executed, or was made for something else.
        TwinStackError: AWS does not say.
    """
    role = step.stack.role
    cloudformation = run.cloudformation(role)
    if f"changeSet/{OURS}{_named(step)}" not in saved.arn:
        raise RefusedError(f"{role}: change set {saved.arn} was not made for what the plan shows; {_ADVICE}")
    try:
        change_set = cloudformation.describe_change_set(saved.arn)
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
        raise RefusedError(f"{role}: change set {saved.name} is gone; {_ADVICE}") from None
    if (
        making(change_set.status) is not Making.MADE
        or execution(change_set.execution_status) is not Execution.CAN_BEGIN
    ):
        raise RefusedError(
            f"{role}: change set {saved.name} can no longer be executed: it is {change_set.status}, "
            f"{change_set.execution_status}; {_ADVICE}"
        )
    return Prepared(with_values(cloudformation, change_set, run.clock), saved.token, saved.name, saved=True)


_ADVICE = "the saved plan is stale; make a new one: `plan --out`"
