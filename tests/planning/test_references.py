"""What a part of a template needs of the rest."""

import pytest

from twinstack.expressions.references import named_in, needed_by


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"Ref": "A"}, ["A"]),
        ({"Condition": "A", "Type": "AWS::SNS::Topic"}, ["A"]),
        ({"Condition": {"Ref": "B"}}, ["B"]),
        ({"DependsOn": "Alone"}, ["Alone"]),
        ({"DependsOn": ["A", "B"]}, ["A", "B"]),
        ({"Fn::If": ["A", {"Ref": "B"}, [{"Ref": "C"}]]}, ["A", "B", "C"]),
        ({"Fn::GetAtt": "A.Arn"}, ["A"]),
        ({"Fn::GetAtt": ["A", "Arn"]}, ["A"]),
        ({"Fn::GetAtt": ["A", {"Ref": "B"}]}, ["A", "B"]),
        ({"Fn::Sub": "${A}-${B.Arn}-${AWS::Region}"}, ["A", "B", "AWS::Region"]),
        ({"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}, ["B"]),
        ({"a": [{"b": {"Ref": "A"}}], "Name": "B"}, ["A"]),
        ("A", []),
    ],
)
def test_an_expression_names_what_it_refers_to(written, named):
    assert sorted(named_in(written)) == sorted(named)


def test_what_is_needed_is_followed_through_resources_and_conditions():
    body = {
        "Resources": {
            "A": {"Condition": "Linked", "Properties": {"Of": {"Ref": "B"}}},
            "B": {"DependsOn": "C"},
            "C": {"Properties": {"Of": {"Ref": "A"}}},
            "D": {"Properties": {"Of": {"Ref": "A"}}},
        },
        "Conditions": {
            "Linked": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Peer"}, ""]}]},
            "Other": {"Condition": "Linked"},
        },
    }
    assert needed_by(body, ["A"]) == {"A", "B", "C", "Linked", "Peer"}
    assert needed_by(body, []) == set()
