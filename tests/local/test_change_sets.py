"""What a change set lists, and what CloudFormation operations answer."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

PARAMETERS = {"Peer": {"Type": "String", "Default": ""}, "Protected": {"Type": "String", "Default": "false"}}
CONDITIONS = {
    "Linked": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Peer"}, ""]}]},
    "IsProtected": {"Fn::Equals": [{"Ref": "Protected"}, "true"]},
}


def topic(**attributes):
    return {"Type": "AWS::SNS::Topic", **attributes}


def template(**resources):
    return {"Parameters": PARAMETERS, "Conditions": CONDITIONS, "Resources": resources}


def listed(change_set):
    changes = [change["ResourceChange"] for change in change_set.get("Changes", [])]
    return {(change["Action"], change["LogicalResourceId"]) for change in changes}


def test_a_resource_whose_condition_is_false_does_not_exist(stack):
    whole = template(Always=topic(), Sometimes=topic(Condition="Linked"))
    assert listed(stack.deploy_template(whole, {})) == {("Add", "Always")}
    assert listed(stack.deploy_template(whole, {"Peer": "x"})) == {("Add", "Sometimes")}
    assert listed(stack.deploy_template(whole, {"Peer": ""})) == {("Remove", "Sometimes")}
    stack.delete()


def test_a_condition_may_ask_for_one_of_a_list_in_a_text(stack):
    def there(place):
        items = {"Fn::Split": [",", {"Fn::Join": [",", [{"Ref": "Clients"}, "", ""]]}]}
        return {"Fn::Not": [{"Fn::Equals": [{"Fn::Select": [place, items]}, ""]}]}

    whole = {
        "Parameters": {"Clients": {"Type": "String", "Default": ""}},
        "Conditions": {"First": there(0), "Second": there(1)},
        "Resources": {"One": topic(Condition="First"), "Two": topic(Condition="Second"), "Always": topic()},
    }
    assert listed(stack.deploy_template(whole, {})) == {("Add", "Always")}
    assert listed(stack.deploy_template(whole, {"Clients": "a"})) == {("Add", "One")}
    assert listed(stack.deploy_template(whole, {"Clients": "a,b"})) == {("Add", "Two")}
    stack.delete()


@pytest.mark.parametrize(("region", "there"), [(EAST, {"Always", "East"}), (WEST, {"Always", "West"})])
def test_a_condition_may_ask_for_the_region(account, region, there):
    stack = account.stack(region)
    east = {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::Region"}, EAST]}, {"Fn::Equals": ["one", "other"]}]}
    whole = {
        "Conditions": {"IsEast": east, "IsWest": {"Fn::Equals": [{"Ref": "AWS::Region"}, WEST]}},
        "Resources": {"Always": topic(), "East": topic(Condition="IsEast"), "West": topic(Condition="IsWest")},
    }
    assert listed(stack.deploy_template(whole, {})) == {("Add", name) for name in there}
    held = stack.api.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
    assert {resource["LogicalResourceId"] for resource in held} == there
    stack.delete()


def test_a_condition_that_flips_a_property_is_seen_beside_one_that_cannot_be_resolved(stack):
    label = {"Fn::If": ["Linked", {"Ref": "Peer"}, "alone"]}
    name = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "First"}]}]}
    whole = template(
        First=topic(),
        Second=topic(Properties={"DisplayName": label, "Tags": [{"Key": "First", "Value": name}]}),
    )
    stack.deploy_template(whole, {})
    (change,) = stack.deploy_template(whole, {"Peer": "x"})["Changes"]
    details = [d["Target"]["Name"] for d in change["ResourceChange"]["Details"]]
    assert (change["ResourceChange"]["LogicalResourceId"], set(details)) == ("Second", {"DisplayName"})
    stack.delete()


def test_a_parameter_in_a_branch_that_is_not_taken_changes_nothing(stack):
    label = {"Fn::If": ["IsProtected", {"Ref": "Peer"}, "fixed"]}
    whole = template(Topic=topic(Properties={"DisplayName": label}))
    stack.deploy_template(whole, {})
    assert stack.change_set(whole, {"Peer": "x"})["StatusReason"].startswith("The submitted information didn't")
    stack.delete()


def test_a_change_set_of_outputs_alone_is_executed(stack):
    whole = template(Topic=topic())
    stack.deploy_template(whole, {})
    change_set = stack.deploy_template({**whole, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}}, {})
    assert listed(change_set) == set()
    assert list(stack.outputs()) == ["Topic"]
    stack.delete()


def test_a_value_is_kept_with_use_previous_value(stack):
    whole = template(Topic=topic(Properties={"DisplayName": {"Ref": "Peer"}}))
    stack.deploy_template(whole, {"Peer": "kept"})
    made = stack.api.create_change_set(
        StackName=stack.name,
        ChangeSetName="previous",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Peer", "UsePreviousValue": True},
            {"ParameterKey": "Protected", "ParameterValue": "true"},
        ],
        Tags=[{"Key": "Project", "Value": "a"}],
    )
    found = stack.api.describe_change_set(ChangeSetName=made["Id"])
    values = {p["ParameterKey"]: p["ParameterValue"] for p in found["Parameters"]}
    assert values == {"Peer": "kept", "Protected": "true"}
    stack.delete()


def test_the_tags_of_a_stack_reach_its_resources(account, stack):
    body = json.dumps(
        {"Resources": {"Topic": topic(), "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}}
    )
    stack.api.create_stack(StackName=stack.name, TemplateBody=body, Tags=[{"Key": "Project", "Value": "a"}])
    stack.settled()
    assert stack.api.describe_stacks(StackName=stack.name)["Stacks"][0]["Tags"] == [{"Key": "Project", "Value": "a"}]
    tags = account.client("sns").list_tags_for_resource(ResourceArn=stack.physical_id("Topic"))["Tags"]
    assert {"Key": "Project", "Value": "a"} in tags
    stack.delete()


@pytest.mark.parametrize(("protected", "kept"), [("true", True), ("false", False)], ids=["protected", "not protected"])
def test_a_deletion_policy_may_hang_on_a_condition(account, stack, protected, kept):
    policy = {"Fn::If": ["IsProtected", "RetainExceptOnCreate", "Delete"]}
    whole = {**template(Topic=topic(DeletionPolicy=policy)), "Transform": "AWS::LanguageExtensions"}
    stack.deploy_template(whole, {"Protected": protected})
    arn = stack.physical_id("Topic")
    stack.delete()
    topics = [found["TopicArn"] for found in account.client("sns").list_topics()["Topics"]]
    assert (arn in topics) is kept


def test_a_failed_create_takes_back_what_is_retained_except_on_create(account, stack):
    policy = {"Fn::If": ["IsProtected", "RetainExceptOnCreate", "Delete"]}
    broken = {
        "Type": "AWS::EC2::VPCPeeringConnection",
        "DependsOn": "Topic",
        "Properties": {"VpcId": "", "PeerVpcId": ""},
    }
    whole = {**template(Topic=topic(DeletionPolicy=policy), Broken=broken), "Transform": "AWS::LanguageExtensions"}
    made = stack.change_set(whole, {"Protected": "true"})
    stack.api.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert stack.settled() == "ROLLBACK_COMPLETE"
    assert not [t for t in account.client("sns").list_topics()["Topics"] if stack.name in t["TopicArn"]]
    for call in (
        lambda: stack.api.update_stack(StackName=stack.name, TemplateBody=json.dumps(template(Topic=topic()))),
        lambda: stack.change_set(template(Topic=topic())),
    ):
        with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
            call()
    stack.delete()


def test_the_template_comes_back_as_it_was_submitted(stack):
    whole = template(Topic=topic())
    stack.deploy_template(whole, {})
    found = stack.api.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    assert found == whole
    stack.delete()


def test_events_carry_the_token_of_their_operation(stack):
    change_set = stack.change_set(template(Topic=topic()))
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"], ClientRequestToken="first")
    stack.settled()
    stack.api.delete_stack(StackName=stack.name, ClientRequestToken="second")
    stack_id = change_set["StackId"]
    while stack.api.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] != "DELETE_COMPLETE":
        time.sleep(0.01)
    events = stack.api.describe_stack_events(StackName=stack_id)["StackEvents"]
    tokens = {(e["ResourceStatus"], e.get("ClientRequestToken")) for e in events if e["LogicalResourceId"] == "Topic"}
    assert tokens == {
        ("CREATE_IN_PROGRESS", "first"),
        ("CREATE_COMPLETE", "first"),
        ("DELETE_IN_PROGRESS", "second"),
        ("DELETE_COMPLETE", "second"),
    }


def test_change_sets_are_listed(stack):
    made = stack.change_set(template(Topic=topic()))
    found = stack.api.list_change_sets(StackName=stack.name)["Summaries"]
    assert [(s["ChangeSetId"], s["Status"], s["ExecutionStatus"]) for s in found] == [
        (made["ChangeSetId"], "CREATE_COMPLETE", "AVAILABLE")
    ]
    stack.delete()


def test_a_template_is_read_from_a_bucket_by_its_address(account, stack):
    bucket = account.unique("templates")
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/b.json", Body=json.dumps(template(Topic=topic())))
    url = f"https://{bucket}.s3.{EAST}.amazonaws.com/a/b.json"
    stack.api.create_stack(StackName=stack.name, TemplateURL=url)
    assert stack.settled() == "CREATE_COMPLETE"
    stack.delete()


def test_a_capability_has_to_be_acknowledged(stack):
    trust = {"Version": "2012-10-17", "Statement": []}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    with pytest.raises(ClientError, match=r"InsufficientCapabilities.*CAPABILITY_IAM"):
        stack.api.create_change_set(
            StackName=stack.name,
            ChangeSetName="first",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(template(Role=role)),
        )


def test_a_stack_at_work_is_not_updated(account, stack):
    """A queue whose creation takes its time is hard to come by: the wait condition waits for a signal."""
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    wait = {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "2", "Count": 1},
    }
    stack.api.create_stack(StackName=stack.name, TemplateBody=json.dumps(template(Handle=handle, Wait=wait)))
    with pytest.raises(ClientError, match="CREATE_IN_PROGRESS state and can not be updated"):
        stack.change_set(template(Topic=topic()))
    stack.settled()
    stack.delete()


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        ("AWS::KMS::Key", {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}),
        ("AWS::RDS::GlobalCluster", {"Engine": "aurora-mysql"}),
        ("AWS::S3::Bucket", {"BucketNamespace": "account-regional", "BucketNamePrefix": "unknown"}),
        ("AWS::SNS::Topic", {}),
        ("AWS::SecretsManager::Secret", {"GenerateSecretString": {"PasswordLength": 8, "Unknown": 1}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_property_that_nobody_knows_is_named(stack, not_emulated, kind, properties):
    stack.deploy({"Resource": {"Type": kind, "Properties": {**properties, "Unknown": "x"}}})
    nested = {("Resource", "GenerateSecretString.Unknown")} if "GenerateSecretString" in properties else set()
    assert not_emulated(stack) == {("Resource", "Unknown")} | nested
    stack.deploy({"Resource": {"Type": kind, "Properties": properties}})
    assert not_emulated(stack) == nested
    stack.delete()
    assert not_emulated(stack) == set()


def test_an_update_reports_what_it_removes_and_replaces(stack):
    def vpc(cidr):
        return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}

    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Gone": topic()})
    old = stack.physical_id("Vpc")
    stack.deploy({"Vpc": vpc("10.1.0.0/16")})
    events = stack.api.describe_stack_events(StackName=stack.name)["StackEvents"]
    found = [(e["LogicalResourceId"], e["ResourceStatus"], e["PhysicalResourceId"] == old) for e in reversed(events)]
    cleanup = found.index((stack.name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False))
    assert found[cleanup + 1 :] == [
        ("Vpc", "DELETE_IN_PROGRESS", True),
        ("Vpc", "DELETE_COMPLETE", True),
        ("Gone", "DELETE_IN_PROGRESS", False),
        ("Gone", "DELETE_COMPLETE", False),
        (stack.name, "UPDATE_COMPLETE", False),
    ]
    stack.delete()
