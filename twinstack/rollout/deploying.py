"""Rolls a plan out: pass by pass, each step a reviewed change set, each pass with the values of the ones before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from twinstack.aws.errors import AwsError
from twinstack.aws.world_reading import read_stack, read_world
from twinstack.errors import (
    BusyError,
    CredentialsError,
    NotConvergedError,
    RefusedError,
    TwinStackError,
    UnreachableError,
)
from twinstack.planning.document import StepDocument
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner, Step
from twinstack.planning.world import Live, StackState, Unknown, World
from twinstack.review.saved_plans import SavedChangeSet, SavedPlan
from twinstack.rollout.change_sets.preparing import LAG, ChangeSetError, looked
from twinstack.rollout.convergence import read_wires
from twinstack.rollout.operations.failure_causes import failed_at
from twinstack.rollout.operations.operation import Operation
from twinstack.rollout.operations.watching import refuse_unsigned, watch
from twinstack.rollout.plans.planned import Planned, make_plan, refuse_what_is_not_allowed
from twinstack.rollout.plans.preflight import refuse_what_would_fail
from twinstack.rollout.plans.saving import refuse_stale, take_up
from twinstack.rollout.rest.following import bring_to_rest
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import provide, stacks_of, with_import_template
from twinstack.rollout.steps.carrying_out import Begun, begin, conclude, execute, review, try_to_give_up
from twinstack.rollout.steps.protection import set_protection
from twinstack.screen.events import NothingToChange, OutputsRead, PlanMade, StepBegun, StepSkipped, Warning_, WiresRead


@dataclass
class _Failures:
    """What has failed so far, and what must not run because of it."""

    causes: list[str] = field(default_factory=list)
    failed: dict[str, Step] = field(default_factory=dict)

    def add(self, step: Step, cause: str) -> None:
        """Notes a step that failed."""
        self.failed[step.stack.role] = step
        self.causes.append(cause)

    @property
    def told(self) -> str:
        """Every cause, a line each; the first one stands last, where a person looks."""
        return "\n".join(reversed(self.causes))

    def blocker(self, run: Run, step: Step) -> str | None:
        """Returns the failed stack that a step has to stop for, if any.

        A step stops when its stack takes values, through any number of stacks, from a failed one; and an update stops
        when any update has failed, since the update order lets a mistake meet the standby first.
        """
        for role, failed in self.failed.items():
            if role == step.stack.role or role in _producers(run, step.stack.role):
                return role
            if step.updates and failed.updates:
                return role
        return None


@dataclass(frozen=True)
class _Place:
    """Where in the plan a pass stands: its number, how many there are, and its steps as they were shown.

    `change_sets` are those that were made for it when the plan was saved, None where it makes its own.
    """

    number: int
    passes: int
    steps: tuple[StepDocument, ...]
    change_sets: Mapping[str, SavedChangeSet] | None = None

    def shown(self, role: str) -> StepDocument:
        """Returns the step of a stack as it was shown."""
        return next(step for step in self.steps if step.stack == role)


def _producers(run: Run, role: str) -> set[str]:
    """Returns the stacks that a stack takes values from, directly or through others."""
    found: set[str] = set()
    open_ = [role]
    while open_:
        consumer = open_.pop()
        direct = {wire.role for taker, wire in run.planner.system.wires() if taker == consumer} - found
        found |= direct
        open_ += direct
    return found


def deploy(run: Run, *, passes: int | None = None, saved: SavedPlan | None = None) -> Plan:
    """Brings every stack to what its template and the environment say.

    Args:
        run: The run.
        passes: Only the first so many passes; None for all. While passes are left no wire is read back: more is to
            come.
        saved: A saved plan: what it shows is done, with the change sets that were made for it.

    Returns:
        The whole plan; its passes are empty when there was nothing to do. Unknown in it are the stacks that could not
        be read before or after.

    Raises:
        BusyError: Another operation is running on a stack.
        InputError: Something that is to be abandoned is not there.
        RefusedError: A guard refused, or what was looked at before, or the person did, or the saved plan is stale.
        NotConvergedError: After the last pass something still differs.
        TwinStackError: A step failed.
    """
    bring_to_rest(run, run.planner.system.stacks.values())
    made = make_plan(run)
    world, planner, planned = made.world, made.planner, made.plan
    run.screen.tell(PlanMade(made.shown.as_data()))
    if saved:
        refuse_stale(saved, made)
    refuse_what_is_not_allowed(made, run.screen)
    refuse_what_would_fail(run, planner, planned)
    _bring_protection_up(run, made)
    run = provide(replace(run, planner=planner), stacks_of(planner, planned.steps))
    planner = run.planner
    failures = _Failures()
    try:
        for number, steps in enumerate(planned.passes[:passes], 1):
            change_sets = {it.stack: it for it in saved.change_sets} if saved and number == 1 else None
            place = _Place(number, len(planned.passes), made.shown.passes[number - 1].steps, change_sets)
            world = _run_pass(run, planner, world, steps, place=place, failures=failures)
    except TwinStackError as error:
        # These are told for what they are, whatever failed before; else what failed first is the cause.
        if isinstance(error, (CredentialsError, BusyError)) or not failures.causes:
            raise
        raise TwinStackError("\n".join([str(error), failures.told])) from error
    if failures.causes:
        raise TwinStackError(failures.told)
    is_whole = passes is None or passes >= len(planned.passes)
    world, again = _read_at_the_end(run, planner, LAG if is_whole else 0.0)
    if planned.passes:
        run.screen.tell(OutputsRead({role: dict(it.outputs) for role, it in world.items() if isinstance(it, Live)}))
    if is_whole:
        _verify(run, planner, world, again, partial=planned.partial)
    return replace(planned, unknown={**planned.unknown, **_unread(world)})


def _unread(world: World) -> dict[str, str]:
    return {role: state.reason for role, state in world.items() if isinstance(state, Unknown)}


def _bring_protection_up(run: Run, made: Planned) -> None:
    """Protects every stack as the environment says; to take protection away is asked for."""
    lifted = [role for role, one in made.protection.items() if one.lifts]
    names = ", ".join(run.planner.system.stacks[role].name for role in lifted)
    if lifted and not run.confirm(f"Lift the protection of {names}?"):
        raise RefusedError("declined; the protection stays as it is, and nothing was deployed")
    set_protection(run, made.protection)


def _run_pass(
    run: Run, planner: Planner, world: World, steps: Sequence[Step], *, place: _Place, failures: _Failures
) -> World:
    """Prepares, reviews and executes the steps of a pass side by side; returns the world after it."""
    begun = _begin_pass(run, planner, world, steps, place=place, failures=failures)
    running = _execute_pass(run, begun, failures)
    watch(run, [operation for _, operation in running])
    for item, operation in sorted(running, key=lambda pair: failed_at(pair[1])):
        if failure := conclude(run, operation, item.step):
            failures.add(item.step, failure)
    refuse_unsigned(operation for _, operation in running)
    after = {operation.role: _read_again(run, planner, operation) for _, operation in running}
    for item, _ in running:
        state = after[item.step.stack.role]
        is_last = place.number == place.passes
        if isinstance(state, Unknown) and item.step.stack.role not in failures.failed and not is_last:
            failures.add(item.step, state.reason)  # what later passes need of it is not known
    return {**world, **after}


def _begin_pass(
    run: Run, planner: Planner, world: World, steps: Sequence[Step], *, place: _Place, failures: _Failures
) -> list[Begun]:
    """Has every change set of a pass reviewed before the first of them is executed."""
    begun: list[Begun] = []
    try:
        for planned in steps:
            role = planned.stack.role
            if blocker := failures.blocker(run, planned):
                run.screen.tell(StepSkipped(role, f"{blocker} failed"))
                continue
            run.screen.tell(StepBegun(place.number, place.passes, role, planned.stack.region, planned.operation))
            try:
                step = planner.step(world, role)
                reviewed = _begin(with_import_template(run, step), step, world, place)
            except (AwsError, ChangeSetError) as error:
                failures.add(planned, str(error))
                continue
            if reviewed is not None:
                begun.append(reviewed)
    except BaseException:
        for item in begun:
            try_to_give_up(run, item)
        raise
    return begun


def _begin(run: Run, step: Step, world: World, place: _Place) -> Begun | None:
    """Has the change set of a step reviewed: a new one, or the one that was made when the plan was saved."""
    role = step.stack.role
    if place.change_sets is None:
        return begin(run, step, world[role], place.shown(role))
    if role not in place.change_sets:
        run.screen.tell(NothingToChange(role))
        return None
    return review(run, step, world[role], take_up(run, step, place.change_sets[role]))


def _execute_pass(run: Run, begun: Sequence[Begun], failures: _Failures) -> list[tuple[Begun, Operation]]:
    """Starts what was reviewed; a change set that AWS does not execute is deleted, and the others are followed."""
    running = []
    for number, item in enumerate(begun):
        try:
            running.append((item, execute(run, item)))
        except (AwsError, UnreachableError) as error:
            failures.add(item.step, str(error))
            try_to_give_up(run, item)
        except BaseException:
            for waiting in begun[number:]:
                try_to_give_up(run, waiting)
            raise
    return running


def _read_again(run: Run, planner: Planner, operation: Operation) -> Live | Unknown:
    """Reads a stack after its operation; an answer from before its end is not taken."""
    role = operation.role
    cloudformation, name = run.cloudformation(role), planner.system.stacks[role].name

    def is_new(state: StackState) -> bool:
        if isinstance(state, Live):
            return operation.end is None or state.status == operation.end.status
        return isinstance(state, Unknown)

    state = looked(lambda: read_stack(cloudformation, name), is_new, run.clock)
    return state if isinstance(state, (Live, Unknown)) else Unknown(f"{role}: the stack has disappeared")


def _read_at_the_end(run: Run, planner: Planner, longest: float) -> tuple[World, list[str]]:
    """Reads every stack, for a while again where one would change again, since answers of AWS may be old.

    Returns:
        What there is, and the stacks that would change again.
    """

    def read() -> tuple[World, list[str]]:
        world = read_world(planner.system, run.clients)
        readable = [role for role, state in world.items() if not isinstance(state, Unknown)]
        return world, [role for role in readable if planner.step(world, role).needed]

    return looked(read, lambda seen: not seen[1], run.clock, longest)


def _verify(run: Run, planner: Planner, world: World, again: Sequence[str], *, partial: bool) -> None:
    """Tells every wire as it was read back.

    What was not planned, because a stack could not be read then, is left to the next run.

    Raises:
        NotConvergedError: A stack would change again.
    """
    wires = read_wires(planner, world)
    run.screen.tell(WiresRead(tuple(wire.as_data() for wire in wires)))
    if again and partial:
        run.screen.tell(Warning_(f"{', '.join(again)} would change, which could not be planned; `deploy` again"))
    elif again:
        different = [f"{wire.stack}.{wire.parameter} <- {wire.source}" for wire in wires if wire.verdict == "differs"]
        raise NotConvergedError(
            f"after the last pass {', '.join(again)} would change again"
            + (f"; these wires differ: {', '.join(different)}" if different else "")
            + "; run `plan` to see what is left, then `deploy` again"
        )
