"""Carries one step out: change set, review, execution, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from twinstack.aws.api import CloudFormation
from twinstack.errors import NotConvergedError, RefusedError, TwinStackError
from twinstack.expressions.macros import made_by_macros, may_be_made
from twinstack.planning.document import StepDocument, step_document
from twinstack.planning.steps import Step, resolver_for
from twinstack.planning.system import Stack
from twinstack.planning.world import Live, StackState
from twinstack.review.comparison import Prediction, compare
from twinstack.review.contract import came_out_the_same, departures
from twinstack.review.rows import row_data
from twinstack.rollout.change_sets.operation_events import tell_validation
from twinstack.rollout.change_sets.preparing import NOT_FOUND, Prepared, discard, prepare, request_for
from twinstack.rollout.guards.guards import refused_changes, unseen
from twinstack.rollout.guards.nested_stacks import held_by_nested_stacks
from twinstack.rollout.operations.failure_causes import cause_of
from twinstack.rollout.operations.operation import Operation, newest_event, no_longer_followed
from twinstack.rollout.operations.starting import start
from twinstack.rollout.operations.watching import refuse_unsigned, watch
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps import protection
from twinstack.rollout.steps.failed_creations import keeps_what_was_made, left_for_inspection, refuse_nothing_left
from twinstack.rollout.steps.rollback_triggers import breached, with_rollback_triggers
from twinstack.screen.events import (
    ChangeSetDiffers,
    ChangeSetMade,
    Note,
    NothingToChange,
    StepDone,
    StepFailed,
    Warning_,
)
from twinstack.statuses import Outcome, Standing, standing


@dataclass(frozen=True)
class Begun:
    """A step whose change set has been reviewed and waits to be executed."""

    step: Step
    prepared: Prepared


def begin(run: Run, step: Step, state: StackState, shown: StepDocument | None = None) -> Begun | None:
    """Makes the change set of a step and has it reviewed.

    Args:
        run: The run.
        step: The step, with the values that earlier passes have made.
        state: The stack as it is.
        shown: The step as the plan showed it; None where it is shown for the first time.

    Returns:
        The reviewed change set, or None when AWS has nothing to change.

    Raises:
        NotConvergedError: A value that an earlier pass should have made is not there.
        RefusedError: It differs from what was shown, a guard refused, or the person did; the change set is deleted.
        TwinStackError: AWS could not make the change set.
    """
    role, cloudformation = step.stack.role, run.cloudformation(step.stack.role)
    if step.missing:
        wires = ", ".join(f"{wire.parameter} <- {wire.source}" for wire in step.missing)
        raise NotConvergedError(f"{role}: an earlier pass should have made the values of {wires}, and did not")
    if step.refused:
        raise RefusedError("\n".join(step.refused))
    if shown:
        _hold_to_plan(run, shown, step_document(step))
    if isinstance(state, Live) and standing(state.status) is Standing.RECREATE:
        delete_failed_creation(run, step)
    request = request_for(step, run.new_id, run.template_urls.get(step.stack.template.text))
    prepared = prepare(cloudformation, with_rollback_triggers(run, step, state, request), run.clock, run.lock)
    if prepared is None:
        refuse_nothing_left(step)
        run.screen.tell(NothingToChange(role))
        return None
    return review(run, step, state, prepared)


def _hold_to_plan(run: Run, shown: StepDocument, now: StepDocument) -> None:
    """Refuses a step that would do something that the plan did not show."""
    if different := departures(shown, now):
        raise RefusedError("\n".join([*different, f"{shown.stack}: not done, since it was not shown; plan again"]))
    if same := came_out_the_same(shown, now):
        run.screen.tell(
            Note(f"  {shown.stack}: not changed after all, since AWS made the same value: {', '.join(same)}")
        )


def review(run: Run, step: Step, state: StackState, prepared: Prepared) -> Begun:
    """Has a change set reviewed: by its prediction, by the guards, by the person.

    Args:
        run: The run.
        step: The step.
        state: The stack as it is.
        prepared: The change set; it is deleted when it is refused, unless it belongs to a saved plan.

    Raises:
        RefusedError: It is not what was predicted, a guard refused, or the person did.
    """
    begun = Begun(step, prepared)
    try:
        tell_validation(run.cloudformation(step.stack.role), prepared.change_set.arn, step.stack.role, run.screen)
        _hold_to_prediction(run, step, state, prepared)
        _review(run, step, state, prepared)
    except (TwinStackError, KeyboardInterrupt):
        try_to_give_up(run, begun)
        raise
    return begun


def give_up(run: Run, begun: Begun) -> None:
    """Deletes a change set that is not going to be executed."""
    discard(run.cloudformation(begun.step.stack.role), begun.prepared, run.lock)


def try_to_give_up(run: Run, item: Begun) -> None:
    """Deletes a change set while another error is on its way, which must not be lost."""
    try:
        give_up(run, item)
    except TwinStackError as error:
        run.screen.tell(Warning_(f"{item.step.stack.role}: change set {item.prepared.name} is still there: {error}"))


def _hold_to_prediction(run: Run, step: Step, state: StackState, prepared: Prepared) -> None:
    """Shows the change set, and refuses one that is not what was predicted."""
    stopped_at = state.stopped_at if isinstance(state, Live) else lambda _resource: False
    prediction = Prediction(step_document(step), _made_by_macro(step, state), stopped_at)
    rows = compare(prediction, prepared.change_set.changes)
    told = tuple(map(row_data, rows))
    if any(row.problems for row in rows):
        run.screen.tell(ChangeSetDiffers(step.stack.role, prepared.name, told))
        sentences = [f"{step.stack.role}: {row.resource}: {', '.join(row.problems)}" for row in rows if row.problems]
        raise RefusedError(
            "\n".join([*sentences, f"{step.stack.role}: the change set is not what was predicted; {_left(prepared)}"])
        )
    run.screen.tell(ChangeSetMade(step.stack.role, prepared.name, told, run.asks))


def _made_by_macro(step: Step, state: StackState) -> Callable[[str], bool]:
    """Returns what tells whether an entry of the change set may be a macro's work, under either template."""
    if not step.left_to_aws and not (isinstance(state, Live) and state.template.macros):
        return lambda _resource: False
    templates = [step.stack.template, *([state.template] if isinstance(state, Live) else [])]

    def made(resource: str) -> bool:
        return any(
            template.macros or resource in made_by_macros(template) or may_be_made(template, resource)
            for template in templates
        )

    return made


def _left(prepared: Prepared) -> str:
    return "it stays, not executed" if prepared.saved else "it is deleted, not executed"


def _review(run: Run, step: Step, state: StackState, prepared: Prepared) -> None:
    role, change_set = step.stack.role, prepared.change_set
    for nested in (change.resource for change in change_set.changes if unseen(change)):
        run.screen.tell(Warning_(f"{role}: AWS does not say what would change inside the nested stack {nested}"))
    # What cannot be seen is guarded as if all that the nested stack holds might go.
    held = held_by_nested_stacks(run.cloudformation(role), change_set.changes)
    sentences = refused_changes(role, change_set.changes, run.allowed, _types(step.stack, state), held)
    if sentences:
        raise RefusedError("\n".join(sentences))
    if not run.confirm(f"{step.operation.capitalize()} {step.stack.name} in {step.stack.region}?"):
        raise RefusedError(f"{step.stack.role}: declined; the change set was not approved: {_left(prepared)}")


def _types(stack: Stack, state: StackState) -> dict[str, str]:
    """Returns the type of each resource as the live template declares it, by logical id.

    A macro may make something else of what is declared, so nothing is known of what one has run over.
    """
    if not isinstance(state, Live) or state.template.macros:
        return {}
    template = resolver_for(stack, state.template, state.parameters, state.generations).template
    made = made_by_macros(template)
    return {name: str(declared["Type"]) for name, declared in template.resources.items() if name not in made}


def delete_failed_creation(run: Run, step: Step) -> None:
    """Deletes what is left of a creation that failed: a stack in ROLLBACK_COMPLETE takes no update.

    Raises:
        RefusedError: The person declined.
        TwinStackError: The deletion failed.
    """
    role, cloudformation = step.stack.role, run.cloudformation(step.stack.role)
    found = cloudformation.describe_stack(step.stack.name)
    if found is None:
        return
    if standing(found.status) is not Standing.RECREATE:
        raise RefusedError(
            f"{role}: {found.name} is {found.status} by now, not what the plan was made from; plan again"
        )
    run.screen.tell(Warning_(f"{role}: what is left of a creation that failed ({found.status}) is deleted first"))
    if not run.confirm(f"Delete {found.name} in {step.stack.region}?"):
        raise RefusedError(f"{role}: declined; {found.name} is left as it is")
    operation = delete_and_watch(run, cloudformation, found.stack_id, step.stack)
    if operation.outcome is not Outcome.SUCCEEDED:
        cause = no_longer_followed(operation) or cause_of(operation, run.screen) or "the deletion failed"
        raise TwinStackError(f"{role}: {cause}")


def delete_and_watch(
    run: Run,
    cloudformation: CloudFormation,
    stack_id: str,
    stack: Stack,
    expected: frozenset[str] = frozenset(),
    *,
    kept: tuple[str, ...] = (),
) -> Operation:
    """Deletes a stack and waits for the end; returns how it went.

    Args:
        run: The run.
        cloudformation: CloudFormation where the stack lives.
        stack_id: The stack's ARN.
        stack: The stack, for its role and service role.
        expected: The resources that go with it.
        kept: The resources that stay; AWS takes them of a stack in DELETE_FAILED only.

    Raises:
        BusyError: Another run has taken the lock; the stack was not touched.
    """
    after = newest_event(cloudformation, stack_id)
    operation = Operation(stack.role, cloudformation, stack_id, run.new_id(), expected, after, deletes=True)
    start(
        run,
        operation,
        f"{stack.role} ({stack.region}): deleting {stack.name}",
        lambda: cloudformation.delete_stack(stack_id, operation.token, stack.service_role, kept),
    )
    watch(run, [operation])
    refuse_unsigned([operation])
    return operation


def execute(run: Run, begun: Begun) -> Operation:
    """Starts the execution of a reviewed change set, by its ARN.

    Raises:
        BusyError: Another run has taken the lock; nothing was executed.
    """
    step, prepared = begun.step, begun.prepared
    cloudformation = run.cloudformation(step.stack.role)
    stack_id = prepared.change_set.stack_id
    operation = Operation(
        step.stack.role,
        cloudformation,
        stack_id,
        prepared.token,
        # the events of this stack do not speak of what is inside a nested one
        frozenset(change.resource for change in prepared.change_set.changes if "/" not in change.resource),
        newest_event(cloudformation, stack_id),
        prepared.change_set.rollback_triggers,
    )
    narrowed = run.protected and step.updates
    doing = "importing into" if step.imports else "creating" if step.operation == "CREATE" else "updating"
    if narrowed:
        run.lock.check()
    try:
        if narrowed:
            protection.narrow(cloudformation, step.stack.name, run.allowed)
        start(
            run,
            operation,
            f"{step.stack.role} ({step.stack.region}): {doing} {step.stack.name}",
            lambda: cloudformation.execute_change_set(
                prepared.change_set.arn, prepared.token, disable_rollback=keeps_what_was_made(step)
            ),
            repeated=(NOT_FOUND, "InvalidChangeSetStatus"),
        )
    except BaseException:
        if narrowed and (unprotected := _protected_again(operation, step)):
            run.screen.tell(Warning_(unprotected))
        raise
    return operation


def _protected_again(operation: Operation, step: Step) -> str:
    """Restores the protection of a stack; returns why that was not possible, '' when it was."""
    # what was not executed was protected against deletion before, and is
    termination = operation.end.termination_protection if operation.end else True
    try:
        protection.protect(operation.cloudformation, step.stack.name, termination=termination)
    except TwinStackError as error:
        return f"{operation.role}: its stack policy is not restored; the next run does it: {error}"
    return ""


def conclude(run: Run, operation: Operation, step: Step) -> str | None:
    """Tells how an operation ended; returns the sentence about its failure, if it failed."""
    if operation.end is None:
        cause = no_longer_followed(operation)
        run.screen.tell(StepFailed(operation.role, operation.last_status, cause))
        return f"{operation.role} ({step.stack.region}): {cause}"
    status = operation.end.status
    unprotected = ""
    if run.protected and (step.updates or operation.outcome is Outcome.SUCCEEDED):
        unprotected = _protected_again(operation, step)
    if operation.outcome is Outcome.SUCCEEDED:
        run.screen.tell(StepDone(operation.role, status, operation.seconds))
        return unprotected or None
    if unprotected:
        run.screen.tell(Warning_(unprotected))
    reason = operation.end.status_reason
    cause = breached(run, operation) or cause_of(operation, run.screen) or reason or "no reason given"
    run.screen.tell(StepFailed(operation.role, status, cause))
    if standing(status) is Standing.UNFINISHED:
        run.screen.tell(Warning_(left_for_inspection(run, step)))
    return f"{operation.role} ({step.stack.region}) ended in {status}: {cause}"


def carry_out(run: Run, step: Step, state: StackState) -> None:
    """Carries out one step from beginning to end.

    Raises:
        TwinStackError: It failed.
    """
    carry_out_together([(run, step, state)])


def carry_out_together(steps: Iterable[tuple[Run, Step, StackState]]) -> None:
    """Carries out steps from beginning to end, side by side.

    Args:
        steps: The steps, each with the run that knows its stack and with the stack as it is.

    Raises:
        TwinStackError: One of them failed.
    """
    begun: list[tuple[Run, Begun]] = []
    running: list[tuple[Run, Begun, Operation]] = []
    try:
        for run, step, state in steps:
            if (item := begin(run, step, state)) is not None:
                begun.append((run, item))
        for run, item in begun:
            running.append((run, item, execute(run, item)))
    except BaseException:
        for run, item in begun[len(running) :]:
            try_to_give_up(run, item)
        raise
    if running:
        watch(running[0][0], [operation for _, _, operation in running])
    failures = [failure for run, item, operation in running if (failure := conclude(run, operation, item.step))]
    refuse_unsigned(operation for _, _, operation in running)
    if failures:
        raise TwinStackError("\n".join(failures))
