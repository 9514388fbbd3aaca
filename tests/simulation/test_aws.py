"""CloudFormation on the virtual clock does what README.md says."""

import json
from random import Random

import pytest

from tests.simulation.aws import SimulatedCloudFormation
from tests.simulation.scheduler import Scheduler
from twinstack.aws.api import ChangeSetRequest
from twinstack.aws.errors import AwsError

TEMPLATE = {
    "Parameters": {"Source": {"Type": "String", "Default": "a"}},
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Cluster": {"Type": "AWS::RDS::DBCluster", "Properties": {"SourceRegion": {"Ref": "Source"}}},
    },
}


@pytest.fixture
def aws():
    return SimulatedCloudFormation(Scheduler(Random(1)))


def request(name="one", operation="CREATE", token="", **parameters):
    text = json.dumps(TEMPLATE)
    return ChangeSetRequest("pair", name, operation, text, None, parameters, {}, (), token or f"token-{name}")


def wait(aws, seconds):
    aws.clock.time += seconds
    aws.advance()


def deployed(aws, name="one", operation="CREATE", **parameters):
    made = aws.create_change_set(request(name, operation, **parameters))
    wait(aws, 10)
    aws.execute_change_set(made.arn, f"go-{name}")
    wait(aws, 600)
    return made


def refusal(call, *args):
    with pytest.raises(AwsError) as caught:
        call(*args)
    return caught.value.code


def test_a_change_set_takes_seconds_and_a_cluster_more_than_a_minute(aws):
    made = aws.create_change_set(request())
    assert aws.describe_change_set(made.arn).status == "CREATE_IN_PROGRESS"
    wait(aws, 5)
    assert aws.describe_change_set(made.arn).status == "CREATE_COMPLETE"
    aws.execute_change_set(made.arn, "go")
    wait(aws, 40)
    assert aws.describe_stack("pair").status == "CREATE_IN_PROGRESS"
    wait(aws, 120)
    assert aws.describe_stack("pair").status == "CREATE_COMPLETE"


def test_an_old_answer_is_of_a_moment_ago(aws):
    made = aws.create_change_set(request())
    aws.lag = 1.0
    assert aws.describe_stack("pair") is None
    assert refusal(aws.describe_change_set, made.arn) == "ChangeSetNotFound"
    wait(aws, 10)
    aws.execute_change_set(made.arn, "go")
    assert aws.describe_stack("pair").status == "REVIEW_IN_PROGRESS"
    assert [event.status for event in aws.events(made.stack_id)] == ["REVIEW_IN_PROGRESS"]
    aws.lag = 0.0
    assert aws.describe_stack("pair").status == "CREATE_IN_PROGRESS"


def test_a_repeated_request_is_the_same_request(aws):
    first = aws.create_change_set(request())
    assert aws.create_change_set(request()) == first
    wait(aws, 10)
    aws.execute_change_set(first.arn, "go")
    aws.execute_change_set(first.arn, "go")
    assert [event.status for event in aws.events(first.stack_id)].count("CREATE_IN_PROGRESS") == 1


@pytest.mark.parametrize(
    ("repeats", "code"), [("same", None), ("token", "TokenAlreadyExistsException"), ("status", None)]
)
def test_another_operation_with_a_used_token_does_nothing(aws, repeats, code):
    aws.repeats = repeats
    deployed(aws)
    made = aws.create_change_set(request("two", "UPDATE", Source="b"))
    wait(aws, 10)
    if code:
        assert refusal(aws.execute_change_set, made.arn, "go-one") == code
    else:
        aws.execute_change_set(made.arn, "go-one")
    wait(aws, 600)
    assert aws.describe_stack("pair").status == "CREATE_COMPLETE"


def test_a_busy_stack_is_neither_changed_nor_deleted(aws):
    deployed(aws)
    made, other = (aws.create_change_set(request(name, "UPDATE", Source=name)) for name in ("two", "three"))
    wait(aws, 10)
    aws.execute_change_set(made.arn, "go-two")
    assert refusal(aws.execute_change_set, other.arn, "go-three") == "ChangeSetNotFound"
    assert refusal(aws.delete_stack, made.stack_id, "bye") == "ValidationError"


def policy(**of):
    """A policy that lets everything through but replacing and deleting clusters."""
    types = {"StringEquals": {"ResourceType": ["AWS::RDS::DBCluster"]}}
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Condition": types, **of}
    return json.dumps({"Statement": [allow, deny]})


@pytest.mark.parametrize(
    ("allowed", "of", "status"),
    [
        (False, {"Resource": "*"}, "UPDATE_ROLLBACK_COMPLETE"),
        (True, {"NotResource": ["LogicalResourceId/Cluster"]}, "UPDATE_COMPLETE"),
    ],
)
def test_a_stack_policy_holds_and_a_narrowed_one_lets_through(aws, allowed, of, status):
    deployed(aws)
    aws.set_stack_policy("pair", policy(**of))
    made = deployed(aws, "two", "UPDATE", Source="b")
    assert aws.describe_stack("pair").status == status
    reasons = [event.reason for event in aws.events(made.stack_id) if event.resource == "Cluster"]
    assert any("denied by stack policy" in reason or "denies" in reason for reason in reasons) is (not allowed)
