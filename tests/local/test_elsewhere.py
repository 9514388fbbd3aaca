"""A stack that moved and one that was forgotten, as the command line meets them on the local AWS."""

import json
import os
import subprocess
import sys

import pytest

from tests.local.conftest import EAST, ROOT, WEST, Stack
from twinstack.aws.boto import BotoCloudFormation

THIRD = "eu-west-2"
TOPIC = """\
Metadata:
  TwinStack: {{Role: {role}, Wiring: {wiring}}}
Parameters:
  Peer: {{Type: String, Default: ''}}
Resources:
  Topic: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: !Sub 'to ${{Peer}}'}}}}
Outputs:
  Name: {{Value: !GetAtt Topic.TopicName}}
"""


class Project:
    """A folder with two small wired stacks, and the command line in it."""

    def __init__(self, folder, endpoint, name):
        self.folder, self.endpoint, self.name = folder, endpoint, name
        for role, other in (("one", "two"), ("two", "one")):
            (folder / f"{role}.yaml").write_text(TOPIC.format(role=role, wiring=f"{{Peer: {other}.Name}}"))
        self.place(one=EAST, two=WEST)

    def place(self, **regions):
        """Writes the environment file: which stacks there are, and where."""
        stacks = {role: {"template": f"{role}.yaml", "region": region} for role, region in regions.items()}
        (self.folder / "file.yaml").write_text(json.dumps({"project": self.name, "stacks": stacks}))

    def __call__(self, *arguments):
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_EC2_METADATA_DISABLED": "true"}
        variables |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "NO_PROXY": "127.0.0.1"}
        return subprocess.run(
            [sys.executable, str(ROOT / "deploy.py"), *arguments, "-e", "file.yaml", "--endpoint-url", self.endpoint],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )


@pytest.fixture
def project(tmp_path, local_aws, account):
    """The two stacks, each made in its region."""
    project = Project(tmp_path, local_aws.endpoint, account.unique("elsewhere"))
    for role, region in (("one", EAST), ("two", WEST)):
        tags = {"Project": project.name, "EnvironmentSuffix": "dev", "Role": role}
        account.client("cloudformation", region).create_stack(
            StackName=f"{project.name}-dev-{role}",
            TemplateBody=(tmp_path / f"{role}.yaml").read_text(),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        Stack(account, region, f"{project.name}-dev-{role}").settled()
    return project


def stacks(account, project, region):
    listed = account.client("cloudformation", region).describe_stacks()["Stacks"]
    return sorted(each["StackName"] for each in listed if each["StackName"].startswith(f"{project.name}-"))


def test_a_moved_stack_is_refused_told_and_left_behind_on_purpose(project, account):
    old = f"{project.name}-dev-two"
    project.place(one=EAST, two=THIRD)
    refused = project("deploy", "--yes")
    assert (refused.returncode, refused.stderr) == (
        4,
        f"Error: two: stack {old} in eu-west-1 (CREATE_COMPLETE) would be left to nobody, with what it holds; it has "
        "moved: the file has it in eu-west-2. Put its region back (file.yaml:1), or leave it behind on purpose with "
        "--abandon two\n",
    )
    assert stacks(account, project, THIRD) == []
    planned = project("plan", "--format", "json")
    assert planned.returncode == 4
    (found,) = json.loads(planned.stdout)["elsewhere"]["stacks"]
    assert (found["name"], found["region"], found["region_of_file"]) == (old, WEST, THIRD)
    status = project("status", "--format", "json")
    rows = {(row["stack"], row["region"]): row for row in json.loads(status.stdout)["stacks"]}
    assert (rows["two", THIRD]["status"], rows["two", WEST]["status"]) == ("absent", "CREATE_COMPLETE")
    assert (rows["two", WEST]["resources"], rows["two", WEST]["reason"]) == (
        1,
        "it has moved: the file has it in eu-west-2",
    )
    done = project("deploy", "--yes", "--abandon", "two")
    assert done.returncode == 0, done.stderr
    assert f"two: stack {old} in eu-west-1 (CREATE_COMPLETE) is left behind on purpose" in done.stdout
    assert (stacks(account, project, THIRD), stacks(account, project, WEST)) == ([old], [old])


def test_a_forgotten_stack_is_refused(project, account):
    """Its region goes from the file with it: the live template of the other stack still names it."""
    (project.folder / "one.yaml").write_text(TOPIC.format(role="one", wiring="{}"))
    project.place(one=EAST)
    refused = project("deploy", "--yes")
    assert refused.returncode == 4
    assert f"two: stack {project.name}-dev-two in eu-west-1 (CREATE_COMPLETE) would be left to nobody" in refused.stderr
    assert "it is forgotten" in refused.stderr
    assert stacks(account, project, WEST) == [f"{project.name}-dev-two"]


def test_destroy_says_what_it_leaves(project, account):
    project.place(one=EAST, two=THIRD)
    done = project("destroy", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"two: stack {project.name}-dev-two in eu-west-1 (CREATE_COMPLETE) is not deleted: it has moved" in (
        done.stdout
    )
    assert stacks(account, project, WEST) == [f"{project.name}-dev-two"]


def test_a_nested_stack_is_told_from_one_of_its_own(account, stack):
    bucket = account.unique("nested-templates")
    account.client("s3").create_bucket(Bucket=bucket)
    child = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    account.client("s3").put_object(Bucket=bucket, Key="child.json", Body=child)
    url = f"https://{bucket}.s3.{EAST}.amazonaws.com/child.json"
    stack.deploy({"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}})
    seen = {each.name: each.nested for each in BotoCloudFormation(stack.api, "here").describe_stacks()}
    nested = {name: is_nested for name, is_nested in seen.items() if name.startswith(stack.name)}
    assert sorted(nested.values()) == [False, True]
    assert nested[stack.name] is False
    stack.delete()
