"""Secret values that a template, an environment, AWS and the shell have, looked for in everything that is written.

Each holds the word CANARY. No command shows one, at any verbosity, in any format, in any file.
"""

import json

import pytest

from tests.cli.here import here
from tests.rollout.deployments import Deployments
from twinstack.aws import patience, sessions
from twinstack.clock import SystemClock
from twinstack.errors import UnreachableError
from twinstack.library import deployer
from twinstack.library.working import read_environment

__all__ = ["here"]

GIVEN, DEFAULT, KEY = "CANARY-given-1", 'CANARY default "2"', "CANARYkey3"
PRIMARY = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters:
      Token: {Type: String, NoEcho: true}
      Pin: {Type: String, NoEcho: 'true', Default: 'CANARY default "2"'}
      Version: {Type: String, Default: '1'}
    Resources:
      Vpc:
        Type: AWS::EC2::VPC
        Properties: {CidrBlock: 10.0.0.0/16, Tags: [{Key: token, Value: !Ref Token}, {Key: v, Value: !Ref Version}]}
      Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub 'pin=${Pin} v${Version}'}}
      Secret:
        Type: AWS::SecretsManager::Secret
        Properties:
          SecretString: '{{resolve:ssm-secure:CANARY-reference-4}}'
          Description: !Sub 'v${Version} of {{resolve:secretsmanager:CANARY-reference-5:SecretString:key}}'
    Outputs:
      VpcId: {Value: !Ref Vpc}
      Token: {Value: !Ref Token}
      Url: {Value: !Sub 'https://u:${Token}@${Vpc}/{{resolve:ssm:CANARY-reference-6}}'}
"""
SECONDARY = """
    Metadata: {TwinStack: {Role: secondary, Wiring: {Url: primary.Url, Peer: primary.VpcId}}}
    Parameters: {Url: {Type: String}, Peer: {Type: String}}
    Resources:
      Vpc:
        Type: AWS::EC2::VPC
        Properties: {CidrBlock: 10.1.0.0/16, Tags: [{Key: url, Value: !Ref Url}, {Key: v, Value: !Ref Peer}]}
    Outputs: {Again: {Value: !Ref Url}}
"""
QUOTED = (
    f'Value {GIVEN} or "CANARY default \\"2\\"" is invalid for {KEY}; see {{{{resolve:ssm-secure:CANARY-reference-4}}}}'
)


def nobody(*_asked):
    raise UnreachableError("nobody is there")


@pytest.fixture
def aws(tmp_path, monkeypatch, here):
    """A pair in a fake AWS with secrets, and the command line on it; what it writes is kept."""
    made = Deployments(tmp_path, {"primary": PRIMARY, "secondary": SECONDARY}, parameters={"Token": GIVEN})
    clients = made.run().clients
    monkeypatch.setattr(sessions, "connect", lambda *arguments, **options: clients)
    # What is looked at before a deployment finds nobody: that is not known, and said.
    monkeypatch.setattr(sessions, "looking_makers", lambda system, *_, **__: dict.fromkeys(system.stacks, nobody))
    monkeypatch.setattr(patience, "patient", lambda clients, *arguments, **options: clients)
    monkeypatch.setattr(SystemClock, "now", lambda self: made.clock.now())
    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: made.clock.sleep(seconds))
    monkeypatch.setattr(SystemClock, "date", lambda self: made.clock.date())
    # The templates are made for the fake, and cfn-lint takes its time.
    monkeypatch.setattr(deployer, "lint_environment", lambda settings, screen, fail_on: read_environment(settings))
    made.written = []

    def run(*arguments, expected=0):
        monkeypatch.setattr("tests.cli.here.FOREIGN", ())
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        done = here(tmp_path, *arguments)
        made.written.append((arguments, done.stdout + done.stderr))
        assert done.returncode == expected, done.stdout + done.stderr
        return done

    made.command = run
    yield made
    for arguments, text in made.written:
        assert "CANARY" not in text, arguments
    inputs = {tmp_path / "environments" / "dev.yaml", *(tmp_path / "generated").iterdir()}
    for path in tmp_path.rglob("*"):
        if path.is_file() and path not in inputs:
            assert b"CANARY" not in path.read_bytes(), path


def change(aws):
    """Has everything that holds a secret change as well."""
    path = aws.folder / "environments" / "dev.yaml"
    path.write_text(path.read_text().replace(GIVEN, f"{GIVEN}-new") + "  Version: '2'\n")
    template = aws.folder / "generated" / "primary.yaml"
    template.write_text(template.read_text().replace("CANARY-reference-4", "CANARY-reference-9"))


FORMS = [("-v",), ("--format", "json"), ()]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_pair_with_secrets_is_deployed_changed_looked_at_and_removed(aws, form):
    aws.command("plan", *form)
    aws.command("deploy", "--yes", *form)
    change(aws)
    aws.command("plan", *form)
    aws.command("plan", "--out", "saved.json", *form)
    assert (aws.folder / "saved.json").stat().st_mode & 0o777 == 0o600
    # what a wire takes from a NoEcho value cannot be predicted: the next run hands it on
    aws.command("deploy", "--yes", "--plan", "saved.json", *form, expected=6)
    aws.command("deploy", "--yes", *form)
    for command in ("status", "events", "outputs"):
        aws.command(command, *form)
    aws.drifts["primary"].tamper("pair-dev-primary", "Vpc", "/Tags/0/Value", GIVEN, "CANARY-by-hand-7")
    aws.command("drift", "--preview", *form, expected=3)
    aws.command("destroy", "--yes", *form)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("before", [True, False])
def test_what_aws_quotes_in_a_reason(aws, form, before):
    if before:
        aws.command("deploy", "--yes", *form)
        change(aws)
    aws.aws["primary"].fail("Vpc", QUOTED.replace(GIVEN, f"{GIVEN}-new" if before else GIVEN))
    done = aws.command("deploy", "--yes", *form, expected=1)
    assert "is invalid for ****" in done.stdout + done.stderr
    aws.command("events", *form)
    aws.command("status", *form)


def test_plans_of_other_forms(aws):
    aws.command("plan", "--offline")
    aws.command("plan", "--offline", "-v")
    aws.command("plan", "--format", "markdown")
    aws.command("deploy", "--yes")
    change(aws)
    aws.command("plan", "--format", "markdown")
    assert json.loads(aws.command("plan", "--format", "json").stdout)["passes"]


def test_secret_outputs_are_no_variables_of_a_shell(aws):
    aws.command("deploy", "--yes")
    done = aws.command("outputs", "--format", "env")
    assert done.stdout.splitlines() == ["PRIMARY_VPC_ID=vpc-1"]
    assert done.stderr == "Left out, since they hold secret values: primary.Token, primary.Url, secondary.Again\n"


def test_secret_parameters_are_left_out_of_a_file_for_the_aws_cli(aws):
    done = aws.command("parameters", "--stack", "primary")
    assert json.loads(done.stdout) == [{"ParameterKey": "Version", "ParameterValue": "1"}]
    assert done.stderr == "Left out, since they are NoEcho, add them yourself: primary.Token, primary.Pin\n"


@pytest.mark.parametrize(
    "written",
    [
        "parameters: {Token: CANARY-x, NoSuchParameter: x}",
        "parameters: {Token: {a: CANARY-x}}",
        "parameters: CANARY-x",
        "parameter_overrides: {us-east-1: {Token: {a: CANARY-x}}}",
        "parameters: {Token: 'CANARY-x",
        "parameters: {Token: @CANARY-x}",
    ],
)
def test_an_environment_that_cannot_work(aws, written):
    path = aws.folder / "environments" / "dev.yaml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith(("parameters", "  Token"))]
    path.write_text("\n".join([*kept, written]))
    aws.command("plan", expected=2)
