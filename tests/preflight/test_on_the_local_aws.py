"""Processes that deploy to the local AWS what it would not take: refused with exit code 4, and nothing is changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import process
from tests.local.conftest import ROOT, Account
from tests.local_settings import local_settings
from twinstack.clock import SystemClock

VERSION = "8.0.mysql_aurora.3.10.4"
ENVIRONMENT = f"""
project: ahead
stacks:
  one: {{template: one.yaml, region: us-east-1}}
  two: {{template: two.yaml, region: eu-west-1}}
parameters:
  Version: {VERSION}
"""
TEMPLATE = """
Metadata: {TwinStack: {Role: ROLE}}
Parameters:
  Version: {Type: String}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'ahead-${AWS::AccountId}-${AWS::Region}'}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: CIDR}}
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-mysql
      EngineVersion: !Ref Version
      DatabaseName: trading
      MasterUsername: admin
      ManageMasterUserPassword: true
"""


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A local AWS, and the folder that is deployed from."""
    folder = tmp_path_factory.mktemp("ahead")
    state = folder / ".twinstack"
    running = process.start_in(state, Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    Path(folder, "environment.yaml").write_text(ENVIRONMENT)
    for role, cidr in (("one", "10.0.0.0/16"), ("two", "10.1.0.0/16")):
        Path(folder, f"{role}.yaml").write_text(TEMPLATE.replace("ROLE", role).replace("CIDR", cidr))
    account = Account(running.endpoint)
    yield folder, state, running.endpoint, account
    account.close()
    process.stop_in(state, SystemClock())


def deploy(local, *options):
    """Deploys, and returns the exit code, the rows of the preflight and the last words."""
    folder, _, endpoint, _ = local
    made_up = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    words = ["deploy", "--yes", "--format", "json", "--endpoint-url", endpoint, "-e", "./environment.yaml", *options]
    done = subprocess.run(
        [sys.executable, str(Path(ROOT, "deploy.py")), *words],
        cwd=folder, env=os.environ | made_up, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    rows = [row for line in lines if line["event"] == "preflight" for row in line["checks"]]
    return done.returncode, rows, done.stdout + done.stderr


def failed(rows):
    return [(row["check"], row["said"]) for row in rows if row["verdict"] == "failed"]


def stacks(local):
    """Every stack that there ever was, in both regions."""
    return [
        stack["StackName"]
        for region in ("us-east-1", "eu-west-1")
        for stack in local[3].client("cloudformation", region).list_stacks()["StackSummaries"]
    ]


def test_a_quota_that_is_too_small_is_refused(local):
    with local_settings(local[1], quotas={"eu-west-1/L-F678F1CE": 1, "us-east-1/DBClusters": 0}):
        code, rows, told = deploy(local)
    assert failed(rows) == [
        ("quota of VPCs (eu-west-1)", "1 of 1 in use, and the plan adds 1"),
        ("quota of DBClusters (us-east-1)", "0 of 0 in use, and the plan adds 1"),
    ]
    assert "have the quota L-F678F1CE of vpc in eu-west-1 raised to 2 or more" in told
    assert (code, stacks(local)) == (4, [])


def test_an_engine_version_that_one_region_does_not_offer_is_refused(local):
    with local_settings(local[1], not_offered=[f"eu-west-1/{VERSION}"]):
        code, rows, told = deploy(local)
    assert failed(rows) == [(f"engine version (eu-west-1, {VERSION})", "two.Cluster: not offered there")]
    assert "change Version (environment.yaml:7)" in told.replace(f"{local[0]}/", "").replace("./", "")
    assert (code, stacks(local)) == (4, [])


def test_a_bucket_name_that_is_taken_is_refused(local):
    client = local[3].client("s3")
    client.create_bucket(Bucket="ahead-000000000000-us-east-1")
    code, rows, _ = deploy(local)
    said = "ahead-000000000000-us-east-1 is a bucket of this account already, and no stack of this plan has it"
    assert failed(rows) == [("names of buckets (us-east-1)", f"one.Bucket: {said}")]
    assert (code, stacks(local)) == (4, [])
    client.delete_bucket(Bucket="ahead-000000000000-us-east-1")


def test_where_all_is_well_the_pair_is_deployed(local):
    code, rows, told = deploy(local)
    assert (code, failed(rows)) == (0, []), told
    assert sorted(stacks(local)) == ["ahead-dev-one", "ahead-dev-two"]
