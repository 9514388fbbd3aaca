"""What one set of resolved resources differs from another in, change by change."""

import pytest

from tests.systems import template
from twinstack.expressions.resolution import ResolvedResource, Resolver, Surroundings
from twinstack.expressions.values import NO_VALUE
from twinstack.planning.prediction import Change, Detail, compare, moving_attributes, retagged
from twinstack.planning.resource_schemas import UpdateRules

RULES = UpdateRules(
    create_only=(("Name",), ("Code", "Image"), ("Items", "*", "Kind")),
    conditional_create_only=(("Mode",), ("Network", "Subnet")),
    tags_update=True,
    fixed_attributes=frozenset({"Id", "Key"}),
)


def schemas(resource_type, region):
    assert region == "eu-west-1"
    return RULES if resource_type.startswith("AWS::") else UpdateRules()


def resource(properties=None, kind="AWS::X::Y", **attributes):
    given = {} if properties is None else {"Properties": properties}
    return ResolvedResource(kind, given | attributes)


def change(before, after):
    found = compare({"It": before}, {"It": after}, "eu-west-1", schemas)
    return found.get("It")


@pytest.mark.parametrize(
    ("before", "after", "action", "details"),
    [
        ({"A": 1}, {"A": 2}, "Modify", [Detail("Properties", "A", 1, 2)]),
        ({"A": 1}, {}, "Modify", [Detail("Properties", "A", 1, NO_VALUE)]),
        ({}, {"A": 2}, "Modify", [Detail("Properties", "A", NO_VALUE, 2)]),
        (None, {"A": 2}, "Modify", [Detail("Properties", "A", NO_VALUE, 2)]),
        ({"Name": "a"}, {"Name": "b"}, "Replace", [Detail("Properties", "Name", "a", "b", "Always")]),
        ({"Mode": "a"}, {"Mode": "b"}, "Replace?", [Detail("Properties", "Mode", "a", "b", "Conditionally")]),
        (
            {"Name": "a", "Mode": "a", "A": 1},
            {"Name": "b", "Mode": "b", "A": 1},
            "Replace",
            [Detail("Properties", "Name", "a", "b", "Always"), Detail("Properties", "Mode", "a", "b", "Conditionally")],
        ),
        (
            {"Code": {"Image": "a", "Size": 1}},
            {"Code": {"Image": "b", "Size": 1}},
            "Replace",
            [Detail("Properties", "Code", {"Image": "a", "Size": 1}, {"Image": "b", "Size": 1}, "Always", True)],
        ),
        (
            {"Code": {"Image": "a", "Size": 1}},
            {"Code": {"Image": "a", "Size": 2}},
            "Modify",
            [Detail("Properties", "Code", {"Image": "a", "Size": 1}, {"Image": "a", "Size": 2}, "Never", True)],
        ),
        (
            {"Network": {"Subnet": 1, "Size": 1}},
            {"Network": {"Subnet": 1, "Size": 2}},
            "Modify",
            [Detail("Properties", "Network", {"Subnet": 1, "Size": 1}, {"Subnet": 1, "Size": 2}, "Never", True)],
        ),
        (
            {"Network": {"Subnet": 1}},
            {"Network": {"Subnet": 2}},
            "Replace?",
            [Detail("Properties", "Network", {"Subnet": 1}, {"Subnet": 2}, "Conditionally", True)],
        ),
        (
            {"Code": "text"},
            {"Code": {"Image": "b"}},
            "Replace",
            [Detail("Properties", "Code", "text", {"Image": "b"}, "Always", True)],
        ),
        (
            {"Items": [{"Kind": 1, "Size": 1}]},
            {"Items": [{"Kind": 1, "Size": 2}]},
            "Replace",
            [
                Detail(
                    "Properties",
                    "Items",
                    [{"Kind": 1, "Size": 1}],
                    [{"Kind": 1, "Size": 2}],
                    "Always",
                    True,
                )
            ],
        ),
    ],
)
def test_a_changed_property_does_what_its_schema_says(before, after, action, details):
    found = change(resource(before), resource(after))
    assert (found.action, found.resource, found.type, list(found.details)) == (action, "It", "AWS::X::Y", details)


def test_other_attributes_change_a_resource_in_place():
    found = change(resource({"A": 1}, DeletionPolicy="Delete"), resource({"A": 1}, Metadata={"a": 1}))
    assert (found.action, found.policy_action) == ("Modify", "")
    assert list(found.details) == [
        Detail("DeletionPolicy", "", "Delete", NO_VALUE),
        Detail("Metadata", "", NO_VALUE, {"a": 1}),
    ]
    assert set(found.properties) == {"DeletionPolicy", "Metadata"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (resource({"A": 1}), resource({"A": "1"})),
        (resource({}), resource(None)),
        (resource(None), resource({})),
        (resource({"A": [1, {"B": True}]}), resource({"A": ["1", {"B": "true"}]})),
    ],
)
def test_what_cloudformation_takes_for_the_same_is_no_change(before, after):
    assert change(before, after) is None


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        (resource({}), "Delete"),
        (resource({}, DeletionPolicy="Retain"), "Retain"),
        (resource({}, DeletionPolicy="Snapshot"), "Snapshot"),
        (resource({}, DeletionPolicy="RetainExceptOnCreate"), "Retain"),
        (resource({}, UpdateReplacePolicy="Retain"), "Delete"),
        (resource({}, "AWS::RDS::DBCluster"), "Snapshot"),
        (resource({}, "AWS::RDS::DBCluster", DeletionPolicy="Delete"), "Delete"),
        (resource({}, "AWS::RDS::DBInstance"), "Snapshot"),
        (resource({"DBClusterIdentifier": "c"}, "AWS::RDS::DBInstance"), "Delete"),
    ],
)
def test_what_becomes_of_a_resource_that_is_removed(given, policy):
    removed = compare({"It": given}, {}, "eu-west-1", schemas)
    assert removed == {"It": Change("Remove", "It", given.type, policy_action=policy)}


@pytest.mark.parametrize(
    ("attributes", "policy"),
    [
        ({}, "ReplaceAndDelete"),
        ({"UpdateReplacePolicy": "Retain"}, "ReplaceAndRetain"),
        ({"UpdateReplacePolicy": "Snapshot"}, "ReplaceAndSnapshot"),
        ({"UpdateReplacePolicy": "RetainExceptOnCreate"}, "ReplaceAndRetain"),
        ({"DeletionPolicy": "Retain"}, "ReplaceAndDelete"),
    ],
)
def test_what_becomes_of_a_resource_that_is_replaced(attributes, policy):
    assert change(resource({"Name": "a"}, **attributes), resource({"Name": "b"}, **attributes)).policy_action == policy
    assert change(resource({"Mode": "a"}, **attributes), resource({"Mode": "b"}, **attributes)).policy_action == ""


def test_changes_come_in_the_order_of_the_template_and_removals_after_them():
    before = {"Gone": resource({}), "Same": resource({}), "Other": resource({"A": 1})}
    after = {"New": resource({}), "Other": resource({"A": 2}), "Same": resource({})}
    found = compare(before, after, "eu-west-1", schemas)
    assert [(name, it.action) for name, it in found.items()] == [
        ("New", "Add"),
        ("Other", "Modify"),
        ("Gone", "Remove"),
    ]
    assert found["New"] == Change("Add", "New", "AWS::X::Y")


@pytest.mark.parametrize(
    ("action", "replacement"),
    [("Replace", "True"), ("Replace?", "Conditional"), ("Modify", "False"), ("Add", "False"), ("Remove", "False")],
)
def test_a_change_says_its_replacement_as_a_change_set_does(action, replacement):
    assert Change(action, "It", "AWS::X::Y").replacement == replacement


def test_other_tags_of_the_stack_are_one_detail_more_of_each_resource_that_takes_them():
    resources = {name: resource({}) for name in ("Changed", "Same", "New")} | {"Untagged": resource({}, "Custom::X")}
    edited = Change("Modify", "Changed", "AWS::X::Y", (Detail("Properties", "A", 1, 2),))
    changes = {"Changed": edited, "New": Change("Add", "New", "AWS::X::Y")}
    tags = Detail("Tags", "", {"Team": "a"}, {"Team": "b"})
    found = retagged(resources, changes, ({"Team": "a"}, {"Team": "b"}), "eu-west-1", schemas)
    assert found == [
        Change("Modify", "Changed", "AWS::X::Y", (*edited.details, tags)),
        Change("Add", "New", "AWS::X::Y"),
        Change("Modify", "Same", "AWS::X::Y", (tags,)),
    ]


OUTPUTS = """
    Resources: {It: {Type: 'AWS::X::Y'}, Other: {Type: 'AWS::X::Y'}}
    Outputs:
      Endpoint: {Value: !GetAtt It.Endpoint}
      Port: {Value: !Sub '${It.Key}:${It.Port}'}
      Arn: {Value: !GetAtt It.Arn}
      TopicARN: {Value: !GetAtt It.TopicARN}
      VpcId: {Value: !GetAtt It.VpcId}
      Key: {Value: !GetAtt It.Key}
      Ref: {Value: !Ref It}
      Elsewhere: {Value: !GetAtt Other.Endpoint}
"""


@pytest.mark.parametrize(
    ("changes", "moving"),
    [
        ({"It": Change("Modify", "It", "AWS::X::Y")}, ["Endpoint", "Port"]),
        ({"It": Change("Replace?", "It", "AWS::X::Y")}, ["Endpoint", "Port"]),
        ({"It": Change("Replace", "It", "AWS::X::Y")}, []),
        ({"It": Change("Add", "It", "AWS::X::Y"), "Other": Change("Modify", "Other", "AWS::X::Y")}, ["Elsewhere"]),
        ({}, []),
    ],
)
def test_an_endpoint_may_move_with_a_change_in_place_and_an_identifier_may_not(changes, moving):
    resolver = Resolver(template(OUTPUTS), Surroundings("one", "eu-west-1", "one"), {}, {})
    assert moving_attributes(resolver, resolver.outputs(), changes, "eu-west-1", schemas) == moving
