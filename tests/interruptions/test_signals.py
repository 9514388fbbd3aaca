"""Wherever a command is, a signal ends it within a second, with the right exit code and last words."""

import json
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.interruptions import pair
from tests.interruptions.commands import AGAIN, PATIENCE, at, deploying, in_time, unfinished, until, url
from tests.interruptions.proxy import BEFORE

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
NOTHING = "Interrupted. Nothing was changed.\n"
each_signal = pytest.mark.parametrize("number", CODES, ids=lambda it: it.name)

# A mutex that is locked twice: C code that no signal leaves, as the look-up of a host's name is.
STUCK = """
import ctypes, socket
libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(64)
def stuck(*_, **__):
    print("stuck", flush=True)
    while True: libc.pthread_mutex_lock(mutex)
socket.getaddrinfo = stuck
main()
"""


@each_signal
def test_while_lint_runs(command, number):
    linting = command("lint", "-e", "./dev.yaml", "--format", "json")
    linting.told("linting the templates")
    code, out, err, seconds = linting.cut(number)
    assert (code, err, in_time(seconds)) == (CODES[number], "", True), (err, seconds)
    assert json.loads(out) == {"event": "error", "text": NOTHING.strip(), "exit_code": code, "hints": []}


@each_signal
def test_while_aws_does_not_answer(command, silent, number):
    planning = command("plan", *at(url(silent)))
    with silent.accept()[0]:
        code, out, err, seconds = planning.cut(number)
    assert (code, out, err, in_time(seconds)) == (CODES[number], "", NOTHING, True), seconds


@each_signal
def test_in_a_call_that_no_signal_leaves(command, number):
    planning = command("plan", *at("http://aws.invalid"), code=STUCK)
    planning.told("stuck")
    code, out, err, seconds = planning.cut(number)
    assert (code, out, err, in_time(seconds)) == (CODES[number], "", NOTHING, True), seconds


def test_a_second_signal_ends_it_at_once(command):
    planning = command("plan", *at("http://aws.invalid"), code=STUCK)
    planning.told("stuck")
    planning.process.send_signal(signal.SIGINT)
    time.sleep(0.25)
    code, _, err, seconds = planning.cut(signal.SIGINT)
    assert (code, err) == (130, NOTHING)
    assert seconds < 0.3


def test_the_same_signal_twice_in_a_moment_is_one(command, proxy):
    """`timeout` sends it to the process and to its group. The change set is deleted all the same."""
    proxy.begin(change=unfinished("DescribeChangeSet", b"<Status>CREATE_COMPLETE"))
    rolling_out = deploying(command, proxy.endpoint)
    until(lambda: sum(call.action == "DescribeChangeSet" for call in proxy.calls) > 1)
    rolling_out.process.send_signal(signal.SIGTERM)
    time.sleep(0.02)
    code, *_ = rolling_out.cut(signal.SIGTERM)
    assert code == 143
    assert proxy.calls[-1].action == "DeleteParameter"


@each_signal
def test_while_a_change_set_is_waited_for(command, proxy, number):
    proxy.begin(change=unfinished("DescribeChangeSet", b"<Status>CREATE_COMPLETE"))
    rolling_out = deploying(command, proxy.endpoint)
    until(lambda: sum(call.action == "DescribeChangeSet" for call in proxy.calls) > 1)
    code, _, err, seconds = rolling_out.cut(number)
    assert (code, in_time(seconds)) == (CODES[number], True), seconds
    assert err == f"Interrupted. Nothing of this run is running on AWS.\n{AGAIN}\n"
    assert proxy.calls[-1].action == "DeleteParameter", "the lock is released"


@pytest.mark.parametrize(("number", "form"), [(2, "text"), (15, "text"), (1, "text"), (15, "json")])
def test_while_an_operation_is_under_way_names_it(folder, command, proxy, number, form):
    suffix = f"u{number}{form}"
    pair.write(folder, suffix)
    proxy.begin(change=unfinished("DescribeStacks", b"<StackStatus>CREATE_COMPLETE"))
    rolling_out = deploying(command, proxy.endpoint, "--format", form)
    until(lambda: "ExecuteChangeSet" in [call.action for call in proxy.calls[:-4]])
    code, out, err, seconds = rolling_out.cut(number)
    words = (
        f"Interrupted. AWS goes on with what was begun:\n  primary (us-east-1): creating cut-{suffix}-primary\n{AGAIN}"
    )
    assert (code, in_time(seconds)) == (CODES[number], True), seconds
    if form == "text":
        assert err == f"{words}\n"
    else:
        told = json.loads(out.splitlines()[-1])
        assert (told["event"], told["text"], told["exit_code"], err) == ("error", words, code, "")


@each_signal
def test_while_threads_look_into_other_regions(command, proxy, number):
    over = threading.Event()

    def look_on(call, moment):
        return call.region == "ap-south-1" and moment == BEFORE and over.wait(PATIENCE)

    proxy.begin(look_on)
    rolling_out = deploying(command, proxy.endpoint)
    until(lambda: "ap-south-1" in [call.region for call in proxy.calls])
    code, *_, seconds = rolling_out.cut(number)
    over.set()
    assert (code, in_time(seconds)) == (CODES[number], True), seconds
    assert "DeleteParameter" in [call.action for call in proxy.calls], "the lock is released"


def test_what_is_ignored_stays_ignored(command, silent):
    """`nohup`, and `&` in a script."""
    planning = command("plan", *at(url(silent)), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    with silent.accept()[0]:
        planning.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert planning.process.poll() is None
        assert planning.cut(signal.SIGTERM)[0] == 143


@each_signal
def test_a_local_aws_that_is_not_up_yet_ends_too(command, folder, number):
    script = folder / "python"
    script.write_text("#!/bin/sh\nsleep 300 &\necho $! $$ > ../../pids.new; mv ../../pids.new ../../pids; wait\n")
    script.chmod(0o755)
    python = f"from pathlib import Path; from local import process; process.ensure = lambda *_: Path('{script}')"
    starting = command("local", "start", code=f"{python}; main()")
    until((folder / "pids").exists)
    code, _, err, seconds = starting.cut(number)
    assert (code, in_time(seconds)) == (CODES[number], True), seconds
    assert err == "Interrupted. `local status` says whether the local AWS runs.\n"
    until(lambda: not any(map(alive, (folder / "pids").read_text().split())))
    assert not (folder / ".twinstack" / "local" / "running").exists()


@each_signal
def test_what_makes_the_environment_of_the_local_aws_ends_too(command, folder, number):
    starting = command("local", "start")
    starting.told("Making the local AWS's environment")
    until(lambda: at_work_in(folder / ".venv-local"))
    code, _, _, seconds = starting.cut(number)
    assert (code, in_time(seconds)) == (CODES[number], True), seconds
    until(lambda: not at_work_in(folder / ".venv-local"))


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def at_work_in(folder):
    """The processes whose command names a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(folder) in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found
