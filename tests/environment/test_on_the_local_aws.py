"""Two stacks of one region that let each other in, one of them somebody else's template, on the local AWS."""

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
project: shop
stacks:
  application: {template: application.yaml, region: eu-west-1}
  database:
    template: cdk.out/Database.template.json
    region: eu-west-1
    stack_name: LegacyDatabase
    wiring: {ApplicationGroup: application.Group}
"""
APPLICATION = """
Metadata: {TwinStack: {Role: application, Wiring: {DatabaseGroup: database.Group}}}
Parameters:
  DatabaseGroup: {Type: String, Default: ''}
Conditions:
  Linked: !Not [!Equals [!Ref DatabaseGroup, '']]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: application, VpcId: !Ref Vpc}}
  ToDatabase:
    Type: AWS::EC2::SecurityGroupEgress
    Condition: Linked
    Properties:
      GroupId: !GetAtt Group.GroupId
      IpProtocol: tcp
      FromPort: 3306
      ToPort: 3306
      DestinationSecurityGroupId: !Ref DatabaseGroup
Outputs:
  Group: {Value: !GetAtt Group.GroupId}
"""
DATABASE = {
    "Parameters": {"ApplicationGroup": {"Type": "String"}},
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "database",
                "VpcId": {"Ref": "Vpc"},
                "SecurityGroupIngress": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 3306,
                        "ToPort": 3306,
                        "SourceSecurityGroupId": {"Ref": "ApplicationGroup"},
                    }
                ],
            },
        },
    },
    "Outputs": {"Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}},
}


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A local AWS, and the folder that is deployed to it."""
    folder = tmp_path_factory.mktemp("shop")
    running = process.start_in(folder / ".twinstack", Path(ROOT, ".venv-local"), lambda _: None, SystemClock())
    account = Account(running.endpoint)
    Path(folder, "environment.yaml").write_text(ENVIRONMENT)
    Path(folder, "application.yaml").write_text(APPLICATION)
    Path(folder, "cdk.out").mkdir()
    Path(folder, "cdk.out", "Database.template.json").write_text(json.dumps(DATABASE, indent="\t"))
    yield folder, running.endpoint, account
    account.close()
    process.stop_in(folder / ".twinstack", SystemClock())


def run(local, command):
    folder, endpoint, _ = local
    made_up = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    arguments = ["--endpoint-url", endpoint, "-e", "./environment.yaml", "--yes"]
    done = subprocess.run(
        [sys.executable, str(Path(ROOT, "deploy.py")), command, *arguments],
        cwd=folder, env=os.environ | made_up, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(account):
    stacks = account.client("cloudformation", "eu-west-1").describe_stacks()["Stacks"]
    return sorted(stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE")


def test_they_are_deployed_linked_and_destroyed(local):
    _, _, account = local
    assert "Done: 3 steps in 3 passes" in run(local, "deploy")
    assert names(account) == ["LegacyDatabase", "shop-dev-application"]
    groups = {
        group["Description"]: group
        for group in account.client("ec2", "eu-west-1").describe_security_groups()["SecurityGroups"]
        if group["Description"] in ("application", "database")
    }
    let_in = [pair["GroupId"] for rule in groups["database"]["IpPermissions"] for pair in rule["UserIdGroupPairs"]]
    assert let_in == [groups["application"]["GroupId"]]
    assert "Nothing to do." in run(local, "deploy")
    assert "Unlinking application" in run(local, "destroy")
    assert names(account) == []
