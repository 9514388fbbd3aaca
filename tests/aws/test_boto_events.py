"""DescribeEvents where it is there, and where it is not."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from twinstack.aws.api import OperationEvent
from twinstack.aws.boto import BotoCloudFormation
from twinstack.aws.errors import AwsError

ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/twinstack-1/11111111-2222"
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
VALIDATION = {
    "EventId": "e1",
    "EventType": "VALIDATION_ERROR",
    "Timestamp": MOMENT,
    "LogicalResourceId": "Bucket",
    "ResourceType": "AWS::S3::Bucket",
    "ValidationName": "NAME_CONFLICT_VALIDATION",
    "ValidationStatus": "FAILED",
    "ValidationFailureMode": "FAIL",
    "ValidationPath": "/Resources/Bucket/Properties/BucketName",
    "ValidationStatusReason": "it exists already",
}
HOOK = {
    "EventId": "e2",
    "EventType": "HOOK_INVOCATION_ERROR",
    "Timestamp": MOMENT,
    "LogicalResourceId": "Role",
    "ResourceType": "AWS::IAM::Role",
    "HookType": "Our::Security::Hook",
    "HookStatus": "HOOK_COMPLETE_FAILED",
    "HookFailureMode": "FAIL",
    "HookStatusReason": "no boundary",
}


@pytest.fixture
def stubbed():
    made = boto3.client("cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(made) as stub:
        yield BotoCloudFormation(made, "primary (us-east-1)"), stub
        stub.assert_no_pending_responses()


def test_what_validation_found_is_read_from_every_page(stubbed):
    aws, stub = stubbed
    stub.add_response("describe_events", {"OperationEvents": [], "NextToken": "2"}, {"ChangeSetName": ARN})
    stub.add_response("describe_events", {"OperationEvents": [VALIDATION]}, {"ChangeSetName": ARN, "NextToken": "2"})
    assert aws.change_set_events(ARN) == [
        OperationEvent(
            "VALIDATION_ERROR",
            MOMENT,
            "Bucket",
            "AWS::S3::Bucket",
            "FAILED",
            "it exists already",
            "NAME_CONFLICT_VALIDATION",
            "FAIL",
            "/Resources/Bucket/Properties/BucketName",
        )
    ]


def test_an_event_without_a_time_is_none_that_came_first(stubbed):
    aws, stub = stubbed
    untimed = {key: value for key, value in HOOK.items() if key != "Timestamp"}
    stub.add_response("describe_events", {"OperationEvents": [untimed, {**untimed, "EndTime": MOMENT}]})
    last, ended = aws.failed_events("operation-1")
    assert last.time > ended.time == MOMENT


def test_only_the_failed_events_of_the_one_operation_are_asked_for(stubbed):
    aws, stub = stubbed
    asked = {"OperationId": "operation-1", "Filters": {"FailedEvents": True}}
    stub.add_response("describe_events", {"OperationEvents": [HOOK]}, asked)
    (found,) = aws.failed_events("operation-1")
    assert (found.check, found.status, found.reason) == ("Our::Security::Hook", "HOOK_COMPLETE_FAILED", "no boundary")


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAction", "UnknownOperationException"])
def test_what_will_never_be_answered_is_an_error_once_and_not_asked_again(stubbed, code):
    aws, stub = stubbed
    stub.add_client_error("describe_events", code, "no")
    with pytest.raises(AwsError, match=f"DescribeEvents was refused: {code}"):
        aws.change_set_events(ARN)
    assert aws.change_set_events(ARN) == aws.failed_events("operation-1") == []


def test_what_may_be_answered_the_next_time_is_asked_again(stubbed):
    aws, stub = stubbed
    stub.add_client_error("describe_events", "Throttling", "slowly")
    stub.add_response("describe_events", {"OperationEvents": []}, {"ChangeSetName": ARN})
    with pytest.raises(AwsError):
        aws.change_set_events(ARN)
    assert aws.change_set_events(ARN) == []


def test_an_older_botocore_does_not_know_the_call(stubbed, monkeypatch):
    aws, _ = stubbed
    monkeypatch.setitem(vars(aws._client.meta.service_model), "operation_names", ["DescribeStacks"])
    with pytest.raises(AwsError, match=r"the installed botocore [\d.]+ does not know it"):
        aws.change_set_events(ARN)
    assert aws.change_set_events(ARN) == []
