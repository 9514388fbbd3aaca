"""`destroy`: takes the stacks down."""

from __future__ import annotations

from functools import partial

from twinstack.cli.asking import confirmation
from twinstack.cli.ending import ended
from twinstack.cli.options import Settings
from twinstack.library.locking import Hold, locked
from twinstack.library.working import make_run, read_environment
from twinstack.rollout.deletion.silent import refuse_silent
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Done


def run(
    settings: Settings,
    *,
    yes: bool,
    confirm: str | None,
    empty_buckets: bool,
    failed: bool,
    retain: tuple[str, ...],
    break_lock: bool,
) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    ask = confirmation(yes=yes)
    checked = read_environment(settings)
    rollout = make_run(settings, screen, checked, confirm=ask, asks=not yes, start_local=False, with_code=False)
    settings.interrupted = settings.going_on
    hold = partial(locked, break_lock=break_lock)
    return take_down(rollout, hold, DestroyOptions(confirm, empty_buckets, failed, retain))


def take_down(run: Run, hold: Hold, options: DestroyOptions) -> int:
    """Destroys, and tells as the last line what came of it; returns the exit code."""

    def work(run: Run) -> int:
        refuse_silent(run, options.retain)
        with hold(run) as holding:
            deleted = destroy(holding, options)
        failed = "What was made of the failed creations is deleted."
        done = failed if options.failed_only else "Every stack of the file is deleted."
        run.screen.tell(Done(done if deleted else "Nothing to delete."))
        return 0

    return ended(run, work)
