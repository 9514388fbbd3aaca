"""The calls to CloudFormation and S3 as boto3 makes them, against recorded answers."""

from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    LoginRefreshRequired,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import ANY, Stubber

from twinstack.aws.alarms import BotoAlarms
from twinstack.aws.api import (
    Alarm,
    ChangeDetail,
    ChangeSetRequest,
    ResourceChange,
    ResourceToImport,
    RollbackTrigger,
    StackResource,
)
from twinstack.aws.boto import BotoBuckets, BotoCloudFormation, BotoRegions
from twinstack.aws.errors import AwsError, NotSentError
from twinstack.aws.existing_resources import BotoExistingResources
from twinstack.aws.translation import translated
from twinstack.errors import CredentialsError, UnreachableError

ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/twinstack-1/11111111-2222"
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/pair-dev-primary/1111"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def client(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stubbed():
    """CloudFormation, and what it is to answer; every answer has to be asked for."""
    made = client("cloudformation")
    with Stubber(made) as stub:
        yield BotoCloudFormation(made, "primary (us-east-1)"), stub
        stub.assert_no_pending_responses()


@pytest.fixture
def buckets():
    made = client("s3")
    with Stubber(made) as stub:
        yield BotoBuckets(made, "primary (us-east-1)"), stub
        stub.assert_no_pending_responses()


def stack(**more):
    return {
        "Stacks": [
            {"StackId": STACK_ID, "StackName": "pair", "StackStatus": "CREATE_COMPLETE", "CreationTime": MOMENT, **more}
        ]
    }


def test_a_stack_is_described(stubbed):
    aws, stub = stubbed
    stub.add_response(
        "describe_stacks",
        stack(
            StackStatusReason="fine",
            Parameters=[
                {"ParameterKey": "Size", "ParameterValue": "small"},
                {"ParameterKey": "Image", "ParameterValue": "/ami/latest", "ResolvedValue": "ami-1"},
                {"ParameterKey": "Old", "UsePreviousValue": True},
            ],
            Outputs=[{"OutputKey": "VpcId", "OutputValue": "vpc-1", "Description": "the network"}],
            Tags=[{"Key": "Team", "Value": "trading"}, {"Key": "aws:cloudformation:x", "Value": "y"}],
            EnableTerminationProtection=True,
        ),
        {"StackName": "pair"},
    )
    found = aws.describe_stack("pair")
    assert (found.stack_id, found.name, found.status, found.status_reason) == (
        STACK_ID,
        "pair",
        "CREATE_COMPLETE",
        "fine",
    )
    assert found.parameters == {"Size": "small", "Image": "/ami/latest", "Old": ""}
    assert found.outputs == {"VpcId": "vpc-1"}
    assert found.tags == {"Team": "trading"}
    assert found.termination_protection is True


def test_all_stacks_are_described_page_by_page_and_nested_ones_marked(stubbed):
    aws, stub = stubbed
    first, second = stack(Tags=[{"Key": "Role", "Value": "primary"}]), stack(ParentId=STACK_ID, RootId=STACK_ID)
    stub.add_response("describe_stacks", first | {"NextToken": "more"}, {})
    stub.add_response("describe_stacks", second, {"NextToken": "more"})
    assert [(found.name, found.tags, found.nested) for found in aws.describe_stacks()] == [
        ("pair", {"Role": "primary"}, False),
        ("pair", {}, True),
    ]


def test_no_right_to_list_stacks_is_an_error_and_not_an_empty_region(stubbed):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", "AccessDenied", "not you", 403)
    with pytest.raises(AwsError, match="DescribeStacks was refused: AccessDenied"):
        aws.describe_stacks()


def regions_answering(*answers):
    """The regions of an account, and the services and regions that clients were made for."""
    made, ec2 = [], client("ec2")
    stub = Stubber(ec2)
    for answer in answers:
        if isinstance(answer, str):
            stub.add_client_error("describe_regions", answer, "not you", 403)
        else:
            stub.add_response("describe_regions", {"Regions": [{"RegionName": name} for name in answer]}, {})
    stub.activate()

    def make(service, region):
        made.append((service, region))
        return ec2 if service == "ec2" else client(service)

    return BotoRegions(make, "eu-west-1", "secondary (eu-west-1)"), made


def test_the_enabled_regions_are_asked_for_in_the_region_of_the_stack():
    regions, made = regions_answering(["us-east-1", "eu-west-1"])
    assert made == []
    assert regions.enabled() == ["eu-west-1", "us-east-1"]
    assert made == [("ec2", "eu-west-1")]
    assert regions.cloudformation("ap-south-1")._where == "ap-south-1"
    assert made == [("ec2", "eu-west-1"), ("cloudformation", "ap-south-1")]


def test_no_right_to_list_regions_is_an_error():
    regions, _ = regions_answering("UnauthorizedOperation")
    with pytest.raises(AwsError, match=r"secondary \(eu-west-1\): DescribeRegions was refused: UnauthorizedOperation"):
        regions.enabled()


def test_a_stack_of_which_little_is_said_has_nothing(stubbed):
    aws, stub = stubbed
    stub.add_response("describe_stacks", stack())
    found = aws.describe_stack("pair")
    assert (found.status_reason, found.parameters, found.outputs, found.tags) == ("", {}, {}, {})
    assert found.termination_protection is False


@pytest.mark.parametrize(("answer", "policy"), [({"StackPolicyBody": "{}"}, "{}"), ({}, "")])
def test_a_stack_policy_is_empty_where_none_was_ever_set(stubbed, answer, policy):
    aws, stub = stubbed
    stub.add_response("get_stack_policy", answer, {"StackName": "pair"})
    assert aws.stack_policy("pair") == policy


def test_a_stack_that_does_not_exist_is_none(stubbed):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", "ValidationError", "Stack with id pair does not exist", 400)
    assert aws.describe_stack("pair") is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "User is not authorized to perform: cloudformation:DescribeStacks"),
        ("Throttling", "Rate exceeded"),
        ("ValidationError", "1 validation error detected"),
        ("AccessDenied", "the role does not exist"),
    ],
)
def test_every_other_refusal_is_an_error_and_not_absence(stubbed, code, message):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", code, message, 400)
    with pytest.raises(AwsError) as error:
        aws.describe_stack("pair")
    assert (error.value.code, error.value.operation, error.value.reason) == (code, "DescribeStacks", message)
    assert str(error.value) == f"primary (us-east-1): DescribeStacks was refused: {code}: {message}"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ExpiredToken", "they have expired: sign in again"),
        ("ExpiredTokenException", "they have expired: sign in again"),
        ("TokenRefreshRequired", "they have expired: sign in again"),
        ("RequestExpired", "set this machine's clock"),
        ("RequestTimeTooSkewed", "set this machine's clock"),
        ("SignatureDoesNotMatch", "look at the profile"),
        ("InvalidAccessKeyId", "look at the profile"),
        ("InvalidClientTokenId", "whether the region is enabled"),
        ("UnrecognizedClientException", "whether the region is enabled"),
        ("AuthFailure", "whether the region is enabled"),
    ],
)
def test_credentials_that_aws_does_not_take_are_an_error_of_their_own_with_advice(stubbed, code, advice):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", code, "AWS says why", 403)
    with pytest.raises(CredentialsError) as error:
        aws.describe_stack("pair")
    said = str(error.value)
    assert said.startswith(f"primary (us-east-1): AWS does not take the credentials: {code}: AWS says why; ")
    assert advice in said
    assert error.value.exit_code == 2


def test_that_something_is_not_allowed_is_not_about_the_credentials(stubbed):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", "AccessDenied", "not authorized", 403)
    with pytest.raises(AwsError):
        aws.describe_stack("pair")


def test_credentials_that_are_handed_out_expired_are_an_error_of_their_own():
    with pytest.raises(CredentialsError, match=r"primary: .* still expired"), translated("primary"):
        raise RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired.")


def test_the_status_of_an_answer_is_kept(stubbed):
    aws, stub = stubbed
    stub.add_client_error("describe_stacks", "Unheard", "no", 503)
    with pytest.raises(AwsError) as error:
        aws.describe_stack("pair")
    assert error.value.http_status == 503


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        pytest.param(NoCredentialsError(), CredentialsError, "no usable AWS credentials", id="no credentials"),
        pytest.param(
            PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"),
            CredentialsError,
            "--profile",
            id="half",
        ),
        pytest.param(ProfileNotFound(profile="prod"), CredentialsError, "prod", id="no such profile"),
        pytest.param(
            EndpointConnectionError(endpoint_url="https://x"), UnreachableError, "cannot be reached", id="no endpoint"
        ),
        pytest.param(ConnectTimeoutError(endpoint_url="https://x"), UnreachableError, "cannot be reached", id="slow"),
        pytest.param(ReadTimeoutError(endpoint_url="https://x"), UnreachableError, "cannot be reached", id="silent"),
        pytest.param(
            ResponseParserError("not XML"), UnreachableError, "the answer cannot be read: not XML", id="garbled"
        ),
        pytest.param(
            TokenRetrievalError(provider="sso", error_msg="expired"), CredentialsError, "expired", id="sign-in expired"
        ),
        pytest.param(UnauthorizedSSOTokenError(), CredentialsError, "no usable AWS credentials", id="not signed in"),
        pytest.param(LoginRefreshRequired(), CredentialsError, "no usable AWS credentials", id="login expired"),
        pytest.param(
            ConnectionClosedError(endpoint_url="https://x"), UnreachableError, "cannot be reached", id="reset"
        ),
        pytest.param(
            IncompleteReadError(actual_bytes=1, expected_bytes=2), UnreachableError, "cannot be reached", id="half read"
        ),
        pytest.param(ParamValidationError(report="too long"), NotSentError, "the call cannot be made", id="not sent"),
    ],
)
def test_aws_that_cannot_be_asked_is_said_as_it_is(error, kind, said):
    with pytest.raises(kind, match=said) as raised, translated("primary (us-east-1)"):
        raise error
    assert str(raised.value).startswith("primary (us-east-1): ")
    assert raised.value.__cause__ is error


def test_a_real_connection_that_fails_makes_aws_unreachable():
    made = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=boto3.session.Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        BotoCloudFormation(made, "primary").describe_stack("pair")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("Resources: {}", "Resources: {}", id="YAML"),
        pytest.param('{"Resources": {}}', {"Resources": {}}, id="JSON"),
    ],
)
def test_the_template_is_asked_for_as_it_was_submitted(stubbed, body, found):
    aws, stub = stubbed
    stub.add_response("get_template", {"TemplateBody": body}, {"StackName": "pair", "TemplateStage": "Original"})
    assert aws.get_template("pair") == found


REQUEST = ChangeSetRequest(
    "pair",
    "twinstack-1",
    "UPDATE",
    "{}",
    None,
    {"Size": "small", "Kept": None},
    {"Team": "trading"},
    ("CAPABILITY_IAM",),
    "token-1",
)
SENT = {
    "StackName": "pair",
    "ChangeSetName": "twinstack-1",
    "ChangeSetType": "UPDATE",
    "TemplateBody": "{}",
    "Parameters": [
        {"ParameterKey": "Size", "ParameterValue": "small"},
        {"ParameterKey": "Kept", "UsePreviousValue": True},
    ],
    "Tags": [{"Key": "Team", "Value": "trading"}],
    "Capabilities": ["CAPABILITY_IAM"],
    "ClientToken": "token-1",
    "RollbackConfiguration": {},
}


def test_a_change_set_is_asked_for_with_everything_that_belongs_to_it(stubbed):
    aws, stub = stubbed
    stub.add_response("create_change_set", {"Id": ARN, "StackId": STACK_ID}, SENT)
    created = aws.create_change_set(REQUEST)
    assert (created.arn, created.stack_id) == (ARN, STACK_ID)


def test_an_import_names_each_resource_by_what_identifies_it(stubbed):
    aws, stub = stubbed
    asked = {"LogicalResourceId": "Key", "ResourceType": "AWS::KMS::Key", "ResourceIdentifier": {"KeyId": "key-1"}}
    sent = SENT | {"ChangeSetType": "IMPORT", "ResourcesToImport": [asked]}
    stub.add_response("create_change_set", {"Id": ARN, "StackId": STACK_ID}, sent)
    wanted = (ResourceToImport("Key", "AWS::KMS::Key", {"KeyId": "key-1"}),)
    aws.create_change_set(replace(REQUEST, operation="IMPORT", resources_to_import=wanted))


def test_the_deleted_stacks_of_a_name_come_with_the_newest_deletion_first(stubbed):
    aws, stub = stubbed

    def deleted(name, day):
        when = datetime(2026, 1, day, tzinfo=UTC)
        status = {"StackStatus": "DELETE_COMPLETE", "CreationTime": when, "DeletionTime": when}
        return {"StackName": name, "StackId": f"{name}/{day}", **status}

    asked = {"StackStatusFilter": ["DELETE_COMPLETE"]}
    first = {"StackSummaries": [deleted("pair", 1), deleted("other", 2)], "NextToken": "2"}
    stub.add_response("list_stacks", first, asked)
    stub.add_response("list_stacks", {"StackSummaries": [deleted("pair", 3)]}, asked | {"NextToken": "2"})
    assert aws.deleted_stacks("pair") == ["pair/3", "pair/1"]


def test_cloud_control_says_whether_a_resource_is_there_and_refusals_are_no_answer():
    made, control = [], client("cloudcontrol")
    stub = Stubber(control)
    asked = {"TypeName": "AWS::EC2::VPC", "Identifier": "vpc-1"}
    stub.add_response("get_resource", {"TypeName": "AWS::EC2::VPC"}, asked)
    stub.add_client_error("get_resource", "ResourceNotFoundException", "not found", expected_params=asked)
    stub.add_client_error("get_resource", "AccessDeniedException", "not you", expected_params=asked)
    stub.activate()
    resources = BotoExistingResources(lambda: made.append("made") or control, "primary (us-east-1)")
    assert made == []
    assert [resources.exists("AWS::EC2::VPC", "vpc-1") for _ in range(2)] == [True, False]
    with pytest.raises(AwsError, match="not you"):
        resources.exists("AWS::EC2::VPC", "vpc-1")


ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:pair-lag"
TRIGGERS = {
    "RollbackTriggers": [{"Arn": ALARM, "Type": "AWS::CloudWatch::Alarm"}],
    "MonitoringTimeInMinutes": 5,
}
NEVER_SENT = {"DeploymentConfig", "DeploymentMode", "OnStackFailure"}


def test_rollback_triggers_are_sent_and_come_back(stubbed):
    aws, stub = stubbed
    stub.add_response("create_change_set", {"Id": ARN, "StackId": STACK_ID}, SENT | {"RollbackConfiguration": TRIGGERS})
    trigger = RollbackTrigger(ALARM, "AWS::CloudWatch::Alarm")
    aws.create_change_set(replace(REQUEST, rollback_triggers=(trigger,), monitoring_minutes=5))
    answer = {"ChangeSetId": ARN, "StackId": STACK_ID, "Status": "CREATE_COMPLETE", "RollbackConfiguration": TRIGGERS}
    stub.add_response("describe_change_set", answer, {"ChangeSetName": ARN})
    assert aws.describe_change_set(ARN).rollback_triggers == (trigger,)


def test_a_monitoring_time_without_a_trigger_would_only_be_waited_for(stubbed):
    aws, stub = stubbed
    stub.add_response("create_change_set", {"Id": ARN, "StackId": STACK_ID}, SENT)
    aws.create_change_set(replace(REQUEST, monitoring_minutes=5))


def test_neither_express_mode_nor_an_on_stack_failure_is_ever_sent(stubbed):
    """Express mode does not roll back; a stack created with DO_NOTHING cannot be gone on from."""
    aws, _ = stubbed
    sent = []
    aws._client.meta.events.register_first(
        "provide-client-params.cloudformation", lambda params, **_: sent.append(params)
    )
    for operation in ("CREATE", "UPDATE"):
        with pytest.raises(UnreachableError):
            aws.create_change_set(replace(REQUEST, operation=operation, include_nested_stacks=True, role_arn="r" * 20))
    for disabled in (False, True):
        with pytest.raises(UnreachableError):
            aws.execute_change_set(ARN, "t", disable_rollback=disabled)
    assert len(sent) == 4
    assert not NEVER_SENT & {name for params in sent for name in params}


def test_alarms_of_both_kinds_are_described_by_a_client_that_is_made_when_it_is_needed():
    made, cloudwatch = [], client("cloudwatch")
    stub = Stubber(cloudwatch)
    alarm = {"AlarmName": "lag", "AlarmArn": ALARM, "StateValue": "OK"}
    asked = {"AlarmNames": ["lag", "any", "gone"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    stub.add_response("describe_alarms", {"MetricAlarms": [alarm], "NextToken": "2"}, asked)
    composite = {"AlarmName": "any", "AlarmArn": ALARM + "2", "StateValue": "INSUFFICIENT_DATA"}
    stub.add_response("describe_alarms", {"CompositeAlarms": [composite]}, asked | {"NextToken": "2"})
    stub.activate()
    alarms = BotoAlarms(lambda: made.append("made") or cloudwatch, "primary (us-east-1)")
    assert made == []
    assert alarms.describe(["lag", "any", "gone"]) == {
        "lag": Alarm("lag", ALARM, "OK"),
        "any": Alarm("any", ALARM + "2", "INSUFFICIENT_DATA"),
    }
    assert made == ["made"]


def test_a_change_set_from_an_address_for_a_new_stack_with_a_service_role(stubbed):
    aws, stub = stubbed
    role, url = "arn:aws:iam::123456789012:role/deploys", "https://bucket.s3.us-east-1.amazonaws.com/x.json"
    sent = {key: value for key, value in SENT.items() if key != "TemplateBody"}
    sent |= {"TemplateURL": url, "RoleARN": role, "ChangeSetType": "CREATE"}
    stub.add_response("create_change_set", {"Id": ARN, "StackId": STACK_ID}, sent)
    values = vars(REQUEST) | {"operation": "CREATE", "template": None, "template_url": url, "role_arn": role}
    aws.create_change_set(ChangeSetRequest(**values))


def page(*changes, **more):
    return {"ChangeSetId": ARN, "StackId": STACK_ID, "Status": "CREATE_COMPLETE", "Changes": list(changes), **more}


def change(name, **more):
    kind = {"Action": "Modify", "LogicalResourceId": name, "ResourceType": "AWS::RDS::DBCluster"}
    return {"Type": "Resource", "ResourceChange": {**kind, **more}}


def test_a_change_set_is_read_to_its_last_page(stubbed):
    aws, stub = stubbed
    stub.add_response("describe_change_set", page(change("One"), NextToken="2"), {"ChangeSetName": ARN})
    stub.add_response("describe_change_set", page(NextToken="3"), {"ChangeSetName": ARN, "NextToken": "2"})
    last = page(change("Two"), change("Three"), ExecutionStatus="AVAILABLE")
    stub.add_response("describe_change_set", last, {"ChangeSetName": ARN, "NextToken": "3"})
    found = aws.describe_change_set(ARN)
    assert [entry.resource for entry in found.changes] == ["One", "Two", "Three"]
    assert (found.arn, found.stack_id, found.status) == (ARN, STACK_ID, "CREATE_COMPLETE")


def test_what_a_change_set_says_of_a_resource_is_kept(stubbed):
    aws, stub = stubbed
    target = {"Attribute": "Properties", "Name": "EngineVersion", "RequiresRecreation": "Never"}
    details = [
        {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"},
        {
            "Target": {"Attribute": "Properties", "Name": "Group", "RequiresRecreation": "Always"},
            "Evaluation": "Dynamic",
            "CausingEntity": "Group.Arn",
        },
        {"Target": {"Attribute": "Tags"}, "Evaluation": "Static"},
    ]
    answer = page(
        change("Cluster", PhysicalResourceId="cluster-1", Replacement="Conditional", Details=details),
        {"Type": "Hook", "HookInvocationCount": 1},
        StatusReason="fine",
        ExecutionStatus="AVAILABLE",
    )
    stub.add_response("describe_change_set", answer)
    found = aws.describe_change_set(ARN)
    assert (found.status_reason, found.execution_status) == ("fine", "AVAILABLE")
    (entry,) = found.changes
    assert entry == ResourceChange(
        "Modify",
        "Cluster",
        "AWS::RDS::DBCluster",
        "cluster-1",
        "Conditional",
        (
            ChangeDetail(
                "Properties", "EngineVersion", dynamic=False, cause="", recreation="Never", source="DirectModification"
            ),
            ChangeDetail("Properties", "Group", dynamic=True, cause="Group.Arn", recreation="Always"),
            ChangeDetail("Tags", "", dynamic=False, cause="", recreation="Never"),
        ),
    )
    assert entry.properties == ("EngineVersion", "Group", "Tags")


def test_a_change_set_is_read_with_the_values_before_and_after_where_they_are_asked_for(stubbed):
    aws, stub = stubbed
    target = {
        "Attribute": "Properties",
        "Name": "Port",
        "RequiresRecreation": "Never",
        "Path": "/Properties/Port",
        "BeforeValue": "3306",
        "AfterValue": "3307",
    }
    answer = page(change("Cluster", PolicyAction="Retain", Details=[{"Target": target, "Evaluation": "Static"}]))
    stub.add_response("describe_change_set", answer, {"ChangeSetName": ARN, "IncludePropertyValues": True})
    (entry,) = aws.describe_change_set(ARN, values=True).changes
    (detail,) = entry.details
    assert (detail.path, detail.before, detail.after) == ("/Properties/Port", "3306", "3307")
    assert entry.policy_action == "Retain"


def test_a_value_of_a_change_set_has_the_name_that_stands_beside_it(stubbed):
    aws, stub = stubbed
    target = {"Attribute": "Properties", "Name": "Environment", "Path": "/Properties/Environment/0/Value"}
    context = '{"Properties":{"Environment":[{"Name":"DB_PASSWORD","Value":"x"}]}}'
    answer = page(change("Task", BeforeContext=context, Details=[{"Target": target, "Evaluation": "Static"}]))
    stub.add_response("describe_change_set", answer)
    (entry,) = aws.describe_change_set(ARN).changes
    assert [detail.beside for detail in entry.details] == ["DB_PASSWORD"]


def test_a_change_set_is_followed_into_nested_stacks(stubbed):
    aws, stub = stubbed
    nested = change("Nested", ResourceType="AWS::CloudFormation::Stack", ChangeSetId="arn:nested")
    because = {"Target": {"Attribute": "Properties", "Name": "Key"}, "Evaluation": "Dynamic", "CausingEntity": "Key"}
    stub.add_response("describe_change_set", page(nested, change("Last")), {"ChangeSetName": ARN})
    stub.add_response("describe_change_set", page(change("Key"), NextToken="2"), {"ChangeSetName": "arn:nested"})
    inner = change("Inner", ResourceType="AWS::CloudFormation::Stack", ChangeSetId="arn:inner")
    second = page(inner, change("Bucket", Details=[because]))
    stub.add_response("describe_change_set", second, {"ChangeSetName": "arn:nested", "NextToken": "2"})
    stub.add_response("describe_change_set", page(change("Table")), {"ChangeSetName": "arn:inner"})
    found = aws.describe_change_set(ARN).changes
    paths = ["Nested", "Nested/Key", "Nested/Inner", "Nested/Inner/Table", "Nested/Bucket", "Last"]
    assert [entry.resource for entry in found] == paths
    assert found[4].details[0].cause == "Nested/Key"
    assert [entry.nested_change_set for entry in found] == ["arn:nested", "", "arn:inner", "", "", ""]


def event(number, **more):
    return {"StackId": STACK_ID, "StackName": "pair", "EventId": f"e{number}", "Timestamp": MOMENT, **more}


def test_events_are_fetched_page_by_page_and_only_as_far_as_they_are_read(stubbed):
    aws, stub = stubbed
    full = {
        "LogicalResourceId": "Vpc",
        "PhysicalResourceId": "vpc-1",
        "ResourceType": "AWS::EC2::VPC",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "no more",
        "ClientRequestToken": "token",
        "OperationId": "operation-1",
    }
    stub.add_response(
        "describe_stack_events", {"StackEvents": [event(4, **full)], "NextToken": "2"}, {"StackName": STACK_ID}
    )
    second = {"StackEvents": [event(3), event(2)], "NextToken": "3"}
    stub.add_response("describe_stack_events", second, {"StackName": STACK_ID, "NextToken": "2"})
    found = aws.events(STACK_ID)
    first = next(found)
    assert tuple(vars(first).values()) == (
        "e4",
        MOMENT,
        "Vpc",
        "vpc-1",
        "AWS::EC2::VPC",
        "CREATE_FAILED",
        "no more",
        "token",
        "operation-1",
        "",
    )
    assert next(found).event_id == "e3"
    assert next(found).token == ""


def test_events_that_may_not_be_read_are_an_error(stubbed):
    aws, stub = stubbed
    stub.add_response("describe_stack_events", {"StackEvents": [event(1)], "NextToken": "2"})
    stub.add_client_error("describe_stack_events", "Throttling", "Rate exceeded")
    found = aws.events(STACK_ID)
    next(found)
    with pytest.raises(AwsError, match="Throttling"):
        next(found)


def test_resources_are_read_to_the_last_page(stubbed):
    aws, stub = stubbed
    entry = {"ResourceType": "T", "ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": MOMENT}
    one, two = ({**entry, "LogicalResourceId": name} for name in ("One", "Two"))
    first = {"StackResourceSummaries": [{**one, "PhysicalResourceId": "one-1"}], "NextToken": "2"}
    stub.add_response("list_stack_resources", first, {"StackName": STACK_ID})
    stub.add_response(
        "list_stack_resources", {"StackResourceSummaries": [two]}, {"StackName": STACK_ID, "NextToken": "2"}
    )
    assert aws.resources(STACK_ID) == [
        StackResource("One", "T", "one-1", "CREATE_COMPLETE"),
        StackResource("Two", "T", "", "CREATE_COMPLETE"),
    ]


@pytest.mark.parametrize(
    ("call", "operation", "sent"),
    [
        (
            lambda aws: aws.execute_change_set(ARN, "t"),
            "execute_change_set",
            {"ChangeSetName": ARN, "ClientRequestToken": "t", "DisableRollback": False},
        ),
        (
            lambda aws: aws.execute_change_set(ARN, "t", disable_rollback=True),
            "execute_change_set",
            {"ChangeSetName": ARN, "ClientRequestToken": "t", "DisableRollback": True},
        ),
        (lambda aws: aws.delete_change_set(ARN), "delete_change_set", {"ChangeSetName": ARN}),
        (
            lambda aws: aws.delete_stack(STACK_ID, "t"),
            "delete_stack",
            {"StackName": STACK_ID, "ClientRequestToken": "t"},
        ),
        (
            lambda aws: aws.delete_stack(STACK_ID, "t", "arn:aws:iam::1:role/deploys"),
            "delete_stack",
            {"StackName": STACK_ID, "ClientRequestToken": "t", "RoleARN": "arn:aws:iam::1:role/deploys"},
        ),
        (
            lambda aws: aws.delete_stack(STACK_ID, "t", retained=("Bucket",)),
            "delete_stack",
            {"StackName": STACK_ID, "ClientRequestToken": "t", "RetainResources": ("Bucket",)},
        ),
        (
            lambda aws: aws.set_termination_protection("pair", enabled=True),
            "update_termination_protection",
            {"StackName": "pair", "EnableTerminationProtection": True},
        ),
        (
            lambda aws: aws.set_stack_policy("pair", "{}"),
            "set_stack_policy",
            {"StackName": "pair", "StackPolicyBody": "{}"},
        ),
    ],
)
@pytest.mark.parametrize("refused", [False, True])
def test_calls_that_change_something(stubbed, call, operation, sent, refused):
    aws, stub = stubbed
    if not refused:
        stub.add_response(operation, {}, sent)
        call(aws)
        return
    stub.add_client_error(operation, "AccessDenied", "no", expected_params=sent)
    with pytest.raises(AwsError, match="AccessDenied: no"):
        call(aws)


# S3


def version(key, number="1"):
    return {"Key": key, "VersionId": number}


@pytest.mark.parametrize(
    ("answer", "empty"),
    [
        ({}, True),
        ({"Versions": [], "DeleteMarkers": []}, True),
        ({"Versions": [version("a")]}, False),
        ({"DeleteMarkers": [version("a")]}, False),
    ],
)
def test_a_bucket_is_empty_without_objects_old_versions_and_delete_markers(buckets, answer, empty):
    s3, stub = buckets
    stub.add_response("list_object_versions", answer, {"Bucket": "backup", "MaxKeys": 1})
    assert s3.is_empty("backup") is empty


def test_a_bucket_is_emptied_page_by_page(buckets):
    s3, stub = buckets
    first = {
        "Versions": [version("a", "2"), version("a", "1")],
        "DeleteMarkers": [version("b", "3")],
        "IsTruncated": True,
        "NextKeyMarker": "b",
        "NextVersionIdMarker": "3",
    }
    stub.add_response("list_object_versions", first, {"Bucket": "backup"})
    objects = [version("a", "2"), version("a", "1"), version("b", "3")]
    stub.add_response("delete_objects", {}, {"Bucket": "backup", "Delete": {"Objects": objects, "Quiet": True}})
    then = {"Bucket": "backup", "KeyMarker": "b", "VersionIdMarker": "3"}
    stub.add_response("list_object_versions", {"Versions": [version("c")]}, then)
    stub.add_response("delete_objects", {}, {"Bucket": "backup", "Delete": ANY})
    assert s3.empty("backup") == 4


def test_an_object_that_cannot_be_deleted_is_an_error(buckets):
    s3, stub = buckets
    stub.add_response("list_object_versions", {"Versions": [version("a")]})
    stub.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "locked"}]})
    with pytest.raises(AwsError, match="bucket backup: DeleteObjects was refused: AccessDenied: locked"):
        s3.empty("backup")


def test_a_bucket_that_is_gone_is_empty(buckets):
    s3, stub = buckets
    stub.add_client_error("list_object_versions", "NoSuchBucket", "The specified bucket does not exist")
    stub.add_client_error("list_object_versions", "NoSuchBucket", "The specified bucket does not exist")
    assert (s3.is_empty("backup"), s3.empty("backup")) == (True, 0)


def test_a_bucket_that_may_not_be_looked_into_is_an_error_that_names_it(buckets):
    s3, stub = buckets
    stub.add_client_error("list_object_versions", "AccessDenied", "no")
    with pytest.raises(AwsError, match=r"primary \(us-east-1\): bucket backup: .*AccessDenied"):
        s3.is_empty("backup")


def test_an_object_is_put(buckets):
    s3, stub = buckets
    stub.add_response("put_object", {}, {"Bucket": "artifacts", "Key": "templates/x.json", "Body": b"{}"})
    s3.put("artifacts", "templates/x.json", b"{}")
