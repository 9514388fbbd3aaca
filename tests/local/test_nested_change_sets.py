"""Change sets of nested stacks."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST

LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
NESTED = "AWS::CloudFormation::Stack"


def topic(name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def inner(name, **resources):
    output = {"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}}
    parameters = {"Label": {"Type": "String", "Default": name}}
    return {
        "Parameters": parameters,
        "Resources": {"Topic": topic({"Ref": "Label"}), **resources},
        "Outputs": output,
    }


@pytest.fixture
def bucket(account):
    """Puts a template; its address."""
    name = account.unique("nested")
    s3 = account.client("s3")
    s3.create_bucket(Bucket=name)

    def put(key, template):
        s3.put_object(Bucket=name, Key=key, Body=json.dumps(template))
        return f"https://{name}.s3.{EAST}.amazonaws.com/{key}"

    return put


def outer(address, **more):
    return {"Resources": {"Inside": {"Type": NESTED, "Properties": {"TemplateURL": address}}, **more}}


def changes(stack, arn, *, values=False):
    answer = stack.api.describe_change_set(ChangeSetName=arn, IncludePropertyValues=values)
    return answer, {
        entry["ResourceChange"]["LogicalResourceId"]: entry["ResourceChange"] for entry in answer["Changes"]
    }


def test_a_nested_stack_that_is_added_has_a_change_set_of_its_own(stack, bucket):
    made = stack.change_set(outer(bucket("a.json", inner("one"))), IncludeNestedStacks=True)
    root, listed = changes(stack, made["ChangeSetId"])
    assert root["IncludeNestedStacks"] is True
    assert "ParentChangeSetId" not in root
    child, inside = changes(stack, listed["Inside"]["ChangeSetId"])
    assert {name: change["Action"] for name, change in inside.items()} == {"Topic": "Add"}
    assert (child["ParentChangeSetId"], child["RootChangeSetId"]) == (made["ChangeSetId"], made["ChangeSetId"])
    assert (child["ExecutionStatus"], child["StatusReason"]) == ("UNAVAILABLE", "Executable from root change set")


def test_what_changes_inside_is_shown_and_executed_with_the_root(stack, bucket):
    address = bucket("a.json", inner("one"))
    stack.deploy_template(outer(address), {})
    bucket("a.json", inner("two", Second=topic("x")))
    made = stack.change_set(outer(address), IncludeNestedStacks=True)
    _root, listed = changes(stack, made["ChangeSetId"])
    assert listed["Inside"]["Details"] == [
        {
            "Target": {"Attribute": "Properties", "RequiresRecreation": "Never"},
            "Evaluation": "Dynamic",
            "ChangeSource": "Automatic",
        }
    ]
    nested = listed["Inside"]["ChangeSetId"]
    child, inside = changes(stack, nested, values=True)
    assert {name: change["Action"] for name, change in inside.items()} == {"Topic": "Modify", "Second": "Add"}
    target = inside["Topic"]["Details"][0]["Target"]
    assert (target["BeforeValue"], target["AfterValue"]) == ("one", "two")
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        stack.api.execute_change_set(ChangeSetName=nested)
    stack.api.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert stack.settled() == "UPDATE_COMPLETE"
    assert changes(stack, nested)[0]["ExecutionStatus"] == "EXECUTE_COMPLETE"
    held = stack.api.list_stack_resources(StackName=child["StackId"])["StackResourceSummaries"]
    assert {resource["LogicalResourceId"] for resource in held} == {"Topic", "Second"}
    stack.delete()


def test_a_nested_stack_without_a_change_is_not_listed_when_aws_looks_inside(stack, bucket):
    whole = outer(bucket("a.json", inner("one")))
    stack.deploy_template(whole, {})
    assert stack.change_set(whole, IncludeNestedStacks=True)["Status"] == "FAILED"
    stack.delete()


def test_without_looking_inside_every_nested_stack_may_change(stack, bucket):
    whole = outer(bucket("a.json", inner("one")), Follower=topic({"Fn::GetAtt": ["Inside", "Outputs.Name"]}))
    stack.deploy_template(whole, {})
    _root, listed = changes(stack, stack.change_set(whole)["ChangeSetId"])
    sources = {name: [detail["ChangeSource"] for detail in change["Details"]] for name, change in listed.items()}
    assert sources == {"Inside": ["Automatic"], "Follower": ["ResourceAttribute"]}
    assert "ChangeSetId" not in listed["Inside"]
    stack.delete()


def test_what_takes_an_output_of_a_changed_nested_stack_is_known_only_after_it(stack, bucket):
    first, second = bucket("a.json", inner("one")), bucket("b.json", inner("other"))
    label = {"Label": {"Fn::GetAtt": ["Inside", "Outputs.Name"]}}
    beside = {"Type": NESTED, "Properties": {"TemplateURL": second, "Parameters": label}}
    stack.deploy_template(outer(first, Beside=beside), {})
    bucket("a.json", inner("two"))
    made = stack.change_set(outer(first, Beside=beside), IncludeNestedStacks=True)
    _root, listed = changes(stack, made["ChangeSetId"])
    _child, inside = changes(stack, listed["Beside"]["ChangeSetId"], values=True)
    rows = [(d["ChangeSource"], d["Evaluation"], d["Target"]["AfterValue"]) for d in inside["Topic"]["Details"]]
    assert rows == [("DirectModification", "Dynamic", LATER), ("ParameterReference", "Static", LATER)]
    stack.delete()


def test_a_deleted_root_takes_its_nested_change_sets_along(stack, bucket):
    made = stack.change_set(outer(bucket("a.json", inner("one"))), IncludeNestedStacks=True)
    _root, listed = changes(stack, made["ChangeSetId"])
    stack.api.delete_change_set(ChangeSetName=made["ChangeSetId"])
    with pytest.raises(ClientError, match="does not exist"):
        changes(stack, listed["Inside"]["ChangeSetId"])


def test_a_nested_template_that_cannot_be_read_fails_the_root(stack, bucket):
    missing = bucket("a.json", inner("one")).replace("a.json", "missing.json")
    made = stack.change_set(outer(missing), IncludeNestedStacks=True)
    _root, listed = changes(stack, made["ChangeSetId"])
    nested = listed["Inside"]["ChangeSetId"]
    assert (made["Status"], made["ExecutionStatus"], made["StatusReason"]) == (
        "FAILED",
        "UNAVAILABLE",
        f"Nested change set {nested} was not successfully created: Currently in FAILED.",
    )
    child, _inside = changes(stack, nested)
    assert (child["Status"], child["StatusReason"]) == ("FAILED", f"{missing} cannot be read")


def test_what_stays_inside_a_nested_stack_keeps_its_attributes(stack, bucket):
    address = bucket("a.json", inner("one"))
    stack.deploy_template(outer(address), {})
    bucket("a.json", inner("one", Second=topic("x")))
    stack.deploy_template(outer(address), {})
    stack.delete()
