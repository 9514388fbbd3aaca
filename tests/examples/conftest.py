"""The examples, each in a copy of its own, deployed to a local AWS that one worker's examples share."""

import itertools
import shutil

import pytest
import yaml
from click.testing import CliRunner

from local import process
from tests.flagship.conftest import Told
from tests.local.conftest import ROOT, Account
from twinstack.aws.sessions import Access, connect
from twinstack.cli.commands import command_line
from twinstack.cli.options import Settings
from twinstack.clock import SystemClock
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.deploying import Run, deploy
from twinstack.rollout.destroying import DestroyOptions, destroy


class Example:
    """A folder with an environment, as `python deploy.py -e FOLDER/environment.yaml` sees it from `root`."""

    def __init__(self, folder, root, account):
        self.folder = folder
        self.root = root
        self.account = account
        self._ids = itertools.count()

    @property
    def file(self):
        return self.folder / "environment.yaml"

    def regions(self):
        return {role: stack["region"] for role, stack in yaml.safe_load(self.file.read_text())["stacks"].items()}

    def change(self, name, old, new):
        """Replaces a text that is there, in a file of the example."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def command(self, *arguments):
        """Runs a command of the command line that needs no AWS; its output."""
        ran = CliRunner().invoke(command_line, ["-e", str(self.file), *arguments], obj=Settings())
        assert ran.exit_code == 0, (ran.output, ran.exception)
        return ran.output

    def run(self):
        environment = assemble(read_environment_file(str(self.file), self.root, None, {}), self.root)
        clients = connect(environment.system, Access(endpoint_url=self.account.endpoint, local=True))
        planner, new_id = Planner(environment.system, shipped_schemas), lambda: f"run{next(self._ids)}"
        return Run(environment, planner, clients, SystemClock(), Told(), lambda _: True, new_id)

    def deploy(self):
        """Deploys; returns what was told."""
        run = self.run()
        deploy(run)
        return run.screen

    def destroy(self, **options):
        run = self.run()
        destroy(run, DestroyOptions(**options))
        return run.screen

    def client(self, service, role):
        return self.account.client(service, self.regions()[role])

    def outputs(self, role):
        name = f"{self.folder.name}-dev-{role}"
        (stack,) = self.client("cloudformation", role).describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def stacks(self):
        """The names of the stacks that are there, in all regions of the example."""
        answers = [self.client("cloudformation", role).describe_stacks() for role in self.regions()]
        names = {stack["StackName"] for answer in answers for stack in answer["Stacks"]}
        return {name for name in names if name.startswith(self.folder.name)}


@pytest.fixture(scope="session")
def local_account(tmp_path_factory):
    state = tmp_path_factory.mktemp("local-aws")
    account = Account(process.start_in(state, ROOT / ".venv-local", lambda _: None, SystemClock()).endpoint)
    yield account
    account.close()
    process.stop_in(state, SystemClock())


@pytest.fixture
def folder_of(tmp_path, monkeypatch):
    """Copies an example into a working directory of its own."""

    def copy(name, account=None):
        folder = tmp_path / "examples" / name
        shutil.copytree(ROOT / "examples" / name, folder)
        monkeypatch.chdir(tmp_path)
        return Example(folder, tmp_path, account)

    return copy


@pytest.fixture
def copied(folder_of, local_account):
    """The same, with the local AWS to deploy it to."""
    return lambda name: folder_of(name, local_account)
