"""Loops are planned as what they make, whatever they go over; what is made only on AWS is refused by name."""

import pytest

from tests.systems import deployed, passes, planner, system
from twinstack.errors import InputError
from twinstack.planning.passes import plan
from twinstack.planning.wiring_checks import check_wiring
from twinstack.planning.world import Absent

TOPICS = """
    Transform: AWS::LanguageExtensions
    Metadata: {{TwinStack: {{Role: topics}}}}
    Parameters:
      Names: {{Type: CommaDelimitedList, Default: 'Orders,Trades'}}
      Version: {{Type: 'AWS::SSM::Parameter::Value<CommaDelimitedList>', Default: /names}}
    Mappings:
      Kinds: {{Orders: {{Of: [Fast, Slow]}}, Trades: {{Of: [Fast]}}}}
    Conditions:
      Fn::ForEach::Wanted:
        - Name
        - [Orders, Trades]
        - 'Has${{Name}}': !Equals [!Ref 'AWS::Region', eu-test-0]
    Resources:
      Fn::ForEach::Topics:
        - Name
        - {collection}
        - 'Topic${{Name}}':
            Type: AWS::SNS::Topic
            Properties:
              TopicName: !Sub '${{AWS::StackName}}-${{Name}}'
              Policy: {{Fn::ToJsonString: {{Of: !Ref Name}}}}
    Outputs:
      Fn::ForEach::Arns:
        - Name
        - {collection}
        - '${{Name}}Arn': {{Value: !GetAtt [!Sub 'Topic${{Name}}', TopicArn]}}
"""
READER = """
    Metadata: {TwinStack: {Role: reader, Wiring: {Arn: topics.TradesArn}}}
    Parameters: {Arn: {Type: String}}
    Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {Of: !Ref Arn}}}
"""


def planned(text, values=None, world=None):
    given = system({"topics": text}, {"topics": values or {}})
    return plan(planner(given), world or {"topics": Absent()})


def resources(step):
    return [change.resource for change in step.changes]


@pytest.mark.parametrize(
    ("collection", "values", "made"),
    [
        ("[A, B]", {}, ["TopicA", "TopicB"]),
        ("!Ref Names", {}, ["TopicOrders", "TopicTrades"]),
        ("!Ref Names", {"Names": "X, Y,Z"}, ["TopicX", "TopicY", "TopicZ"]),
        ("!FindInMap [Kinds, Orders, Of]", {}, ["TopicFast", "TopicSlow"]),
        ("!Split ['-', 'C-D']", {}, ["TopicC", "TopicD"]),
    ],
)
def test_a_loop_is_planned_as_what_it_makes_under_the_environments_parameters(collection, values, made):
    step = planned(TOPICS.format(collection=collection), values).steps[0]
    assert resources(step) == made
    assert list(step.after.outputs) == [name.removeprefix("Topic") + "Arn" for name in made]


def test_a_loops_variable_is_put_in_wherever_it_stands():
    step = planned(TOPICS.format(collection="[A]")).steps[0]
    world = {"topics": deployed(step.after)}
    assert planned(TOPICS.format(collection="[A]"), world=world).passes == ()
    renamed = TOPICS.format(collection="[A]").replace("{Of: !Ref Name}", "{To: !Ref Name}")
    (change,) = planned(renamed, world=world).steps[0].changes
    assert (change.action, change.resource, change.properties) == ("Modify", "TopicA", ("Policy",))


def test_one_item_more_adds_and_one_less_removes():
    world = {"topics": deployed(planned(TOPICS.format(collection="[A, B]")).steps[0].after)}
    step = planned(TOPICS.format(collection="[B, C]"), world=world).steps[0]
    assert [(change.action, change.resource) for change in step.changes] == [("Add", "TopicC"), ("Remove", "TopicA")]


def test_a_loop_inside_a_loop_goes_over_what_the_outer_one_names():
    nested = """
    Transform: AWS::LanguageExtensions
    Metadata: {TwinStack: {Role: topics}}
    Mappings: {Kinds: {Orders: {Of: [Fast, Slow]}, Trades: {Of: [Fast]}}}
    Resources:
      Fn::ForEach::Outer:
        - Name
        - [Orders, Trades]
        - Fn::ForEach::Inner:
            - Kind
            - !FindInMap [Kinds, !Ref Name, Of]
            - '${Name}${Kind}': {Type: 'AWS::SNS::Topic'}
"""
    assert resources(planned(nested).steps[0]) == ["OrdersFast", "OrdersSlow", "TradesFast"]


def test_a_loop_in_properties_is_written_out():
    text = """
    Transform: [AWS::LanguageExtensions]
    Metadata: {TwinStack: {Role: topics}}
    Resources:
      Table:
        Type: AWS::DynamoDB::Table
        Properties:
          Fn::ForEach::Names: [Name, [A, B], {'Tag${Name}': !Ref Name}]
"""
    world = {"topics": deployed(planned(text).steps[0].after)}
    (change,) = planned(text.replace("[A, B]", "[A, C]"), world=world).steps[0].changes
    assert change.properties == ("TagB", "TagC")


def test_an_output_that_a_loop_makes_can_be_wired():
    given = system({"topics": TOPICS.format(collection="!Ref Names"), "reader": READER})
    check_wiring(planner(given))
    assert passes(plan(planner(given), dict.fromkeys(given.stacks, Absent()))) == [["topics"], ["reader"]]


def test_an_output_that_no_item_makes_is_missing():
    given = system({"topics": TOPICS.format(collection="[A]"), "reader": READER})
    with pytest.raises(InputError, match="has no output TradesArn"):
        check_wiring(planner(given))


def test_a_loop_over_what_only_aws_knows_is_refused_with_its_line():
    with pytest.raises(InputError) as error:
        planned(TOPICS.format(collection="!Ref Version"))
    assert str(error.value) == (
        "generated/topics.yaml:15: Fn::ForEach::Topics: what the loop goes over is known only on AWS; let it go over "
        "a list, a mapping or a parameter with a value"
    )


@pytest.mark.parametrize(
    ("loop", "says"),
    [
        ("[Name, [A]]", "Fn::ForEach::T: write a loop as [variable, collection, what to repeat]"),
        ("[Name, [A], {'T${Name}': {'Fn::ForEach::P': [Kind]}}]", "Fn::ForEach::P: write a loop as"),
        ("[Name, [A, A], {'T${Name}': {Type: 'AWS::SNS::Topic'}}]", "Duplicate TA while doing transformation"),
    ],
)
def test_a_loop_of_the_wrong_shape_is_one_clear_error(loop, says):
    text = "Transform: AWS::LanguageExtensions\nMetadata: {TwinStack: {Role: topics}}\n"
    with pytest.raises(InputError) as error:
        planned(text + f"Resources:\n  Fn::ForEach::T: {loop}\n")
    assert says in str(error.value)
    assert str(error.value).startswith("generated/topics.yaml:4: ")


def test_a_mapping_without_the_key_gives_its_default():
    text = """
    Transform: AWS::LanguageExtensions
    Metadata: {TwinStack: {Role: topics}}
    Mappings: {Sizes: {eu-west-1: {Of: large}}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs:
      Size: {Value: !FindInMap [Sizes, !Ref 'AWS::Region', Of, {DefaultValue: small}]}
      Count: {Value: {Fn::Length: [1, 2, 3]}}
      Text: {Value: {Fn::ToJsonString: {a: [1], b: é}}}
"""
    assert planned(text).steps[0].after.outputs == {"Size": "small", "Count": 3, "Text": '{"a":[1],"b":"é"}'}


ACCOUNTS = """
    Transform: AWS::LanguageExtensions
    Metadata: {TwinStack: {Role: topics}}
    Parameters:
      Account: {Type: String, Default: '444455556666'}
      Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /account}
    Mappings: {M: {'111122223333': {x: [p, q]}, '444455556666': {x: [r, s]}}}
    Resources:
      Fn::ForEach::Outer:
        - A
        - [x]
        - Fn::ForEach::Inner: [B, COLLECTION, {'T${A}${B}': {Type: 'AWS::SNS::Topic'}}]
"""


@pytest.mark.parametrize(
    "collection",
    [
        "!FindInMap [M, !Ref 'AWS::AccountId', x]",
        "!FindInMap [M, !Ref 'AWS::AccountId', !Ref A]",
        "!FindInMap [M, !Select [0, [!Ref 'AWS::AccountId']], !Ref A]",
        "!FindInMap [M, !Ref Stored, !Ref A]",
        "!FindInMap [M, !GetAtt Topic.TopicArn, !Ref A]",
    ],
)
def test_nothing_is_made_up_for_a_loop_that_turns_on_what_only_aws_knows(collection):
    with pytest.raises(InputError) as error:
        planned(ACCOUNTS.replace("COLLECTION", collection))
    assert str(error.value).startswith("generated/topics.yaml:12: ")
    assert "what the loop goes over is known only on AWS" in str(error.value)


def test_an_inner_loop_goes_by_the_variable_of_the_outer_one_and_by_a_parameter():
    text = ACCOUNTS.replace("COLLECTION", "!FindInMap [M, !Ref Account, !Ref A]")
    assert resources(planned(text).steps[0]) == ["Txr", "Txs"]
    assert resources(planned(text, {"Account": "111122223333"}).steps[0]) == ["Txp", "Txq"]


def test_nothing_is_made_up_for_a_loop_over_what_no_mapping_has():
    with pytest.raises(InputError) as error:
        planned(ACCOUNTS.replace("COLLECTION", "!FindInMap [M, '777788889999', !Ref A]"))
    assert str(error.value) == (
        "generated/topics.yaml:9: a loop cannot be written out: a loop goes over values that no mapping has, or that "
        "are known only on AWS"
    )


def test_an_inner_loop_that_does_not_go_by_the_outer_one_goes_over_any_list():
    text = ACCOUNTS.replace("COLLECTION", "!Split ['-', 'c-d']")
    assert resources(planned(text).steps[0]) == ["Txc", "Txd"]


def test_a_loop_over_what_a_resource_gives_is_refused_before_anything_is_planned():
    text = TOPICS.format(collection="!Split [',', !Ref Queue]").replace(
        "    Outputs:", "      Queue: {Type: 'AWS::SQS::Queue'}\n    Outputs:"
    )
    reader = READER.replace("TradesArn", "AnyArn")
    with pytest.raises(InputError, match="what the loop goes over is known only on AWS"):
        check_wiring(planner(system({"topics": text, "reader": reader})))


def test_a_loop_over_an_empty_list_makes_nothing():
    text = TOPICS.format(collection="!Ref Names").replace(
        "    Outputs:", "      Queue: {Type: 'AWS::SQS::Queue'}\n    Outputs:"
    )
    assert resources(planned(text, {"Names": ""}).steps[0]) == ["Queue"]
