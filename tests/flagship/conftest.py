"""The flagship pair, deployed to a local AWS of the test module's own, and asked through each service's API."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from local import process
from tests.local.conftest import EAST, ROOT, WEST, Account
from twinstack.aws.sessions import Access, connect
from twinstack.clock import SystemClock
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.library.global_databases import adviser
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.deploying import Run, deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.steps.artifacts import build_packages
from twinstack.screen.events import ChangeSetMade, StepBegun, WiresRead

REGIONS = {"primary": EAST, "secondary": WEST}


class Told(list):
    """A screen that keeps what it is told."""

    def tell(self, event):
        self.append(event)

    def only(self, kind):
        return [event for event in self if isinstance(event, kind)]

    def steps(self):
        return [(event.operation, event.stack) for event in self.only(StepBegun)]

    def change_sets(self):
        return self.only(ChangeSetMade)

    def verdicts(self):
        return {(wire["stack"], wire["parameter"]): wire["verdict"] for wire in self.only(WiresRead)[-1].wires}


class Pair:
    """The pair of an environment on one local AWS."""

    def __init__(self, endpoint, account, environment="dev"):
        self.endpoint = endpoint
        self.account = account
        self.environment = environment
        self._ids = itertools.count()

    def run(self, clients=None):
        file = read_environment_file(self.environment, ROOT, None, {})
        environment = assemble(file, ROOT)
        planner = Planner(environment.system, shipped_schemas)
        access = Access(endpoint_url=self.endpoint, local=True)
        clients = clients or connect(environment.system, access)
        new_id = lambda: f"run{next(self._ids)}"  # noqa: E731
        packages = build_packages(environment.system, Path(ROOT))
        run = Run(environment, planner, clients, SystemClock(), Told(), lambda _: True, new_id, packages=packages)
        return replace(run, advise=adviser(environment.system, lambda: access))

    def deploy(self, clients=None):
        """Deploys; returns what was told."""
        run = self.run(clients)
        deploy(run)
        return run.screen

    def destroy(self, **options):
        run = self.run()
        destroy(run, DestroyOptions(**options))
        return run.screen

    def client(self, service, role):
        return self.account.client(service, REGIONS[role])

    def outputs(self, role):
        (stack,) = self.client("cloudformation", role).describe_stacks(StackName=f"tradingdb-dev-{role}")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The pair before its first deployment."""
    state = tmp_path_factory.mktemp("local-aws")
    running = process.start_in(state, Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    account = Account(running.endpoint)
    yield Pair(running.endpoint, account)
    account.close()
    process.stop_in(state, SystemClock())


@pytest.fixture(scope="module")
def pair(fresh):
    """The pair after its first deployment."""
    fresh.first = fresh.deploy()
    return fresh
