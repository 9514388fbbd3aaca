"""A template is read as CloudFormation reads it, whoever or whatever wrote the file."""

import json

import pytest

from twinstack.errors import InputError
from twinstack.templates import read_template

BODY = {
    "Metadata": {"TwinStack": {"Role": "one"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "é-${AWS::Region}"}}}},
}


@pytest.fixture
def read(tmp_path):
    def of(text, name="template.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_template(path)

    return of


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(BODY), id="in one line"),
        pytest.param(json.dumps(BODY, indent="\t"), id="with tabs"),
        pytest.param(json.dumps(BODY, indent=2).replace("\n", "\r\n"), id="with Windows line ends"),
        pytest.param(json.dumps(BODY).replace("AWS::SNS", "AWS::\\u0053NS"), id="with escapes"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(BODY, ensure_ascii=False).encode(), id="with a byte order mark"),
    ],
)
def test_json_is_read_however_it_was_written(read, text):
    assert read(text, "template.json").body == BODY


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Topic", {"Ref": "Topic"}),
        ("!GetAtt Topic.TopicName", {"Fn::GetAtt": ["Topic", "TopicName"]}),
        ("!GetAtt Nested.Outputs.Id", {"Fn::GetAtt": ["Nested", "Outputs.Id"]}),
        ("!GetAtt [Topic, TopicName]", {"Fn::GetAtt": ["Topic", "TopicName"]}),
        ("!Sub 'a-${Topic}'", {"Fn::Sub": "a-${Topic}"}),
        ("!Sub ['${a}', {a: !Ref Topic}]", {"Fn::Sub": ["${a}", {"a": {"Ref": "Topic"}}]}),
        ("!Base64 {'Fn::Sub': x}", {"Fn::Base64": {"Fn::Sub": "x"}}),
        ("!Join ['', [a, !Ref Topic]]", {"Fn::Join": ["", ["a", {"Ref": "Topic"}]]}),
        ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ("!Split [',', !ImportValue x]", {"Fn::Split": [",", {"Fn::ImportValue": "x"}]}),
        ("!Cidr [10.0.0.0/16, 4, 8]", {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}),
        ("!If [C, 1, !Ref 'AWS::NoValue']", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        (
            "!And [!Condition A, !Not [!Equals [a, b]]]",
            {"Fn::And": [{"Condition": "A"}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]},
        ),
        ("!FindInMap [M, a, b, {DefaultValue: c}]", {"Fn::FindInMap": ["M", "a", "b", {"DefaultValue": "c"}]}),
        ("!Transform {Name: 'AWS::Include'}", {"Fn::Transform": {"Name": "AWS::Include"}}),
        ("!Length [1, 2]", {"Fn::Length": [1, 2]}),
        ("!ToJsonString {a: !Ref Topic}", {"Fn::ToJsonString": {"a": {"Ref": "Topic"}}}),
    ],
)
def test_a_short_tag_is_the_function_written_out(read, short, long):
    template = read(f"Metadata: {{TwinStack: {{Role: one}}}}\nResources: {{Topic: {{Type: T, Value: {short}}}}}\n")
    assert template.resources["Topic"]["Value"] == long


def test_a_date_stays_the_text_that_it_is(read):
    body = read("""
AWSTemplateFormatVersion: 2010-09-09
Metadata: {TwinStack: {Role: one}}
Resources: {T: {Type: T, At: 2012-10-17}}
""").body
    assert (body["AWSTemplateFormatVersion"], body["Resources"]["T"]["At"]) == ("2010-09-09", "2012-10-17")


def test_an_alias_is_what_its_anchor_marks(read):
    template = read("""
Metadata: {TwinStack: {Role: one}}
Resources:
  First: &bucket {Type: 'AWS::S3::Bucket'}
  Second: *bucket
""")
    assert template.resources["Second"] == {"Type": "AWS::S3::Bucket"}


def test_a_resource_without_type_is_refused_unless_a_macro_may_give_it_one(read, tmp_path):
    resources = "Metadata: {TwinStack: {Role: one}}\nResources: {Topic: {Properties: {}}}\n"
    with pytest.raises(InputError) as error:
        read(resources)
    assert str(error.value) == f"{tmp_path}/template.yaml:2: Resources.Topic has no Type; add it"
    assert read(f"Transform: MyMacro\n{resources}").macros == ("MyMacro",)


def test_a_template_without_any_resource_is_refused_with_its_line(read, tmp_path):
    with pytest.raises(InputError) as error:
        read("Metadata: {TwinStack: {Role: one}}\nResources: {}\n")
    assert str(error.value) == f"{tmp_path}/template.yaml:2: Resources is empty; a stack needs at least one resource"
