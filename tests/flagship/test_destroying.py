"""Taking the pair down."""

import pytest

from tests.flagship.conftest import REGIONS
from twinstack.errors import RefusedError
from twinstack.screen.events import Left

LEFT_FOR_AWS = {"AWS::KMS::Key"}


def test_a_bucket_that_is_not_empty_blocks_the_deletion_before_anything_is_changed(pair):
    outputs = pair.outputs("primary")
    pair.client("s3", "primary").put_object(Bucket=outputs["BackupBucketName"], Key="backup", Body=b"kept")
    with pytest.raises(RefusedError, match=rf"{outputs['BackupBucketName']} .* is not empty; --empty-buckets"):
        pair.destroy()
    assert pair.outputs("primary") == outputs


def test_destroy_unlinks_and_deletes_in_reverse_and_leaves_nothing_but_keys_on_their_way_out(pair):
    told = pair.destroy(empty_buckets=True)
    assert told.steps() == [("DELETE", "secondary"), ("DELETE", "primary")]
    assert {entry["type"] for entry in told.only(Left)[-1].resources} == LEFT_FOR_AWS
    for role in REGIONS:
        assert pair.client("cloudformation", role).describe_stacks()["Stacks"] == []
        assert pair.client("rds", role).describe_db_clusters()["DBClusters"] == []
        assert pair.client("s3", role).list_buckets()["Buckets"] == []
        assert pair.client("ec2", role).describe_vpc_endpoints()["VpcEndpoints"] == []
        assert pair.client("secretsmanager", role).list_secrets()["SecretList"] == []
        assert [vpc for vpc in pair.client("ec2", role).describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    assert pair.client("rds", "primary").describe_global_clusters()["GlobalClusters"] == []
    assert pair.client("route53", "primary").list_hosted_zones()["HostedZones"] == []
    assert pair.client("route53", "primary").list_health_checks()["HealthChecks"] == []


def test_destroying_nothing_says_so_and_is_no_error(pair):
    told = pair.destroy()
    assert told.steps() == []
