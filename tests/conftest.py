"""What holds in every test."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from twinstack.planning import document

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
