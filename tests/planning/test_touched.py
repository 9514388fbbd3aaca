"""What a change set may list besides what changes, reference by reference."""

import pytest

from tests.systems import template
from twinstack.expressions.resolution import Resolver, Surroundings
from twinstack.planning.prediction import Change, Detail
from twinstack.planning.resource_schemas import UpdateRules
from twinstack.planning.touched import Surrounding, Touched, TouchedDetail, touched

RULES = UpdateRules(create_only=(("Name",),), conditional_create_only=(("Code", "Image"),), tags_update=True)
TEMPLATE = """
    Parameters: {Secret: {Type: String, NoEcho: true, Default: x}, Plain: {Type: String, Default: x}}
    Conditions: {Never: !Equals [a, b]}
    Resources:
      First: {Type: 'AWS::X::Y', Properties: {Name: a}}
      ByRef: {Type: 'AWS::X::Y', Properties: {A: !Ref First, Plain: !Ref Plain}}
      ByName: {Type: 'AWS::X::Y', Properties: {Name: !Ref First}}
      ByPart: {Type: 'AWS::X::Y', Properties: {Code: {Image: !Ref First}}}
      ByAttribute: {Type: 'AWS::X::Y', Properties: {A: !Sub '${First.Arn} ${First.Arn}'}}
      Next: {Type: 'AWS::X::Y', Properties: {A: !GetAtt ByAttribute.Arn, B: !Ref ByName, C: !Ref ByAttribute}}
      BySecret: {Type: 'AWS::X::Y', Properties: {A: !Ref Secret, Name: !Ref Secret}}
      NotTaken: {Type: 'AWS::X::Y', Properties: {A: !If [Never, !GetAtt First.Arn, x]}}
      Nested: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: x}}
      Bare: {Type: 'AWS::X::Bare'}
      Custom: {Type: 'Custom::X'}
      Waits: {Type: 'AWS::CloudFormation::WaitConditionHandle'}
"""
NESTED = Touched("Nested", "AWS::CloudFormation::Stack", (TouchedDetail("", "", "Automatic", "Never"),))


def schemas(resource_type, region):
    assert region == "eu-west-1"
    return RULES if resource_type == "AWS::X::Y" else UpdateRules()


def listed(*changes, uncomparable=(), tags_changed=False, without=()):
    resolver = Resolver(template(TEMPLATE), Surroundings("one", "eu-west-1", "one"), {}, {})
    kept = {name: it for name, it in resolver.resources().items() if name not in without}
    around = Surrounding(kept, "eu-west-1", schemas, uncomparable, tags_changed)
    return touched(resolver, {change.resource: change for change in changes}, around)


def modified(name, *properties, action="Modify", by_part=False):
    details = tuple(Detail("Properties", it, 1, 2, by_part=by_part) for it in properties)
    return Change(action, name, "AWS::X::Y", details)


def lines(entries):
    return {f"{it.resource}.{of.name} {of.cause} {of.source} {of.recreation}" for it in entries for of in it.details}


AUTOMATIC = "Nested.  Automatic Never"
BY_ATTRIBUTE = "ByAttribute.A First.Arn ResourceAttribute Never"
NEXT = "Next.A ByAttribute.Arn ResourceAttribute Never"
BY_REF = {
    "ByRef.A First ResourceReference Never",
    "ByName.Name First ResourceReference Always",
    "ByPart.Code First ResourceReference Conditionally",
    "Next.B ByName ResourceReference Never",
}


def test_a_nested_stack_is_always_listed_and_nothing_else_where_nothing_changes():
    assert listed() == [NESTED]


def test_an_attribute_of_what_changes_in_place_may_move_and_so_on():
    assert lines(listed(modified("First", "A"))) == {AUTOMATIC, BY_ATTRIBUTE, NEXT}


@pytest.mark.parametrize("action", ["Replace", "Replace?"])
def test_a_reference_to_what_may_be_replaced_may_change_too_and_may_replace_in_turn(action):
    found = listed(modified("First", "Name", action=action))
    assert lines(found) == {AUTOMATIC, BY_ATTRIBUTE, NEXT, *BY_REF}
    assert {it.resource: it.replacement for it in found} == {
        "ByRef": "False",
        "ByName": "Conditional",
        "ByPart": "Conditional",
        "ByAttribute": "False",
        "Next": "False",
        "Nested": "False",
    }


def test_a_property_that_replaces_by_a_part_may_replace_in_a_change_set():
    assert lines(listed(modified("First", "Code", by_part=True))) == {AUTOMATIC, BY_ATTRIBUTE, NEXT, *BY_REF}
    assert lines(listed(Change("Modify", "First", "AWS::X::Y"))) == {AUTOMATIC, BY_ATTRIBUTE, NEXT}


@pytest.mark.parametrize("action", ["Add", "Remove"])
def test_what_comes_or_goes_touches_nothing(action):
    assert lines(listed(modified("First", action=action))) == {AUTOMATIC}


def test_what_changes_for_certain_is_not_said_again():
    found = listed(modified("First", "Name", action="Replace"), modified("ByRef", "A"), modified("ByName", "Other"))
    assert not [it for it in found if it.resource == "ByRef"]
    assert [it for it in found if it.resource == "ByName"] == [
        Touched("ByName", "AWS::X::Y", (TouchedDetail("Name", "First", "ResourceReference", "Always"),))
    ]


def test_a_nested_stack_that_changes_is_not_listed_for_itself():
    assert listed(Change("Modify", "Nested", "AWS::CloudFormation::Stack", (Detail("Properties", "A", 1, 2),))) == []


def test_a_parameter_that_cannot_be_compared_may_have_changed():
    assert lines(listed(uncomparable=("Secret",))) == {
        AUTOMATIC,
        "BySecret.A Secret ParameterReference Never",
        "BySecret.Name Secret ParameterReference Always",
    }


def test_other_tags_of_the_stack_list_what_takes_none_save_custom_resources_and_wait_conditions():
    assert lines(listed(tags_changed=True)) == {
        AUTOMATIC,
        "Nested.Tags  StackTags Never",
        "Bare.Tags  StackTags Never",
    }


def test_only_what_is_there_before_and_after_is_listed_in_template_order():
    found = listed(modified("First", "Name", action="Replace"), without=("ByRef", "Nested"))
    assert [it.resource for it in found] == ["ByName", "ByPart", "ByAttribute", "Next"]
