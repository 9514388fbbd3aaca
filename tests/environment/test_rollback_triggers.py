"""The key `rollback_triggers` of an environment file: what is wrong with it is said with its line."""

import json

import pytest

from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.errors import InputError

TEMPLATE = """
Metadata: {TwinStack: {Role: one}}
Transform: AWS::LanguageExtensions
Resources:
  Lag: {Type: 'AWS::CloudWatch::Alarm'}
  Any: {Type: 'AWS::CloudWatch::CompositeAlarm'}
  Topic: {Type: 'AWS::SNS::Topic'}
  Fn::ForEach::Alarms: [Name, [A, B], {'Made${Name}': {Type: 'AWS::CloudWatch::Alarm'}}]
"""


def read(folder, triggers):
    """Reads an environment with these triggers, the key standing in its third line."""
    (folder / "one.yaml").write_text(TEMPLATE)
    path = folder / "dev.yaml"
    stacks = "project: pair\nstacks: {one: {template: one.yaml, region: eu-west-1}}\n"
    path.write_text(stacks + f"rollback_triggers: {json.dumps(triggers)}\n")
    return assemble(read_environment_file(str(path), folder, None, {}), folder)


@pytest.mark.parametrize(
    "triggers",
    [{"alarms": ["Lag"]}, {"alarms": ["Any", "MadeA", "MadeB", "Lag"], "monitoring_minutes": 180}],
    ids=["one", "of a loop too"],
)
def test_alarms_of_a_template_are_taken(tmp_path, triggers):
    model = read(tmp_path, triggers).file.model.rollback_triggers
    assert list(model.alarms) == triggers["alarms"]
    assert model.monitoring_minutes == triggers.get("monitoring_minutes", 0)


@pytest.mark.parametrize(
    ("triggers", "problem"),
    [
        ({}, "dev.yaml:3: the key rollback_triggers.alarms is missing; add it"),
        ({"alarms": []}, "dev.yaml:3: rollback_triggers.alarms: List should have at least 1 item"),
        ({"alarms": list("ABCDEF")}, "dev.yaml:3: rollback_triggers.alarms: List should have at most 5 items"),
        ({"alarms": ["Lag"], "minutes": 5}, "dev.yaml:3: unknown key rollback_triggers.minutes; the keys are alarms, "),
        ({"alarms": ["Lag"], "monitoring_minutes": 181}, "should be less than or equal to 180, not 181"),
        ({"alarms": ["Lag"], "monitoring_minutes": -1}, "should be greater than or equal to 0, not -1"),
        ({"alarms": ["Lag"], "monitoring_minutes": "soon"}, "should be a valid integer, not 'soon'"),
        ({"alarms": ["Log"]}, "dev.yaml:3: rollback_triggers.alarms: no template has a resource Log; name an alarm by"),
        (
            {"alarms": ["Lag", "Topic"]},
            "dev.yaml:3: rollback_triggers.alarms: Topic is AWS::SNS::Topic; a rollback trigger is "
            "AWS::CloudWatch::Alarm or AWS::CloudWatch::CompositeAlarm",
        ),
        ({"alarms": ["Lag", "Lag"]}, "rollback_triggers.alarms: Lag is named twice; take one out"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, triggers, problem):
    with pytest.raises(InputError) as error:
        read(tmp_path, triggers)
    assert problem in str(error.value)


def test_an_alarm_on_a_line_of_its_own_is_told_with_that_line(tmp_path):
    path = tmp_path / "dev.yaml"
    read(tmp_path, {"alarms": ["Lag"]})
    head = "\n".join(path.read_text().splitlines()[:2])
    path.write_text(f"{head}\nrollback_triggers:\n  monitoring_minutes: 5\n  alarms:\n    - Lag\n    - Log\n")
    with pytest.raises(InputError) as error:
        assemble(read_environment_file(str(path), tmp_path, None, {}), tmp_path)
    assert "dev.yaml:7: rollback_triggers.alarms: no template has a resource Log; " in str(error.value)
