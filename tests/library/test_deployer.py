"""`plan` and `deploy` as functions: what a program gets, and what it need not load."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import process
from tests.local.conftest import ROOT
from tests.test_readme import blocks, section_text
from twinstack.clock import SystemClock
from twinstack.errors import InputError, RefusedError
from twinstack.library.deployer import deploy, plan, planned_offline
from twinstack.library.options import Options
from twinstack.screen.events import ChangeSetMade, StepDone, WiresRead

FILES = {
    "environment.yaml": """
        project: called
        stacks:
          one: {template: one.yaml, region: us-east-1}
          two: {template: two.yaml, region: eu-west-1}
        """,
    "one.yaml": """
        Metadata: {TwinStack: {Role: one, Wiring: {Other: two.Topic}}}
        Parameters: {Other: {Type: String, Default: ''}}
        Conditions: {Linked: !Not [!Equals [!Ref Other, '']]}
        Resources:
          Topic: {Type: AWS::SNS::Topic}
          Value: {Type: AWS::SSM::Parameter, Condition: Linked, Properties: {Type: String, Value: !Ref Other}}
        Outputs: {Topic: {Value: !Ref Topic}}
        """,
    "two.yaml": """
        Metadata: {TwinStack: {Role: two, Wiring: {Other: one.Topic}}}
        Parameters: {Other: {Type: String}}
        Resources:
          Topic: {Type: AWS::SNS::Topic}
          Value: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Other}}
        Outputs: {Topic: {Value: !Ref Topic}}
        """,
}
SUFFIXES = map("t{}".format, itertools.count())
STEPS = [[("one", "CREATE")], [("two", "CREATE")], [("one", "UPDATE")]]


class Told:
    def __init__(self):
        self.events = []

    def tell(self, event):
        self.events.append(event)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("called") / ".twinstack"
    running = process.start_in(folder, Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    yield running.endpoint
    process.stop_in(folder, SystemClock())


@pytest.fixture
def options(tmp_path, monkeypatch, endpoint):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    return Options("environment.yaml", next(SUFFIXES), endpoint_url=endpoint)


def steps_of(planned):
    return [[(step.stack, step.operation) for step in steps.steps] for steps in planned.shown.passes]


def test_a_plan_without_aws_is_the_one_of_the_command(options):
    assert steps_of(planned_offline(options)) == STEPS


def test_what_goes_wrong_is_raised(options):
    with pytest.raises(InputError, match="nowhere"):
        planned_offline(Options("nowhere.yaml"))


def test_a_program_plans_declines_deploys_and_finds_nothing_more_to_do(options):
    assert steps_of(plan(options, Told())) == STEPS
    asked, told = [], Told()
    with pytest.raises(RefusedError, match="declined"):
        deploy(options, told, asked.append)
    assert asked == [f"Create called-{options.environment_suffix}-one in us-east-1?"]
    assert [event.stack for event in told.of(ChangeSetMade)] == ["one"]
    told = Told()
    done = deploy(options, told, lambda _question: True)
    assert [[(step.stack.role, step.operation) for step in steps] for steps in done.passes] == STEPS
    assert len(told.of(StepDone)) == 3
    (read,) = told.of(WiresRead)
    assert [wire["verdict"] for wire in read.wires] == ["matches", "matches"]
    assert (plan(options, Told()).shown.passes, options.under_way.operations) == ((), {})
    assert not deploy(options, Told(), pytest.fail).passes


def test_neither_click_nor_what_draws_a_screen_is_loaded():
    script = (
        "import sys; from twinstack.library.deployer import planned_offline; "
        "from twinstack.library.options import Options; planned_offline(Options()); "
        "print([name for name in ('click', 'rich', 'boto3', 'cfnlint') if name in sys.modules])"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ENVIRONMENT_")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=environ
    )
    assert done.stdout == "[]\n"


def test_the_example_of_the_readme_runs(options, monkeypatch, capsys):
    (example,) = blocks(section_text("From a program"), "python")
    given = 'Options(environment="dev", local=True)'
    assert given in example
    exec(example.replace(given, "options"), {"options": options})
    assert "WiresRead(" in capsys.readouterr().out
