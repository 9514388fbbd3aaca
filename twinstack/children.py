"""Processes that this one starts and that must not outlive it: pip, git, a local AWS that is not yet up.

Each is in a session of its own. So Ctrl-C on the terminal reaches this process alone, which decides what becomes of
them, and what they have started in turn ends with them.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_running: set[int] = set()


@contextmanager
def held(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kills a process, and all that is in its session, when the block ends with an error or an interruption.

    Args:
        process: It was started with `start_new_session=True`.
    """
    _running.add(process.pid)
    try:
        yield
    except BaseException:
        _kill(process.pid)
        process.wait()
        raise
    finally:
        _running.discard(process.pid)


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, without anything to read.

    Args:
        command: The program and its arguments.
        folder: Where; here when None.
        environment: Its variables; ours when None.
        seconds: For how long at most.

    Returns:
        Its exit code and what it wrote, in UTF-8.

    Raises:
        subprocess.TimeoutExpired: It took longer.
        OSError: It cannot be run.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process, held(process):
        out, err = process.communicate(timeout=seconds)
    return subprocess.CompletedProcess(
        command, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    )


def kill() -> None:
    """Kills what runs now, for whoever ends this process without unwinding it."""
    for pid in _running:
        _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
