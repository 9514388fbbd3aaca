"""The door that loses regions: what it passes on, what it swallows, and what of it a client sees."""

import http.client
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.local.conftest import EAST, WEST
from tests.silent_region import REFUSING, SilentRegions


@pytest.fixture
def door(local_aws):
    with SilentRegions(local_aws.endpoint) as door:
        yield door


def client(endpoint, service, region, patience=60):
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=2,
        read_timeout=patience,
        proxies={},
        signature_version="v4" if service != "s3" else "s3v4",
        s3={"addressing_style": "path"},
    )
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config, **keys)


def hasty(endpoint, service, region):
    """One that waits for no answer, for where none comes."""
    return client(endpoint, service, region, patience=0.3)


def test_a_silent_region_takes_the_request_and_never_answers_and_the_others_answer(door):
    door.silence(EAST)
    with pytest.raises(ReadTimeoutError):
        hasty(door.endpoint, "rds", EAST).describe_global_clusters()
    client(door.endpoint, "rds", WEST).describe_global_clusters()


def test_a_region_can_be_lost_and_come_back_while_clients_live(door):
    patient, waiting = client(door.endpoint, "rds", EAST), hasty(door.endpoint, "rds", EAST)
    patient.describe_db_clusters()
    door.silence(EAST, WEST)
    with pytest.raises(ReadTimeoutError):
        waiting.describe_db_clusters()
    door.answer(EAST)
    patient.describe_db_clusters()
    with pytest.raises(ReadTimeoutError):
        hasty(door.endpoint, "rds", WEST).describe_db_clusters()
    door.answer()
    client(door.endpoint, "rds", WEST).describe_db_clusters()


def test_a_cut_region_ends_the_connection_at_once(door):
    door.cut(EAST)
    with pytest.raises(ConnectionClosedError):
        client(door.endpoint, "rds", EAST).describe_db_clusters()


def test_an_endpoint_that_refuses_is_seen_as_one():
    with pytest.raises(EndpointConnectionError):
        client(REFUSING, "rds", EAST).describe_db_clusters()


@pytest.mark.parametrize(("service", "call"), [("route53", "list_hosted_zones"), ("iam", "list_roles")])
def test_a_service_with_one_endpoint_for_all_regions_is_lost_with_the_region_of_that(door, service, call):
    door.silence(EAST)
    with pytest.raises(ReadTimeoutError):
        getattr(hasty(door.endpoint, service, WEST), call)()
    door.silence(EAST, but=(service,))
    getattr(client(door.endpoint, service, WEST), call)()


def test_objects_go_through_whole_and_a_presigned_address_is_of_its_region(door):
    s3 = client(door.endpoint, "s3", EAST)
    s3.create_bucket(Bucket="behind-the-door")
    s3.put_object(Bucket="behind-the-door", Key="a b/ü", Body=b"\0" * 300_000)
    assert s3.get_object(Bucket="behind-the-door", Key="a b/ü")["Body"].read() == b"\0" * 300_000
    assert s3.head_object(Bucket="behind-the-door", Key="a b/ü")["ContentLength"] == 300_000
    address = s3.generate_presigned_url("get_object", Params={"Bucket": "behind-the-door", "Key": "a b/ü"})
    door.cut(EAST)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        urllib.request.urlopen(address)
    door.answer(EAST)
    s3.delete_object(Bucket="behind-the-door", Key="a b/ü")
    s3.delete_bucket(Bucket="behind-the-door")


def test_it_tells_what_was_asked_of_whom_and_when(door):
    begun = time.monotonic()
    client(door.endpoint, "rds", WEST).describe_db_clusters()
    door.silence(EAST)
    with pytest.raises(ReadTimeoutError):
        hasty(door.endpoint, "secretsmanager", EAST).list_secrets()
    asked = [(each.region, each.service, each.operation, each.passed_on) for each in door.asked]
    assert asked == [
        (WEST, "rds", "DescribeDBClusters", True),
        (EAST, "secretsmanager", "ListSecrets", False),
    ]
    assert begun <= door.asked[0].at <= door.asked[1].at
