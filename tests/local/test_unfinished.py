"""A stack that stops half way because rollback was disabled, as AWS documents it."""

import pytest
from botocore.exceptions import ClientError

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
BROKEN = {"Type": "AWS::EC2::VPCPeeringConnection", "DependsOn": ["Vpc", "Topic"], "Properties": {"VpcId": ""}}
LATER = {"Type": "AWS::SNS::Topic", "DependsOn": "Broken"}


def topic(name="one", **more):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}, **more}


def resources(**named):
    return {"Resources": named, "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}}}}


@pytest.fixture
def unfinished(stack):
    """A stack in CREATE_FAILED, with a network and a topic, and without what failed and what comes after it."""
    made = stack.change_set(resources(Vpc=VPC, Topic=topic(), Broken=BROKEN, Later=LATER))
    stack.api.execute_change_set(ChangeSetName=made["ChangeSetId"], DisableRollback=True)
    assert stack.settled() == "CREATE_FAILED"
    yield stack
    stack.delete()


def changes(change_set):
    return {(c["ResourceChange"]["LogicalResourceId"], c["ResourceChange"]["Action"]) for c in change_set["Changes"]}


def statuses(stack):
    listed = stack.api.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
    return {entry["LogicalResourceId"]: entry["ResourceStatus"] for entry in listed}


def test_what_was_made_stays_and_has_no_outputs_yet(unfinished):
    assert statuses(unfinished) == {"Vpc": "CREATE_COMPLETE", "Topic": "CREATE_COMPLETE"}
    assert unfinished.outputs() == {}


def test_a_change_set_adds_what_is_missing_and_compares_what_is_there(unfinished):
    mended = unfinished.change_set(resources(Vpc=VPC, Topic=topic("two"), Later={"Type": "AWS::SNS::Topic"}))
    assert changes(mended) == {("Topic", "Modify"), ("Later", "Add")}
    with pytest.raises(ClientError, match=r"non-terminal .CREATE_FAILED. state"):
        unfinished.api.execute_change_set(ChangeSetName=mended["ChangeSetId"])
    unfinished.api.execute_change_set(ChangeSetName=mended["ChangeSetId"], DisableRollback=True)
    assert unfinished.settled() == "UPDATE_COMPLETE"
    assert set(statuses(unfinished)) == {"Vpc", "Topic", "Later"}
    assert unfinished.outputs() == {"VpcId": unfinished.physical_id("Vpc")}


def test_the_next_attempt_may_stop_half_way_too(unfinished):
    again = unfinished.change_set(resources(Vpc=VPC, Topic=topic("two"), Broken=BROKEN, New=topic("three")))
    unfinished.api.execute_change_set(ChangeSetName=again["ChangeSetId"], DisableRollback=True)
    assert unfinished.settled() == "UPDATE_FAILED"
    mended = unfinished.change_set(resources(Vpc=VPC, Topic=topic("two"), New=topic("four"), Later=topic("five")))
    assert changes(mended) == {("New", "Modify"), ("Later", "Add")}
    unfinished.api.execute_change_set(ChangeSetName=mended["ChangeSetId"], DisableRollback=True)
    assert unfinished.settled() == "UPDATE_COMPLETE"


def test_nothing_is_replaced_while_rollback_is_disabled(unfinished):
    other = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
    replacing = unfinished.change_set(resources(Vpc=other, Topic=topic()))
    with pytest.raises(ClientError, match="Replacement type updates not supported on stack with disable-rollback"):
        unfinished.api.execute_change_set(ChangeSetName=replacing["ChangeSetId"], DisableRollback=True)


def test_a_deletion_keeps_what_the_template_retains(account, stack):
    made = stack.change_set(resources(Vpc=VPC, Topic=topic(DeletionPolicy="RetainExceptOnCreate"), Broken=BROKEN))
    stack.api.execute_change_set(ChangeSetName=made["ChangeSetId"], DisableRollback=True)
    assert stack.settled() == "CREATE_FAILED"
    arn = stack.physical_id("Topic")
    stack.delete()
    assert arn in [found["TopicArn"] for found in account.client("sns").list_topics()["Topics"]]
    account.client("sns").delete_topic(TopicArn=arn)
