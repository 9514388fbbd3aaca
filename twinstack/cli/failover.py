"""`failover`: another region writes although the writer's region is lost."""

from __future__ import annotations

from twinstack.cli.database_runs import make_database_run, telling_what_goes_on
from twinstack.cli.options import Settings
from twinstack.cli.working import confirmation
from twinstack.screen.events import Done


def run(settings: Settings, *, to: str, allow_data_loss: bool, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.cli.this_process import has_ended
    from twinstack.dr.operations.failover import fail_over, refuse_data_loss

    refuse_data_loss(to, allowed=allow_data_loss)
    screen = settings.screen()
    database = make_database_run(settings, screen, confirmation(yes=yes))
    settings.interrupted = settings.roles_moving
    with telling_what_goes_on(settings):
        moved = fail_over(database, to, has_ended=has_ended)
    screen.tell(Done(f"Done: {to} writes." if moved else f"Nothing to do: {to} writes already."))
    return 0
