"""What the review shows of an entry: its values, secrets hidden, and what the plan said where it differs."""

from dataclasses import replace

import pytest

from tests.review.steps import VPC, certain_detail, change, dynamic, may, real, static, step, value
from twinstack.review.comparison import Prediction, Row, compare
from twinstack.review.rows import row_data


def rows(predicted, *listed):
    return [row_data(row) for row in compare(Prediction(predicted), listed)]


def at(detail, path, before, after):
    return replace(detail, path=path, before=before, after=after)


EDITED = change("Modify", "Topic", certain_detail("DisplayName"))


def test_a_row_has_the_words_of_the_change_set_and_its_values():
    listed = real("Modify", "Topic", at(static("DisplayName"), "/Properties/DisplayName", "a", "b"))
    assert rows(step(EDITED), listed) == [
        {
            "resource": "Topic",
            "action": "Modify",
            "type": "AWS::SNS::Topic",
            "physical_id": "id",
            "replacement": "False",
            "policy_action": "",
            "properties": ["DisplayName"],
            "values": [{"path": "DisplayName", "before": "a", "after": "b", "recreation": "Never"}],
            "foreseen": "certain",
            "predicted": "",
            "problems": [],
        }
    ]


def test_the_predicted_values_stand_in_where_aws_shows_none():
    (row,) = rows(step(EDITED), real("Modify", "Topic", static("DisplayName")))
    assert row["values"] == [{"path": "DisplayName", "before": "old", "after": "new", "recreation": "Never"}]


def test_a_place_is_shown_once_however_many_causes_it_has():
    details = [at(dynamic("A", cause), "/Properties/A/0/B", "1", "2") for cause in ("", "Vpc.Arn", "Vpc")]
    (row,) = rows(step(change("Modify", "Topic", certain_detail("A"))), real("Modify", "Topic", *details))
    assert [value["path"] for value in row["values"]] == ["A.0.B"]


@pytest.mark.parametrize("path", ["/Properties/MasterUserPassword", "/Properties/Environment/Variables/API_TOKEN"])
def test_what_holds_a_secret_by_its_name_is_hidden(path):
    listed = real("Modify", "Topic", at(static("DisplayName"), path, "hush", "hush-hush"))
    (row,) = rows(step(EDITED), listed)
    assert [(it["before"], it["after"]) for it in row["values"]][:1] == [("****", "****")]


def test_a_value_that_is_not_there_is_none_and_not_hidden():
    listed = real("Modify", "Topic", at(static("DisplayName"), "/Properties/MasterUserPassword", None, "hush"))
    (row,) = rows(step(EDITED), listed)
    assert [(it["before"], it["after"]) for it in row["values"]][:1] == [(None, "****")]


def test_what_the_plan_said_stands_beside_what_differs():
    moved = change("Replace", "Vpc", certain_detail("CidrBlock", "Always"), type=VPC)
    given = step(EDITED, moved, may("Other", ("A", "Vpc", "Never"), ("B", "Vpc", "Never")))
    told = rows(given, real("Remove", "Topic"), real("Add", "Other"), real("Add", "Stranger"))
    assert [(row["resource"], row["action"], row["predicted"], row["problems"]) for row in told] == [
        ("Topic", "Remove", "Modify: DisplayName", ["Remove, not Modify"]),
        ("Other", "Add", "may be touched: A, B", ["Add, not Modify"]),
        ("Stranger", "Add", "nothing", ["not predicted"]),
        ("Vpc", "", "Replace: CidrBlock", ["not in the change set"]),
    ]


def test_what_was_not_foreseen_says_why():
    (row,) = compare(Prediction(step(), lambda _resource: True), [real("Add", "Made")])
    assert row_data(row)["foreseen"] == "made by a macro"


def test_what_may_be_touched_is_told_from_what_is_certain():
    moved = change("Replace?", "Vpc", certain_detail("InstanceTenancy", "Conditionally"), type=VPC)
    told = rows(
        step(moved, may("Other", ("A", "Vpc", "Never"))),
        real("Modify", "Vpc", static("InstanceTenancy", "Conditionally"), type=VPC, replacement="Conditional"),
        real("Modify", "Other", dynamic("A", "Vpc")),
    )
    assert [(row["resource"], row["foreseen"]) for row in told] == [("Vpc", "certain"), ("Other", "touched")]


def test_what_is_replaced_although_its_value_could_not_be_compared_is_no_mere_touch():
    given = step(may("Vpc", ("CidrBlock", "Word", "Always"), type=VPC), not_comparable=("Word",))
    cause = static("CidrBlock", "Always", cause="Word", source="ParameterReference")
    (row,) = rows(given, real("Modify", "Vpc", cause, type=VPC, replacement="True"))
    assert (row["problems"], row["foreseen"]) == ([], "its value could not be compared")


def test_of_a_property_that_is_replaced_by_part_the_plan_knows_which_part_changes():
    check = "AWS::Route53::HealthCheck"
    predicted = change("Modify", "Check", certain_detail("HealthCheckConfig", by_part=True), type=check)
    listed = at(static("HealthCheckConfig", "Conditionally"), "/Properties/HealthCheckConfig/Port", "1", "2")
    (row,) = rows(step(predicted), real("Modify", "Check", listed, type=check, replacement="Conditional"))
    assert [(it["path"], it["recreation"]) for it in row["values"]] == [("HealthCheckConfig.Port", "Never")]


def test_a_row_of_what_is_not_there_has_the_predicted_values():
    row = Row("Topic", change("Modify", "Topic", certain_detail("A", "Never", value("A.B"))), None, None, ("missing",))
    assert row_data(row)["values"] == [{"path": "A.B", "before": "old", "after": "new", "recreation": "Never"}]


def test_an_entry_that_is_missing_has_no_word_of_the_change_set():
    (row,) = rows(step(change("Remove", "Topic")))
    words = ("action", "type", "physical_id", "replacement", "policy_action", "properties", "values")
    assert [row[word] for word in words] == ["", "", "", "False", "", [], []]
    assert (row["predicted"], row["problems"]) == ("Remove", ["not in the change set"])


def test_one_that_is_missing_where_the_stack_stopped_at_it_has_those_of_the_plan():
    given = Prediction(step(EDITED), stopped_at=lambda _resource: True)
    (row,) = (row_data(row) for row in compare(given, []))
    assert (row["action"], row["type"], row["properties"]) == ("Modify", "AWS::SNS::Topic", ["DisplayName"])
    assert (row["physical_id"], row["policy_action"], row["problems"]) == ("", "", [])
