"""A terminal that is closed, and a pipe that nobody reads any more, end a command as a signal does."""

import fcntl
import os
import pty
import select
import signal
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.interruptions import pair
from tests.interruptions.commands import AGAIN, UNLINTED, at, deploying, in_time, unfinished, until, url


class Terminal:
    """A terminal that a command runs on."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        self.seen = b""

    def streams(self, *, controlling=True):
        given = {"stdin": self.slave, "stdout": self.slave, "stderr": self.slave, "variables": {"TERM": "xterm"}}
        return given | ({"preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)} if controlling else {})

    def shows(self, text, patience=30):
        end = time.monotonic() + patience
        while text.encode() not in self.seen:
            assert time.monotonic() < end, self.seen
            self.read(0.1)

    def read(self, patience=0.0):
        while select.select([self.master], [], [], patience)[0]:
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:  # nobody writes to it any more
                return

    def close(self):
        os.close(self.master)


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    for descriptor in (terminal.master, terminal.slave):
        with suppress(OSError):
            os.close(descriptor)


def asked(command, terminal, folder, proxy, suffix):
    """Deploys on a terminal until it asks."""
    pair.write(folder, suffix)
    rolling_out = command("deploy", *at(proxy.endpoint), code=UNLINTED, **terminal.streams())
    os.close(terminal.slave)
    terminal.shows("[y/N]:")
    return rolling_out


def test_ctrl_c_at_the_question_deletes_the_change_set_and_the_empty_stack(command, terminal, folder, proxy):
    rolling_out = asked(command, terminal, folder, proxy, "ctrlc")
    begun = time.monotonic()
    os.write(terminal.master, b"\x03")
    code, *_, seconds = rolling_out.end(begun)
    assert (code, in_time(seconds)) == (130, True), seconds
    terminal.read()
    last = terminal.seen.decode().rpartition("[y/N]:")[2].replace("\r", "")
    assert last.endswith(f"\x1b[?25h\nInterrupted. Nothing of this run is running on AWS.\n{AGAIN}\n"), last
    assert "Error" not in last
    assert "Traceback" not in last
    assert "DeleteChangeSet" in [call.action for call in proxy.calls]
    assert proxy.calls[-1].action == "DeleteParameter"


def test_sigterm_at_the_question(command, terminal, folder, proxy):
    rolling_out = asked(command, terminal, folder, proxy, "term")
    code, *_, seconds = rolling_out.cut(signal.SIGTERM)
    assert (code, in_time(seconds)) == (143, True), seconds
    assert "DeleteChangeSet" in [call.action for call in proxy.calls]


def test_a_terminal_that_is_closed_at_the_question(command, terminal, folder, proxy):
    rolling_out = asked(command, terminal, folder, proxy, "closed")
    begun = time.monotonic()
    terminal.close()
    code, *_, seconds = rolling_out.end(begun)
    assert (code, in_time(seconds)) == (143, True), seconds
    assert "DeleteChangeSet" in [call.action for call in proxy.calls]


def test_a_terminal_that_is_closed_where_no_signal_tells_of_it(command, terminal, silent):
    """It is the terminal of another session: `setsid`."""
    planning = command("plan", *at(url(silent)), **terminal.streams(controlling=False))
    os.close(terminal.slave)
    with silent.accept()[0]:
        begun = time.monotonic()
        terminal.close()
        code, *_, seconds = planning.end(begun)
    assert (code, in_time(seconds)) == (143, True), seconds


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_operation_that_is_under_way_is_named_when_nobody_reads_the_output(command, folder, proxy, form):
    pair.write(folder, f"pipe{form}")
    proxy.begin(change=unfinished("DescribeStacks", b"<StackStatus>CREATE_COMPLETE"))
    rolling_out = deploying(command, proxy.endpoint, "--format", form)
    until(lambda: "ExecuteChangeSet" in [call.action for call in proxy.calls[:-4]])
    begun = time.monotonic()
    rolling_out.process.stdout.close()
    code, _, err, seconds = rolling_out.end(begun)
    assert (code, in_time(seconds)) == (143, True), seconds
    assert f"primary (us-east-1): creating cut-pipe{form}-primary\n" in err
    assert err.startswith("Interrupted. ")


def test_what_only_reads_says_nothing_when_nobody_reads_it(command):
    """`plan --offline | head -1`."""
    planning = command("plan", "--offline", "-e", "./dev.yaml", "-v")
    planning.process.stdout.readline()
    begun = time.monotonic()
    planning.process.stdout.close()
    code, _, err, seconds = planning.end(begun)
    assert (code in (0, 143), err, in_time(seconds)) == (True, "", True), (code, seconds)


def test_nobody_reads_from_the_beginning(command):
    """The first line that is written finds it."""
    reading, writing = os.pipe()
    os.close(reading)
    planning = command("plan", "--offline", "-e", "./dev.yaml", stdout=writing)
    os.close(writing)
    code, _, err, _ = planning.end(time.monotonic())
    assert (code, err) == (143, "")


def test_a_command_that_has_told_all_may_end_by_itself(command):
    """`outputs | grep -q x` ends well, although grep goes first."""
    told = "import time; from twinstack.cli import generate; from twinstack.screen.events import Note; "
    told += "generate.run = lambda settings, **_: (settings.screen().tell(Note('x')), time.sleep(0.1), 0)[2]; main()"
    reading = command("generate", code=told)
    reading.process.stdout.readline()
    reading.process.stdout.close()
    assert reading.end(time.monotonic())[:3] == (0, "", "")


def test_a_disk_that_is_full_is_no_traceback(command):
    with Path("/dev/full").open("wb") as full:
        code, _, err, _ = command("plan", "--offline", "-e", "./dev.yaml", stdout=full).end(time.monotonic())
    assert code == 143
    assert "Traceback" not in err
