"""The fake's change sets list what AWS's would, by the rules that AWS writes down."""

import json

import pytest

from tests.fake_cloudformation import FakeClock, FakeCloudFormation
from tests.fake_templates import LATER
from tests.systems import template
from twinstack.aws.api import ChangeSetRequest
from twinstack.aws.errors import AwsError


@pytest.fixture
def aws():
    return FakeCloudFormation(FakeClock(), change_set_describes=1)


def topic(**properties):
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def whole(resources, **sections):
    return {"Resources": resources, **sections}


def change_set(aws, body, parameters=(), tags=(), *, nested=False):
    """The name and the ARN of a new change set."""
    operation = "UPDATE" if aws.describe_stack("one") else "CREATE"
    text = template(json.dumps(body)).text
    name = f"set-{len(aws.requests)}"
    asked = ChangeSetRequest("one", name, operation, text, None, dict(parameters), dict(tags), (), name, None, nested)
    return aws.create_change_set(asked).arn


def deploy(aws, body, parameters=(), tags=()):
    arn = change_set(aws, body, parameters, tags)
    aws.describe_change_set(arn)
    aws.execute_change_set(arn, "token")
    aws.clock.sleep(1000)
    assert aws.describe_stack("one").status.endswith("_COMPLETE")
    return arn


def listed(aws, arn, *, values=False):
    return {change.resource: change for change in aws.describe_change_set(arn, values=values).changes}


def rows(change):
    """Each detail as attribute, name, recreation, evaluation, source, cause."""
    return [
        (d.attribute, d.name, d.recreation, "Dynamic" if d.dynamic else "Static", d.source, d.cause)
        for d in change.details
    ]


def shown(change):
    """Each detail as path, before, after, evaluation, source, cause."""
    return [
        (d.path, d.before, d.after, "Dynamic" if d.dynamic else "Static", d.source, d.cause) for d in change.details
    ]


def vpc(cidr="10.0.0.0/16"):
    return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}


def test_a_changed_property_is_a_direct_modification_with_its_path(aws):
    deploy(aws, whole({"Topic": topic(Names=["a", "b"], Other=1)}))
    arn = change_set(aws, whole({"Topic": topic(Names=["a", "c", "d"], Other=1)}))
    assert rows(listed(aws, arn)["Topic"]) == [("Properties", "Names", "Never", "Static", "DirectModification", "")]
    assert shown(listed(aws, arn, values=True)["Topic"]) == [
        ("/Properties/Names/1", "b", "c", "Static", "DirectModification", ""),
        ("/Properties/Names/2", None, "d", "Static", "DirectModification", ""),
    ]


def test_a_changed_parameter_is_the_cause(aws):
    body = whole({"Topic": topic(DisplayName={"Ref": "Name"})}, Parameters={"Name": {"Type": "String"}})
    deploy(aws, body, {"Name": "a"})
    arn = change_set(aws, body, {"Name": "b"})
    assert rows(listed(aws, arn)["Topic"]) == [
        ("Properties", "DisplayName", "Never", "Dynamic", "DirectModification", ""),
        ("Properties", "DisplayName", "Never", "Static", "ParameterReference", "Name"),
    ]
    assert shown(listed(aws, arn, values=True)["Topic"]) == [
        ("/Properties/DisplayName", "a", "b", "Dynamic", "DirectModification", ""),
        ("/Properties/DisplayName", "a", "b", "Static", "ParameterReference", "Name"),
    ]


def test_a_cause_is_that_of_the_part_that_refers_to_it(aws):
    def body(fixed):
        return whole(
            {"Topic": topic(Both={"One": {"Ref": "Name"}, "Two": fixed})}, Parameters={"Name": {"Type": "String"}}
        )

    deploy(aws, body("x"), {"Name": "a"})
    found = listed(aws, change_set(aws, body("y"), {"Name": "b"}), values=True)
    assert shown(found["Topic"]) == [
        ("/Properties/Both/One", "a", "b", "Dynamic", "DirectModification", ""),
        ("/Properties/Both/One", "a", "b", "Static", "ParameterReference", "Name"),
        ("/Properties/Both/Two", "x", "y", "Static", "DirectModification", ""),
    ]


def test_a_certain_replacement_cascades_to_what_refers_to_it(aws):
    def body(cidr):
        table = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
        return whole({"Vpc": vpc(cidr), "Table": table, "Topic": topic(DisplayName={"Fn::Sub": "in ${Table}"})})

    deploy(aws, body("10.0.0.0/16"))
    arn = change_set(aws, body("10.1.0.0/16"))
    found = listed(aws, arn)
    assert {name: (change.replacement, change.policy_action) for name, change in found.items()} == {
        "Vpc": ("True", "ReplaceAndDelete"),
        "Table": ("True", "ReplaceAndDelete"),
        "Topic": ("False", ""),
    }
    assert rows(found["Table"]) == [("Properties", "VpcId", "Always", "Static", "ResourceReference", "Vpc")]
    assert shown(listed(aws, arn, values=True)["Topic"]) == [
        ("/Properties/DisplayName", "in table-2", LATER, "Dynamic", "DirectModification", ""),
        ("/Properties/DisplayName", "in table-2", LATER, "Static", "ResourceReference", "Table"),
    ]


def test_what_may_be_replaced_is_conditional_and_a_reference_to_it_dynamic(aws):
    def body(group):
        cluster = {"Type": "AWS::RDS::DBCluster", "Properties": {"GlobalClusterIdentifier": group}}
        return whole({"Cluster": cluster, "Topic": topic(DisplayName={"Ref": "Cluster"})})

    deploy(aws, body("a"))
    found = listed(aws, change_set(aws, body("b")))
    assert (found["Cluster"].replacement, found["Cluster"].policy_action) == ("Conditional", "")
    assert rows(found["Topic"]) == [("Properties", "DisplayName", "Never", "Dynamic", "ResourceReference", "Cluster")]


def test_what_takes_an_attribute_of_a_change_in_place_is_left_out_with_values(aws):
    def body(name):
        return whole(
            {
                "First": topic(DisplayName=name),
                "Second": topic(DisplayName={"Fn::GetAtt": ["First", "Arn"]}),
                "Third": topic(DisplayName={"Ref": "First"}),
            }
        )

    deploy(aws, body("a"))
    arn = change_set(aws, body("b"))
    assert rows(listed(aws, arn)["Second"]) == [
        ("Properties", "DisplayName", "Never", "Dynamic", "ResourceAttribute", "First.Arn")
    ]
    assert list(listed(aws, arn)) == ["First", "Second"]
    assert list(listed(aws, arn, values=True)) == ["First"]


def test_a_branch_that_is_not_taken_refers_to_nothing(aws):
    body = whole(
        {
            "Topic": topic(DisplayName={"Fn::If": ["Is", {"Ref": "Name"}, "fixed"]}),
            "Only": {**topic(), "Condition": "Is"},
        },
        Parameters={"Name": {"Type": "String"}, "Flag": {"Type": "String"}},
        Conditions={"Is": {"Fn::Equals": [{"Ref": "Flag"}, "yes"]}},
    )
    deploy(aws, body, {"Name": "a", "Flag": "no"})
    assert aws.describe_change_set(change_set(aws, body, {"Name": "b", "Flag": "no"})).status == "FAILED"
    found = listed(aws, change_set(aws, body, {"Name": "b", "Flag": "yes"}))
    assert {name: change.action for name, change in found.items()} == {"Topic": "Modify", "Only": "Add"}


@pytest.mark.parametrize("attribute", ["Metadata", "DeletionPolicy", "UpdateReplacePolicy"])
def test_an_attribute_alone_is_a_change(aws, attribute):
    deploy(aws, whole({"Topic": {**topic(), attribute: "Delete"}}))
    arn = change_set(aws, whole({"Topic": {**topic(), attribute: "Retain"}}))
    assert rows(listed(aws, arn)["Topic"]) == [(attribute, "", "Never", "Static", "DirectModification", "")]
    assert shown(listed(aws, arn, values=True)["Topic"]) == [
        (f"/{attribute}", "Delete", "Retain", "Static", "DirectModification", "")
    ]


def test_an_order_alone_is_none(aws):
    deploy(aws, whole({"First": topic(), "Second": topic()}))
    arn = change_set(aws, whole({"First": topic(), "Second": {**topic(), "DependsOn": "First"}}))
    assert aws.describe_change_set(arn).status == "FAILED"


def test_tags_have_an_attribute_of_their_own(aws):
    tags = [{"Key": "Owner", "Value": "a"}]
    deploy(aws, whole({"Topic": topic(Tags=tags), "Route": {"Type": "AWS::EC2::Route"}}))
    changed = whole({"Topic": topic(Tags=[{"Key": "Owner", "Value": "b"}]), "Route": {"Type": "AWS::EC2::Route"}})
    found = listed(aws, change_set(aws, changed, tags={"Team": "x"}), values=True)
    assert list(found) == ["Topic"]
    assert shown(found["Topic"]) == [
        ("", None, None, "Static", "", ""),
        ("/Properties/Tags/0/Value", "a", "b", "Static", "DirectModification", ""),
    ]
    assert {(d.attribute, d.name) for d in found["Topic"].details} == {("Tags", "")}


def test_a_secret_is_masked_and_its_change_seen(aws):
    body = whole(
        {"Topic": topic(DisplayName={"Fn::Sub": "a ${Word}"})}, Parameters={"Word": {"Type": "String", "NoEcho": True}}
    )
    deploy(aws, body, {"Word": "old"})
    found = listed(aws, change_set(aws, body, {"Word": "new"}), values=True)["Topic"]
    assert [row[:3] for row in shown(found)] == [("/Properties/DisplayName", "a ****", "a ****")] * 2


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        (topic(), "Delete"),
        ({**topic(), "DeletionPolicy": "RetainExceptOnCreate"}, "Retain"),
        ({"Type": "AWS::RDS::DBCluster"}, "Snapshot"),
        ({"Type": "AWS::RDS::DBInstance"}, "Snapshot"),
        ({"Type": "AWS::RDS::DBInstance", "Properties": {"DBClusterIdentifier": "x"}}, "Delete"),
    ],
    ids=["deleted", "retained", "cluster", "instance", "member"],
)
def test_what_becomes_of_what_goes(aws, resource, action):
    deploy(aws, whole({"Gone": resource, "Stays": topic()}))
    assert listed(aws, change_set(aws, whole({"Stays": topic()})))["Gone"].policy_action == action


def test_the_functions_of_the_tests(aws):
    body = whole(
        {
            "Topic": topic(
                Join={"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]},
                Select={"Fn::Select": [1, {"Fn::Split": [",", "x,y"]}]},
                Map={"Fn::FindInMap": ["Sizes", {"Ref": "Kind"}, "Size"]},
                Sub={"Fn::Sub": ["${Kind} ${Own} ${!Kept} ${AWS::StackName}", {"Own": {"Ref": "Kind"}}]},
                List={"Ref": "Items"},
                Gone={"Ref": "AWS::NoValue"},
            )
        },
        Parameters={"Kind": {"Type": "String"}, "Items": {"Type": "CommaDelimitedList"}},
        Mappings={"Sizes": {"big": {"Size": 7}}},
    )
    deploy(aws, body, {"Kind": "big", "Items": "a, b"})
    assert aws.stack("one").content.resources["Topic"].properties == {
        "Join": "a-us-east-1",
        "Select": "y",
        "Map": 7,
        "Sub": "big big ${Kept} one",
        "List": ["a", "b"],
    }


def test_a_change_set_is_executed_once_and_described_after_that(aws):
    arn = deploy(aws, whole({"Topic": topic()}))
    assert aws.describe_change_set(arn).execution_status == "EXECUTE_COMPLETE"
    with pytest.raises(AwsError, match=r"current execution status of \[EXECUTE_COMPLETE\]"):
        aws.execute_change_set(arn, "again")


def test_an_update_by_hand_makes_a_change_set_obsolete(aws):
    body = whole({"Topic": topic(DisplayName={"Ref": "Name"})}, Parameters={"Name": {"Type": "String"}})
    deploy(aws, body, {"Name": "a"})
    saved = change_set(aws, body, {"Name": "b"})
    aws.update_by_hand("one", Name="c")
    assert aws.describe_change_set(saved).execution_status == "OBSOLETE"
    with pytest.raises(AwsError) as refused:
        aws.execute_change_set(saved, "t")
    assert (refused.value.code, refused.value.reason) == (
        "InvalidChangeSetStatus",
        f"ChangeSet [{saved}] cannot be executed in its current execution status of [OBSOLETE]",
    )


ADDRESS = "https://templates.s3.us-east-1.amazonaws.com/inside.json"


def put_inside(aws, name, **more):
    output = {"Arn": {"Value": {"Fn::GetAtt": ["Topic", "Arn"]}}}
    body = whole({"Topic": topic(DisplayName=name), **more}, Outputs=output)
    aws.buckets.put("templates", "inside.json", json.dumps(body).encode())


def around():
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": ADDRESS}}
    return whole({"Inside": nested, "Topic": topic(DisplayName={"Fn::GetAtt": ["Inside", "Outputs.Arn"]})})


def test_what_changes_inside_a_nested_stack_is_listed_after_it(aws):
    put_inside(aws, "a")
    deploy(aws, around())
    put_inside(aws, "b", Second=topic())
    arn = change_set(aws, around(), nested=True)
    found = listed(aws, arn)
    assert list(found) == ["Inside", "Inside/Topic", "Inside/Second", "Topic"]
    assert found["Inside"].nested_change_set
    assert rows(found["Inside"]) == [("Properties", "", "Never", "Dynamic", "Automatic", "")]
    assert rows(found["Topic"]) == [
        ("Properties", "DisplayName", "Never", "Dynamic", "ResourceAttribute", "Inside.Outputs.Arn")
    ]
    assert shown(listed(aws, arn, values=True)["Inside/Topic"]) == [
        ("/Properties/DisplayName", "a", "b", "Static", "DirectModification", "")
    ]
    aws.execute_change_set(arn, "t")
    aws.clock.sleep(1000)
    assert aws.describe_stack("one").status == "UPDATE_COMPLETE"
    assert set(aws.stack("one").content.nested["Inside"].resources) == {"Topic", "Second"}


def test_a_nested_stack_without_a_change_is_automatic_unless_it_is_looked_into(aws):
    put_inside(aws, "a")
    deploy(aws, around())
    assert [d.source for d in listed(aws, change_set(aws, around()))["Inside"].details] == ["Automatic"]
    assert aws.describe_change_set(change_set(aws, around(), nested=True)).status == "FAILED"
