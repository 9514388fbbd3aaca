"""The command line as a user meets it: a process of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import PLAN_SCHEMA

ROOT = Path(__file__).parents[2]
WIRED = """
Metadata:
  TwinStack:
    Role: {role}
    Wiring: {wiring}
Parameters:
  VpcCidr:
    Type: String
    Default: {cidr}
    AllowedPattern: '\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+'
    ConstraintDescription: a network such as 10.0.0.0/16
{parameters}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: !Ref VpcCidr}}}}
Outputs:
  VpcId: {{Value: !Ref Vpc}}
"""
ENVIRONMENT = """\
project: pair
stacks:
  primary: {template: generated/primary.yaml, region: us-east-1}
  secondary: {template: generated/secondary.yaml, region: eu-west-1}
parameter_overrides:
  us-east-1: {VpcCidr: 10.0.0.0/16}
  eu-west-1: {VpcCidr: 10.1.0.0/16}
"""


@pytest.fixture
def project(tmp_path):
    """A folder with a small wired pair and its environment."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "generated").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(ENVIRONMENT)
    wired = "  PrimaryVpcId: {Type: String}"
    primary = WIRED.format(role="primary", wiring="{}", cidr="10.0.0.0/16", parameters="")
    secondary = WIRED.format(
        role="secondary", wiring="{PrimaryVpcId: primary.VpcId}", cidr="10.1.0.0/16", parameters=wired
    )
    (tmp_path / "generated" / "primary.yaml").write_text(primary)
    used = "  PrimaryVpc: {Value: !Ref PrimaryVpcId}\n"
    (tmp_path / "generated" / "secondary.yaml").write_text(secondary + used)
    return tmp_path


def run(folder, *arguments, entry=ROOT / "deploy.py", **variables):
    """Runs the entry in a folder, without the credentials and settings of whoever runs the tests."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", **variables}
    return subprocess.run(
        [sys.executable, str(entry), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def edit(project, old, new, file="environments/dev.yaml"):
    path = project / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


BAD_INPUT = {
    "unknown key": (
        lambda p: edit(p, "project: pair", "project: pair\nprotect: true"),
        "environments/dev.yaml:2: unknown key protect; the keys are project, environment_suffix, protected, stacks, "
        "update_order, parameters, parameter_overrides, tags",
    ),
    "unknown parameter": (
        lambda p: edit(p, "us-east-1: {VpcCidr: 10.0.0.0/16}", "us-east-1: {VpcCidr: 10.0.0.0/16, Vpc: x}"),
        "environments/dev.yaml:6: unknown parameter Vpc; no such parameter in generated/primary.yaml",
    ),
    "bad CIDR": (
        lambda p: edit(p, "10.1.0.0/16", "10.1.0.0"),
        "environments/dev.yaml:7: secondary: parameter VpcCidr: '10.1.0.0' does not match "
        "\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+ (a network such as 10.0.0.0/16)",
    ),
    "a CIDR that is wrong in two ways": (
        lambda p: edit(p, "10.1.0.0/16", "10.1.0.300/x"),
        "environments/dev.yaml:7: secondary: parameter VpcCidr: '10.1.0.300/x' does not match",
    ),
    "a CIDR that is no network": (
        lambda p: edit(p, "10.1.0.0/16", "10.1.0.7/16"),
        "environments/dev.yaml:7: secondary: parameter VpcCidr: '10.1.0.7/16' is not a network: 10.1.0.7/16 has host "
        "bits set",
    ),
    "overlap": (
        lambda p: edit(p, "10.1.0.0/16", "10.0.128.0/17"),
        "environments/dev.yaml:7: secondary: parameter VpcCidr 10.0.128.0/17 overlaps primary's VpcCidr 10.0.0.0/16 "
        "(environments/dev.yaml:6); change one of them under parameter_overrides",
    ),
    "one stack name twice": (
        lambda p: (
            edit(p, "region: eu-west-1}", "region: us-east-1, stack_name: pair-dev-primary}"),
            edit(p, "  eu-west-1: {VpcCidr: 10.1.0.0/16}\n", ""),
        ),
        "environments/dev.yaml:4: secondary would be the stack pair-dev-primary in us-east-1, and primary is it "
        "(environments/dev.yaml:3); give one of them another name",
    ),
    "an unknown key of a stack": (
        lambda p: edit(p, "region: eu-west-1}", "region: eu-west-1, wires: {}}"),
        "environments/dev.yaml:4: unknown key stacks.secondary.wires; the keys are template, region, role_arn, "
        "assume_role, stack_name, wiring",
    ),
    "a wire of the environment file to nowhere": (
        lambda p: (
            edit(p, "region: eu-west-1}", "region: eu-west-1, wiring:\n    {PrimaryVpcId: main.VpcId}}"),
            edit(p, "  TwinStack:", "  Ours:", "generated/secondary.yaml"),
        ),
        "environments/dev.yaml:5: wire secondary.PrimaryVpcId <- main.VpcId: there is no role main in the environment",
    ),
    "a wire of the environment file that loops": (
        lambda p: (
            edit(p, "region: eu-west-1}", "region: eu-west-1, wiring:\n    {PrimaryVpcId: secondary.VpcId}}"),
            edit(p, "  TwinStack:", "  Ours:", "generated/secondary.yaml"),
        ),
        "environments/dev.yaml:5: required wires form a loop: secondary.PrimaryVpcId <- secondary.VpcId",
    ),
    "wiring in both places": (
        lambda p: edit(p, "region: eu-west-1}", "region: eu-west-1, wiring: {}}"),
        "environments/dev.yaml:4: the wiring of secondary stands here and in its template "
        "(generated/secondary.yaml:3); keep one of them",
    ),
    "missing template": (
        lambda p: (p / "generated" / "secondary.yaml").unlink(),
        "generated/secondary.yaml: there is no such file",
    ),
    "unreadable YAML": (
        lambda p: edit(p, "parameter_overrides:", "parameter_overrides: [", "environments/dev.yaml"),
        "environments/dev.yaml:",
    ),
    "template without wiring": (
        lambda p: edit(p, "  TwinStack:", "  Other:", "generated/primary.yaml"),
        "generated/primary.yaml: there is no Metadata.TwinStack.Role; add it, with the Wiring of the parameters that "
        "take an output of another stack. In a template that you cannot change, write the wires under `wiring:` of the "
        "stack primary (environments/dev.yaml:3), `wiring: {}` if there are none",
    ),
    "bad suffix": (
        lambda p: edit(p, "project: pair", "project: pair\nenvironment_suffix: Dev_1"),
        "environments/dev.yaml:2: the environment suffix 'Dev_1' must be 1 to 16 lower-case letters, digits and single "
        "hyphens: it becomes part of the names of buckets, clusters and records",
    ),
    "a wired parameter": (
        lambda p: edit(p, "10.1.0.0/16}", "10.1.0.0/16, PrimaryVpcId: vpc-1}"),
        "environments/dev.yaml:7: PrimaryVpcId takes its value from primary.VpcId (generated/secondary.yaml); leave it "
        "out here",
    ),
    "a role that is not the key": (
        lambda p: edit(p, "Role: primary", "Role: main", "generated/primary.yaml"),
        "environments/dev.yaml:3: the stack primary has a template whose role is main (generated/primary.yaml:4); give "
        "both the same name",
    ),
    "a missing key": (
        lambda p: edit(p, "project: pair\n", ""),
        "environments/dev.yaml:1: the key project is missing; add it",
    ),
    "a key that stands twice": (
        lambda p: edit(p, "project: pair", "project: pair\nproject: other"),
        "environments/dev.yaml:2: the key project stands twice; keep one of them",
    ),
    "a region that is not there": (
        lambda p: edit(p, "region: eu-west-1", "region: eu-west-9"),
        "environments/dev.yaml:4: there is no region eu-west-9 that cfn-lint has schemas for",
    ),
    "an empty file": (
        lambda p: (p / "environments" / "dev.yaml").write_text(""),
        "environments/dev.yaml: an environment file has the keys project, environment_suffix, protected, stacks, "
        "update_order, parameters, parameter_overrides, tags, rollback_triggers; see the README",
    ),
    "a region that is none": (
        lambda p: edit(p, "region: eu-west-1", "region: Ireland"),
        "environments/dev.yaml:4: stacks.secondary.region: 'Ireland' is not a region code such as eu-west-1",
    ),
}


@pytest.mark.parametrize("mistake", BAD_INPUT)
def test_bad_input_gets_one_clear_message_and_exit_code_2(project, mistake):
    spoil, message = BAD_INPUT[mistake]
    spoil(project)
    done = run(project, "plan", "--offline")
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (done.stdout, "Traceback" in done.stderr) == ("", False)


def test_no_credentials_is_said_once_with_what_to_do(project):
    done = run(project, "plan")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "primary (us-east-1): no usable AWS credentials" in done.stderr
    assert "--profile or AWS_PROFILE" in done.stderr


def test_a_profile_that_does_not_exist_is_said(project):
    done = run(project, "plan", "--profile", "nobody")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nobody" in done.stderr


def test_an_endpoint_that_nobody_listens_on_is_a_failure_and_not_an_absent_stack(project):
    done = run(
        project,
        "plan",
        "--endpoint-url",
        "http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID="x",
        AWS_SECRET_ACCESS_KEY="x",
    )
    assert done.returncode == 1
    assert "none of the stacks could be read" in done.stderr
    assert done.stdout.count("does not answer; asking again") + done.stderr.count("does not answer; asking again") == 2
    assert "Traceback" not in done.stderr


def test_deploy_without_a_terminal_needs_yes(project):
    done = run(project, "deploy")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: there is no terminal to ask on; give --yes to go on without being asked\n",
    )


def test_a_wrong_command_and_a_wrong_option_are_usage_errors(project):
    assert run(project, "depoly").returncode == 2
    assert run(project, "plan", "--ofline").returncode == 2


@pytest.mark.parametrize(
    ("option", "variable", "in_file", "suffix"),
    [
        (None, None, False, "dev"),
        (None, None, True, "file"),
        (None, "var", True, "var"),
        ("flag", "var", True, "flag"),
        ("flag", None, False, "flag"),
        (None, "", True, "file"),
    ],
)
def test_the_suffix_comes_from_the_flag_then_the_variable_then_the_file_then_dev(
    project, option, variable, in_file, suffix
):
    if in_file:
        edit(project, "project: pair", "project: pair\nenvironment_suffix: file")
    edit(project, "Parameters:", "Parameters:\n  EnvironmentSuffix: {Type: String}", "generated/primary.yaml")
    options = ["--environment-suffix", option] if option else []
    variables = {"ENVIRONMENT_SUFFIX": variable} if variable is not None else {}
    done = run(project, "parameters", "--stack", "primary", *options, **variables)
    assert {"ParameterKey": "EnvironmentSuffix", "ParameterValue": suffix} in json.loads(done.stdout)


def test_global_options_stand_before_or_after_the_command(project):
    before = run(project, "-e", "environments/dev.yaml", "--format", "json", "plan", "--offline")
    after = run(project, "plan", "--offline", "-e", "environments/dev.yaml", "--format", "json")
    assert before.stdout == after.stdout
    assert json.loads(after.stdout)["passes"][0]["steps"][0]["stack"] == "primary"


def test_without_a_command_it_is_deploy(project):
    assert run(project).stderr == run(project, "deploy").stderr
    assert "unknown" not in run(project, "--allow-replace", "Vpc").stderr


def test_the_offline_plan_as_json_has_the_documented_shape(project):
    plan = json.loads(run(project, "plan", "--offline", "--format", "json").stdout)
    Draft202012Validator(PLAN_SCHEMA).validate(plan)
    step = plan["passes"][1]["steps"][0]
    assert (plan["version"], plan["environment"], plan["partial"]) == (1, "dev", False)
    assert (step["stack"], step["region"], step["operation"]) == ("secondary", "eu-west-1", "CREATE")
    assert step["because"] == [{"parameter": "PrimaryVpcId", "from": "primary.VpcId", "reason": "new"}]
    assert {
        "name": "PrimaryVpcId",
        "before": None,
        "after": None,
        "unknown": True,
        "source": "wire",
    } in step["parameters"]
    assert step["changes"] == [
        {"action": "Add", "resource": "Vpc", "type": "AWS::EC2::VPC", "replacement": "False", "properties": []}
    ]


def test_pending_changes_are_an_exit_code_when_asked_for(project):
    assert run(project, "plan", "--offline", "--detailed-exitcode").returncode == 3
    assert run(project, "plan", "--offline").returncode == 0


def test_the_plan_is_the_same_bytes_every_time(project):
    plans = {
        run(project, "plan", "--offline", "--format", "json", PYTHONHASHSEED=seed).stdout for seed in ("1", "2", "3")
    }
    assert len(plans) == 1


def test_stack_set_parameters_are_split_by_region(project):
    document = json.loads(run(project, "parameters", "--format", "stacksets", "--stack", "secondary").stdout)
    assert document == {
        "Parameters": [],
        "Regions": ["eu-west-1"],
        "ParameterOverrides": [{"ParameterKey": "VpcCidr", "ParameterValue": "10.1.0.0/16"}],
    }


def test_the_linter_runs_before_a_deployment_and_stops_it(project):
    edit(project, "AWS::EC2::VPC", "AWS::EC2::NoSuchThing", "generated/primary.yaml")
    done = run(project, "deploy", "--yes", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
    assert done.returncode == 2
    assert "AWS::EC2::NoSuchThing" in done.stdout
    assert done.stderr == ("Error: lint found 1 error; correct the templates, then `generate` and try again\n")


@pytest.mark.parametrize(
    ("text", "other", "place", "why"),
    [
        ("CidrBlock: !Ref VpcCidr", "CidrBlock: !Ref NoSuch", "14: primary: Resources.Vpc", "reference to NoSuch,"),
        ("{Value: !Ref Vpc}", "{Value: !GetAtt Gone.Id}", "16: primary: Outputs.VpcId", "Gone.Id: no such resource"),
        (
            "{Value: !Ref Vpc}",
            "{Value: !Ref Vpc, Condition: Linked}",
            "16: primary: Outputs.VpcId",
            "no condition Linked",
        ),
        ("{Value: !Ref Vpc}", "{Value: !Select [1, [a]]}", "16: primary: Outputs.VpcId", "IndexError"),
    ],
)
def test_what_cannot_be_resolved_is_told_with_its_line(project, text, other, place, why):
    edit(project, text, other, "generated/primary.yaml")
    done = run(project, "plan", "--offline")
    assert done.returncode == 2
    assert f"generated/primary.yaml:{place}: " in done.stderr
    assert why in done.stderr


def test_errors_are_json_lines_too(project):
    edit(project, "project: pair\n", "")
    done = run(project, "--format", "json", "deploy", "--yes")
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["event"], last["exit_code"]) == ("error", 2)


def loaded_by(*arguments):
    """The modules that a call of the entry has loaded by its end."""
    code = (
        "import sys, atexit; sys.argv[0] = 'deploy.py'\n"
        "atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr))\n"
        "from twinstack.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["deploy", "--help"], ["--version"]])
def test_help_loads_neither_boto3_nor_cfn_lint_nor_troposphere(arguments):
    loaded = loaded_by(*arguments)
    assert "twinstack.cli" in loaded
    assert not {"boto3", "botocore", "cfnlint", "troposphere", "pydantic", "rich"} & loaded


def test_the_entry_of_a_checkout_generates_lints_and_plans():
    for command in (["generate", "--check"], ["lint"], ["lint", "-e", "prod"], ["plan", "--offline"]):
        done = run(ROOT, *command)
        assert done.returncode == 0, done.stdout + done.stderr
