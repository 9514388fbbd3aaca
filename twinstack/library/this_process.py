"""Who and where this run is, and whether another run on this machine still lives; for the lock."""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from twinstack.rollout.run.parameter_lock import Holder

_LONGEST_COMMAND = 200


def this_run() -> Holder:
    """Returns this run, as the lock names it."""
    return Holder(
        run=uuid.uuid4().hex,
        who=_user(),
        host=socket.gethostname(),
        pid=os.getpid(),
        machine=_machine(),
        started=_started(os.getpid()) or "",
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        what=shlex.join(sys.argv[1:])[:_LONGEST_COMMAND] or "deploy",
    )


def has_ended(holder: Holder) -> bool:
    """Whether a run was on this machine and its process is gone, or another one has its number by now."""
    if holder.machine != _machine() or holder.pid <= 0:
        return False
    started = _started(holder.pid)
    return started is None or bool(started and holder.started and started != holder.started)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.getuid()}"


def _machine() -> str:
    """Returns what no other machine has, and this one not after it was started anew, and no container beside it."""
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    try:
        return f"{socket.gethostname()} {boot.read_text().strip()} {namespace.readlink()}"
    except OSError:
        # Without a network card Python makes this number up, anew each time: then no run is taken for one of here.
        return f"{socket.gethostname()} {uuid.getnode():x}"


def _started(pid: int) -> str | None:
    """Returns when a process began, in the words of this machine; None when it is gone, '' when that is not said."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass  # another user's
    if not Path("/proc/self/stat").exists():
        return _started_by_ps(pid)
    try:
        # See proc_pid_stat(5): the name, in parentheses, may itself hold spaces and parentheses.
        state, *fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return None if state == "Z" else fields[18]


def _started_by_ps(pid: int) -> str:
    variables = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        asked = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(asked, env=variables, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
