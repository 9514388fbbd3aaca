"""`failback`: the region that was deployed as the primary writes again."""

from __future__ import annotations

from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings
from twinstack.library.database_runs import make_database_run, telling_what_goes_on
from twinstack.screen.events import Done


def run(settings: Settings, *, max_lag: float | None, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.dr.operations.failback import fail_back
    from twinstack.dr.operations.preflight import MAX_LAG_MILLISECONDS
    from twinstack.library.this_process import has_ended

    screen = settings.screen()
    database = make_database_run(settings, screen, confirmation(yes=yes))
    settings.interrupted = settings.roles_moving
    limit = MAX_LAG_MILLISECONDS if max_lag is None else max_lag
    with telling_what_goes_on(settings):
        moved = fail_back(database, limit, has_ended=has_ended)
    screen.tell(Done(f"Done: {moved.target} writes again." if moved else "Nothing to do: the roles are as deployed."))
    return 0
