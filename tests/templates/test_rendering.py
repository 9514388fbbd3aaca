"""The renderer writes what a person reviews, and what CloudFormation reads back is what was built."""

import json

import cfn_flip
import pytest
from troposphere import Equals, GetAtt, GetAZs, If, Join, NoValue, Ref, Select, Sub, s3, sns

from templates_src.assembly import RegionTemplate
from templates_src.rendering import render


@pytest.fixture
def made():
    return RegionTemplate("primary", "for the test")


def lines_of(template, logical_id):
    text = render(template)
    block = text[text.index(f"  {logical_id}:\n") :]
    return block.splitlines()[1:]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Ref("Other"), "!Ref Other"),
        (Ref("AWS::Region"), "!Ref AWS::Region"),
        (GetAtt("Other", "Endpoint.Address"), "!GetAtt Other.Endpoint.Address"),
        (Sub("${Other}-name"), "!Sub '${Other}-name'"),
        (If("Linked", "a", NoValue), "!If [Linked, a, !Ref 'AWS::NoValue']"),
        (Join(",", ["a", Ref("Other")]), "!Join [',', [a, !Ref Other]]"),
        (Select(0, GetAZs("")), "!Select [0, !GetAZs '']"),
        ("true", "'true'"),
        ("2012-10-17", "'2012-10-17'"),
        ("plain", "plain"),
    ],
)
def test_a_value_is_written_in_its_shortest_readable_form(made, value, written):
    made.put(sns.Topic("Topic", DisplayName=value))
    assert f"      DisplayName: {written}" in lines_of(made, "Topic")


def test_one_function_right_inside_another_falls_back_to_the_long_form(made):
    made.put(sns.Topic("Topic", DisplayName=Select(0, GetAZs(Ref("AWS::Region")))))
    assert json.loads(cfn_flip.to_json(render(made)))["Resources"]["Topic"]["Properties"]["DisplayName"] == {
        "Fn::Select": [0, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]
    }


def test_a_long_string_stays_on_its_line(made):
    made.put(sns.Topic("Topic", DisplayName="word " * 60 + "end"))
    assert f"      DisplayName: {'word ' * 60}end" in lines_of(made, "Topic")


def test_a_text_of_several_lines_is_written_line_by_line(made):
    made.put(sns.Topic("Topic", DisplayName="one\ntwo\n"))
    assert lines_of(made, "Topic")[2:5] == ["      DisplayName: |", "        one", "        two"]


def test_attributes_stand_before_properties_and_none_is_lost(made):
    topic = sns.Topic("Topic", DisplayName="t", DependsOn=["Other"], Metadata={"a": "b"}, Condition="Linked")
    topic.resource["UpdatePolicy"] = {"Some": "policy"}
    made.put(topic)
    attributes = [line.split(":")[0] for line in lines_of(made, "Topic")]
    keys = [name.strip() for name in attributes if name.startswith("    ") and name[4] != " "]
    assert keys == ["Type", "Condition", "DependsOn", "Metadata", "Properties", "UpdatePolicy"]


def test_a_heading_stands_above_the_first_resource_of_its_concern(made):
    made.concern("Messages")
    made.put(sns.Topic("First"))
    made.put(sns.Topic("Second"))
    made.concern("Storage")
    made.put(s3.Bucket("Third"))
    written = [line for line in render(made).splitlines() if line.startswith("  ") and line[2] != " "]
    assert written[-5:] == ["  # Messages", "  First:", "  Second:", "  # Storage", "  Third:"]


def test_what_is_read_back_is_what_was_built(made):
    made.add_condition("On", Equals(Ref("AWS::Region"), "us-east-1"))
    made.put(s3.Bucket("Bucket", BucketName=Sub("${AWS::StackName}-x"), Condition="On"))
    made.put_out("Name", "the bucket", Ref("Bucket"))
    assert json.loads(cfn_flip.to_json(render(made))) == json.loads(made.to_json())
