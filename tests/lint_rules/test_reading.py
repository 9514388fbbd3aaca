"""How rules read values: through parameters, conditions and functions, with what only a deployment knows left open."""

import pytest
from cfnlint.decode.cfn_yaml import loads
from cfnlint.template import Template

from lint_rules import _values

TEMPLATE = """\
Parameters:
  Name: {Type: String, Default: trades}
  Empty: {Type: String, Default: ''}
  Kind: {Type: String, Default: Sizes}
  Given: {Type: String}
  Size: {Type: String, AllowedValues: [small, large]}
  Usual: {Type: String, AllowedValues: [small, large], Default: small}
  Count: {Type: Number, Default: 3, MinValue: 1, MaxValue: 9}
  Bounded: {Type: Number, MinValue: 1, MaxValue: 9}
  Switch: {Type: String, Default: true}
  Either: {Type: String, AllowedValues: [true, false]}
  Several: {Type: CommaDelimitedList, Default: 'a, b'}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /path}
Mappings:
  Classes:
    us-east-1: {Class: db.r6g.large, Zones: [a, b]}
    eu-west-1: {Class: db.r6g.xlarge}
  Sizes:
    small: {Class: db.r6g.large}
    large: {Class: db.r6g.xlarge}
Conditions:
  Here: !Equals [!Ref AWS::Region, us-east-1]
  Small: !Equals [!Ref Usual, small]
  Other: !Not [!Condition Small]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
"""
# what, the expression, the texts with ? for what is not known
TEXTS = [
    ("a text", "trades", ["trades"]),
    ("a number", "1.5", ["1.5"]),
    ("a boolean, as CloudFormation writes it", "true", ["true"]),
    ("nothing", "null", ["?"]),
    ("a mapping", "{a: b}", ["?"]),
    ("a list", "[a, !Ref Given]", ["a", "?"]),
    ("an empty list", "[]", ["?"]),
    ("a parameter by its default", "!Ref Name", ["trades"]),
    ("an empty default", "!Ref Empty", [""]),
    ("a default beside allowed values", "!Ref Usual", ["small"]),
    ("allowed values without a default", "!Ref Size", ["small", "large"]),
    ("a default between bounds", "!Ref Count", ["3"]),
    ("bounds without a default", "!Ref Bounded", ["?"]),
    ("a boolean default", "!Ref Switch", ["true"]),
    ("the items of a list parameter", "!Ref Several", ["a", "b"]),
    ("a parameter in the Parameter Store", "!Ref Stored", ["?"]),
    ("a parameter that is given", "!Ref Given", ["?"]),
    ("a resource", "!Ref Bucket", ["?"]),
    ("a name that is nowhere", "!Ref Nowhere", ["?"]),
    ("a reference of another shape", "{Ref: [Name]}", ["?"]),
    ("the account", "!Ref AWS::AccountId", ["?"]),
    ("the region", "!Ref AWS::Region", ["?"]),
    ("the name of the stack", "!Ref AWS::StackName", ["?"]),
    ("what is left out", "!Ref AWS::NoValue", ["?"]),
    ("an attribute", "!GetAtt Bucket.Arn", ["?"]),
    ("an import", "!ImportValue shared", ["?"]),
    ("a macro", "{'Fn::Transform': {Name: x}}", ["?"]),
    ("JSON of a function's value", "{'Fn::ToJsonString': {a: !Ref Name}}", ["?"]),
    ("zones, which differ between accounts", "!GetAZs us-east-1", ["?"]),
    ("a text with a variable", "!Sub '${Name}-1'", ["trades-1"]),
    ("spaces around a variable", "!Sub '${ Name }'", ["trades"]),
    ("a variable of its own", "!Sub ['${Name}-${Kind}', {Kind: log}]", ["trades-log"]),
    ("a variable in the place of a parameter", "!Sub ['${Name}', {Name: log}]", ["log"]),
    ("a part that is not known", "!Sub '${Name}-${AWS::Region}-${Bucket.Arn}-${Given}'", ["trades-?-?-?"]),
    ("a boolean in a text", "!Sub '${Switch}'", ["true"]),
    ("what is no variable", "!Sub '${!Name}'", ["${Name}"]),
    ("one parameter twice", "!Sub '${Size}-${Size}'", ["small-small", "large-large"]),
    ("a list in a text", "!Sub '${Several}'", ["?"]),
    ("a text of another shape", "!Sub [a]", ["?"]),
    ("parts that are joined", "!Join ['-', [!Ref Name, 1, !Ref AWS::Region]]", ["trades-1-?"]),
    ("a list parameter that is joined", "!Join ['+', !Ref Several]", ["a+b"]),
    ("parameters that are joined", "!Join ['', [!Ref Size, !Ref Size]]", ["smallsmall", "largelarge"]),
    ("a joining of another shape", "!Join [a]", ["?"]),
    ("an item that is chosen", "!Select [1, [a, !Ref Name]]", ["trades"]),
    ("an item of a list parameter", "!Select [1, !Ref Several]", ["b"]),
    ("an item that is not there", "!Select [2, [a, b]]", ["?"]),
    ("an item of what is not known", "!Select [0, !GetAZs '']", ["?"]),
    ("a text that is split", "!Select [1, !Split ['.', a.b]]", ["b"]),
    ("a text that is split, but known in part", "!Select [1, !Split ['.', !Sub '${Given}.b']]", ["?"]),
    ("a text that is split by nothing", "!Select [0, !Split ['', ab]]", ["?"]),
    ("a condition", "!If [Small, a, b]", ["a", "b"]),
    ("a condition on the region, in each of them", "!If [Here, a, b]", ["a", "b"]),
    ("a condition that is not there", "!If [Nowhere, a, b]", ["a", "b"]),
    ("a condition within itself", "!If [Small, !If [Small, a, b], !If [Small, c, d]]", ["a", "d"]),
    ("a condition within its opposite", "!If [Small, !If [Other, a, b], c]", ["b", "c"]),
    ("one condition twice", "!Join ['-', [!If [Small, a, b], !If [Small, c, d]]]", ["a-c", "b-d"]),
    ("opposite conditions", "!Join ['-', [!If [Small, a, b], !If [Other, c, d]]]", ["a-d", "b-c"]),
    ("a condition with nothing at one end", "!If [Small, a, !Ref AWS::NoValue]", ["a"]),
    ("a condition with nothing at either end", "!If [Small, !Ref AWS::NoValue, !Ref AWS::NoValue]", ["?"]),
    ("a condition over lists", "!If [Small, [a, b], [!Ref Name]]", ["a", "b", "trades"]),
    ("a condition of another shape", "!If [[Small], a, b]", ["?"]),
    ("a condition without an end", "!If [Small, a]", ["?"]),
    ("an empty condition", "!If []", ["?"]),
    ("a mapping by its keys", "!FindInMap [Classes, us-east-1, Class]", ["db.r6g.large"]),
    ("a mapping by region", "!FindInMap [Classes, !Ref AWS::Region, Class]", ["db.r6g.large", "db.r6g.xlarge"]),
    ("a mapping by a part of a name", "!FindInMap [Sizes, !Sub '${Given}', Class]", ["db.r6g.large", "db.r6g.xlarge"]),
    ("a mapping by a default", "!FindInMap [Sizes, !Ref Usual, Class]", ["db.r6g.large"]),
    ("a mapping by allowed values", "!FindInMap [Sizes, !Ref Size, Class]", ["db.r6g.large", "db.r6g.xlarge"]),
    ("a list in a mapping, which one row has", "!FindInMap [Classes, !Ref AWS::Region, Zones]", ["a", "b"]),
    ("a row that is not there", "!FindInMap [Sizes, none, Class]", ["?"]),
    ("a key that is not there", "!FindInMap [Sizes, !Ref AWS::Region, None]", ["?"]),
    ("a key that is not known", "!FindInMap [Sizes, small, !Ref Given]", ["?"]),
    ("a mapping that is not there", "!FindInMap [None, !Ref AWS::Region, Class]", ["?"]),
    ("a mapping by a function", "!FindInMap [!Sub '${Kind}', small, Class]", ["db.r6g.large"]),
    ("a mapping that is not known", "!FindInMap [!Ref Given, !Ref AWS::Region, Class]", ["?"]),
    ("a default that is not needed", "!FindInMap [Sizes, small, Class, {DefaultValue: c}]", ["db.r6g.large"]),
    ("a default in the place of a row", "!FindInMap [Sizes, none, Class, {DefaultValue: c}]", ["c"]),
    (
        "a default beside the rows",
        "!FindInMap [Sizes, !Ref Given, Class, {DefaultValue: c}]",
        ["db.r6g.large", "db.r6g.xlarge", "c"],
    ),
    ("a look-up of another shape", "!FindInMap [Sizes, small]", ["?"]),
    ("a key of another shape", "!FindInMap [Sizes, small, {Ref: [Name]}]", ["?"]),
    ("a look-up that is none", "{'Fn::FindInMap': 7}", ["?"]),
]


def template(more=""):
    return Template("t.yaml", loads(TEMPLATE + more), ["us-east-1", "eu-west-1"])


CFN = template()


def parsed(text):
    return loads(f"Value: {text}\n")["Value"]


@pytest.mark.parametrize(("expression", "expected"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_a_value_is_read_as(expression, expected):
    read = {text.replace(_values.UNKNOWN, "?") for text in _values.texts(CFN, parsed(expression))}
    assert read == set(expected)


def test_allowed_values_of_another_shape_are_not_read():
    cfn = Template("t.yaml", loads("Parameters: {Odd: {Type: String, AllowedValues: small}}"), ["us-east-1"])
    assert _values.texts(cfn, {"Ref": "Odd"}) == {_values.UNKNOWN}


def test_a_value_that_can_be_very_many_texts_is_read_as_some_of_them():
    parts = ", ".join("!If [Small, a, b]" if i % 2 else f"!If [Nowhere{i}, c, d]" for i in range(20))
    assert len(_values.texts(CFN, parsed(f"!Join ['', [{parts}]]"))) == 64


# the expression, what it can be, the items in it
BRANCHES = [
    ("a", ["a"], ["a"]),
    ("[a, [b, !If [Small, c, d]]]", [["a", ["b", {"Fn::If": ["Small", "c", "d"]}]]], ["a", "b", "c", "d"]),
    ("!Ref Several", [{"Ref": "Several"}], [{"Ref": "Several"}]),
    ("!If [Small, [a], !Ref AWS::NoValue]", [["a"]], ["a"]),
    ("!If [Small, [a, !If [Small, b, c]], !If [Other, d, e]]", [["a", {"Fn::If": ["Small", "b", "c"]}], "d"], "abd"),
    ("!Ref AWS::NoValue", [], []),
    ("[!Ref AWS::NoValue]", [[{"Ref": "AWS::NoValue"}]], []),
    ("!If [[Small], a, b]", [], []),
    ("false", [False], [False]),
]


@pytest.mark.parametrize(("expression", "branches", "items"), BRANCHES, ids=[row[0] for row in BRANCHES])
def test_only_conditions_are_followed_to_what_stands_there(expression, branches, items):
    node = parsed(expression)
    assert list(_values.branches(CFN, node)) == branches
    assert list(_values.items(CFN, node)) == list(items)


def test_properties_are_read_together_for_each_way_the_conditions_can_turn_out():
    node = parsed("{A: !If [Small, 1, !Ref AWS::NoValue], B: !If [Other, 2, 3], C: 4, D: !Ref AWS::NoValue, E: 5}")
    found = list(_values.scenarios(CFN, node, ["A", "B", "C", "D"]))
    assert sorted(found, key=len) == [{"B": 2, "C": 4}, {"A": 1, "B": 3, "C": 4}]


def test_a_way_in_which_none_of_the_properties_is_there_is_one_too():
    node = parsed("{A: !If [Small, 0, !Ref AWS::NoValue], B: !If [Other, !Ref AWS::NoValue, !Ref Name]}")
    found = list(_values.scenarios(CFN, node, ["A", "B"]))
    assert sorted(found, key=len) == [{}, {"A": 0, "B": {"Ref": "Name"}}]


def test_a_condition_that_is_not_there_is_left_as_it_is_written():
    node = parsed("{A: !If [Nowhere, 1, 2]}")
    assert list(_values.scenarios(CFN, node, ["A"])) == [node]


def test_properties_without_a_condition_are_read_once():
    assert list(_values.scenarios(CFN, parsed("{A: 1, B: !Ref AWS::NoValue, C: 2}"), ["A", "B", "D"])) == [{"A": 1}]


def test_a_condition_of_another_shape_has_no_scenario():
    assert list(_values.scenarios(CFN, parsed("{A: {'Fn::If': x}, B: !If [Small, a, b]}"), ["A", "B"])) == []


CONDITIONAL = """\
  Role:
    Type: AWS::IAM::Role
    Condition: Small
    Properties:
      RoleName: !If [Small, small, large]
      Description: !If [Here, here, there]
      Tags: [!If [Other, {Key: a}, !Ref AWS::NoValue], {Key: !If [Small, b, c]}, !Ref AWS::NoValue]
      Path: !Ref AWS::NoValue
      PermissionsBoundary: {'Fn::If': odd}
      MaxSessionDuration: !If [Small, !If [Here, 1, 2], !If [Here, 3, 4]]
  Odd: {Type: AWS::IAM::Role, Properties: []}
  Whole: {Type: AWS::IAM::Role, Properties: !If [Here, {RoleName: a}, odd]}
  Plain: {Type: AWS::IAM::Role, Condition: [], Properties: {RoleName: !If [Nowhere, a, b]}}
"""


def test_a_resource_is_read_for_each_way_it_can_exist():
    cfn = template(CONDITIONAL)
    common = {"RoleName": "small", "Tags": [{"Key": "b"}], "PermissionsBoundary": {"Fn::If": "odd"}}
    differing = [{"Description": "here", "MaxSessionDuration": 1}, {"Description": "there", "MaxSessionDuration": 2}]
    assert list(_values.cases(cfn, "Role")) == [common | it for it in differing]
    assert list(_values.cases(cfn, "Odd")) == []
    assert list(_values.cases(cfn, "Whole")) == [{"RoleName": "a"}]
    assert list(_values.cases(cfn, "Plain")) == [{"RoleName": "a"}]


NAMES = """\
[!Ref Name, !GetAtt Bucket.Arn, {'Fn::GetAtt': [List, Arn]}, {'Fn::GetAtt': Text.Arn}, !GetAtt Deep.Endpoint.Port,
 {'Fn::GetAtt': []}, {Ref: [Odd]}, {'Fn::Sub': 7}, {'Fn::Sub': [7, {}]},
 !Sub ['${Own}${Given}${Stack.Arn}${!Not}', {Own: !Ref Size}], !Sub '${AWS::Region}',
 {Any: {Inside: !Ref Empty}}]
"""


def test_every_name_that_is_referred_to_is_read():
    expected = {"Name", "Bucket", "List", "Given", "Stack", "Size", "AWS::Region", "Empty", "Deep", "Text"}
    assert _values.referred(parsed(NAMES.replace("\n", " "))) == expected
    assert _values.referred("Name") == frozenset()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!GetAtt Cluster.Endpoint.Address", ("Cluster", "Endpoint.Address")),
        ("{'Fn::GetAtt': [Cluster, Endpoint.Address]}", ("Cluster", "Endpoint.Address")),
        ("{'Fn::GetAtt': Cluster.Endpoint.Address}", ("Cluster", "Endpoint.Address")),
        ("!Sub '${Cluster.Endpoint.Address}'", ("Cluster", "Endpoint.Address")),
        ("!Sub '${Cluster}'", None),
        ("!Sub 'to ${Cluster.Endpoint.Address}'", None),
        ("!Sub ['${Cluster.Arn}', {}]", None),
        ("!Ref Cluster", None),
        ("{'Fn::GetAtt': Cluster.Arn, Other: 1}", None),
        ("Cluster.Arn", None),
    ],
)
def test_an_attribute_is_read_of_which_resource(expression, expected):
    assert _values.attribute(parsed(expression)) == expected


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [("!Ref Count", [3]), ("!If [Small, 10, 9.5]", [9.5, 10]), ("!If [Small, 1, !Ref Given]", []), ("many", [])],
)
def test_numbers_are_read_when_all_are_known(expression, numbers):
    assert _values.numbers(CFN, parsed(expression)) == numbers


@pytest.mark.parametrize(
    ("expression", "may_be_true", "is_false"),
    [
        ("true", True, False),
        ("'True'", True, False),
        ("false", False, True),
        ("'False'", False, True),
        ("!If [Small, true, false]", True, False),
        ("!Ref Either", True, False),
        ("!Ref Given", False, False),
        ("!If [Small, false, !Ref Given]", False, False),
    ],
)
def test_a_boolean_is_read_with_what_it_may_be(expression, may_be_true, is_false):
    node = parsed(expression)
    assert (_values.may_be_true(CFN, node), _values.is_false(CFN, node)) == (may_be_true, is_false)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("trades", "!Ref Name", True),
        ("!If [Small, trades, other]", "!Sub '${Name}'", True),
        ("!Ref Given", "!Ref Given", True),
        ("!Ref Given", "!Ref Bucket", False),
        ("trades", "other", False),
        ("null", "null", False),
        ("null", "trades", False),
        ("trades", "null", False),
    ],
)
def test_two_values_are_the_same_when_they_are_known_to_be_or_are_written_alike(one, other, same):
    assert _values.same(CFN, parsed(one), parsed(other)) is same
