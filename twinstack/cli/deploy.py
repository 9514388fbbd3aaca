"""`deploy`: lint, plan, roll out, verify."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.cli.asking import confirmation
from twinstack.cli.ending import ended, refuse_partial
from twinstack.cli.options import Settings
from twinstack.errors import InputError
from twinstack.library.deployer import linted_run
from twinstack.library.locking import Hold, locked
from twinstack.planning.passes import Plan
from twinstack.review.saved_plans import SavedPlan, read_saved_plan
from twinstack.rollout.deploying import deploy
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Done, NotEmulated, Screen, Warning_

if TYPE_CHECKING:
    from twinstack.screen.payloads import NotEmulatedRow


def run(
    settings: Settings,
    *,
    plan_file: str | None,
    yes: bool,
    allow_replace: tuple[str, ...],
    allow_delete: tuple[str, ...],
    unlink: tuple[str, ...],
    abandon: tuple[str, ...],
    break_lock: bool,
) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    if plan_file and unlink:
        raise InputError("--unlink is not part of a saved plan: give one of --plan and --unlink")
    saved = read_saved_plan(Path(plan_file)) if plan_file else None
    confirm = confirmation(yes=yes)
    allowed = Allowed(allow_replace, allow_delete, abandon)
    rollout = linted_run(settings, screen, confirm, asks=not yes, allowed=allowed, unlink=unlink, saved=saved)
    settings.interrupted = settings.going_on
    return roll_out(rollout, partial(locked, break_lock=break_lock), saved=saved, local=settings.local)


def roll_out(run: Run, hold: Hold, *, saved: SavedPlan | None = None, local: bool = False) -> int:
    """Deploys, and tells as the last line what came of it.

    Args:
        run: The run.
        hold: Holds the lock.
        saved: A saved plan to execute, if any.
        local: Whether the local AWS is used, which tells what it does not emulate.

    Returns:
        The exit code.
    """

    def work(run: Run) -> int:
        begun = run.clock.now()
        with hold(run) as holding:
            planned = deploy(holding, saved=saved)
        if run.planner.unlink:
            run.screen.tell(Warning_("the next deployment links again what was unlinked, unless the wire is taken out"))
        if local:
            tell_not_emulated(run.screen)
        run.screen.tell(Done(_what_was_done(planned, run.clock.now() - begun)))
        refuse_partial(planned.unknown)
        return 0

    return ended(run, work)


def _what_was_done(planned: Plan, seconds: float) -> str:
    rest = " with the stacks that could be read" if planned.partial else ""
    if not planned.passes:
        return f"Nothing to do{rest}."
    steps, passes = _count(len(planned.steps), "step", "steps"), _count(len(planned.passes), "pass", "passes")
    return f"Done{rest}: {steps} in {passes}, {seconds:.0f} s."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def tell_not_emulated(screen: Screen) -> None:
    """Tells what the local AWS accepted and did not do: a success there claims no more than was made."""
    from local.process import not_emulated

    entries: tuple[NotEmulatedRow, ...] = tuple(
        {
            "type": entry.type,
            "property": entry.property,
            "where": f"{entry.stack} {entry.resource}",
            "reason": entry.reason,
        }
        for entry in not_emulated(Path.cwd())
    )
    if entries:
        screen.tell(NotEmulated(entries))
