"""A NoEcho value is never shown and cannot be compared, however the parameter gets it."""

import json
from dataclasses import replace

import pytest

from tests.systems import deployed, planner, system
from twinstack.planning.document import plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent

MAKER = """
    Metadata: {TwinStack: {Role: maker}}
    Parameters: {Word: {Type: String, Default: from-maker}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs: {Word: {Value: !Ref Word}}
"""
TAKER = """
    Metadata: {TwinStack: {Role: taker, Wiring: {Wired: maker.Word}}}
    Parameters:
      Wired: {Type: String, NoEcho: true, Default: ''}
      Written: {Type: String, NoEcho: 'true', Default: written-here}
      Given: {Type: String, NoEcho: true}
    Conditions: {HasWord: !Not [!Equals [!Ref Wired, '']]}
    Resources:
      Queue: {Type: 'AWS::SQS::Queue', Properties: {A: !Ref Written, B: !Ref Given}}
      Other: {Type: 'AWS::SQS::Queue', Condition: HasWord, Properties: {A: !Ref Wired}}
"""
SECRETS = ("from-maker", "written-here", "given-there")


def pair(word="from-maker"):
    return system({"maker": MAKER, "taker": TAKER}, {"maker": {"Word": word}, "taker": {"Given": "given-there"}})


@pytest.fixture
def world():
    """Both stacks as AWS describes them: with masks in the place of secrets."""
    found = dict.fromkeys(pair().stacks, Absent())
    while (planned := plan(planner(pair()), found)).passes:
        found |= {step.stack.role: deployed(step.after) for step in planned.passes[0]}
    return found | {"taker": replace(found["taker"], parameters=dict.fromkeys(("Wired", "Written", "Given"), "****"))}


def of_taker(given, world):
    return next(step for step in plan(planner(given), world).idle if step.stack.role == "taker")


def test_no_secret_is_in_the_plan_whether_wired_written_in_the_template_or_given():
    document = plan_document(plan(planner(pair()), dict.fromkeys(pair().stacks, Absent())), "dev").as_data()
    (taker,) = [step for each in document["passes"] for step in each["steps"] if step["stack"] == "taker"][-1:]
    assert not [secret for secret in SECRETS if secret in json.dumps(taker)]
    assert taker["not_comparable"] == ["Wired", "Written", "Given"]


def test_a_mask_is_no_difference(world):
    assert plan(planner(pair()), world).passes == ()


def test_a_plan_that_leaves_the_stack_says_which_values_nobody_can_compare(world):
    assert plan_document(plan(planner(pair()), world), "dev").remarks == (
        "Cannot be compared: taker.Given, taker.Wired, taker.Written; where only such a value has changed, nothing is "
        "deployed",
    )


def test_another_value_of_a_secret_wire_is_not_said_to_be_unused(world):
    step = of_taker(pair("another"), world)
    assert (step.unused, [parameter.name for parameter in step.parameters if parameter.no_echo]) == (
        (),
        ["Wired", "Written", "Given"],
    )


def test_a_secret_wire_that_is_emptied_is_a_change(world):
    emptying = replace(planner(pair()), unlink=frozenset({("taker", "Wired")}))
    step = emptying.step(world, "taker")
    (wired,) = [parameter for parameter in step.parameters if parameter.name == "Wired"]
    assert (wired.value, wired.changed) == ("", True)
    assert [(change.action, change.resource) for change in step.changes] == [("Remove", "Other")]
