"""A secret value on the local AWS, from its creation to its removal: whatever is told or written, it is not in it."""

import os
import subprocess
import sys

import pytest

from local import process
from tests.local.conftest import ROOT
from twinstack.clock import SystemClock

ENVIRONMENT = """
project: shop
stacks:
  one: {template: one.yaml, region: eu-west-1}
parameters: {Token: CANARY-token-1, Version: '1'}
"""
ONE = """
Metadata: {TwinStack: {Role: one}}
Parameters:
  Token: {Type: String, NoEcho: true}
  Pin: {Type: String, NoEcho: true, Default: CANARY-pin-2}
  Version: {Type: String}
Resources:
  Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub '${Pin} ${Version}'}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, Tags: [{Key: token, Value: !Ref Token}]}}
Outputs:
  VpcId: {Value: !Ref Vpc}
"""


@pytest.fixture
def shop(tmp_path):
    """A folder with the environment, and its own local AWS."""
    (tmp_path / "environment.yaml").write_text(ENVIRONMENT)
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / ".venv-local").symlink_to(ROOT / ".venv-local")
    yield tmp_path
    process.stop(tmp_path, SystemClock())


def test_no_secret_is_told_or_written_outside_of_the_local_aws(shop):
    told = []

    def run(*arguments):
        command = [sys.executable, ROOT / "deploy.py", *arguments, "-e", "environment.yaml", "--local", "-v"]
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "AWS_SECRET_ACCESS_KEY": "CANARY-key-3"}
        done = subprocess.run(command, cwd=shop, env=variables, capture_output=True, text=True, check=False)
        told.append(done.stdout + done.stderr)
        return done.returncode

    assert run("deploy", "--yes") == 0, told
    path = shop / "environment.yaml"
    path.write_text(
        path.read_text().replace("CANARY-token-1", "CANARY-token-4").replace("Version: '1'", "Version: '2'")
    )
    assert [run("plan"), run("plan", "--out", "saved.json"), run("deploy", "--yes", "--plan", "saved.json")] == [0] * 3
    assert [run("status"), run("events"), run("outputs"), run("drift"), run("destroy", "--yes")] == [0] * 5, told[-5:]
    assert "VpcId" in told[0]
    assert "CANARY" not in "".join(told)
    assert b"CANARY" not in (shop / "saved.json").read_bytes()
    state = shop / ".twinstack" / "local"
    assert state.stat().st_mode & 0o777 == 0o700
    inputs = {path, shop / "one.yaml"}
    files = [it for it in shop.rglob("*") if it.is_file() and it not in inputs and ".venv-local" not in it.parts]
    holding = [it.relative_to(shop).as_posix() for it in files if b"CANARY" in it.read_bytes()]
    # what the emulator itself keeps is what AWS would keep
    assert [name for name in holding if not name.startswith(".local/")] == []
