"""A template that is too large for a request goes through the deployer's own bucket."""

import yaml

from tests.flagship.conftest import EAST, WEST, Pair
from twinstack.screen.events import Note

TEXT = "what this resource is for, at some length. " * 1300


def write_environment(folder):
    (folder / "environments").mkdir()
    for role, purpose in (("primary", TEXT), ("secondary", "short")):
        body = {
            "Metadata": {"TwinStack": {"Role": role}, "Purpose": purpose},
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        }
        (folder / f"{role}.yaml").write_text(yaml.safe_dump(body))
    stacks = {"primary": (EAST, "primary.yaml"), "secondary": (WEST, "secondary.yaml")}
    entries = {role: {"region": region, "template": str(folder / name)} for role, (region, name) in stacks.items()}
    path = folder / "environments" / "large.yaml"
    path.write_text(yaml.safe_dump({"project": "large", "stacks": entries}))
    return path


def stacks(pair, role):
    return {stack["StackName"] for stack in pair.client("cloudformation", role).describe_stacks()["Stacks"]}


def test_the_bucket_is_made_where_it_is_needed_kept_for_the_next_run_and_removed_by_destroy(fresh, tmp_path):
    large = Pair(fresh.endpoint, fresh.account, str(write_environment(tmp_path)))
    told = large.deploy()
    assert [note.text for note in told.only(Note)] == [
        "large-dev-artifacts in us-east-1 gets a bucket for what primary hands to CloudFormation"
    ]
    assert stacks(large, "primary") == {"large-dev-primary", "large-dev-artifacts"}
    assert stacks(large, "secondary") == {"large-dev-secondary"}

    (name,) = [
        bucket["Name"]
        for bucket in large.client("s3", "primary").list_buckets()["Buckets"]
        if "artifacts" in bucket["Name"]
    ]
    s3 = large.client("s3", "primary")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]

    assert large.deploy().steps() == []

    large.destroy()
    assert stacks(large, "primary") == stacks(large, "secondary") == set()
