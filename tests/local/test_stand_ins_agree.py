"""The fake CloudFormation and the local AWS, written apart, list the same changes and keep the same protection."""

import json

import pytest

from tests.fake_cloudformation import FakeClock, FakeCloudFormation
from tests.systems import template
from twinstack.aws.api import ChangeSetRequest
from twinstack.aws.boto import BotoCloudFormation
from twinstack.rollout.steps.protection import NO_POLICY, Due, apply, stack_policy


def topic(**properties):
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def vpc(cidr):
    return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr, "Tags": [{"Key": "Net", "Value": cidr}]}}


def network(cidr, label="a"):
    table = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
    first = topic(DisplayName={"Fn::Sub": "${Table} ${Label}"}, KmsMasterKeyId=label)
    return {
        "Resources": {
            "Vpc": vpc(cidr),
            "Table": table,
            "First": first,
            "Second": topic(DisplayName={"Fn::GetAtt": ["First", "TopicName"]}),
            "Third": topic(DisplayName={"Ref": "First"}),
        },
        "Parameters": {"Label": {"Type": "String", "Default": label}},
    }


def one(resource, **sections):
    return {"Resources": {"One": resource, "Stays": topic()}, **sections}


def queue(source):
    policy = {"redrivePermission": {"Ref": "Word"}, "sourceQueueArns": [source]}
    return {"Type": "AWS::SQS::Queue", "Properties": {"RedriveAllowPolicy": policy}}


WORD = {"Parameters": {"Word": {"Type": "String", "Default": "byQueue"}}}
SECRET = {"Word": {"Type": "String", "NoEcho": True, "Default": ""}}
FLAG = {
    "Parameters": {"Flag": {"Type": "String", "Default": "no"}},
    "Conditions": {"Is": {"Fn::Equals": [{"Ref": "Flag"}, "yes"]}},
}
CONDITIONAL = one({**topic(DisplayName={"Fn::If": ["Is", {"Ref": "Flag"}, "off"]}), "Metadata": {"Note": "a"}}, **FLAG)
CONDITIONAL["Resources"]["Only"] = {**topic(), "Condition": "Is"}
KINDS = {
    "a property in place": (network("10.0.0.0/16"), network("10.0.0.0/16", "b"), {}),
    "a property that replaces": (network("10.0.0.0/16"), network("10.1.0.0/16"), {}),
    "a parameter": (network("10.0.0.0/16"), network("10.0.0.0/16"), {"Label": "z"}),
    "a condition": (CONDITIONAL, CONDITIONAL, {"Flag": "yes"}),
    "a removal": (one(topic()), {"Resources": {"Stays": topic()}}, {}),
    "a rename": (one(topic()), {"Resources": {"Stays": topic(), "Other": topic(DisplayName={"Ref": "Stays"})}}, {}),
    "metadata": (one({**topic(), "Metadata": {"A": "1"}}), one({**topic(), "Metadata": {"A": "2"}}), {}),
    "a deletion policy": (
        one({**topic(), "DeletionPolicy": "Delete"}),
        one({**topic(), "DeletionPolicy": "Retain"}),
        {},
    ),
    "a removed property": (one(topic(DisplayName="a")), one(topic()), {}),
    "a secret": (
        one(topic(DisplayName={"Ref": "Word"}), Parameters=SECRET),
        one(topic(DisplayName={"Ref": "Word"}), Parameters=SECRET),
        {"Word": "new"},
    ),
    "a parameter in a part of a property": (one(queue("a"), **WORD), one(queue("b"), **WORD), {"Word": "byNobody"}),
    "a tag of the template": (
        one(topic(Tags=[{"Key": "A", "Value": "1"}])),
        one(topic(Tags=[{"Key": "A", "Value": "2"}, {"Key": "B", "Value": "3"}])),
        {},
    ),
}


def request(name, operation, body, parameters, token):
    written = template(json.dumps(body)).text
    return ChangeSetRequest(name, token, operation, written, None, parameters, {}, (), token)


def changes(aws, name, before, after, parameters, wait):
    """The changes of a change set with values and without, after a first deployment."""
    first = aws.create_change_set(request(name, "CREATE", before, {}, "first"))
    while aws.describe_change_set(first.arn).status == "CREATE_IN_PROGRESS":
        pass
    aws.execute_change_set(first.arn, "first")
    wait()
    second = aws.create_change_set(request(name, "UPDATE", after, parameters, "second"))
    while aws.describe_change_set(second.arn).status == "CREATE_IN_PROGRESS":
        pass
    found = {values: aws.describe_change_set(second.arn, values=values).changes for values in (False, True)}
    aws.delete_change_set(second.arn)
    return found


def comparable(change, ids):
    """A change as text, with logical ids in place of physical ones, and the order of its details left aside."""
    details = sorted(
        repr(
            (
                d.attribute,
                d.name,
                d.dynamic,
                d.cause,
                d.recreation,
                d.source,
                d.path,
                named(d.before, ids),
                named(d.after, ids),
            )
        )
        for d in change.details
    )
    return (change.action, change.resource, change.replacement, change.policy_action, *details)


def named(value, ids):
    for logical_id, physical in ids.items():
        for form in (f"{physical}.TopicName", physical, physical.rpartition(":")[2]):
            value = value.replace(form, f"<{logical_id}>") if value else value
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_both_list_the_same(account, stack, kind):
    before, after, parameters = KINDS[kind]
    clock = FakeClock()
    fake = FakeCloudFormation(clock, change_set_describes=1)
    local = BotoCloudFormation(account.client("cloudformation"), "local")
    found = {
        "fake": (fake, changes(fake, stack.name, before, after, parameters, lambda: clock.sleep(1000))),
        "local": (local, changes(local, stack.name, before, after, parameters, stack.settled)),
    }
    said = {
        who: {
            values: sorted(
                comparable(change, {r.resource: r.physical_id for r in aws.resources(stack.name)}) for change in some
            )
            for values, some in both.items()
        }
        for who, (aws, both) in found.items()
    }
    assert said["fake"] == said["local"]
    assert said["fake"][False], "a kind of change without a change proves nothing"
    stack.delete()


def test_both_keep_the_protection_of_a_stack(account, stack):
    clock = FakeClock()
    fake = FakeCloudFormation(clock, change_set_describes=1)
    local = BotoCloudFormation(account.client("cloudformation"), "local")
    whole = one(topic())
    changes(fake, stack.name, whole, one(topic(DisplayName="b")), {}, lambda: clock.sleep(1000))
    changes(local, stack.name, whole, one(topic(DisplayName="b")), {}, stack.settled)
    policy = stack_policy({"One"})
    for aws in (fake, local):
        seen = [(aws.stack_policy(stack.name), aws.describe_stack(stack.name).termination_protection)]
        apply(aws, stack.name, Due(policy, termination=True))
        seen += [(aws.stack_policy(stack.name), aws.describe_stack(stack.name).termination_protection)]
        apply(aws, stack.name, Due(NO_POLICY, termination=False))
        seen += [(aws.stack_policy(stack.name), aws.describe_stack(stack.name).termination_protection)]
        assert seen == [("", False), (policy, True), (NO_POLICY, False)]
    stack.delete()
