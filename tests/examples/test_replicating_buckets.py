"""Two buckets, each under its own region's key, that replicate to each other."""

import pytest

from twinstack.errors import RefusedError
from twinstack.screen.events import Left

ASSUME = "sts:AssumeRole"
BACK = {"left": "right", "right": "left"}


@pytest.fixture
def example(copied):
    return copied("replicating-buckets")


def rule(example, role):
    bucket = example.outputs(role)["BucketName"]
    found = example.client("s3", role).get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]
    return found["Rules"][0]


def trusted(example):
    """Who may assume the replication roles: S3, without a condition on what it may not send."""
    roles = example.client("iam", "left").list_roles()["Roles"]
    mine = [role for role in roles if role["RoleName"].startswith("replicating-buckets")]
    return [statement for role in mine for statement in role["AssumeRolePolicyDocument"]["Statement"]]


def test_it_is_deployed_changed_and_destroyed(example):
    told = example.deploy()
    assert told.steps() == [("CREATE", "left"), ("CREATE", "right"), ("UPDATE", "left")]
    assert (len(told.verdicts()), set(told.verdicts().values())) == (4, {"matches"})
    for role, other in BACK.items():
        destination, there = rule(example, role)["Destination"], example.outputs(other)
        assert destination["Bucket"] == there["BucketArn"]
        assert destination["EncryptionConfiguration"]["ReplicaKmsKeyID"] == there["KeyArn"]
        s3, name = example.client("s3", role), example.outputs(role)["BucketName"]
        s3.put_object(Bucket=name, Key=f"from-{role}", Body=b"hello")
        replica = example.client("s3", other).head_object(Bucket=there["BucketName"], Key=f"from-{role}")
        assert (replica["ReplicationStatus"], replica["SSEKMSKeyId"]) == ("REPLICA", there["KeyArn"])
    assert trusted(example) == [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": ASSUME}] * 2

    assert example.deploy().steps() == []

    example.change(
        "environment.yaml", "stacks:\n", "parameter_overrides:\n  us-east-2: {NoncurrentDays: 7}\n\nstacks:\n"
    )
    told = example.deploy()
    assert told.steps() == [("UPDATE", "right")]
    assert "Bucket" in {change["resource"] for change in told.change_sets()[0].changes}
    bucket = example.outputs("right")["BucketName"]
    rules = example.client("s3", "right").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rules[0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}

    with pytest.raises(RefusedError, match="is not empty; --empty-buckets"):
        example.destroy()
    told = example.destroy(empty_buckets=True)
    assert told.steps() == [("DELETE", "right"), ("DELETE", "left")]
    assert {entry["type"] for entry in told.only(Left)[-1].resources} == {"AWS::KMS::Key"}  # AWS waits 30 days
    assert example.stacks() == set()
    names = {bucket["Name"] for bucket in example.client("s3", "left").list_buckets()["Buckets"]}
    assert {name for name in names if name.startswith("replicating-buckets")} == set()
