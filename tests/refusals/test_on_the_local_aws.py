"""What would be lost, or what AWS would not do, is refused before a change set is executed; `--yes` does not help."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import process
from tests.local.conftest import ROOT, Account
from twinstack.clock import SystemClock

ENVIRONMENT = """
project: kept
stacks: {one: {template: one.yaml, region: us-east-1}}
"""
TEMPLATE = """
Metadata: {TwinStack: {Role: one}}
Parameters:
  Stage: {Type: String, Default: dev}
Rules:
  Stages:
    Assertions:
      - Assert: {'Fn::Contains': [[dev, prod], !Ref Stage]}
        AssertDescription: the stage is dev or prod
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Bucket: {Type: AWS::S3::Bucket}
  Files: {Type: AWS::EFS::FileSystem}
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql, DatabaseName: trading, MasterUsername: admin, ManageMasterUserPassword: true}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: 'https://kept-templates.s3.us-east-1.amazonaws.com/nested.json'}
"""
NESTED = {"Resources": {"Inside": {"Type": "AWS::S3::Bucket"}}}


def without(name):
    """The template without one of its resources."""
    head, _, tail = TEMPLATE.partition(f"  {name}:")
    rest = tail.split("\n")[1:]
    while rest and rest[0].startswith("    "):
        rest.pop(0)
    return head + "\n".join(rest)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A local AWS with the stack deployed, and the folder that it is deployed from."""
    folder = tmp_path_factory.mktemp("kept")
    running = process.start_in(folder / ".twinstack", Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    account = Account(running.endpoint)
    bucket = account.client("s3")
    bucket.create_bucket(Bucket="kept-templates")
    bucket.put_object(Bucket="kept-templates", Key="nested.json", Body=json.dumps(NESTED).encode())
    Path(folder, "environment.yaml").write_text(ENVIRONMENT)
    yield folder, running.endpoint, account
    account.close()
    process.stop_in(folder / ".twinstack", SystemClock())


def deploy(local, template, *options):
    return run(local, template, "deploy", "--yes", *options)


def run(local, template, command, *options):
    folder, endpoint, _ = local
    Path(folder, "one.yaml").write_text(template)
    made_up = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    arguments = ["--endpoint-url", endpoint, "-e", "./environment.yaml", *options]
    return subprocess.run(
        [sys.executable, str(Path(ROOT, "deploy.py")), command, *arguments],
        cwd=folder, env=os.environ | made_up, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def deployed(local):
    done = deploy(local, TEMPLATE)
    assert done.returncode == 0, done.stdout + done.stderr
    return local


def state(local):
    """What is on the local AWS, to be compared before and after."""
    api = local[2].client("cloudformation")
    listed = api.list_stack_resources(StackName="kept-dev-one")["StackResourceSummaries"]
    change_sets = api.list_change_sets(StackName="kept-dev-one")["Summaries"]
    return [(entry["LogicalResourceId"], entry["PhysicalResourceId"]) for entry in listed], change_sets


@pytest.mark.parametrize(
    ("template", "exit_code", "sentence"),
    [
        pytest.param(
            TEMPLATE.replace("Bucket: {Type: AWS::S3::Bucket}", "Bucket: {Type: AWS::SNS::Topic}"), 2,
            'one.yaml:12: one: Bucket is AWS::S3::Bucket on the stack and AWS::SNS::Topic here; CloudFormation refuses',
            id="a type that changes",
        ),
        pytest.param(
            TEMPLATE.replace("Default: dev", "Default: test"), 2,
            "one.yaml:8: rule Stages: the stage is dev or prod", id="a broken rule",
        ),
        pytest.param(
            without("Files"), 4,
            "one: Files (AWS::EFS::FileSystem) would be removed and what it holds lost; --allow-delete Files",
            id="a file system removed",
        ),
        pytest.param(
            TEMPLATE.replace("Files: {Type: AWS::EFS::FileSystem}",
                             "Files: {Type: AWS::EFS::FileSystem, Properties: {Encrypted: true}}"), 4,
            "one: Files (AWS::EFS::FileSystem) would be replaced, since Encrypted changes, and what it holds lost; "
            "--allow-replace Files",
            id="a file system replaced",
        ),
        pytest.param(
            TEMPLATE.replace("DatabaseName: trading", "DatabaseName: orders"), 4,
            "one: Cluster (AWS::RDS::DBCluster) would be replaced, since DatabaseName changes, and what it holds lost; "
            "--allow-replace Cluster",
            id="a database cluster replaced",
        ),
        pytest.param(
            without("Nested"), 4,
            "one: Nested (AWS::CloudFormation::Stack) would be removed, and with it Nested/Inside (AWS::S3::Bucket); "
            "--allow-delete Nested",
            id="a nested stack that holds a bucket",
        ),
    ],
)  # fmt: skip
def test_it_is_refused_with_its_sentence_and_nothing_is_executed(deployed, template, exit_code, sentence):
    before = state(deployed)
    done = deploy(deployed, template)
    said = " ".join((done.stdout + done.stderr).split())
    assert (done.returncode, sentence in said) == (exit_code, True), said
    assert state(deployed) == before


@pytest.mark.parametrize(
    ("template", "action", "name"),
    [
        (without("Files"), "delete", "Files"),
        (TEMPLATE.replace("DatabaseName: trading", "DatabaseName: orders"), "replace", "Cluster"),
    ],
)
def test_the_plan_exits_4_already_after_it_is_shown(deployed, template, action, name):
    done = run(deployed, template, "plan", "--detailed-exitcode")
    assert done.returncode == 4
    assert f" {name} AWS::" in done.stdout
    assert done.stderr.startswith(f"Error: one: {name} (AWS::")
    assert done.stderr.endswith(f" and what it holds lost; --allow-{action} {name}\n")
    assert run(deployed, template, "plan", "--detailed-exitcode", f"--allow-{action}", name).returncode == 3


def test_a_broken_rule_is_found_without_aws(local):
    folder, _, _ = local
    Path(folder, "one.yaml").write_text(TEMPLATE.replace("Default: dev", "Default: test"))
    command = [sys.executable, str(Path(ROOT, "deploy.py")), "plan", "--offline", "-e", "./environment.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "one.yaml:8: rule Stages: the stage is dev or prod" in done.stdout + done.stderr


def test_a_database_cluster_is_replaced_when_that_is_allowed_by_its_name(deployed):
    before = dict(state(deployed)[0])
    done = deploy(deployed, TEMPLATE.replace("trading", "orders"), "--allow-replace", "Cluster")
    assert done.returncode == 0, done.stdout + done.stderr
    after = dict(state(deployed)[0])
    assert [name for name in after if after[name] != before[name]] == ["Cluster"]


def test_what_is_allowed_by_name_goes_through(deployed):
    done = deploy(deployed, without("Nested").replace("trading", "orders"), "--allow-delete", "Nested")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nested" not in dict(state(deployed)[0])
