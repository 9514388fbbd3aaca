"""Commands as processes of their own, which a test sends signals to."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
AGAIN = "Run the same command again: it follows what still runs, and goes on from there."
UNLINTED = (
    "from twinstack.library import deployer, working; "
    "deployer.lint_environment = lambda settings, _, fail_on: working.read_environment(settings); main()"
)
PATIENCE = 30


@contextmanager
def heeding():
    """Has processes begun in here heed signals, which `nohup pytest` or `pytest &` in a script has them ignore."""
    ignored = [it for it in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(it) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


class Command:
    """A command that runs in a folder, in a session of its own, without the settings of whoever runs the tests.

    Args:
        folder: Where.
        arguments: Its arguments.
        code: Python to run in its place, with `main` imported; for what no option brings about.
        given: For `subprocess.Popen`; where nothing is said, both outputs go to pipes.
    """

    def __init__(self, folder, *arguments, code="main()", variables=(), **given):
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment |= {"HOME": str(folder), "PYTHONPATH": str(ROOT), **KEYS, **dict(variables)}
        program = f"import sys; sys.argv[0] = 'deploy.py'; from twinstack.cli import main; {code}"
        with heeding():
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                cwd=folder,
                env=environment,
                **{
                    "stdin": subprocess.DEVNULL,
                    "stdout": subprocess.PIPE,
                    "stderr": subprocess.PIPE,
                    "start_new_session": True,
                    **given,
                },
            )

    def cut(self, number):
        """Sends a signal, and waits for the end."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.end(begun)

    def end(self, begun):
        """Waits for the end; returns the exit code, both outputs, and the seconds since `begun`."""
        code = self.process.wait(PATIENCE)
        seconds = time.monotonic() - begun
        out, err = map(_read, (self.process.stdout, self.process.stderr))
        return code, out, err, seconds

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for stream in filter(None, (self.process.stdout, self.process.stderr)):
            stream.close()

    def told(self, text, stream="stdout"):
        """Reads until a text comes."""
        end, seen = time.monotonic() + PATIENCE, b""
        while text.encode() not in seen:
            assert time.monotonic() < end, seen
            line = getattr(self.process, stream).readline()
            assert line, seen
            seen += line
        return seen.decode()


def _read(stream):
    return stream.read().decode() if stream and not stream.closed else ""


def at(endpoint):
    return ("-e", "./dev.yaml", "--endpoint-url", endpoint)


def deploying(command, endpoint, *arguments, **given):
    return command("deploy", "--yes", *at(endpoint), *arguments, **{"code": UNLINTED, **given})


def url(server):
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def in_time(seconds):
    return seconds < 1.0


def until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def unfinished(action, status):
    """Has one call answer that what is finished is still going on."""

    def change(call, answer):
        return (
            answer.replace(status, status.replace(b"_COMPLETE", b"_IN_PROGRESS")) if call.action == action else answer
        )

    return change
