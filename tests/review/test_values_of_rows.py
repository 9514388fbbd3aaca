"""What the review shows of a change: the values of AWS, what the plan knows besides, and no secret."""

import json

import pytest

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.expressions.values import NO_VALUE
from twinstack.planning.document import ChangeDocument
from twinstack.planning.prediction import Change, Detail
from twinstack.review.comparison import Row
from twinstack.review.rows import row_data


def shown(before, after, path):
    """The review of a real change at a place, where the plan knows the whole property."""
    change = Change("Modify", "Task", "T", (Detail("Properties", "Environment", before, after),))
    detail = ChangeDetail("Properties", "Environment", False, "", path=path, before="one", after="s3cr3t")
    real = ResourceChange("Modify", "Task", "T", "id", "False", (detail,))
    return json.dumps(row_data(Row("Task", ChangeDocument.model_validate(change), None, real))["values"])


def pairs(**values):
    return [{"Name": name, "Value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("before", "path"),
    [
        pytest.param(pairs(DB_PASSWORD="one"), "/Properties/Environment/0/Value", id="changed"),
        pytest.param(NO_VALUE, "/Properties/Environment/0/Value", id="added with the property"),
    ],
)
def test_a_value_with_a_secret_name_beside_it_is_hidden(before, path):
    assert "s3cr3t" not in shown(before, pairs(DB_PASSWORD="s3cr3t"), path)


def test_a_value_with_another_name_beside_it_is_shown():
    assert "s3cr3t" in shown(pairs(DB_HOST="one"), pairs(DB_HOST="s3cr3t"), "/Properties/Environment/0/Value")


def test_a_property_of_which_aws_shows_no_value_keeps_the_one_of_the_plan():
    tags = Detail("Tags", "", {"CostCenter": "one"}, {"CostCenter": "other"})
    change = Change("Modify", "Events", "T", (Detail("Properties", "Enabled", "false", "true"), tags))
    known = ChangeDetail(
        "Properties", "Enabled", False, "", path="/Properties/Enabled", before="false", after="true", recreation="Never"
    )
    retagged = ChangeDetail("Tags", "", False, "")
    real = ResourceChange("Modify", "Events", "T", "id", "False", (known, retagged))
    values = row_data(Row("Events", ChangeDocument.model_validate(change), None, real))["values"]
    assert [(it["path"], it["before"], it["after"]) for it in values] == [
        ("Enabled", "false", "true"),
        ("Tags.CostCenter", "one", "other"),
    ]
