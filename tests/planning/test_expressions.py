"""What an expression comes to: a value, or a symbol that is the same wherever the same thing is meant."""

import json
from textwrap import dedent

import pytest

from tests.systems import template
from twinstack.errors import InputError
from twinstack.expressions.functions import looked_up
from twinstack.expressions.references import get_att_parts, values_in
from twinstack.expressions.resolution import Resolver
from twinstack.expressions.surroundings import Surroundings, partition_of
from twinstack.expressions.values import (
    NO_VALUE,
    REF,
    OutputValue,
    ResourceValue,
    Symbol,
    freeze,
    is_symbolic,
    made_by,
    symbols_in,
)
from twinstack.marked_yaml import parse_marked
from twinstack.planning.shown import text_of

TEMPLATE = """
    Parameters:
      Name: {Type: String, Default: prices}
      Count: {Type: Number, Default: 3}
      Given: {Type: String}
      Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
      Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>', Default: 'x,y'}
      Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image}
      Password: {Type: String, NoEcho: true, Default: abc}
      NoPassword: {Type: String, NoEcho: true, Default: ''}
    Mappings:
      Sizes: {dev: {Class: small, Count: 2, Zones: [a, b]}, 'true': {Class: large}}
    Conditions:
      Holds: !Equals [a, a]
      Never: !Equals [a, b]
      Again: !Condition Holds
      Both: !And [!Condition Holds, !Condition Never]
      Either: !Or [!Condition Holds, !Condition Never]
    Resources:
      Topic: {Type: 'AWS::SNS::Topic'}
      Other: {Type: 'AWS::SNS::Topic', Condition: Never}
"""

X = OutputValue("one", "X")


def resolver(region="eu-west-1", generations=None, **values):
    at = Surroundings("one", region, "pair-dev-one", "account")
    return Resolver(template(TEMPLATE), at, values, generations or {})


def resolved(text, **around):
    expression = parse_marked(f"It: {dedent(text)}", "test.yaml").data["It"]
    return resolver(**around).resolve(expression)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Name", "prices"),
        ("!Ref Count", 3),
        ("!Ref Names", ["a", "b", "c"]),
        ("!Ref Zones", ["x", "y"]),
        ("!Ref NoPassword", ""),
        ("!Ref {'Fn::Join': ['', [Na, me]]}", "prices"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::StackName", "pair-dev-one"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::NotificationARNs", []),
        ("!Ref AWS::NoValue", NO_VALUE),
        ("[a, !Ref 'AWS::NoValue', b]", ["a", "b"]),
        ("{a: !Ref 'AWS::NoValue', b: {c: !Ref 'AWS::NoValue', d: 1}}", {"b": {"d": 1}}),
        ("!Sub 'in ${AWS::Region}: ${ Name } ${!Name}'", "in eu-west-1: prices ${Name}"),
        ("!Sub ['${a}-${Name}-${b}', {a: !Ref Count, b: true}]", "3-prices-true"),
        ("!Join ['-', [a, !Ref Count, false, !Ref 'AWS::NoValue']]", "a-3-false"),
        ("!Join [',', !Ref Names]", "a,b,c"),
        ("!Join ['', []]", ""),
        ("!Select [1, [a, b, c]]", "b"),
        ("!Select ['2', !Ref Names]", "c"),
        ("!Select [!Ref Count, [a, b, c, d]]", "d"),
        ("!Split [',', 'a,b,c']", ["a", "b", "c"]),
        ("!Split ['-', !Ref Name]", ["prices"]),
        ("!FindInMap [Sizes, dev, Class]", "small"),
        ("!FindInMap [Sizes, dev, Zones]", ["a", "b"]),
        ("!FindInMap [Sizes, true, Class]", "large"),
        ("!FindInMap [Sizes, prod, Class, {DefaultValue: !Ref Name}]", "prices"),
        ("!FindInMap [Sizes, dev, Class, {DefaultValue: other}]", "small"),
        ("{'Fn::Length': !Ref Names}", 3),
        ("{'Fn::ToJsonString': {a: [é, 1, true], b: !Ref 'AWS::NoValue'}}", '{"a":["é",1,true]}'),
        ("!If [Holds, then, otherwise]", "then"),
        ("!If [Never, then, otherwise]", "otherwise"),
        ("!If [Again, then, otherwise]", "then"),
        ("!If [Both, then, otherwise]", "otherwise"),
        ("!If [Either, then, otherwise]", "then"),
        ("{Condition: Holds}", True),
        ("{Condition: Never}", False),
        ("{a: 1, Ref: 2}", {"a": 1, "Ref": 2}),
    ],
)
def test_what_is_known_comes_to_a_value(expression, value):
    assert resolved(expression) == value


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("!Ref Topic", "${one:Topic}"),
        ("!GetAtt Topic.TopicArn", "${one:Topic.TopicArn}"),
        ("!GetAtt [Topic, A, B]", "${one:Topic.A.B}"),
        ("!Sub '${Topic}'", "${one:Topic}"),
        ("!Sub '${Topic.TopicArn}'", "${one:Topic.TopicArn}"),
        ("!Sub 'a-${Topic}-${Name}'", "a-${one:Topic}-prices"),
        ("!Ref Password", "****"),
        ("!Ref Image", "{{SSM parameter /image}}"),
        ("!Ref AWS::AccountId", "${AWS::AccountId}"),
        ("!Ref AWS::StackId", "${AWS::StackId}"),
        ("!Join ['-', !Split [',', !Ref Topic]]", "Fn::Join(-, Fn::Split(,, ${one:Topic}))"),
        ("!Select [0, !Split [',', !Ref Topic]]", "Fn::Select(0, Fn::Split(,, ${one:Topic}))"),
        ("!Select [!Ref Topic, [a, b]]", "Fn::Select(${one:Topic}, [a, b])"),
        ("!FindInMap [Sizes, !Ref Topic, Class]", "Fn::FindInMap(Sizes, ${one:Topic}, Class)"),
        ("{'Fn::Length': !Split [',', !Ref Topic]}", "Fn::Length(Fn::Split(,, ${one:Topic}))"),
        ("{'Fn::ToJsonString': {a: !Ref Topic, b: true}}", "Fn::ToJsonString({a: ${one:Topic}, b: true})"),
        ("!GetAZs ''", "Fn::GetAZs()"),
        ("!ImportValue subnets", "Fn::ImportValue(subnets)"),
        ("!Base64 {'Fn::Sub': '${Topic}'}", "Fn::Base64(${one:Topic})"),
    ],
)
def test_what_only_aws_knows_is_a_symbol_that_says_what_it_is_made_of(expression, shown):
    value = resolved(expression)
    assert (isinstance(value, Symbol), text_of(value)) == (True, shown)


@pytest.mark.parametrize(
    "same",
    [
        ["!Ref Topic", "!Sub '${Topic}'", "!Join ['', ['', !Ref Topic, '']]", "!Select [1, [a, !Ref Topic]]"],
        ["!GetAtt Topic.Arn", "!GetAtt [Topic, Arn]", "!Sub '${Topic.Arn}'", "!Sub ['${x}', {x: !GetAtt Topic.Arn}]"],
        ["!Sub 'a-${Topic}-b-3'", "!Join ['-', [a, !Ref Topic, b, 3]]", "!Join ['', ['a-', !Ref Topic, -b, -, '3']]"],
        ["!Sub '${Topic}true'", "!Join ['', [!Ref Topic, true]]"],
        ["!GetAZs ''", "!GetAZs ''"],
        ["!Base64 35", "!Base64 '35'"],
    ],
)
def test_the_same_thing_is_the_same_symbol_however_it_is_written(same):
    assert len({freeze(resolved(text)) for text in same}) == 1


@pytest.mark.parametrize(
    "others",
    [
        ["!Ref Topic", "!GetAtt Topic.Arn", "!GetAtt Topic.Name", "!Sub 'a${Topic}'", "!Sub '${Topic}a'"],
        ["!Sub 'a-${Topic}'", "!Sub 'b-${Topic}'", "!Sub 'a-${Topic}b'", "!Sub 'ab-${Topic}'"],
        ["!GetAZs ''", "!GetAZs us-east-1", "!Base64 ''"],
        ["!Select [0, !Split [',', !Ref Topic]]", "!Select [1, !Split [',', !Ref Topic]]"],
        ["!Split [',', !Ref Topic]", "!Split ['-', !Ref Topic]"],
        ["!Join [',', !Split [',', !Ref Topic]]", "!Join ['-', !Split [',', !Ref Topic]]"],
    ],
)
def test_another_thing_is_another_symbol(others):
    assert len({freeze(resolved(text)) for text in others}) == len(others)


def test_a_symbol_is_another_where_the_resource_the_region_or_the_account_is_another():
    assert resolved("!Ref Topic") != resolved("!Ref Topic", generations={"Topic": 1})
    assert resolved("!Ref Image") != resolved("!Ref Image", region="us-east-1")
    assert resolved("!Ref Image") != resolved("!Ref Image", Image="/other")
    assert resolved("!GetAZs ''") != resolved("!GetAZs ''", region="us-east-1")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("!Ref Nothing", "reference to Nothing, which is neither a parameter nor a resource of the template"),
        ("!GetAtt Nothing.Arn", "reference to Nothing.Arn: no such resource"),
        ("!Ref Other", "reference to Other.Ref, but the condition Never of the resource is false here"),
        ("!If [Nothing, a, b]", "there is no condition Nothing"),
        ("!FindInMap [Sizes, prod, Class]", "the mapping Sizes has no prod.Class; add it, or correct what the key"),
        ("!FindInMap [Nothing, dev, Class]", "the mapping Nothing has no dev.Class"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(expression, said):
    with pytest.raises(InputError) as error:
        resolved(expression)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("section", "asked", "place"),
    [
        ("Conditions: {Broken: !Equals [a]}", "resources", "Conditions.Broken"),
        (
            "Conditions: {Broken: !Or [!Condition Nothing]}",
            "resources",
            "Conditions.Broken: there is no condition Nothing",
        ),
        (
            "Conditions: {Broken: !Not [!Condition Broken]}",
            "resources",
            "Conditions.Broken: the conditions refer to each",
        ),
        ("Outputs: {Broken: {Value: !Select [9, [a]]}}", "outputs", "Outputs.Broken"),
        ("Outputs: {Broken: {Value: x, Condition: Nothing}}", "outputs", "Outputs.Broken"),
        ("Outputs: {Broken: {Value: x, Export: {Name: !Ref Nothing}}}", "exports", "Outputs.Broken"),
        ("Outputs: {Broken: {Value: x, Condition: Nothing, Export: {Name: x}}}", "exports", "Outputs.Broken"),
    ],
)
def test_an_error_names_the_place_of_the_expression(section, asked, place):
    condition = ", Condition: Broken" if asked == "resources" else ""
    text = f"""
    Resources:
      Topic: {{Type: 'AWS::SNS::Topic'{condition}}}
    {section}
"""
    resolver = Resolver(template(text), Surroundings("one", "eu-west-1", "one"), {}, {})
    with pytest.raises(InputError, match=f"^template.yaml:4: one: {place}"):
        getattr(resolver, asked)()


@pytest.mark.parametrize(
    "attributes",
    [
        "Condition: Nothing",
        "Properties: {A: !Ref Nothing}",
        "Metadata: !Ref Nothing",
        "Properties: {A: !If [Holds, !Ref Nothing, x]}",
    ],
)
def test_an_error_in_a_resource_names_the_resource(attributes):
    text = f"""
    Resources:
      Topic: {{Type: 'AWS::SNS::Topic', {attributes}}}
    Conditions: {{Holds: !Equals [a, a]}}
"""
    with pytest.raises(InputError, match=r"^template.yaml:3: one: Resources.Topic: "):
        Resolver(template(text), Surroundings("one", "eu-west-1", "one"), {}, {}).resources()


@pytest.mark.parametrize(
    ("value", "other", "same"),
    [
        (35, "35", True),
        (True, "true", True),
        (False, "false", True),
        (True, 1, False),
        ([1, True], ["1", "true"], True),
        ({"a": 1, "b": 2}, {"b": "2", "a": "1"}, True),
        (["a", "b"], ["b", "a"], False),
        ([], {}, False),
        ({"a": "b"}, [["a", "b"]], False),
        ("", None, False),
        ("None", None, False),
        ("NO_VALUE", NO_VALUE, False),
        (X, "x", False),
        (X, X, True),
    ],
)
def test_values_are_compared_as_cloudformation_does(value, other, same):
    assert (freeze(value) == freeze(other)) is same


@pytest.mark.parametrize(
    ("value", "symbolic"),
    [
        (X, True),
        ([1, X], True),
        ({"a": [X]}, True),
        ({"a": ["x"]}, False),
        ("x", False),
        (1, False),
    ],
)
def test_a_symbol_is_found_at_any_depth(value, symbolic):
    assert is_symbolic(value) is symbolic


@pytest.mark.parametrize(
    "expression",
    [
        "!Ref Topic",
        "!Sub 'a${Topic}'",
        "{a: [!Ref Topic]}",
        "{'Fn::ToJsonString': {a: !Ref Topic}}",
        "!Base64 {'Fn::Join': ['', [!Split [',', !Ref Topic]]]}",
    ],
)
def test_the_symbols_of_a_value_are_found_inside_symbols_too(expression):
    assert ResourceValue("one", "Topic", REF) in list(symbols_in(resolved(expression)))


def test_a_reference_to_what_does_not_exist_here_has_the_line_of_the_resource():
    with pytest.raises(InputError, match=r"^template.yaml:21: one: reference to Other.Ref"):
        resolved("!Ref Other")


@pytest.mark.parametrize(
    ("expression", "maker"),
    [
        ("!Ref Topic", ("one", "Topic")),
        ("!GetAtt Topic.Arn", ("one", "Topic")),
        ("!Sub 'a${Topic}'", None),
        ("!Ref Name", None),
        ("!Ref AWS::AccountId", None),
        ("!GetAZs us-east-1", None),
        ("!ImportValue subnets", None),
    ],
)
def test_a_value_says_which_resource_makes_it(expression, maker):
    assert made_by(resolved(expression)) == maker


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", ("aws", "amazonaws.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com")),
        ("eusc-de-east-1", ("aws-eusc", "amazonaws.eu")),
    ],
)
def test_the_partition_follows_from_the_region(region, partition):
    assert partition_of(region) == partition
    assert resolved("!Sub '${AWS::Partition} ${AWS::URLSuffix}'", region=region) == " ".join(partition)


@pytest.mark.parametrize(
    ("argument", "parts"),
    [
        ("Topic.Arn", ("Topic", "Arn")),
        ("Nested.Outputs.Id", ("Nested", "Outputs.Id")),
        (["Nested", "Outputs", "Id"], ("Nested", "Outputs.Id")),
        (["Topic", {"Ref": "Name"}], ("Topic", {"Ref": "Name"})),
    ],
)
def test_a_getatt_has_its_parts_in_every_form(argument, parts):
    assert get_att_parts(argument) == parts


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("!Ref A", [("A", None)]),
        ("!GetAtt A.B.C", [("A", "B.C")]),
        ("!GetAtt [A, !Ref B]", []),
        ("!Sub '${A} ${B.C} ${!D} ${ E }'", [("A", None), ("B", "C"), ("E", None)]),
        ("!Sub ['${A} ${B}', {A: !Ref C}]", [("C", None), ("B", None)]),
        ("!If [Holds, !Ref A, !Ref B]", [("A", None)]),
        ("!If [Never, !Ref A, !Ref B]", [("B", None)]),
        ("[!If [Never, !Ref A, !Ref B]]", [("B", None)]),
        ("{x: !If [Never, !Ref A, !Ref B]}", [("B", None)]),
        ("!If [Holds, !If [Never, !Ref A, !Ref B], !Ref C]", [("B", None)]),
        ("!Sub ['${x}', {x: !If [Never, !Ref A, !Ref B]}]", [("B", None)]),
        ("!Sub ['${A}']", []),
        ("{a: [!Ref A, {b: !Ref B}], c: !Join ['', [!GetAtt C.D]]}", [("A", None), ("B", None), ("C", "D")]),
        ("x", []),
    ],
)
def test_what_an_expression_refers_to_in_the_branch_that_is_taken(expression, found):
    tree = json.loads(json.dumps(parse_marked(f"It: {expression}", "test.yaml").data["It"]))
    assert list(values_in(tree, resolver().condition)) == found


def test_without_conditions_both_branches_count():
    assert list(values_in({"Fn::If": ["Holds", {"Ref": "A"}, {"Ref": "B"}]})) == [("A", None), ("B", None)]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["a", "b"], ({"c": 1}, False)),
        (["a", "b", "c"], (1, False)),
        (["a", "x", "c"], (None, False)),
        (["made", "b", "c"], (None, True)),
        (["x", "y"], (None, False)),
    ],
)
def test_a_mapping_that_a_macro_adds_to_may_have_what_is_not_there(keys, found):
    assert looked_up({"a": {"b": {"c": 1}}, "made": {"Fn::Transform": {"Name": "Macro"}}}, keys) == found
