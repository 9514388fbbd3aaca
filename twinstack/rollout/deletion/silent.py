"""Refuses a deletion while a region does not answer, before the lock is asked for: that may be kept in this region."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from twinstack.aws.api import StackDescription
from twinstack.aws.retry_limits import UNANSWERED, trouble_of
from twinstack.aws.world_reading import read_stack
from twinstack.clock import growing_waits
from twinstack.errors import RefusedError, TwinStackError, UnreachableError
from twinstack.planning.world import Live, Unknown, World
from twinstack.rollout.deletion.unlinking import with_wires
from twinstack.rollout.run.run import Run

# For so many seconds the regions are asked, all of them together, before one counts as silent.
SILENT_AFTER = 10.0


def refuse_silent(run: Run, retained: tuple[str, ...]) -> None:
    """Asks every region for its stack, side by side and under one deadline.

    Args:
        run: The run; it needs no lock for this.
        retained: What a person wants kept, by logical id or `role.LogicalId`.

    Raises:
        CredentialsError: AWS does not take the credentials.
        RefusedError: A region does not answer: which, what stands elsewhere, and how to go on.
        UnreachableError: Not one of them answers.
    """
    system = run.planner.system
    silent = _silent(run)
    if not silent:
        return
    if len(silent) == len(system.stacks):
        raise UnreachableError("none of the stacks could be read:\n" + "\n".join(silent.values()))
    world: World = {
        role: Unknown(silent[role]) if role in silent else read_stack(run.cloudformation(role), stack.name)
        for role, stack in system.stacks.items()
    }
    raise RefusedError(
        "\n".join(run.objections(run.planner, with_wires(system, world), retained)) or _lost(run, world, silent)
    )


def _silent(run: Run) -> dict[str, str]:
    """Returns the roles whose region does not answer, and why."""
    until, waits = run.clock.now() + SILENT_AFTER, growing_waits()
    asked = {role: run.ask(partial(_look, run, role)) for role in run.planner.system.stacks}
    why = {role: f"{role}: no answer within {SILENT_AFTER:.0f} s" for role in asked}
    late = False
    while True:
        for role, answer in [*asked.items()]:
            if not answer.done():
                continue
            try:
                answer.result()
            except TwinStackError as error:
                if trouble_of(error) in UNANSWERED:
                    why[role] = str(error)
                    asked[role] = run.ask(partial(_look, run, role))
                    continue
            del asked[role]  # whatever else AWS says is told where it is asked patiently
        if not asked or late:
            return {role: why[role] for role in asked}
        late = run.clock.now() >= until  # then what has come meanwhile is looked at once more
        if not late:
            run.clock.sleep(next(waits))


def _look(run: Run, role: str) -> StackDescription | None:
    return run.cloudformation(role).at_once().describe_stack(run.planner.system.stacks[role].name)


def _lost(run: Run, world: World, silent: Mapping[str, str]) -> str:
    """Returns what to say where nobody knows more of the stacks than that one is out of reach."""
    stacks = run.planner.system.stacks
    gone = " and ".join(f"{role} ({stacks[role].region})" for role in silent)
    there = [
        f"{role} ({stacks[role].region}): stack {stacks[role].name}, {state.status}"
        for role, state in world.items()
        if isinstance(state, Live)
    ]
    return (
        f"{gone} does not answer, so nothing was deleted: {'; '.join(silent.values())}\n"
        f"What stands: {'; '.join(there) or 'no stack that answers'}\n"
        "Run `destroy` again when it answers"
    )
