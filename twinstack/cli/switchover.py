"""`switchover`: another region writes, and nothing is lost."""

from __future__ import annotations

from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings
from twinstack.library.database_runs import make_database_run, telling_what_goes_on
from twinstack.screen.events import Done


def run(settings: Settings, *, to: str, max_lag: float | None, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.dr.operations.preflight import MAX_LAG_MILLISECONDS
    from twinstack.dr.operations.switchover import switch_over
    from twinstack.library.this_process import has_ended

    screen = settings.screen()
    database = make_database_run(settings, screen, confirmation(yes=yes))
    settings.interrupted = settings.roles_moving
    limit = MAX_LAG_MILLISECONDS if max_lag is None else max_lag
    with telling_what_goes_on(settings):
        moved = switch_over(database, to, limit, has_ended=has_ended)
    screen.tell(Done(f"Done: {to} writes." if moved else f"Nothing to do: {to} writes already."))
    return 0
