"""A first creation that fails half way: the cause is told, and no orphan stays."""

import pytest

from tests.flagship.conftest import ROOT, Pair
from twinstack.errors import TwinStackError

# A version that the templates allow and that the local AWS does not know, as a region may not offer one yet.
REFUSED = "8.0.mysql_aurora.3.10.99"


@pytest.fixture(scope="module")
def failed(fresh, tmp_path_factory):
    """The pair whose primary could not be created, with what the run ended in."""
    text = (ROOT / "environments" / "dev.yaml").read_text()
    path = tmp_path_factory.mktemp("environment") / "dev.yaml"
    path.write_text(text.replace("\nparameters:\n", f"\nparameters:\n  EngineVersion: {REFUSED}\n", 1))
    pair = Pair(fresh.endpoint, fresh.account, str(path))
    with pytest.raises(TwinStackError) as caught:
        pair.deploy()
    pair.error = str(caught.value)
    return pair


def test_the_cause_is_the_cluster_and_not_what_was_cancelled_with_it(failed):
    assert failed.error.startswith("primary (us-east-1) ended in ROLLBACK_COMPLETE: ")
    assert REFUSED in failed.error


def test_nothing_is_left_but_keys_on_their_way_out(failed):
    client = failed.client
    assert client("rds", "primary").describe_db_clusters()["DBClusters"] == []
    assert client("rds", "primary").describe_global_clusters()["GlobalClusters"] == []
    assert client("secretsmanager", "primary").list_secrets()["SecretList"] == []
    assert client("route53", "primary").list_hosted_zones()["HostedZones"] == []
    assert [vpc for vpc in client("ec2", "primary").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    buckets = [bucket["Name"] for bucket in client("s3", "primary").list_buckets()["Buckets"]]
    assert [name for name in buckets if "artifacts" not in name] == []
    kms = client("kms", "primary")
    states = {kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]}
    assert states <= {"PendingDeletion"}


def test_the_next_deployment_starts_over(failed, fresh):
    told = fresh.deploy()
    assert told.steps() == [("CREATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "primary")]
    assert set(told.verdicts().values()) == {"matches"}
