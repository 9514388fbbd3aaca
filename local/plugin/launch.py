"""Starts the emulator with the plugin in it, in the emulator's environment: `python -m plugin.launch STATE SCHEMAS`.

The process writes its address and pid to a file of the state folder and holds a lock on it as long as it lives: that,
and not a pid that may be somebody else's by now, says whether the local AWS of that folder runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path

from .contract import broken


def main(folder: Path, schemas: Path) -> int:
    """Run until terminated; the exit code of a start that failed."""
    with (folder / "running").open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        json.dump({"endpoint": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}", "pid": os.getpid()}, held)
        held.flush()
        problems = broken()
        if problems:
            sys.stderr.write("The emulator is not the one this plugin was written for:\n")
            sys.stderr.writelines(f"  {problem}\n" for problem in problems)
            return 1
        install(folder, schemas)
        _serve()
    return 0


def install(folder: Path, schemas: Path) -> None:
    """Put everything into the emulator; importing its parts any earlier would hide a broken contract."""
    from . import (  # noqa: PLC0415
        change_set_descriptions,
        change_set_lifecycle,
        change_sets,
        cleanup,
        conditions,
        deleted_stacks,
        drift,
        imports,
        nested_stacks,
        operations,
        registry,
        replacement,
        rollback_triggers,
        settings,
        stack_descriptions,
        unfinished,
    )
    from .dropped import Ledger  # noqa: PLC0415
    from .services.table import SERVICES  # noqa: PLC0415
    from .types.table import BEHAVIOUR, TYPES  # noqa: PLC0415

    settings.read_from(folder)
    ledger = Ledger(folder / "not-emulated.json")
    registry.install(TYPES, ledger)
    replacement.install(schemas)
    for change in BEHAVIOUR:
        change()
    parts = (conditions, change_sets, cleanup, drift, operations, change_set_lifecycle, nested_stacks)
    others = (unfinished, rollback_triggers, change_set_descriptions, stack_descriptions)
    for part in (*parts, *others, *SERVICES):
        part.install()
    deleted_stacks.install(ledger)
    imports.install()


def _serve() -> None:
    from ministack.app import main as serve  # noqa: PLC0415

    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
