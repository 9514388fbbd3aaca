"""Starts, finds and stops the local AWS: a process of its own, on 127.0.0.1, that outlives the command.

Two folders: `state` holds what belongs to one running emulator (its record, log and ledger), `venv` the
environment, which any number of them share. The command line uses `<root>/.local` and
`<root>/.venv-local`; a test gives each worker a state folder of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from twinstack import children
from twinstack.clock import Clock
from twinstack.errors import TwinStackError

from .environment import FOLDER, ensure

STATE = Path(".twinstack") / "local"
_HOST = "127.0.0.1"
_PLUGIN = Path(__file__).parent
_LAUNCH = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('plugin.launch', {}, '__main__')"
"""Not through PYTHONPATH: every function that the emulator runs would inherit it."""

_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "TZ")
"""What of our environment the emulator sees; the rest may steer it: AWS_*, PERSIST_STATE, USE_SSL."""

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 60.0
_GRACE_SECONDS = 10.0
_LOG_LINES = 15


@dataclass(frozen=True)
class LocalAws:
    """A local AWS that runs."""

    endpoint: str
    pid: int


@dataclass(frozen=True)
class NotEmulated:
    """A property that a template gives and that the local AWS does nothing with."""

    region: str
    stack: str
    resource: str
    type: str
    property: str
    reason: str


class LocalAwsError(TwinStackError):
    """The local AWS did not start, or does not answer (exit code 1)."""


def start(root: Path, say: Callable[[str], None], clock: Clock) -> LocalAws:
    """Start the local AWS of a project, or find the one that runs.

    Args:
        root: The project's root: state goes to `.local`, the environment is `.venv-local`.
        say: Told what takes time, a sentence.
        clock: Used for waiting.

    Returns:
        The local AWS, healthy.

    Raises:
        LocalAwsError: It ended while starting, or never became healthy; the message ends with its log.
    """
    return start_in(root / STATE, root / FOLDER, say, clock)


def start_in(state: Path, venv: Path, say: Callable[[str], None], clock: Clock) -> LocalAws:
    """`start` with the state and the environment in folders of their own, which is what tests want."""
    state, venv = state.resolve(), venv.resolve()  # the emulator works in its state folder
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o700)  # its log says what templates hand to resources
    with _one_at_a_time(state):
        found = _alive(state)
        if found and _answers(found.endpoint):
            return found
        if found:
            raise LocalAwsError(
                f"The local AWS in {state} runs (pid {found.pid}) and does not answer; `local stop` ends it."
                f" Its log: {_log(state)}"
            )
        return _launch(state, ensure(venv, say), clock)


def running(root: Path) -> LocalAws | None:
    """The local AWS of a project, when its process is ours and answers; a pid that is left over is nothing."""
    found = _alive(root / STATE)
    return found if found and _answers(found.endpoint) else None


def stop(root: Path, clock: Clock) -> LocalAws | None:
    """End the local AWS of a project and all that is in it; returns what was ended, when all of it is gone."""
    return stop_in(root / STATE, clock)


def stop_in(state: Path, clock: Clock) -> LocalAws | None:
    """`stop` by state folder."""
    if not state.exists():
        return None
    with _one_at_a_time(state):
        ended = _alive(state)
        if ended:
            _end(ended, state, clock)
        _forget(state)
        return ended


def _end(alive: LocalAws, state: Path, clock: Clock) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(alive.pid, how)
        if _until(lambda: _alive(state) is None, _GRACE_SECONDS, clock):
            return


def not_emulated(root: Path) -> list[NotEmulated]:
    """What stacks of the local AWS ask for and do not get, by region, stack, resource and property."""
    return not_emulated_in(root / STATE)


def not_emulated_in(state: Path) -> list[NotEmulated]:
    """`not_emulated` by state folder."""
    file = state / "not-emulated.json"
    if not file.exists():
        return []
    return [NotEmulated(**row) for row in json.loads(file.read_text(encoding="utf-8"))]


def _launch(state: Path, python: Path, clock: Clock) -> LocalAws:
    port = _free_port()
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {"BIND_HOST": _HOST, "GATEWAY_PORT": str(port), "TMPDIR": str(state)}
    with _log(state).open("wb") as log:
        process = subprocess.Popen(
            [str(python), "-B", "-c", _LAUNCH, str(_PLUGIN), str(state), str(_schemas())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=state,
            start_new_session=True,
        )
    started = LocalAws(f"http://{_HOST}:{port}", process.pid)
    try:
        with children.held(process):
            _until(lambda: process.poll() is not None or _answers(started.endpoint), _PATIENCE_SECONDS, clock)
            healthy = process.poll() is None and _answers(started.endpoint)
    except KeyboardInterrupt:
        _forget(state)
        raise
    if not healthy:
        _give_up(state, process)
    process.returncode = 0  # it is meant to outlive us: nobody will wait for it
    return started


def _schemas() -> Path:
    """The resource schemas that cfn-lint ships, found without loading cfn-lint."""
    found = find_spec("cfnlint")
    (folder, *_) = (found.submodule_search_locations if found else None) or ("cfnlint",)
    return Path(folder, "data", "schemas")


def _give_up(state: Path, process: subprocess.Popen[bytes]) -> None:
    code = process.poll()
    if code is None:
        process.kill()
        process.wait()
    how = "did not become healthy" if code is None else f"ended with exit code {code} while starting"
    lines = _log(state).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LOG_LINES:]
    _forget(state)
    end = "\n".join(f"  {line}" for line in lines)
    raise LocalAwsError(f"The local AWS {how}. The end of its log ({_log(state)}):\n{end}")


def _alive(state: Path) -> LocalAws | None:
    """The process of ours that lives: it holds a lock on its own record, which ends with it however it ends."""
    record = state / "running"
    if not record.exists():
        return None
    with record.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            record_text = file.read()
            return LocalAws(**json.loads(record_text)) if record_text else None
    return None


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    with (state / "starting").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _until(done: Callable[[], bool], patience: float, clock: Clock) -> bool:
    end = clock.now() + patience
    while not done():
        if clock.now() >= end:
            return False
        clock.sleep(_POLL_SECONDS)
    return True


def _answers(endpoint: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_ministack/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _log(state: Path) -> Path:
    return state / "emulator.log"


def _forget(state: Path) -> None:
    for name in ("not-emulated.json", "running", "settings.json"):
        (state / name).unlink(missing_ok=True)
