"""Secrets with replicas, their policy and rotation; keys and aliases."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

GENERATE = {
    "SecretStringTemplate": '{"username": "admin"}',
    "GenerateStringKey": "password",
    "PasswordLength": "32",
    "ExcludeCharacters": "\"@/\\ '",
}


def secret(**properties):
    return {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": GENERATE, **properties}}


def replicas(*regions):
    return [{"Region": region, "KmsKeyId": f"alias/{region}"} for region in regions]


def test_ref_is_the_arn_and_the_value_is_generated(account, stack):
    stack.deploy(
        {"Secret": secret(KmsKeyId="alias/one", Tags=[{"Key": "Team", "Value": "a"}])},
        Outputs={"Ref": {"Value": {"Ref": "Secret"}}, "Id": {"Value": {"Fn::GetAtt": ["Secret", "Id"]}}},
    )
    arn = stack.outputs()["Ref"]
    assert arn.startswith(f"arn:aws:secretsmanager:{EAST}:")
    assert stack.outputs()["Id"] == arn
    api = account.client("secretsmanager")
    value = json.loads(api.get_secret_value(SecretId=arn)["SecretString"])
    assert value["username"] == "admin"
    assert len(value["password"]) == 32
    assert not set(value["password"]) & set(GENERATE["ExcludeCharacters"])
    described = api.describe_secret(SecretId=arn)
    assert described["KmsKeyId"] == "alias/one"
    assert {"Key": "Team", "Value": "a"} in described["Tags"]

    stack.deploy({"Secret": secret(KmsKeyId="alias/two", Description="changed")})
    described = api.describe_secret(SecretId=arn)
    assert (described["KmsKeyId"], described["Description"]) == ("alias/two", "changed")
    assert json.loads(api.get_secret_value(SecretId=arn)["SecretString"]) == value, "an update must not rotate it"
    stack.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        api.describe_secret(SecretId=arn)


def test_replicas_come_and_go_in_place(account, stack):
    stack.deploy({"Secret": secret()})
    arn = stack.physical_id("Secret")
    here, there = account.client("secretsmanager"), account.client("secretsmanager", WEST)
    replica = arn.replace(EAST, WEST)
    stack.deploy({"Secret": secret(ReplicaRegions=replicas(WEST))})
    assert (
        there.get_secret_value(SecretId=replica)["SecretString"] == here.get_secret_value(SecretId=arn)["SecretString"]
    )
    assert there.describe_secret(SecretId=replica)["KmsKeyId"] == f"alias/{WEST}"
    stack.deploy({"Secret": secret(ReplicaRegions=replicas("us-west-2"))})
    assert [s["Region"] for s in here.describe_secret(SecretId=arn)["ReplicationStatus"]] == ["us-west-2"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        there.describe_secret(SecretId=replica)
    stack.deploy({"Secret": secret()})
    assert "ReplicationStatus" not in here.describe_secret(SecretId=arn)
    assert stack.physical_id("Secret") == arn
    stack.delete()


def test_a_policy_and_a_rotation_schedule(account, stack, not_emulated):
    def policy(effect):
        statement = {"Effect": effect, "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        properties = {"SecretId": {"Ref": "Secret"}, "ResourcePolicy": document}
        return {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": properties}

    def schedule(days):
        properties = {
            "SecretId": {"Ref": "Secret"},
            "RotationLambdaARN": "arn:aws:lambda:us-east-1:000000000000:function:rotate",
            "RotationRules": {"AutomaticallyAfterDays": days},
        }
        return {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": properties}

    stack.deploy({"Secret": secret(), "Policy": policy("Deny"), "Schedule": schedule(30)})
    api = account.client("secretsmanager")
    arn = stack.physical_id("Secret")
    assert '"Deny"' in api.get_resource_policy(SecretId=arn)["ResourcePolicy"]
    described = api.describe_secret(SecretId=arn)
    assert described["RotationEnabled"] is True
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert not_emulated(stack) == {("Schedule", "RotationLambdaARN")}

    stack.deploy({"Secret": secret(), "Policy": policy("Allow"), "Schedule": schedule("7")})
    assert '"Allow"' in api.get_resource_policy(SecretId=arn)["ResourcePolicy"]
    assert api.describe_secret(SecretId=arn)["RotationRules"] == {"AutomaticallyAfterDays": 7}
    stack.deploy({"Secret": secret()})
    assert "ResourcePolicy" not in api.get_resource_policy(SecretId=arn)
    assert not api.describe_secret(SecretId=arn).get("RotationEnabled")
    assert not_emulated(stack) == set()
    stack.delete()


def test_a_key_and_its_alias(account, stack, not_emulated):
    def key(**properties):
        statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        given = {"KeyPolicy": document, "EnableKeyRotation": True, "PendingWindowInDays": 30, **properties}
        return {"Type": "AWS::KMS::Key", "Properties": given}

    name = f"alias/{stack.name}"
    alias = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": name, "TargetKeyId": {"Ref": "Key"}}}
    tags = [{"Key": "Team", "Value": "a"}]
    stack.deploy({"Key": key(Description="one", Tags=tags), "Alias": alias})
    kms = account.client("kms")
    described = kms.describe_key(KeyId=name)["KeyMetadata"]
    assert described["Description"] == "one"
    assert kms.get_key_rotation_status(KeyId=described["KeyId"])["KeyRotationEnabled"] is True
    assert '"kms:*"' in kms.get_key_policy(KeyId=described["KeyId"], PolicyName="default")["Policy"]
    assert {"TagKey": "Team", "TagValue": "a"} in kms.list_resource_tags(KeyId=described["KeyId"])["Tags"]
    assert not_emulated(stack) == set()
    stack.deploy({"Key": key(Description="two", EnableKeyRotation=False), "Alias": alias})
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["Description"] == "two"
    assert kms.get_key_rotation_status(KeyId=described["KeyId"])["KeyRotationEnabled"] is False
    stack.delete()
    assert kms.describe_key(KeyId=described["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
