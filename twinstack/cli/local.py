"""`local`: starts, stops and finds the local AWS."""

from __future__ import annotations

import json
from pathlib import Path

from local import process
from twinstack.cli.options import Settings
from twinstack.clock import SystemClock
from twinstack.screen.events import Done, LocalAwsRead, Note, Printed


def run(settings: Settings, *, action: str) -> int:
    """Runs the command; `status` returns 1 when the local AWS does not run."""
    form, screen, root = settings.format, settings.screen(), Path.cwd()
    if action != "status":
        settings.interrupted = lambda: "`local status` says whether the local AWS runs."
    if action == "start":
        found = process.start(root, lambda text: screen.tell(Note(text)), SystemClock())
        screen.tell(LocalAwsRead(found.endpoint, found.pid))
        return 0
    if action == "stop":
        stopped = process.stop(root, SystemClock())
        screen.tell(Done("the local AWS has been stopped" if stopped else "the local AWS was not running"))
        return 0
    running = process.running(root)
    endpoint, pid = (running.endpoint, running.pid) if running else (None, None)
    if form == "json":
        settings.format = "text"
        settings.screen().tell(Printed(json.dumps({"endpoint": endpoint, "pid": pid})))
    else:
        screen.tell(LocalAwsRead(endpoint, pid))
    return 0 if running else 1
