"""What a NoEcho parameter gives to a resource is shown of neither its drift nor the way back."""

from datetime import UTC, datetime

import pytest

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
from twinstack.drifting.no_echo import Secrets
from twinstack.templates import live_template

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
TEMPLATE = """
    Parameters: {Word: {Type: String, NoEcho: true}, Label: {Type: String}}
    Resources:
      Task:
        Type: AWS::SSM::Parameter
        Properties:
          Value: !Join ['-', [a, !Sub '${Word}']]
          Name: !Ref Label
"""


def secrets(text=TEMPLATE):
    return Secrets(live_template(text, "pair"))


def shown(path, *, resource="Task", actual="leaked", text=TEMPLATE):
    difference = PropertyDifference(path, "word", actual, "NOT_EQUAL")
    drift = ResourceDrift(resource, "AWS::SSM::Parameter", "id", "MODIFIED", MOMENT, (difference,))
    (found,) = secrets(text).hidden_in_drifts([drift])
    return found.differences[0].expected, found.differences[0].actual


@pytest.mark.parametrize("path", ["/Value", "/Value/0/Deep"])
def test_both_values_of_a_property_with_such_a_parameter_are_hidden(path):
    assert shown(path) == ("****", "****")


def test_what_is_gone_stays_to_be_seen():
    assert shown("/Value", actual="null") == ("****", "null")


def test_other_properties_are_shown():
    assert shown("/Name") == ("word", "leaked")


def test_what_a_loop_or_a_macro_made_may_hold_it():
    assert shown("/Name", resource="Made") == ("****", "****")


def test_without_such_a_parameter_everything_is_shown():
    text = TEMPLATE.replace(", NoEcho: true", "")
    assert shown("/Value", text=text) == shown("/Value", resource="Made", text=text) == ("word", "leaked")


def test_the_way_back_is_shown_without_it():
    details = [
        ChangeDetail("Properties", name, False, "", path=f"/Properties/{name}", before="leaked", after="word")
        for name in ("Value", "Name")
    ]
    (change,) = secrets().hidden_in_changes([ResourceChange("Modify", "Task", "T", details=tuple(details))])
    assert [(each.before, each.after) for each in change.details] == [("****", "****"), ("leaked", "word")]
