"""A later pass may do less than the plan showed, where AWS made the value that was there; never more or other."""

import pytest

from tests.review.steps import VPC, certain_detail, change, may, parameter, step, value
from twinstack.review.contract import came_out_the_same, departures

MADE_LATER = value("P", "old", "${secondary:Vpc}", unknown=True)
NEW = value("P", None, "${secondary:Vpc}", unknown=True)


def edit(*details):
    return change("Modify", "Topic", *(details or (certain_detail("DisplayName"),)))


def replaced(*values, action="Replace", recreation="Always", policy_action="ReplaceAndDelete"):
    return change(
        action, "Vpc", certain_detail("CidrBlock", recreation, *values), type=VPC, policy_action=policy_action
    )


def test_a_step_that_does_what_was_shown_keeps_to_it():
    shown = step(edit(), replaced(), may("Other", ("A", "Vpc", "Never")), changed_outputs=("Out",))
    assert departures(shown, shown) == []
    assert came_out_the_same(shown, shown) == []


@pytest.mark.parametrize(
    ("shown", "now", "sentence"),
    [
        (step(), step(edit()), "Modify Topic (DisplayName); the plan showed no such change"),
        (step(), step(change("Add", "Topic")), "Add Topic; the plan showed no such change"),
        (step(), step(change("Remove", "Topic")), "Remove Topic; the plan showed no such change"),
        (step(edit()), step(change("Remove", "Topic")), "Remove Topic; the plan showed Modify Topic (DisplayName)"),
        (
            step(edit()),
            step(edit(certain_detail("DisplayName"), certain_detail("KmsMasterKeyId"))),
            "Modify Topic (DisplayName, KmsMasterKeyId); the plan showed Modify Topic (DisplayName)",
        ),
        (
            step(replaced(action="Modify", recreation="Never", policy_action="")),
            step(replaced()),
            "Replace Vpc (CidrBlock); the plan showed Modify Vpc (CidrBlock)",
        ),
        (
            step(replaced(action="Replace?", recreation="Conditionally", policy_action="")),
            step(replaced()),
            "Replace Vpc (CidrBlock); the plan showed Replace? Vpc (CidrBlock)",
        ),
        (
            step(replaced(action="Modify", recreation="Never", policy_action="")),
            step(replaced(action="Replace?", recreation="Conditionally", policy_action="")),
            "Replace? Vpc (CidrBlock); the plan showed Modify Vpc (CidrBlock)",
        ),
        (
            step(edit(certain_detail("DisplayName"), certain_detail("KmsMasterKeyId"))),
            step(edit()),
            "Modify Topic (DisplayName); the plan showed Modify Topic (DisplayName, KmsMasterKeyId)",
        ),
        (
            step(replaced(policy_action="ReplaceAndRetain")),
            step(replaced()),
            "Replace Vpc (CidrBlock); the plan showed Replace Vpc (CidrBlock)",
        ),
        (
            step(change("Remove", "Topic", policy_action="Retain")),
            step(change("Remove", "Topic", policy_action="Delete")),
            "Remove Topic; the plan showed Remove Topic",
        ),
        (
            step(may("Vpc", ("CidrBlock", "Topic.Name", "Always"), type=VPC)),
            step(replaced()),
            "Replace Vpc (CidrBlock); the plan showed no such change",
        ),
        (
            step(may("Topic", ("KmsMasterKeyId", "Key.Arn", "Never"))),
            step(edit()),
            "Modify Topic (DisplayName); the plan showed no such change",
        ),
        (
            step(),
            step(may("Topic", ("DisplayName", "Vpc", "Never"))),
            "Topic may be touched (DisplayName), and the plan did not show it",
        ),
        (
            step(may("Topic", ("DisplayName", "Vpc", "Never"))),
            step(may("Topic", ("DisplayName", "Vpc", "Never"), ("KmsMasterKeyId", "Vpc", "Never"))),
            "Topic may be touched (KmsMasterKeyId), and the plan did not show it",
        ),
        (step(), step(changed_outputs=("Out",)), "output Out would change, and the plan did not show it"),
        (step(), step(tags_changed=True), "the stack's tags would change, and the plan did not show it"),
        (step(), step(left_to_aws=("Macro",)), "Macro would make resources, and the plan did not show it"),
        (step(operation="CREATE"), step(), "it would be UPDATE, and the plan showed CREATE"),
        (step(), step(parameter("Word")), "parameter Word is new"),
        (
            step(parameter("Word")),
            step(parameter("Word", after="other")),
            "parameter Word would be 'other', and the plan showed 'new'",
        ),
        (
            step(parameter("Word", None, None, unknown=True).model_copy(update={"source": "wire"})),
            step(parameter("Word", None, "").model_copy(update={"source": "default"})),
            "parameter Word would be '', since its wire gives no value any more",
        ),
        (step(edit()), step(), "the plan showed Modify Topic (DisplayName), and it would not happen"),
        (step(change("Add", "Topic")), step(), "the plan showed Add Topic, and it would not happen"),
        (
            step(change("Remove", "Topic", policy_action="Delete")),
            step(),
            "the plan showed Remove Topic, and it would not happen",
        ),
        (
            step(edit(certain_detail("DisplayName", "Never", NEW))),
            step(),
            "the plan showed Modify Topic (DisplayName), and it would not happen",
        ),
        (
            step(edit(certain_detail("DisplayName", "Never", MADE_LATER, value()))),
            step(),
            "the plan showed Modify Topic (DisplayName), and it would not happen",
        ),
        (
            step(replaced(value())),
            step(replaced(action="Modify", recreation="Never", policy_action="")),
            "Modify Vpc (CidrBlock); the plan showed Replace Vpc (CidrBlock)",
        ),
    ],
)
def test_more_or_other_than_was_shown_is_named(shown, now, sentence):
    assert departures(shown, now) == [f"primary: {sentence}"]


def test_a_value_that_came_out_as_it_was_makes_a_step_do_less():
    shown = step(edit(certain_detail("DisplayName", "Never", MADE_LATER)), replaced(MADE_LATER))
    assert departures(shown, step()) == []
    assert came_out_the_same(shown, step()) == ["Topic", "Vpc"]


def test_a_property_may_come_out_as_it_was_while_another_changes():
    shown = step(edit(certain_detail("DisplayName", "Never", MADE_LATER), certain_detail("KmsMasterKeyId")))
    now = step(edit(certain_detail("KmsMasterKeyId")))
    assert departures(shown, now) == []
    assert came_out_the_same(shown, now) == ["Topic.DisplayName"]


def test_a_replacement_may_become_a_change_in_place_when_its_value_came_out_as_it_was():
    both = change(
        "Replace",
        "Vpc",
        certain_detail("CidrBlock", "Always", MADE_LATER),
        certain_detail("Note"),
        type=VPC,
        policy_action="ReplaceAndDelete",
    )
    now = step(change("Modify", "Vpc", certain_detail("Note"), type=VPC))
    assert departures(step(both), now) == []


def test_the_value_that_was_promised_may_be_any():
    shown = step(parameter("Word", None, None, unknown=True))
    assert departures(shown, step(parameter("Word", None, "made-by-aws"))) == []


def test_what_was_shown_as_possible_may_turn_out_to_be_certain():
    shown = step(may("Topic", ("DisplayName", "Vpc", "Never")), may_change=("Out",))
    assert departures(shown, step(edit(), changed_outputs=("Out",))) == []


def test_less_may_be_touched():
    assert departures(step(may("Topic", ("DisplayName", "Vpc", "Never"))), step()) == []
