"""Rolls a plan out: pass by pass, each step a reviewed change set, each pass with the values of the ones before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from twinstack.aws.api import ChangeSet, Clients, CloudFormation
from twinstack.aws.world_reading import read_stack, read_world
from twinstack.clock import Clock
from twinstack.environment.assembly import Environment
from twinstack.errors import BusyError, NotConvergedError, RefusedError, TwinStackError
from twinstack.planning.document import plan_document
from twinstack.planning.passes import Plan, plan, with_update_order
from twinstack.planning.steps import Planner, Step
from twinstack.planning.world import Live, Unknown, World
from twinstack.rollout import protection
from twinstack.rollout.change_sets import Prepared, discard, prepare, request_for
from twinstack.rollout.convergence import read_wires
from twinstack.rollout.guards import Allowed, refused_changes, refused_predictions
from twinstack.rollout.watching import Operation, first_cause, newest_event, watch
from twinstack.screen.events import (
    ChangeSetMade,
    NothingToChange,
    OutputsRead,
    PlanMade,
    Screen,
    StepBegun,
    StepDone,
    StepFailed,
    StepSkipped,
    Warning_,
    WiresRead,
)
from twinstack.statuses import Outcome, Standing, standing

Confirm = Callable[[str], bool]


@dataclass
class Run:
    """One run of the deployer: what it works on and what it works with.

    Attributes:
        environment: The environment.
        planner: The planner of the environment's system.
        clients: The clients of each stack.
        clock: The clock that waiting is done with.
        screen: Where everything is told.
        confirm: Asks the person before each step; says yes to everything with `--yes`.
        new_id: Makes unique names and tokens.
        allowed: What may be replaced or deleted.
    """

    environment: Environment
    planner: Planner
    clients: Clients
    clock: Clock
    screen: Screen
    confirm: Confirm
    new_id: Callable[[], str]
    allowed: Allowed = field(default_factory=Allowed)

    def cloudformation(self, role: str) -> CloudFormation:
        """Returns CloudFormation where the stack of this role lives."""
        return self.clients[role].cloudformation


@dataclass
class _Begun:
    """A step whose change set waits to be executed."""

    step: Step
    prepared: Prepared


@dataclass
class _Failures:
    """What has failed so far, and what must not run because of it."""

    causes: list[str] = field(default_factory=list)
    failed: dict[str, Step] = field(default_factory=dict)

    def blocker(self, run: Run, step: Step) -> str | None:
        """Returns the failed stack that a step has to stop for, if any.

        A step stops when its stack takes values, through any number of stacks, from a failed one; and an update stops
        when any update has failed, since the update order lets a mistake meet the standby first.
        """
        for role, failed in self.failed.items():
            if role == step.stack.role or role in _producers(run, step.stack.role):
                return role
            if step.operation == failed.operation == "UPDATE":
                return role
        return None


def _producers(run: Run, role: str) -> set[str]:
    """Returns the stacks that a stack takes values from, directly or through others."""
    found: set[str] = set()
    open_ = [role]
    while open_:
        for wire in run.planner.system.stacks[open_.pop()].template.wires:
            if wire.role not in found:
                found.add(wire.role)
                open_.append(wire.role)
    return found


def deploy(run: Run) -> Plan:
    """Brings every stack to what its template and the environment say.

    Returns:
        The plan that was carried out; its passes are empty when there was nothing to do.

    Raises:
        BusyError: Another operation is running on a stack.
        RefusedError: A guard refused, or the person did.
        NotConvergedError: After the last pass something still differs.
        TwinStackError: A step failed.
    """
    planner = with_update_order(run.planner)
    world = read_world(planner.system, run.clients)
    refuse_unready(planner, world)
    planned = plan(planner, world)
    run.screen.tell(PlanMade(plan_document(planned, run.environment.name)))
    _refuse_losses(planned, run.allowed)
    failures = _Failures()
    for number, steps in enumerate(planned.passes, 1):
        world = _run_pass(run, planner, world, steps, place=(number, len(planned.passes)), failures=failures)
    if failures.causes:
        raise TwinStackError("\n".join(failures.causes))
    verify(run, planner, read_world(planner.system, run.clients))
    return planned


def execute_step(run: Run, step: Step) -> None:
    """Carries out one step without asking again.

    Raises:
        TwinStackError: It failed.
    """
    cloudformation = run.cloudformation(step.stack.role)
    prepared = prepare(cloudformation, request_for(step, run.new_id, _role_arn(run, step.stack.role)), run.clock)
    if prepared is None:
        run.screen.tell(NothingToChange(step.stack.role))
        return
    failures = _Failures()
    operation = _execute(run, _Begun(step, prepared))
    watch([operation], run.clock, run.screen)
    _conclude(run, operation, step, failures)
    if failures.causes:
        raise TwinStackError("\n".join(failures.causes))


def refuse_unready(planner: Planner, world: World) -> None:
    """Refuses to work on stacks that are busy, or that an operation left half done.

    Raises:
        BusyError: Another operation is running.
        RefusedError: A person has to decide first.
    """
    for role, state in world.items():
        name = planner.system.stacks[role].name
        if isinstance(state, Live) and standing(state.status) is Standing.BUSY:
            raise BusyError(f"{role}: stack {name} is {state.status}: another operation is running; wait for its end")
        if isinstance(state, Live) and standing(state.status) is Standing.STUCK:
            raise RefusedError(f"{role}: stack {name} is {state.status}: {_way_out(state.status)}")


def _way_out(status: str) -> str:
    if status == "UPDATE_ROLLBACK_FAILED":
        return "mend what stopped the rollback, then continue it: `aws cloudformation continue-update-rollback`"
    return "look at `events`, then take it down with `destroy` or delete it by hand"


def _refuse_losses(planned: Plan, allowed: Allowed) -> None:
    sentences = [
        sentence for step in planned.steps for sentence in refused_predictions(step.stack.role, step.changes, allowed)
    ]
    if sentences:
        raise RefusedError("\n".join(dict.fromkeys(sentences)))


def _run_pass(
    run: Run, planner: Planner, world: World, steps: Sequence[Step], *, place: tuple[int, int], failures: _Failures
) -> World:
    """Prepares, reviews and executes the steps of a pass side by side; returns the world after it."""
    begun: list[_Begun] = []
    for planned in steps:
        role = planned.stack.role
        if blocker := failures.blocker(run, planned):
            run.screen.tell(StepSkipped(role, f"{blocker} failed"))
            continue
        run.screen.tell(StepBegun(*place, role, planned.stack.region, planned.operation))
        prepared = _prepare(run, planner.step(world, role), world)
        if prepared is not None:
            begun.append(prepared)
    operations = [_execute(run, item) for item in begun]
    watch(operations, run.clock, run.screen)
    for operation, item in zip(operations, begun, strict=True):
        _conclude(run, operation, item.step, failures)
    touched = [operation.role for operation in operations]
    return {**world, **{role: _read_again(run, planner, role) for role in touched}}


def _read_again(run: Run, planner: Planner, role: str) -> Live | Unknown:
    state = read_stack(run.cloudformation(role), planner.system.stacks[role].name)
    return state if isinstance(state, (Live, Unknown)) else Unknown(f"{role}: the stack has disappeared")


def _prepare(run: Run, step: Step, world: World) -> _Begun | None:
    """Makes the change set of a step and has it reviewed; None when there is nothing to change."""
    role = step.stack.role
    cloudformation = run.cloudformation(role)
    if step.missing:
        wires = ", ".join(f"{wire.parameter} <- {wire.source}" for wire in step.missing)
        raise NotConvergedError(f"{role}: an earlier pass should have made the values of {wires}, and did not")
    state = world[role]
    if isinstance(state, Live) and standing(state.status) is Standing.RECREATE:
        _delete_failed_creation(run, step)
    if step.operation == "UPDATE":
        protection.restore(cloudformation, step.stack.name, protected=_protected(run))
    prepared = prepare(cloudformation, request_for(step, run.new_id, _role_arn(run, role)), run.clock)
    if prepared is None:
        run.screen.tell(NothingToChange(role))
        return None
    run.screen.tell(ChangeSetMade(role, prepared.name, tuple(map(_as_data, prepared.change_set.changes))))
    try:
        _review(run, step, prepared.change_set)
    except (RefusedError, KeyboardInterrupt):
        discard(cloudformation, prepared.change_set, step.operation, prepared.token)
        raise
    return _Begun(step, prepared)


def _protected(run: Run) -> bool:
    return run.environment.file.model.protected


def _role_arn(run: Run, role: str) -> str | None:
    return run.environment.entry(role).role_arn


def _as_data(change: object) -> dict[str, object]:
    return {
        name: getattr(change, name)
        for name in ("action", "resource", "type", "physical_id", "replacement", "properties")
    }


def _review(run: Run, step: Step, change_set: ChangeSet) -> None:
    sentences = refused_changes(step.stack.role, change_set.changes, run.allowed)
    if sentences:
        raise RefusedError("\n".join(sentences))
    if not run.confirm(f"{step.operation.capitalize()} {step.stack.name} in {step.stack.region}?"):
        raise RefusedError(f"{step.stack.role}: declined; its change set is deleted and nothing was executed")


def _delete_failed_creation(run: Run, step: Step) -> None:
    """Deletes what is left of a creation that failed: a stack in ROLLBACK_COMPLETE takes no update."""
    cloudformation = run.cloudformation(step.stack.role)
    found = cloudformation.describe_stack(step.stack.name)
    if found is None:
        return
    token = run.new_id()
    run.screen.tell(Warning_(f"{step.stack.role}: deleting what is left of a creation that failed ({found.status})"))
    operation = Operation(
        step.stack.role,
        cloudformation,
        found.stack_id,
        token,
        frozenset(),
        newest_event(cloudformation, found.stack_id),
    )
    cloudformation.delete_stack(found.stack_id, token, _role_arn(run, step.stack.role))
    watch([operation], run.clock, run.screen)
    if operation.outcome is Outcome.FAILED:
        raise TwinStackError(f"{step.stack.role}: {first_cause(operation.events) or 'the deletion failed'}")


def _execute(run: Run, begun: _Begun) -> Operation:
    step, prepared = begun.step, begun.prepared
    cloudformation = run.cloudformation(step.stack.role)
    stack_id = prepared.change_set.stack_id
    operation = Operation(
        step.stack.role,
        cloudformation,
        stack_id,
        prepared.token,
        frozenset(change.resource for change in prepared.change_set.changes),
        newest_event(cloudformation, stack_id),
    )
    if _protected(run) and step.operation == "UPDATE":
        protection.narrow(cloudformation, step.stack.name, run.allowed)
    cloudformation.execute_change_set(prepared.change_set.arn, prepared.token)
    return operation


def _conclude(run: Run, operation: Operation, step: Step, failures: _Failures) -> None:
    status = operation.end.status if operation.end else ""
    if _protected(run) and (step.operation == "UPDATE" or operation.outcome is Outcome.SUCCEEDED):
        protection.restore(operation.cloudformation, step.stack.name, protected=True)
    if operation.outcome is Outcome.SUCCEEDED:
        run.screen.tell(StepDone(operation.role, status, operation.seconds))
        return
    cause = first_cause(operation.events) or (operation.end.status_reason if operation.end else "") or "no reason given"
    run.screen.tell(StepFailed(operation.role, status, cause))
    failures.failed[operation.role] = step
    failures.causes.append(f"{operation.role} ({step.stack.region}) ended in {status}: {cause}")


def verify(run: Run, planner: Planner, world: World) -> None:
    """Reads every wire back and tells it, with the outputs of every stack.

    Raises:
        NotConvergedError: A stack would change again.
    """
    wires = read_wires(planner, world)
    run.screen.tell(WiresRead(tuple(wire.as_data() for wire in wires)))
    run.screen.tell(
        OutputsRead({role: dict(state.outputs) for role, state in world.items() if isinstance(state, Live)})
    )
    again = [
        role for role, state in world.items() if not isinstance(state, Unknown) and planner.step(world, role).needed
    ]
    if again:
        different = [f"{wire.stack}.{wire.parameter} <- {wire.source}" for wire in wires if wire.verdict == "differs"]
        raise NotConvergedError(
            f"after the last pass {', '.join(again)} would change again"
            + (f"; these wires differ: {', '.join(different)}" if different else "")
            + "; run `plan` to see what is left, then `deploy` again"
        )
