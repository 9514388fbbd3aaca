"""`drill`: a switchover to the standby and back, written down for an auditor."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings
from twinstack.library.database_runs import make_database_run
from twinstack.screen.events import Done

if TYPE_CHECKING:
    from twinstack.dr.drill.record import DrillRecord


def run(settings: Settings, *, to: str | None, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.dr.drill.drill import Around, drill
    from twinstack.library.this_process import has_ended, this_run

    screen = settings.screen()
    database = make_database_run(settings, screen, confirmation(yes=yes))

    def follow(record: DrillRecord) -> None:
        settings.interrupted = record.standing

    tools = {name: version(name) for name in ("twinstack", "botocore")}
    around = Around(settings.environment, this_run(), tools, Path(), has_ended, settings.secrets.hidden_in, follow)
    record, failure = drill(database, to, around)
    if failure is not None:
        return settings.fail(f"{record.left}\n{failure}", failure.exit_code)
    there, back = record.legs
    times = f"{there.rto_seconds or 0:.1f} s there, {back.rto_seconds or 0:.1f} s back"
    screen.tell(Done(f"Done: {record.left} RTO {times}."))
    return 0
