"""Two runs on one environment, each a process with a home and a folder of its own: one goes on, the other says who.

Each run asks before its first step, on a terminal of its own. So the one that goes on stands there with the lock until
the other one has ended, however slow the machine is.
"""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import process
from tests.interruptions.commands import heeding
from tests.local.conftest import ROOT, Account
from twinstack.clock import SystemClock

# Each round starts two processes; ROUNDS=10 in the environment tries it more often.
ROUNDS = int(os.environ.get("ROUNDS", "3"))
ENVIRONMENT = """
project: shared
stacks:
  one: {template: one.yaml, region: us-east-1}
  two: {template: two.yaml, region: eu-west-1}
parameters: {Round: 'ROUND'}
"""
ONE = """
Metadata: {TwinStack: {Role: one, Wiring: {Answer: two.Topic}}}
Parameters:
  Round: {Type: String}
  Answer: {Type: String, Default: ''}
Conditions:
  Answered: !Not [!Equals [!Ref Answer, '']]
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Round}}
  Kept:
    Type: AWS::SSM::Parameter
    Condition: Answered
    Properties: {Name: /shared/answer, Type: String, Value: !Ref Answer}
Outputs:
  Topic: {Value: !Ref Topic}
"""
TWO = """
Metadata: {TwinStack: {Role: two, Wiring: {Question: one.Topic}}}
Parameters:
  Question: {Type: String}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Kept:
    Type: AWS::SSM::Parameter
    Properties: {Name: /shared/question, Type: String, Value: !Ref Question}
Outputs:
  Topic: {Value: !Ref Topic}
"""
LOCK = "/twinstack/shared-dev/lock"
LONGEST = 180


class Deployer:
    """One person with a home, a folder and a terminal."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.name, self.endpoint = folder.name, endpoint
        self.home, self.project = folder / "home", folder / "project"
        self.home.mkdir(parents=True)
        self.project.mkdir()
        for name, text in (("one.yaml", ONE), ("two.yaml", TWO)):
            (self.project / name).write_text(text)
        self.terminal, self._inner = pty.openpty()
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, round_: str, *options: str, command: str = "deploy") -> None:
        """Starts a command; `deploy` asks unless `--yes` is among the options."""
        (self.project / "environment.yaml").write_text(ENVIRONMENT.replace("ROUND", round_))
        os.close(self._inner)
        os.close(self.terminal)
        self.terminal, self._inner = pty.openpty()
        own = {"HOME": str(self.home), "LOGNAME": self.name}
        made_up = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.said = self.project / f"said-{round_}.txt"
        with self.said.open("w") as said, heeding():
            self.process = subprocess.Popen(
                [sys.executable, str(Path(ROOT, "deploy.py")), command, "-e", "./environment.yaml",
                 "--endpoint-url", self.endpoint, *options],
                cwd=self.project, env=os.environ | own | made_up, stdin=self._inner, stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    def agree(self) -> None:
        """Says yes to whatever is asked from now on."""
        os.write(self.terminal, b"y\n" * 20)

    def end(self) -> tuple[int, str]:
        """Waits for the end; returns the exit code and everything said, as one line."""
        code = self.process.wait(LONGEST)
        return code, " ".join(self.said.read_text().split())

    def close(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        os.close(self._inner)
        os.close(self.terminal)


def until(happens):
    """Waits until something holds; returns it."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    running = process.start_in(folder, Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    account = Account(running.endpoint)
    yield account
    account.close()
    process.stop_in(folder, SystemClock())


@pytest.fixture
def people(local, tmp_path):
    both = [Deployer(tmp_path / name, local.endpoint) for name in ("alice", "bob")]
    yield both
    for person in both:
        person.close()


def holder(local):
    ssm = local.client("ssm")
    try:
        return json.loads(ssm.get_parameter(Name=LOCK)["Parameter"]["Value"])["who"]
    except ssm.exceptions.ParameterNotFound:
        return None


def wires(local):
    """The value that each side keeps, and the one that the other side puts out."""
    east, west = local.client("cloudformation"), local.client("cloudformation", "eu-west-1")

    def stack(api, name):
        (found,) = api.describe_stacks(StackName=name)["Stacks"]
        return {it["ParameterKey"]: it["ParameterValue"] for it in found["Parameters"]}, found["Outputs"]

    (one, (one_topic,)), (two, (two_topic,)) = stack(east, "shared-dev-one"), stack(west, "shared-dev-two")
    kept = [local.client("ssm"), local.client("ssm", "eu-west-1")]
    return {
        "answer": {
            one["Answer"], two_topic["OutputValue"], kept[0].get_parameter(Name="/shared/answer")["Parameter"]["Value"]
        },
        "question": {
            two["Question"], one_topic["OutputValue"],
            kept[1].get_parameter(Name="/shared/question")["Parameter"]["Value"],
        },
        "round": {one["Round"]},
    }  # fmt: skip


def left_over(local):
    stacks = [("shared-dev-one", "us-east-1"), ("shared-dev-two", "eu-west-1")]
    return [
        it["ChangeSetName"]
        for stack, region in stacks
        for it in local.client("cloudformation", region).list_change_sets(StackName=stack)["Summaries"]
        if it["ExecutionStatus"] == "AVAILABLE"
    ]


def test_of_two_at_the_same_time_one_goes_on_and_the_other_names_it_every_time(local, people):
    for number in range(ROUNDS):
        for person in people:
            person.begin(f"round-{number}")
        loser = until(lambda: next((it for it in people if it.process.poll() is not None), None))
        code, said = loser.end()
        (winner,) = [it for it in people if it is not loser]
        assert code == 5, said
        assert f"another run holds the lock {LOCK}: {winner.name} on " in said
        assert f"(process {winner.process.pid})" in said
        assert "deploy -e ./environment.yaml" in said
        assert holder(local) == winner.name
        winner.agree()
        code, said = winner.end()
        assert code == 0, said
        found = wires(local)
        assert [len(values) for values in found.values()] == [1, 1, 1], found
        assert found["round"] == {f"round-{number}"}
        assert found["answer"] != {""}
        assert holder(local) is None
        assert left_over(local) == []


def test_a_run_that_was_killed_here_holds_nobody_up(local, people):
    alice, bob = people
    alice.begin("killed")
    until(lambda: holder(local))
    alice.process.send_signal(signal.SIGKILL)
    alice.process.wait()
    begun = time.monotonic()
    bob.begin("killed", "--yes")
    code, said = bob.end()
    assert code == 0, said
    assert f"the lock {LOCK} is taken over from alice on " in said
    assert "its process on this machine has ended" in said
    assert time.monotonic() - begun < 100, "it waited for the lock to expire"
    assert holder(local) is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_no_lock(local, people, number, code):
    alice = people[0]
    alice.begin(f"interrupted-{code}")
    until(lambda: "?" in alice.said.read_text())
    assert holder(local) == "alice"
    alice.process.send_signal(number)
    found, said = alice.end()
    assert found == code, said
    assert holder(local) is None


def test_whose_lock_was_broken_executes_nothing_more(local, people):
    alice, bob = people
    alice.begin("broken")
    until(lambda: "?" in alice.said.read_text())
    bob.begin("broken-by-bob", "--yes", "--break-lock")
    code, said = bob.end()
    assert code == 0, said
    assert f"the lock {LOCK} is taken over from alice on " in said
    alice.agree()
    code, said = alice.end()
    assert code == 5, said
    assert f"the lock {LOCK} is gone: another run has taken it and is done" in said
    assert wires(local)["round"] == {"broken-by-bob"}
    assert holder(local) is None


HELD = {"run": "carols", "who": "carol", "host": "elsewhere", "pid": 7, "since": "today", "what": "deploy"}


@pytest.mark.parametrize(
    ("command", "options", "code"),
    [("plan", (), 0), ("status", (), 0), ("plan", ("--out", "plan.json"), 5), ("destroy", ("--yes",), 5)],
)
def test_what_only_reads_does_not_ask_for_the_lock_and_what_changes_something_does(
    local, people, command, options, code
):
    ssm = local.client("ssm")
    ssm.put_parameter(Name=LOCK, Value=json.dumps(HELD), Type="String", Overwrite=True)
    alice = people[0]
    alice.begin("broken-by-bob", *options, command=command)
    found, said = alice.end()
    written = ssm.get_parameter(Name=LOCK)["Parameter"]
    ssm.delete_parameter(Name=LOCK)
    assert found == code, said
    assert ("carol on elsewhere (process 7), since today: deploy" in said) == (code == 5)
    assert json.loads(written["Value"]) == HELD
