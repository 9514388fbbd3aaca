"""Replicas of secrets, and keys, as operators meet them when a region is lost or a key is disabled."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST


@pytest.fixture
def secret(account):
    """The name of a secret of the east with a replica in the west."""
    name = account.unique("secret")
    made = account.client("secretsmanager").create_secret(
        Name=name, SecretString="first", AddReplicaRegions=[{"Region": WEST, "KmsKeyId": "alias/west"}]
    )
    assert [(each["Region"], each["Status"]) for each in made["ReplicationStatus"]] == [(WEST, "InSync")]
    return name


def value(account, secret, region):
    return account.client("secretsmanager", region).get_secret_value(SecretId=secret)["SecretString"]


def test_a_replica_follows_and_takes_no_value_of_its_own(account, secret):
    account.client("secretsmanager").put_secret_value(SecretId=secret, SecretString="second")
    west = account.client("secretsmanager", WEST)
    assert value(account, secret, WEST) == "second"
    assert west.describe_secret(SecretId=secret)["PrimaryRegion"] == EAST
    with pytest.raises(ClientError, match=r"InvalidRequestException.*replica"):
        west.put_secret_value(SecretId=secret, SecretString="third")
    with pytest.raises(ClientError, match=r"InvalidRequestException.*no replica"):
        account.client("secretsmanager").stop_replication_to_replica(SecretId=secret)


def test_a_promoted_replica_is_a_secret_of_its_own(account, secret):
    east, west = (account.client("secretsmanager", region) for region in (EAST, WEST))
    arn = west.stop_replication_to_replica(SecretId=secret)["ARN"]
    assert arn.split(":")[3] == WEST
    assert "PrimaryRegion" not in west.describe_secret(SecretId=secret)
    assert "ReplicationStatus" not in east.describe_secret(SecretId=secret)
    west.put_secret_value(SecretId=secret, SecretString="west")
    east.put_secret_value(SecretId=secret, SecretString="east")
    assert (value(account, secret, EAST), value(account, secret, WEST)) == ("east", "west")


def test_a_secret_is_deleted_after_its_replicas(account, secret):
    east = account.client("secretsmanager")
    with pytest.raises(ClientError, match=r"InvalidRequestException.*replicated to eu-west-1"):
        east.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    assert east.remove_regions_from_replication(SecretId=secret, RemoveReplicaRegions=[WEST])["ReplicationStatus"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        account.client("secretsmanager", WEST).describe_secret(SecretId=secret)
    east.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def test_a_disabled_key_says_so_and_is_of_no_use_until_it_is_enabled(account):
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    def state():
        return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]

    assert state() == "Enabled"
    kms.disable_key(KeyId=key)
    assert state() == "Disabled"
    with pytest.raises(ClientError, match="DisabledException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    with pytest.raises(ClientError, match=r"KMSKeyNotAccessibleFault.*it is Disabled"):
        account.client("rds").create_db_cluster(
            DBClusterIdentifier=account.unique("keyless"),
            Engine="aurora-mysql",
            MasterUsername="admin",
            MasterUserPassword="secret-word",
            StorageEncrypted=True,
            KmsKeyId=key,
        )
    kms.enable_key(KeyId=key)
    assert state() == "Enabled"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert state() == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key)
    assert state() == "Disabled"
