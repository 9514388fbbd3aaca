"""Buckets and their replication under each region's own key."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

ROLE = "arn:aws:iam::000000000000:role/replication"


def bucket(name, key, replicate_to=None, **properties):
    given = {
        "BucketName": name,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "BucketKeyEnabled": True,
                    "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
                }
            ]
        },
        "PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        **properties,
    }
    if replicate_to:
        given["ReplicationConfiguration"] = {"Role": ROLE, "Rules": [rule(*replicate_to)]}
    return {"Type": "AWS::S3::Bucket", "Properties": given}


def rule(name, key):
    return {
        "Id": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {
            "SseKmsEncryptedObjects": {"Status": "Enabled"},
            "ReplicaModifications": {"Status": "Enabled"},
        },
        "Destination": {
            "Bucket": f"arn:aws:s3:::{name}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": key},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        },
    }


@pytest.fixture
def keys(account):
    return {region: account.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (EAST, WEST)}


def emptied(s3, name):
    for version in s3.list_object_versions(Bucket=name).get("Versions", []):
        s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])


def test_every_setting_of_a_bucket_is_applied_changed_and_taken_back(account, stack, keys, not_emulated):
    name = account.unique("settings")
    lifecycle = {
        "Rules": [
            {
                "Id": "old",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": "30", "NewerNoncurrentVersions": 3},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
            },
            {"Id": "gone", "Status": "Enabled", "Prefix": "tmp/", "ExpirationInDays": 1},
        ]
    }
    tags = [{"Key": "Team", "Value": "a"}]
    stack.deploy({"Bucket": bucket(name, keys[EAST], LifecycleConfiguration=lifecycle, Tags=tags)})
    s3 = account.client("s3")
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["BucketKeyEnabled"] is True
    assert encryption["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == keys[EAST]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    owner = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert {"Key": "Team", "Value": "a"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    old, gone = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}
    assert old["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert old["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert gone["Expiration"] == {"Days": 1}
    assert gone["Filter"] == {"Prefix": "tmp/"}
    assert not_emulated(stack) == set()

    s3.put_object(Bucket=name, Key="a", Body=b"a")
    stack.deploy({"Bucket": bucket(name, keys[EAST], VersioningConfiguration={"Status": "Suspended"})})
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)
    assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 1

    stack.api.delete_stack(StackName=stack.name)
    assert stack.settled() == "DELETE_FAILED"
    emptied(s3, name)
    stack.delete()
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=name)


def test_two_buckets_replicate_to_each_other_each_under_its_own_key(account, keys):
    east, west = account.stack(EAST), account.stack(WEST)
    first, second = account.unique("first"), account.unique("second")
    s3 = {region: account.client("s3", region) for region in (EAST, WEST)}
    east.deploy({"Bucket": bucket(first, keys[EAST])})
    west.deploy({"Bucket": bucket(second, keys[WEST], (first, keys[EAST]))})
    east.deploy({"Bucket": bucket(first, keys[EAST], (second, keys[WEST]))})

    s3[EAST].put_object(Bucket=first, Key="from-east", Body=b"east")
    s3[WEST].put_object(Bucket=second, Key="from-west", Body=b"west")
    for key, source, replica in (
        ("from-east", (EAST, first), (WEST, second)),
        ("from-west", (WEST, second), (EAST, first)),
    ):
        for region, name in (source, replica):
            with s3[region].get_object(Bucket=name, Key=key)["Body"] as body:
                assert body.read() == key.removeprefix("from-").encode()
            head = s3[region].head_object(Bucket=name, Key=key)
            assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", keys[region])
            versions = s3[region].list_object_versions(Bucket=name, Prefix=key)["Versions"]
            assert len(versions) == 1, "the replica must not come back"
        assert s3[source[0]].head_object(Bucket=source[1], Key=key)["ReplicationStatus"] == "COMPLETED"
        assert s3[replica[0]].head_object(Bucket=replica[1], Key=key)["ReplicationStatus"] == "REPLICA"

    east.deploy({"Bucket": bucket(first, keys[EAST])})
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFound"):
        s3[EAST].get_bucket_replication(Bucket=first)
    for region, name in ((EAST, first), (WEST, second)):
        emptied(s3[region], name)
    west.delete()
    east.delete()


def test_objects_under_a_key_are_left_out_of_a_rule_that_does_not_select_them(account, stack, keys):
    source, target = account.unique("source"), account.unique("target")
    given = bucket(source, keys[EAST], (target, keys[EAST]))
    (plain,) = given["Properties"]["ReplicationConfiguration"]["Rules"]
    del plain["SourceSelectionCriteria"], plain["Destination"]["EncryptionConfiguration"]
    stack.deploy({"Target": bucket(target, keys[EAST]), "Source": {**given, "DependsOn": "Target"}})
    s3 = account.client("s3")
    s3.put_object(Bucket=source, Key="a", Body=b"a")
    assert s3.list_objects_v2(Bucket=target)["KeyCount"] == 0
    emptied(s3, source)
    stack.delete()


def test_a_rule_to_a_bucket_that_is_not_there_is_refused(account, stack, keys):
    made = stack.change_set({"Resources": {"Bucket": bucket(account.unique("lonely"), keys[EAST], ("nowhere", "key"))}})
    stack.api.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert stack.settled() == "ROLLBACK_COMPLETE"
    assert any("Destination bucket must exist" in (reason or "") for _, reason in stack.failures())
    stack.delete()


def test_a_bucket_in_the_account_s_own_namespace(account, stack, keys):
    properties = bucket("x", keys[EAST])["Properties"]
    del properties["BucketName"]
    properties |= {"BucketNamespace": "account-regional", "BucketNamePrefix": "backups"}
    stack.deploy({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    assert stack.physical_id("Bucket") == "backups-000000000000-us-east-1-an"
    stack.delete()


def test_a_bucket_policy(account, stack, keys):
    name = account.unique("policy")

    def policy(effect):
        statement = {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document},
        }

    stack.deploy({"Bucket": bucket(name, keys[EAST]), "Policy": policy("Deny")})
    s3 = account.client("s3")
    assert '"Deny"' in s3.get_bucket_policy(Bucket=name)["Policy"]
    stack.deploy({"Bucket": bucket(name, keys[EAST])})
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=name)
    stack.delete()
