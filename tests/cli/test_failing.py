"""What stands last on the screen when a run has failed."""

import json

import pytest

from tests.cli.here import here
from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings

__all__ = ["here"]

LATER = "secondary (eu-west-1) ended in CREATE_FAILED: Bucket (AWS::S3::Bucket) CREATE_FAILED: who-knows"
FIRST = (
    "primary (us-east-1) ended in CREATE_FAILED: Vpc (AWS::EC2::VPC) CREATE_FAILED: "
    "The maximum number of VPCs has been reached."
)
HINT = "the quota of VPCs of this account and region is used up: remove some, or ask for more under Service Quotas"


def test_the_cause_that_was_first_stands_last_with_its_hint(capsys):
    assert Settings().fail(f"{LATER}\n{FIRST}", 1) == 1
    assert capsys.readouterr().err == f"Error: {LATER}\nError: {FIRST}\n  Hint: {HINT}\n"


def test_a_program_reads_the_hint_of_each_line(capsys):
    Settings(format="json").fail(f"{LATER}\n{FIRST}", 1)
    told = json.loads(capsys.readouterr().out)
    assert told == {"event": "error", "text": f"{LATER}\n{FIRST}", "exit_code": 1, "hints": ["", HINT]}


def test_a_failure_about_which_nothing_is_known_has_no_hint(capsys):
    Settings(format="json").fail(LATER, 1)
    assert json.loads(capsys.readouterr().out)["hints"] == []


@pytest.mark.parametrize("exit_code", [2, 4, 5, 6])
def test_what_was_refused_before_aws_was_asked_has_its_own_advice(capsys, exit_code):
    assert Settings().fail("bucket a already exists", exit_code) == exit_code
    assert "Hint" not in capsys.readouterr().err


@pytest.fixture
def run(here):
    return here


HOSTILE = "a\x1b[31mb\u202ec\rd"
SHOWN = "a\\x1b[31mb\\u202ec\\rd"


@pytest.mark.parametrize(
    "arguments", [["--" + HOSTILE], [HOSTILE], ["plan", "--format", HOSTILE], ["-e", HOSTILE, "plan"]]
)
def test_what_was_typed_is_quoted_and_no_terminal_obeys_it(run, tmp_path, arguments):
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert SHOWN in done.stderr or SHOWN.replace("\\x1b[31m", "") in done.stderr
    assert not {"\x1b", "\r", "\u202e"} & set(done.stdout + done.stderr)


def test_a_question_shows_what_aws_and_the_template_call_things_without_obeying_it(monkeypatch):
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question: asked.append(question) or True)
    assert confirmation(yes=False)(f"Delete {HOSTILE}?\nReally?")
    assert asked == [f"Delete {SHOWN}?\nReally?"]
