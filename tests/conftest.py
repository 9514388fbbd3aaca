"""What holds in every test."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.rollout.deployments import Telling
from twinstack.planning import document
from twinstack.screen import events
from twinstack.screen.json_lines import line_of

PLAN_SCHEMA = json.loads(Path(document.__file__).with_name("plan.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session", autouse=True)
def every_plan_keeps_to_its_schema():
    """Holds each plan document that a test comes upon to the schema that is shipped."""
    as_data, validator = document.PlanDocument.as_data, Draft202012Validator(PLAN_SCHEMA)

    def held(plan):
        data = as_data(plan)
        validator.validate(data)
        return data

    document.PlanDocument.as_data = held
    yield
    document.PlanDocument.as_data = as_data


LINE_SCHEMA = json.loads(Path(events.__file__).with_name("events.schema.json").read_text(encoding="utf-8"))
# Of all kinds of lines only one can fit: that of the event's code.
KINDS = {
    kind["properties"]["event"]["const"]: Draft202012Validator({"$defs": LINE_SCHEMA["$defs"], **kind})
    for kind in LINE_SCHEMA["$defs"].values()
    if "event" in kind["properties"]
}


def validate_line(line):
    """Holds one line of JSON to the schema that is shipped."""
    data = json.loads(line)
    KINDS[data["event"]].validate(data)


@pytest.fixture(scope="session", autouse=True)
def every_event_keeps_to_its_schema():
    """Holds each event that a rollout tells to the schema that is shipped; a plan in it is held to its own already."""
    tell = Telling.tell

    def held(screen, event):
        if not isinstance(event, events.PlanMade):
            validate_line(line_of(event))
        tell(screen, event)

    Telling.tell = held
    yield
    Telling.tell = tell
