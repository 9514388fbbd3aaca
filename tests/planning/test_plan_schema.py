"""The JSON schema of the plan: current, shipped, and kept to; `tests/conftest.py` holds every other plan to it too."""

import copy
import json
import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, ValidationError

from tests.conftest import PLAN_SCHEMA
from tests.planning.test_random_systems import MANY, nothing, systems
from tests.screen.test_plans import document, worlds
from twinstack.planning.document import PlanDocument, plan_document, schema
from twinstack.planning.passes import plan

PLANS = [document(world) for world in worlds()]


def keeps(data):
    Draft202012Validator(PLAN_SCHEMA).validate(data)


def test_the_file_is_current():
    """`make generate` writes it."""
    assert files("twinstack.planning").joinpath("plan.schema.json").read_text(encoding="utf-8") == schema()


def test_the_command_of_make_generate_writes_it(tmp_path):
    path = tmp_path / "plan.schema.json"
    subprocess.run([sys.executable, "-m", "twinstack.planning.document", path], check=True)
    assert path.read_text(encoding="utf-8") == schema()


def test_it_is_a_schema():
    Draft202012Validator.check_schema(PLAN_SCHEMA)
    assert PLAN_SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("data", PLANS)
def test_a_plan_keeps_to_it_and_comes_back_as_it_was(data):
    keeps(data)
    assert PlanDocument.model_validate(data).as_data() == data


@MANY
@given(systems())
def test_the_plan_of_a_random_system_keeps_to_it(made):
    first, _ = made
    keeps(plan_document(plan(first, nothing(first)), "dev").as_data())


def test_a_plan_names_its_version():
    assert [data["version"] for data in PLANS] == [1] * len(PLANS)
    assert PLAN_SCHEMA["properties"]["version"]["const"] == 1
    assert "version" in PLAN_SCHEMA["required"]


def without(data, key):
    return {name: value for name, value in data.items() if name != key}


def with_action(data, action):
    changed = copy.deepcopy(data)
    changed["passes"][0]["steps"][0]["changes"][0]["action"] = action
    return changed


@pytest.mark.parametrize(
    "wrong",
    [
        {**PLANS[0], "version": 2},
        without(PLANS[0], "version"),
        without(PLANS[0], "passes"),
        {**PLANS[0], "more": 1},
        with_action(PLANS[0], "Explode"),
    ],
)
def test_anything_else_does_not(wrong):
    with pytest.raises(ValidationError):
        keeps(json.loads(json.dumps(wrong)))
