"""Who a run says it is, whether another one on this machine still lives, and the heart that beats beside a run."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from twinstack.errors import CredentialsError, UnreachableError
from twinstack.library import this_process
from twinstack.library.locking import beat
from twinstack.library.this_process import has_ended, this_run


@pytest.fixture
def other():
    """Another process, which lives until it is told to end."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def holding(pid, **changed):
    """A run of this machine in another process, as it would have written itself down."""
    return this_run().model_copy(update={"pid": pid, "started": this_process._started(pid) or "", **changed})


def test_a_run_says_who_and_where_it_is_and_what_it_does(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["deploy.py", "deploy", "-e", "my env.yaml"])
    monkeypatch.setenv("LOGNAME", "alice")
    run = this_run()
    assert (run.who, run.host, run.pid) == ("alice", socket.gethostname(), os.getpid())
    assert run.what == "deploy -e 'my env.yaml'"


def test_a_run_without_a_command_is_a_deployment(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["deploy.py"])
    assert this_run().what == "deploy"


def test_a_very_long_command_is_cut(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["deploy.py", *["--allow-delete", "Bucket"] * 400])
    assert len(this_run().what) == 200


def test_two_runs_of_one_process_are_two(monkeypatch):
    assert this_run().run != this_run().run


def test_a_run_that_lives_has_not_ended(other):
    assert not has_ended(this_run())
    assert not has_ended(holding(other.pid))


def test_a_run_that_was_killed_has_ended_before_and_after_its_parent_has_noticed(other):
    holder = holding(other.pid)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(holder), "a zombie"
    other.wait()
    assert has_ended(holder)


def test_a_run_whose_number_another_process_has_by_now_has_ended(other):
    assert has_ended(holding(other.pid, started="1"))


def test_a_run_that_did_not_say_when_it_began_counts_as_the_one_that_lives(other):
    assert not has_ended(holding(other.pid, started=""))


def test_a_process_of_another_user_lives(other, monkeypatch):
    def not_ours(_pid, _signal):
        raise PermissionError

    holder = holding(other.pid)
    monkeypatch.setattr(os, "kill", not_ours)
    assert not has_ended(holder)


def test_nothing_is_known_of_a_run_on_another_machine_or_from_before_a_restart(other):
    holder = holding(other.pid)
    other.kill()
    other.wait()
    assert not has_ended(holder.model_copy(update={"machine": f"{holder.machine} and another"}))
    assert not has_ended(holder.model_copy(update={"pid": 0}))


def test_a_machine_without_proc_is_known_by_its_network_card(monkeypatch, tmp_path):
    monkeypatch.setattr(this_process, "Path", lambda name: tmp_path / name.strip("/"))
    monkeypatch.setattr("uuid.getnode", lambda: 0xAB)
    assert this_process._machine() == f"{socket.gethostname()} ab"


class Done:
    """A run that is done after so many beats."""

    def __init__(self, beats):
        self.left, self.waits = beats, []

    def wait(self, seconds):
        self.waits.append(seconds)
        self.left -= 1
        return self.left < 0


class Lock:
    """A lock whose refreshing comes to the given things."""

    is_held = True

    def __init__(self, *answers):
        self.answers = list(answers)

    def refresh(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self):
        """Not asked."""


def test_the_heart_beats_until_the_run_is_done():
    lock, done = Lock(True, True, True), Done(3)
    beat(lock, done, 30)
    assert (lock.answers, done.waits) == ([], [30, 30, 30, 30])


def test_the_heart_stops_when_the_lock_is_lost_by_two_answers_in_a_row():
    lock = Lock(True, False, True, False, False, True)
    beat(lock, Done(9), 30)
    assert lock.answers == [True]


def test_the_heart_beats_on_after_a_failure_and_tells_nothing(capfd):
    lock = Lock(UnreachableError("no route"), CredentialsError("expired"), True)
    beat(lock, Done(3), 30)
    assert lock.answers == []
    assert capfd.readouterr() == ("", "")


def test_the_heart_keeps_no_process_alive(monkeypatch):
    from twinstack.library import locking

    with locking._beating(Lock()):
        (heart,) = [it for it in threading.enumerate() if it.name == "lock"]
        assert heart.daemon
    heart.join(10)
    assert not heart.is_alive()
