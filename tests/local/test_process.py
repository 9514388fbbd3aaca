"""The local AWS as a process: started once, found again, ended, and clear when it cannot start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local import process
from local.process import LocalAwsError
from twinstack.clock import SystemClock


class CountingClock:
    """A clock whose sleeping only counts."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        assert seconds <= 0.05
        self.time += seconds


def silent(sentence):
    raise AssertionError(f"nothing is to be said: {sentence}")


@pytest.fixture
def state(tmp_path):
    state = tmp_path / "state"
    yield state
    process.stop_in(state, SystemClock())


def test_it_is_started_once_found_by_others_and_ended(state, local_venv, local_aws):
    started = process.start_in(state, local_venv, silent, SystemClock())
    assert started.endpoint.startswith("http://127.0.0.1:")
    assert started.pid != local_aws.pid
    assert process.start_in(state, local_venv, silent, SystemClock()) == started
    assert os.getsid(started.pid) == started.pid, "it has a session of its own and outlives the command"
    assert process.stop_in(state, SystemClock()) == started
    assert process.stop_in(state, SystemClock()) is None
    assert process.not_emulated_in(state) == []


def test_its_folders_may_be_relative(tmp_path, local_venv, local_aws, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "venv").symlink_to(local_venv)
    started = process.start_in(Path("state"), Path("venv"), silent, SystemClock())
    assert process.stop_in(Path("state"), SystemClock()) == started


def test_it_listens_on_127_0_0_1_only(local_aws):
    port = int(local_aws.endpoint.rpartition(":")[2])
    other = socket.gethostbyname(socket.gethostname())
    if other.startswith("127."):
        other = "127.0.0.2"
    with socket.socket() as probe:
        assert probe.connect_ex((other, port)) != 0


def test_the_folders_of_a_project(tmp_path):
    assert process.running(tmp_path) is None
    assert process.stop(tmp_path, CountingClock()) is None
    assert process.not_emulated(tmp_path) == []


def test_a_pid_that_is_left_over_is_not_running(tmp_path):
    state = tmp_path / process.STATE
    state.mkdir(parents=True)
    record = state / "running"
    record.write_text(f'{{"endpoint": "http://127.0.0.1:9", "pid": {os.getpid()}}}')
    assert process.running(tmp_path) is None
    assert process.stop(tmp_path, CountingClock()) is None
    assert not record.exists()


def test_one_that_was_killed_is_not_running(state, local_venv):
    started = process.start_in(state, local_venv, silent, SystemClock())
    os.kill(started.pid, 9)
    os.waitpid(started.pid, 0)
    again = process.start_in(state, local_venv, silent, SystemClock())
    assert again.pid != started.pid


@pytest.fixture
def wrong_python(monkeypatch, tmp_path):
    """An environment whose interpreter does what the test says in place of starting the emulator."""

    def make(script):
        python = tmp_path / "python"
        python.write_text(f"#!{sys.executable}\n{script}\n")
        python.chmod(0o755)
        monkeypatch.setattr(process, "ensure", lambda _venv, _say: python)

    return make


def test_one_that_ends_while_starting_shows_the_end_of_its_log(state, tmp_path, wrong_python):
    wrong_python("print('the port is taken'); raise SystemExit(3)")
    with pytest.raises(LocalAwsError) as caught:
        process.start_in(state, tmp_path, silent, SystemClock())
    message = str(caught.value)
    assert "ended with exit code 3 while starting" in message
    assert "the port is taken" in message
    assert str(state / "emulator.log") in message
    assert process.stop_in(state, CountingClock()) is None


def test_one_that_never_answers_is_given_up(state, tmp_path, wrong_python):
    wrong_python("import time\ntime.sleep(60)")
    with pytest.raises(LocalAwsError, match="did not become healthy"):
        process.start_in(state, tmp_path, silent, CountingClock())


def test_one_that_lives_and_does_not_answer_is_not_started_twice(state, local_venv):
    state.mkdir()
    (state / "running").write_text('{"endpoint": "http://127.0.0.1:9", "pid": 4711}')
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
    holder = [sys.executable, "-c", code, str(state / "running")]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout.readline() == "held\n"
        with pytest.raises(LocalAwsError, match=r"pid 4711.* does not answer"):
            process.start_in(state, local_venv, silent, CountingClock())
        held.communicate("\n")
