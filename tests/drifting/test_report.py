"""What is shown of a value that AWS read, and what counts as drift."""

from datetime import UTC, datetime

import pytest

from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
from twinstack.drifting.report import FalseDrift, RealDrift, StackDrift, as_data

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
SIZE = PropertyDifference("/Size", "1", "2", "NOT_EQUAL")
KEY = PropertyDifference("/KmsKeyId", "id", "arn", "NOT_EQUAL")


def known(_drift, difference):
    return FalseDrift("the same key", "https://example.com/1") if difference.path == "/KmsKeyId" else None


def found(*differences, status="MODIFIED"):
    drift = ResourceDrift("Disk", "AWS::EC2::Volume", "vol-1", status, MOMENT, differences)
    return StackDrift("primary", "us-east-1", "pair-dev-primary", "DRIFTED", drifts=(drift,))


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/Size", "3", "3"),
        ("/MasterUserPassword", "hunter2", "****"),
        ("/Environment/Variables/API_TOKEN", "hunter2", "****"),
        ("/Environment/Variables", '{"API_TOKEN": "hunter2", "LEVEL": "1"}', '{"API_TOKEN": "****", "LEVEL": "1"}'),
        ("/Rules", '[{"Deep": {"Secret": "hunter2"}}]', '[{"Deep": {"Secret": "****"}}]'),
        ("/MasterUserPassword", "null", "null"),
        ("/MasterUserPassword", "{{resolve:secretsmanager:db}}", "{{resolve:secretsmanager:****}}"),
        ("/Definition", "{not json", "{not json"),
        ("/SecretArn", "arn:aws:secretsmanager:us-east-1:1:secret:db", "arn:aws:secretsmanager:us-east-1:1:secret:db"),
    ],
)
def test_a_secret_is_hidden_by_its_name_at_any_depth(path, value, text):
    data = as_data(found(PropertyDifference(path, value, value, "NOT_EQUAL")), known)
    (difference,) = data["resources"][0]["differences"]
    assert (difference["expected"], difference["actual"]) == (text, text)


def test_a_secret_is_hidden_by_the_name_beside_it():
    data = as_data(found(PropertyDifference("/Environment/0/Value", "old", "new", "NOT_EQUAL", "DB_PASSWORD")), known)
    (difference,) = data["resources"][0]["differences"]
    assert (difference["expected"], difference["actual"]) == ("****", "****")


def test_a_known_false_drift_is_set_apart_with_its_reason_and_does_not_count():
    data = as_data(found(KEY), known)
    assert (data["drifted"], data["resources"]) == (False, [])
    assert data["false_drifts"] == [
        {
            "resource": "Disk",
            "type": "AWS::EC2::Volume",
            "property": "/KmsKeyId",
            "difference": "NOT_EQUAL",
            "expected": "id",
            "actual": "arn",
            "why": "the same key",
            "source": "https://example.com/1",
        }
    ]


def test_a_real_difference_beside_a_false_one_counts():
    data = as_data(found(KEY, SIZE), known)
    assert data["drifted"]
    assert [each["property"] for each in data["resources"][0]["differences"]] == ["/Size"]
    assert [each["property"] for each in data["false_drifts"]] == ["/KmsKeyId"]


def test_what_a_real_difference_means_stands_beside_it():
    data = as_data(found(SIZE), lambda drift, difference: RealDrift("the disk is full", "https://example.com/2"))
    assert data["drifted"]
    (difference,) = data["resources"][0]["differences"]
    assert (difference["means"], difference["source"]) == ("the disk is full", "https://example.com/2")


def test_a_deleted_resource_counts_whatever_is_known():
    assert as_data(found(status="DELETED"), lambda drift, difference: FalseDrift("", ""))["drifted"]


def test_a_resource_that_aws_calls_modified_without_a_difference_is_taken_at_its_word():
    assert as_data(found(), known)["drifted"]
