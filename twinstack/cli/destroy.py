"""`destroy`: takes the stacks down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from twinstack.cli.ending import ended
from twinstack.cli.locking import locked
from twinstack.cli.options import Settings
from twinstack.cli.working import confirmation, make_run, read_environment
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.run import Run
from twinstack.screen.events import Done


def run(
    settings: Settings, *, yes: bool, confirm: str | None, empty_buckets: bool, failed: bool, break_lock: bool
) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    ask = confirmation(yes=yes)
    checked = read_environment(settings)
    rollout = make_run(settings, screen, checked, confirm=ask, asks=not yes, start_local=False, with_code=False)
    settings.interrupted = (
        "interrupted; what AWS has begun goes on there: look at `status`, and run `destroy` again when it has ended"
    )
    options = DestroyOptions(confirm, empty_buckets, failed)
    return take_down(rollout, options, locked=partial(locked, break_lock=break_lock))


def take_down(
    run: Run, options: DestroyOptions, *, locked: Callable[[Run], AbstractContextManager[Run]] = nullcontext
) -> int:
    """Destroys, and tells as the last line what came of it.

    Args:
        run: The run.
        options: What a person has said about it.
        locked: As for `roll_out`.

    Returns:
        The exit code.
    """

    def work() -> int:
        with locked(run) as holder:
            deleted = destroy(holder, options)
        failed = "What was made of the failed creations is deleted."
        done = failed if options.failed_only else "Every stack of the file is deleted."
        run.screen.tell(Done(done if deleted else "Nothing to delete."))
        return 0

    return ended(run, work)
