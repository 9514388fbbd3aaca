"""`generate`: writes `generated/`, or says that it is stale."""

from __future__ import annotations

from pathlib import Path

from twinstack.cli.options import Settings
from twinstack.generating import generated
from twinstack.screen.events import Done, Failure, Printed


def run(settings: Settings, *, check: bool) -> int:
    """Runs the command; returns the exit code."""
    screen, root = settings.screen(), Path.cwd()
    if check:
        diff = generated.stale(root)
        if diff:
            screen.tell(Printed(diff))
            screen.tell(Failure("generated/ is stale; run `python deploy.py generate` and commit the result", 1))
            return 1
        screen.tell(Done("generated/ is current"))
        return 0
    settings.interrupted = lambda: "Run the same command again: it writes what is missing."
    written = generated.write(root)
    names = ", ".join(str(path.relative_to(root)) for path in written)
    screen.tell(Done(f"wrote {names}" if written else "generated/ was current already"))
    return 0
