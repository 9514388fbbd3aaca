"""`failover`: another region writes although the writer's region is lost."""

from __future__ import annotations

from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings
from twinstack.library.database_runs import make_database_run, telling_what_goes_on
from twinstack.screen.events import Done


def run(settings: Settings, *, to: str, allow_data_loss: bool, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.dr.operations.failover import fail_over, refuse_data_loss
    from twinstack.library.this_process import has_ended

    refuse_data_loss(to, allowed=allow_data_loss)
    screen = settings.screen()
    database = make_database_run(settings, screen, confirmation(yes=yes))
    settings.interrupted = settings.roles_moving
    with telling_what_goes_on(settings):
        moved = fail_over(database, to, has_ended=has_ended)
    screen.tell(Done(f"Done: {to} writes." if moved else f"Nothing to do: {to} writes already."))
    return 0
