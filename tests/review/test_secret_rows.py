"""What the plan hides, the review hides too, though the place that AWS names does not say that it is secret."""

import json

import pytest

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import ChangeDocument
from twinstack.planning.prediction import Change, Detail
from twinstack.planning.values import NO_VALUE
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
