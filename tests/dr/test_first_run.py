"""`first-run` as a user meets it: the whole walk on a local AWS, and what it refuses."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from local import process
from twinstack.clock import SystemClock
from twinstack.dr.first_run.page import read_page
from twinstack.dr.first_run.stages import STAGES

ROOT = Path(__file__).parents[2]
COPIED = ("environments", "generated", "templates_src", "lint_rules", "lambda_src")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what a deployment reads, whose local AWS is ended with the module."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".cfnlintrc", folder)
    (folder / ".venv-local").symlink_to(ROOT / ".venv-local")
    yield folder
    process.stop(folder, SystemClock())


def first_run(folder, *arguments, asked=""):
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}
    return subprocess.run(
        [sys.executable, str(ROOT / "deploy.py"), "first-run", *arguments],
        cwd=folder,
        env=environment,
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def done(project):
    return first_run(project, "--local", "--yes", "--switchover", "--format", "json", "-e", "dev")


@pytest.fixture(scope="module")
def record(project, done):
    (path,) = (project / "records").glob("first-run-dev-*.json")
    return json.loads(path.read_text())


def rows(record):
    return {row["id"]: row for stage in record["stages"] for row in stage["rows"]}


def test_the_whole_walk_ends_well(done):
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:]


def test_the_record_has_every_row_of_the_page(record):
    page = read_page()
    assert {stage["key"]: stage["outcome"] for stage in record["stages"]} == dict.fromkeys(
        (stage.key for stage in page.stages), "done"
    )
    assert set(rows(record)) == {row.id for stage in page.stages for row in stage.rows}


def test_its_first_line_says_that_nothing_of_it_is_aws(project, record):
    (page,) = (project / "records").glob("first-run-dev-*.md")
    heading, _, first, *_ = page.read_text().splitlines()
    assert heading.startswith("# First run of `dev`, suffix `dev`")
    assert first == "**Nothing of this is AWS: it was the local AWS, an emulator on one machine.**"
    assert (record["local"], record["account"]) == (True, "000000000000")


def test_every_check_either_finds_what_is_expected_or_says_why_the_emulator_cannot_tell(record):
    for row in rows(record).values():
        assert row["verdict"] in ("as expected", "not answered here", "not looked at"), row
        assert row["why"] or row["verdict"] == "as expected", row
        assert row["answered"] or row["verdict"] != "as expected", row


def test_what_the_emulator_cannot_tell_is_no_success(record):
    cannot = {check.row for stage in STAGES for check in stage.checks if check.emulator}
    assert {name for name in cannot if rows(record)[name]["verdict"] == "as expected" and name not in TWICE} == set()


# Rows with a second check after the removal, whose answer stands last.
TWICE = {check.row for stage in STAGES for check in stage.checks if sum(it.row == check.row for it in stage.checks) > 1}


def test_the_roles_are_switched_over_and_back(record):
    row = rows(record)["switchover"]
    assert row["verdict"] == "as expected"
    assert re.fullmatch(
        r"to secondary: the writer is arn:aws:rds:eu-west-1:\S+, available;"
        r" to primary: the writer is arn:aws:rds:us-east-1:\S+, available",
        row["answered"],
    )


def test_nothing_is_left(record):
    assert record["standing"] == []


def test_the_master_password_is_neither_recorded_nor_told(project, done):
    texts = [done.stdout, *(path.read_text() for path in (project / "records").iterdir())]
    assert [text for text in texts if re.search(r'"password\\*": *\\*"', text)] == []


def test_its_events_are_json_lines(done):
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["stage"] for event in events if event["event"] == "stage"] == [stage.key for stage in STAGES]
    assert events[-1]["event"] == "done"


def test_a_stage_that_does_not_exist_is_wrong_usage(project):
    refused = first_run(project, "--up-to", "database", "--yes")
    assert refused.returncode == 2
    assert "no such stage; the stages are checks, change-set, parts, network, primary," in refused.stderr


def test_without_a_terminal_it_needs_yes(project):
    refused = first_run(project, "--local")
    assert (refused.returncode, "give --yes" in refused.stderr) == (2, True)


def test_a_protected_environment_is_refused(project):
    refused = first_run(project, "--local", "--yes", "-e", "prod")
    assert (refused.returncode, "the environment is protected" in refused.stderr) == (4, True)


def test_stacks_of_the_suffix_are_refused(project, done):
    there = boto3.client(
        "cloudformation",
        endpoint_url=process.running(project).endpoint,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    there.create_stack(StackName="tradingdb-mine-secondary", TemplateBody=json.dumps(topic))
    refused = first_run(project, "--local", "--yes", "--environment-suffix", "mine")
    there.close()
    assert refused.returncode == 4
    assert "there are stacks of suffix mine already: tradingdb-mine-secondary in eu-west-1" in refused.stderr
