"""`lint` tells everything that is wrong at once, and ends with 2 at the level that was asked for."""

import pytest

from tests.cli.here import here
from tests.cli.test_command_line import edit, project

__all__ = ["here", "project"]

UNUSED = ("Parameters:", "Parameters:\n  Unused: {Type: String, Default: ''}", "generated/primary.yaml")
JOINED = (
    "Outputs:",
    "Outputs:\n  Name: {Value: !Join ['', [!Ref VpcCidr, !Ref 'AWS::Region']]}",
    "generated/primary.yaml",
)


@pytest.fixture
def run(project, here):
    """Runs a command in the project; returns the exit code and the lines of both streams."""

    def run_here(*arguments):
        done = here(project, *arguments)
        return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()

    return run_here


@pytest.fixture
def informed(project):
    """The project, with informational checks switched on."""
    (project / ".cfnlintrc").write_text("include_checks: [I]\n")
    return project


@pytest.mark.usefixtures("informed")
def test_a_right_environment_has_nothing_to_correct(run):
    assert run("lint") == (0, ["Nothing to correct in 2 templates for eu-west-1, us-east-1."], [])


@pytest.mark.parametrize(
    ("edits", "level", "code"),
    [
        ([UNUSED], None, 2),
        ([UNUSED], "warning", 2),
        ([UNUSED], "error", 0),
        ([JOINED], None, 0),
        ([JOINED], "informational", 2),
        ([JOINED, UNUSED], "error", 0),
    ],
)
def test_it_fails_on_the_level_that_was_asked_for_and_shows_what_is_below(run, informed, edits, level, code):
    for old, new, file in edits:
        edit(informed, old, new, file)
    found, told, errors = run("lint", *(["--fail-on", level] if level else []))
    names = {UNUSED: "W2001 warning", JOINED: "I1022 informational"}
    assert found == code
    assert [sum(names[given] in line for line in told) for given in edits] == [1] * len(edits)
    counts = {UNUSED: "1 warning", JOINED: "1 informational"}
    if code:
        assert errors == [f"Error: lint found {counts[edits[0]]}; correct the templates, then `generate` and try again"]
    else:
        in_order = ", ".join(count for given, count in counts.items() if given in edits)
        assert told[-2] == f"Lint found {in_order}, which stops nothing here."
        assert errors == []


WRONG = {
    "a wire to nowhere": (
        ("primary.VpcId", "primary.NoSuch", "generated/secondary.yaml"),
        "generated/secondary.yaml:5: wire secondary.PrimaryVpcId <- primary.NoSuch",
    ),
    "an unknown parameter": (
        ("us-east-1: {VpcCidr:", "us-east-1: {Cidr: x, VpcCidr:", "environments/dev.yaml"),
        "environments/dev.yaml:6: unknown parameter Cidr",
    ),
    "a missing template": (
        ("generated/secondary.yaml", "generated/gone.yaml", "environments/dev.yaml"),
        "generated/gone.yaml: there is no such file",
    ),
    "an unknown region": (
        ("region: eu-west-1", "region: eu-west-9", "environments/dev.yaml"),
        "environments/dev.yaml:4: there is no region eu-west-9",
    ),
}


@pytest.mark.parametrize("command", [["lint"], ["deploy", "--yes"]], ids=lambda command: command[0])
@pytest.mark.parametrize("mistake", WRONG)
def test_findings_are_told_when_the_environment_is_wrong_too(run, project, mistake, command):
    changed, message = WRONG[mistake]
    edit(project, *UNUSED)
    edit(project, *changed)
    code, told, errors = run(*command)
    assert code == 2
    assert [line for line in told if "generated/primary.yaml:7: W2001 warning" in line]
    if command == ["lint"]:
        assert errors.pop(0).startswith("Error: lint found 1 warning;")
    assert [error.partition(message)[:2] for error in errors] == [("Error: ", message)]


@pytest.mark.parametrize(
    ("content", "rule", "problem"),
    [
        (b"Resources: [\n", "E0000", "generated/secondary.yaml:2: not readable as YAML"),
        (b"\xff\xfe\x00", "E0000", "generated/secondary.yaml: cannot be read: "),
        (b"", "E", "generated/secondary.yaml: not a CloudFormation template: it has no Resources"),
        (b"- a list\n", "E", "generated/secondary.yaml: not a CloudFormation template: it has no Resources"),
    ],
    ids=["broken", "not text", "empty", "a list"],
)
def test_beside_a_template_that_cannot_be_read_the_others_are_linted(run, project, content, rule, problem):
    edit(project, *UNUSED)
    (project / "generated" / "secondary.yaml").write_bytes(content)
    code, told, errors = run("lint")
    assert code == 2
    assert [line for line in told if "generated/primary.yaml:7: W2001 warning" in line]
    assert [line for line in told if line.startswith("generated/secondary.yaml:") and f" {rule}" in line]
    assert errors[0].startswith("Error: lint found ")
    assert problem in errors[1]
