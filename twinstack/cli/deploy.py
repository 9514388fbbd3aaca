"""`deploy`: lint, plan, roll out, verify."""

from __future__ import annotations

from pathlib import Path

from twinstack.cli.lint import lint_environment
from twinstack.cli.options import Settings
from twinstack.cli.working import confirmation, make_run
from twinstack.errors import InputError
from twinstack.review.saved_plans import read_saved_plan, refuse_other_environment
from twinstack.rollout.deploying import deploy
from twinstack.rollout.guards import Allowed
from twinstack.screen.events import Done, NotEmulated, Screen, Warning_


def run(
    settings: Settings,
    *,
    plan_file: str | None,
    yes: bool,
    allow_replace: tuple[str, ...],
    allow_delete: tuple[str, ...],
    unlink: tuple[str, ...],
    abandon: tuple[str, ...],
) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    if plan_file and unlink:
        raise InputError("--unlink is not part of a saved plan: give one of --plan and --unlink")
    saved = read_saved_plan(Path(plan_file)) if plan_file else None
    confirm = confirmation(yes=yes)
    checked = lint_environment(settings, screen, fail_on="error")
    if saved:
        refuse_other_environment(saved, checked[0].name, checked[0].system)
    allowed = Allowed(allow_replace, allow_delete, abandon)
    rollout = make_run(settings, screen, checked, confirm=confirm, asks=not yes, allowed=allowed, unlink=unlink)
    settings.interrupted = settings.going_on
    begun = rollout.clock.now()
    planned = deploy(rollout, saved=saved)
    if unlink:
        screen.tell(Warning_("the next deployment links again what was unlinked, unless the wire is taken out"))
    if settings.local:
        tell_not_emulated(screen)
    if not planned.passes:
        partial = f"; {', '.join(planned.unknown)} could not be read, so this is partial" if planned.partial else ""
        screen.tell(Done(f"Nothing to do{partial}."))
        return 0
    steps, passes = _count(len(planned.steps), "step", "steps"), _count(len(planned.passes), "pass", "passes")
    seconds = rollout.clock.now() - begun
    partial = f" This was partial: {', '.join(planned.unknown)} could not be read." if planned.partial else ""
    screen.tell(Done(f"Done: {steps} in {passes}, {seconds:.0f} s.{partial}"))
    return 0


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def tell_not_emulated(screen: Screen) -> None:
    """Tells what the local AWS accepted and did not do: a success there claims no more than was made."""
    from twinstack.local.process import not_emulated

    entries = tuple(
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
