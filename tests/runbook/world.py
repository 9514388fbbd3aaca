"""The world of the pages: a small pair named as production is, on a local AWS of its own, behind a door."""

import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from local import process
from tests.local.conftest import EAST, ROOT, WEST, Account
from tests.local_settings import local_settings
from tests.runbook.aws_lines import run_line
from tests.silent_region import SilentRegions, _operation, _scope
from twinstack.cli import main
from twinstack.cli.commands import command_line
from twinstack.clock import SystemClock
from twinstack.dr.plans import destroying
from twinstack.library import deployer, working
from twinstack.rollout.deletion import silent

PAIR = Path(__file__).parent / "pair"
DATABASE = "tradingdb-prod"
# What the pages write for the account and for what AWS names at random.
ACCOUNT, LOCAL_ACCOUNT = "111122223333", "000000000000"


class Door(SilentRegions):
    """A door that also tells what AWS would tell in a state that the local AWS does not get into."""

    def __init__(self, endpoint):
        super().__init__(endpoint)
        self.lies = []

    def passed_on(self, method, path, headers, body):
        status, reason, answered, text = super().passed_on(method, path, headers, body)
        given = dict(headers)
        region, _ = _scope(given.get("Authorization", ""), path)
        operation = _operation(given.get("X-Amz-Target", ""), body)
        for lie in tuple(self.lies):
            status, text = lie(region, operation, status, text)
        return status, reason, answered, text


class World:
    """The pair, and what is run in it."""

    def __init__(self, folder):
        self.folder = folder
        self.closing = ExitStack()
        self._clients = {}
        self.names = {}

    def begin(self):
        for name in ("environments", "generated"):
            (self.folder / name).mkdir(parents=True)
        shutil.copy(PAIR / "prod.yaml", self.folder / "environments")
        self.write_templates()
        state = self.folder / "local-aws"
        running = process.start_in(state, ROOT / ".venv-local", lambda _: None, SystemClock())
        self.closing.callback(process.stop_in, state, SystemClock())
        self.closing.enter_context(local_settings(state, role_change_seconds=0.2))
        self.account = Account(running.endpoint)
        self.closing.callback(self.account.close)
        self.door = self.closing.enter_context(Door(running.endpoint))
        return self

    def write_templates(self):
        for name in ("primary.yaml", "secondary.yaml"):
            shutil.copy(PAIR / name, self.folder / "generated")

    def template(self, role):
        return self.folder / "generated" / f"{role}.yaml"

    def client(self, service, region):
        return self.account.client(service, region)

    def rds(self, region):
        return self.client("rds", region)

    def writer(self):
        (found,) = self.rds(WEST).describe_global_clusters()["GlobalClusters"]
        return [it["DBClusterArn"].split(":")[3] for it in found["GlobalClusterMembers"] if it["IsWriter"]]

    def is_as_deployed(self):
        """Whether both stacks are there, and the primary's cluster writes to the other."""
        try:
            found = self.rds(EAST).describe_global_clusters(GlobalClusterIdentifier=DATABASE)["GlobalClusters"]
        except self.rds(EAST).exceptions.GlobalClusterNotFoundFault:
            return False
        members = sorted((it["DBClusterArn"].split(":")[3], it["IsWriter"]) for it in found[0]["GlobalClusterMembers"])
        stacks = [
            stack["StackStatus"]
            for region in (EAST, WEST)
            for stack in self.client("cloudformation", region).describe_stacks()["Stacks"]
        ]
        return members == [(WEST, False), (EAST, True)] and set(stacks) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}

    def run(self, line, monkeypatch, capsys):
        """Runs a line of a page; returns the exit code and all that it said."""
        for given, meant in {ACCOUNT: LOCAL_ACCOUNT, **self.names}.items():
            line = line.replace(given, meant)
        if line.startswith("aws "):
            return 0, run_line(line, self.client)
        assert line.startswith("python deploy.py "), line
        return self.deployer(line.split()[2:], monkeypatch, capsys)

    def deployer(self, words, monkeypatch, capsys):
        """Runs the deployer in this process; whoever reads the page answers its questions with yes."""
        named = next(word for word in words if word in command_line.commands)
        asks = any("--yes" in option.opts for option in command_line.commands[named].params)
        monkeypatch.chdir(self.folder)
        arguments = ["deploy.py", *words, *["--yes"] * asks, "--endpoint-url", self.door.endpoint]
        monkeypatch.setattr(sys, "argv", arguments)
        monkeypatch.setattr(deployer, "lint_environment", lambda settings, *_, **__: working.read_environment(settings))
        for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        if self.door.lost:  # those that answer have that long too, so never where all of them do
            monkeypatch.setattr(silent, "SILENT_AFTER", 3.0)
            monkeypatch.setattr(destroying, "BESIDE_A_LOSS", 3.0)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out + told.err

    def look_through_the_door(self, region):
        """Asks for the roles as a command would."""
        run_line(
            f"aws rds describe-global-clusters --region {region} --global-cluster-identifier {DATABASE}",
            Account(self.door.endpoint).client,
        )

    def until(self, holds):
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)
