"""What makes a step needed, and what does not: the differences that no other test is about."""

import pytest

from tests.systems import PRIMARY, deployed, pair, passes, planner, system
from twinstack.errors import InputError
from twinstack.planning.passes import plan
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Absent

UNTAGGED = """
    Metadata: {TwinStack: {Role: one}}
    Resources: {Route: {Type: 'AWS::EC2::Route', Properties: {DestinationCidrBlock: 10.0.0.0/8}}}
"""
MADE = """
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Properties: {Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: s3://bucket/topic.yaml}}}
"""


def live(given):
    """The stacks as AWS would describe them once all is deployed."""
    world = dict.fromkeys(given.stacks, Absent())
    while (planned := plan(planner(given), world)).passes:
        world = world | {step.stack.role: deployed(step.after) for step in planned.passes[0]}
    return world


def step(text, world=None, **others):
    given = system({"one": text}, **others)
    return planner(given).step(world or {"one": Absent()}, "one")


def test_a_type_that_changes_would_be_a_replacement():
    changed = PRIMARY.replace("Type: AWS::RDS::GlobalCluster", "Type: AWS::RDS::DBCluster")
    changed = changed.replace("'AWS::RDS::GlobalCluster'", "'AWS::RDS::DBCluster'")
    step = planner(pair(primary=changed)).step(live(pair()), "primary")
    (change,) = step.changes
    assert (change.action, change.resource, change.type) == ("Replace", "Cluster", "AWS::RDS::DBCluster")
    (detail,) = change.details
    assert (detail.attribute, detail.name, detail.before, detail.after, detail.recreation) == (
        "Type", "", "AWS::RDS::GlobalCluster", "AWS::RDS::DBCluster", "Always",
    )  # fmt: skip
    assert step.changed_outputs == ("GlobalCluster",)


def test_other_tags_alone_make_a_step_even_where_no_resource_takes_them():
    found = step(UNTAGGED, live(system({"one": UNTAGGED})), tags={"Team": "trading"})
    assert (found.needed, found.changes, found.tags_changed) == (True, (), True)


def test_the_same_tags_make_none():
    given = system({"one": UNTAGGED}, tags={"Team": "trading"})
    assert not planner(given).step(live(given), "one").needed


def test_an_output_that_comes_out_empty_is_none():
    text = (
        UNTAGGED
        + "    Outputs: {Empty: {Value: !Join ['', []]}, Full: {Value: x}, Out: {Value: !Ref 'AWS::NoValue'}}\n"
    )
    given = system({"one": text})
    assert resolver_for(given.stacks["one"], given.stacks["one"].template, {}, {}).outputs() == {"Full": "x"}
    assert step(text).after.outputs == {"Full": "x"}


def test_an_empty_output_is_no_value_for_a_wire():
    producer = """
        Metadata: {TwinStack: {Role: producer}}
        Parameters: {Name: {Type: String, Default: ''}}
        Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
        Outputs: {Name: {Value: !Ref Name}}
    """
    consumer = """
        Metadata: {TwinStack: {Role: consumer, Wiring: {Name: producer.Name}}}
        Parameters: {Name: {Type: String}}
        Resources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Name}}}
    """
    templates = {"producer": producer, "consumer": consumer}
    world = dict.fromkeys(templates, Absent())
    assert passes(plan(planner(system(templates)), world)) == [["producer"]]
    given = system(templates, {"producer": {"Name": "prices"}})
    assert passes(plan(planner(given), world)) == [["producer"], ["consumer"]]


@pytest.mark.parametrize(
    "condition",
    [
        "!Equals [!Ref 'AWS::AccountId', '1']",
        "!Equals ['1', !Ref 'AWS::AccountId']",
        "!Not [!Equals [!Ref 'AWS::AccountId', '1']]",
        "!Not [!Not [!Equals [!Ref 'AWS::AccountId', '1']]]",
        "!And [!Equals [a, a], !Not [!Equals [!Ref 'AWS::AccountId', '1']]]",
        "!Or [!Equals [a, b], !Not [!Equals [!Ref 'AWS::AccountId', '1']]]",
    ],
)
def test_what_turns_on_an_unknown_condition_or_on_its_negation_is_refused(condition):
    text = UNTAGGED.replace("Type:", "Condition: Mine, Type:") + f"    Conditions: {{Mine: {condition}}}\n"
    with pytest.raises(InputError, match="one: condition Mine compares a value that only AWS knows"):
        step(text)


@pytest.mark.parametrize(
    ("condition", "there"),
    [
        ("!And [!Equals [a, b], !Not [!Equals [!Ref 'AWS::AccountId', '1']]]", []),
        ("!Or [!Equals [a, a], !Not [!Equals [!Ref 'AWS::AccountId', '1']]]", ["Route"]),
        ("!Or [!Condition Unknown, !Equals [a, a]]", ["Route"]),
        ("!And [!Condition Unknown, !Equals [a, b]]", []),
        ("!Equals [!Ref 'AWS::AccountId', '']", []),
        ("!Not [!Equals [!Ref 'AWS::AccountId', '']]", ["Route"]),
        ("!Equals [!Ref 'AWS::AccountId', !Ref 'AWS::AccountId']", ["Route"]),
    ],
)
def test_what_is_decided_without_the_unknown_value_is_known(condition, there):
    text = (
        UNTAGGED.replace("Type:", "Condition: Mine, Type:")
        + f"    Conditions: {{Mine: {condition}, Unknown: !Equals [!Ref 'AWS::AccountId', '1']}}\n"
    )
    assert [change.resource for change in step(text).changes] == there


def test_all_properties_that_a_macro_makes_are_one_that_may_replace():
    found = step(MADE.replace("topic.yaml", "other.yaml"), live(system({"one": MADE})))
    (change,) = found.changes
    assert (change.action, change.properties, change.replacement) == ("Replace?", ("Properties",), "Conditional")
    assert found.needed


def test_properties_that_a_macro_makes_of_the_same_are_the_same():
    assert not step(MADE, live(system({"one": MADE}))).needed
