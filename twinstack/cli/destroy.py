"""`destroy`: takes the stacks down."""

from __future__ import annotations

from twinstack.cli.options import Settings
from twinstack.cli.working import confirmation, make_run, read_environment
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.screen.events import Done


def run(settings: Settings, *, yes: bool, confirm: str | None, empty_buckets: bool, failed: bool) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    ask = confirmation(yes=yes)
    checked = read_environment(settings)
    rollout = make_run(settings, screen, checked, confirm=ask, asks=not yes, start_local=False, with_code=False)
    settings.interrupted = settings.going_on
    deleted = destroy(rollout, DestroyOptions(confirm, empty_buckets, failed))
    done = "What was made of the failed creations is deleted." if failed else "Every stack of the file is deleted."
    screen.tell(Done(done if deleted else "Nothing to delete."))
    return 0
