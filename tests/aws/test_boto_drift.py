"""The calls about drift as boto3 makes them, against recorded answers."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.aws.boto_drift import BotoDrifts
from twinstack.aws.drift_api import DriftDetection, PropertyDifference, ResourceDrift, RevertChangeSet, RevertRequest
from twinstack.aws.errors import AwsError

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/pair-dev-primary/1111"
ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/twinstack-1/11111111-2222"
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def stubbed():
    made = boto3.client("cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(made) as stub:
        yield BotoDrifts(made, "primary (us-east-1)"), stub
        stub.assert_no_pending_responses()


def entry(name, status="IN_SYNC", **more):
    return {
        "StackId": STACK_ID,
        "LogicalResourceId": name,
        "PhysicalResourceId": name.lower(),
        "ResourceType": "AWS::S3::Bucket",
        "StackResourceDriftStatus": status,
        "Timestamp": MOMENT,
        **more,
    }


def test_a_detection_is_started_and_asked_about(stubbed):
    aws, stub = stubbed
    stub.add_response("detect_stack_drift", {"StackDriftDetectionId": "detection-1"}, {"StackName": STACK_ID})
    running = {"StackId": STACK_ID, "StackDriftDetectionId": "detection-1", "Timestamp": MOMENT}
    asked = {"StackDriftDetectionId": "detection-1"}
    stub.add_response(
        "describe_stack_drift_detection_status", {**running, "DetectionStatus": "DETECTION_IN_PROGRESS"}, asked
    )
    failed = {"DetectionStatus": "DETECTION_FAILED", "StackDriftStatus": "DRIFTED", "DetectionStatusReason": "no"}
    stub.add_response("describe_stack_drift_detection_status", {**running, **failed}, asked)
    assert aws.detect(STACK_ID) == "detection-1"
    assert aws.detection("detection-1") == DriftDetection("DETECTION_IN_PROGRESS")
    assert aws.detection("detection-1") == DriftDetection("DETECTION_FAILED", "DRIFTED", "no")


def test_every_page_of_what_was_found_is_read(stubbed):
    aws, stub = stubbed
    difference = {
        "PropertyPath": "/Versioning/Status",
        "ExpectedValue": "Enabled",
        "ActualValue": "Suspended",
        "DifferenceType": "NOT_EQUAL",
    }
    first = {"StackResourceDrifts": [entry("One", "MODIFIED", PropertyDifferences=[difference])], "NextToken": "2"}
    second = {"StackResourceDrifts": [entry("Two", "UNKNOWN", DriftStatusReason="denied")]}
    asked = {"StackName": STACK_ID, "MaxResults": 100, "StackResourceDriftStatusFilters": ["DELETED", "MODIFIED"]}
    stub.add_response("describe_stack_resource_drifts", first, asked)
    stub.add_response("describe_stack_resource_drifts", second, {**asked, "NextToken": "2"})
    found = PropertyDifference("/Versioning/Status", "Enabled", "Suspended", "NOT_EQUAL")
    assert aws.of_resources(STACK_ID, ("MODIFIED", "DELETED")) == [
        ResourceDrift("One", "AWS::S3::Bucket", "one", "MODIFIED", MOMENT, (found,)),
        ResourceDrift("Two", "AWS::S3::Bucket", "two", "UNKNOWN", MOMENT, reason="denied"),
    ]


def test_a_difference_in_a_value_has_the_name_that_stands_beside_it(stubbed):
    aws, stub = stubbed
    difference = {
        "PropertyPath": "/Environment/0/Value",
        "ExpectedValue": "old",
        "ActualValue": "new",
        "DifferenceType": "NOT_EQUAL",
    }
    expected, actual = (f'{{"Environment":[{{"Name":"DB_PASSWORD","Value":"{value}"}}]}}' for value in ("old", "new"))
    drifted = entry(
        "One", "MODIFIED", PropertyDifferences=[difference], ExpectedProperties=expected, ActualProperties=actual
    )
    stub.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [drifted]})
    (found,) = aws.of_resources(STACK_ID)
    assert [each.beside for each in found.differences] == ["DB_PASSWORD"]


def test_a_drift_aware_change_set_keeps_template_and_values(stubbed):
    aws, stub = stubbed
    stub.add_response(
        "create_change_set",
        {"Id": ARN, "StackId": STACK_ID},
        {
            "StackName": "pair",
            "ChangeSetName": "twinstack-1",
            "ChangeSetType": "UPDATE",
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": "VpcCidr", "UsePreviousValue": True}],
            "Capabilities": ["CAPABILITY_IAM"],
            "ClientToken": "token",
            "DeploymentMode": "REVERT_DRIFT",
            "RoleARN": "arn:aws:iam::123456789012:role/service",
        },
    )
    request = RevertRequest(
        "pair", "twinstack-1", ("VpcCidr",), ("CAPABILITY_IAM",), "token", "arn:aws:iam::123456789012:role/service"
    )
    assert aws.create_revert_change_set(request).arn == ARN


@pytest.mark.parametrize("mode", ["REVERT_DRIFT", None])
def test_it_is_read_with_the_actual_values_and_whether_aws_made_it_drift_aware(stubbed, mode):
    aws, stub = stubbed
    described = {
        "ChangeSetId": ARN,
        "StackId": STACK_ID,
        "Status": "CREATE_COMPLETE",
        "Changes": [
            {
                "Type": "Resource",
                "ResourceChange": {
                    "Action": "Modify",
                    "LogicalResourceId": "Bucket",
                    "ResourceType": "AWS::S3::Bucket",
                    "Replacement": "False",
                    "Details": [
                        {
                            "Evaluation": "Static",
                            "ChangeSource": "NoModification",
                            "Target": {
                                "Attribute": "Properties",
                                "Name": "Versioning",
                                "RequiresRecreation": "Never",
                                "Path": "/Properties/Versioning/Status",
                                "BeforeValue": "Suspended",
                                "AfterValue": "Enabled",
                                "BeforeValueFrom": "ACTUAL_STATE",
                            },
                        }
                    ],
                },
            }
        ],
        **({"DeploymentMode": mode} if mode else {}),
    }
    stub.add_response("describe_change_set", described, {"ChangeSetName": ARN})
    stub.add_response("describe_change_set", described, {"ChangeSetName": ARN, "IncludePropertyValues": True})
    path = "/Properties/Versioning/Status"
    detail = ChangeDetail(
        "Properties", "Versioning", False, "", "Never", "NoModification", path, "Suspended", "Enabled"
    )
    change = ResourceChange("Modify", "Bucket", "AWS::S3::Bucket", details=(detail,))
    assert aws.describe_revert_change_set(ARN) == RevertChangeSet(mode is not None, "CREATE_COMPLETE", "", (change,))


def test_a_refusal_says_for_which_stack(stubbed):
    aws, stub = stubbed
    stub.add_client_error("detect_stack_drift", "AccessDenied", "no")
    with pytest.raises(AwsError, match=r"primary \(us-east-1\): DetectStackDrift was refused: AccessDenied: no"):
        aws.detect(STACK_ID)
