"""The JSON schema of the JSON lines: current, shipped, kept to; `tests/conftest.py` holds other events to it too."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.conftest import KINDS, LINE_SCHEMA, validate_line
from tests.screen.test_screens import EVENTS
from twinstack.screen import events as told
from twinstack.screen.json_lines import line_of
from twinstack.screen.schema import kinds, schema

PAGE = Path(__file__).parents[2] / "docs" / "json-lines.md"


def test_the_file_is_current():
    """`make generate` writes it."""
    assert files("twinstack.screen").joinpath("events.schema.json").read_text(encoding="utf-8") == schema()


def test_the_command_of_make_generate_writes_it(tmp_path):
    path = tmp_path / "events.schema.json"
    subprocess.run([sys.executable, "-m", "twinstack.screen.schema", path], check=True)
    assert path.read_text(encoding="utf-8") == schema()


def test_it_is_a_schema_and_has_every_kind_of_event_with_every_field():
    Draft202012Validator.check_schema(LINE_SCHEMA)
    assert set(KINDS) == {kind.code for kind in kinds()}
    for kind in kinds():
        assert set(KINDS[kind.code].schema["required"]) == {"event", *(field.name for field in fields(kind))}


OTHERS = [event for event, _ in EVENTS if not isinstance(event, told.PlanMade)]


@pytest.mark.parametrize("event", OTHERS, ids=lambda it: it.code)
def test_the_whole_schema_takes_a_line_of_each_kind(event):
    Draft202012Validator(LINE_SCHEMA).validate(json.loads(line_of(event)))


@pytest.mark.parametrize(
    "line",
    [
        {"event": "note"},
        {"event": "note", "text": 1},
        {"event": "note", "text": "a", "more": "b"},
        {"event": "no such kind", "text": "a"},
        {"event": "left", "resources": [{"stack": "primary"}]},
        {"event": "error", "text": "a", "exit_code": "1", "hints": []},
        {"event": "plan", "plan": {}},
        {"text": "a"},
    ],
    ids=str,
)
def test_another_line_is_not_taken(line):
    with pytest.raises(ValidationError):
        Draft202012Validator(LINE_SCHEMA).validate(line)


def test_the_check_of_every_test_is_as_strict_as_the_schema():
    validate_line('{"event": "note", "text": "a"}')
    for line in ('{"event": "note", "text": 1}', '{"event": "note"}', '{"event": "left", "resources": [{}]}'):
        with pytest.raises(ValidationError):
            validate_line(line)


def test_the_page_names_every_kind_of_event_once():
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(KINDS)


def test_telling_events_loads_no_pydantic():
    script = (
        "import sys, twinstack.screen.events, twinstack.screen.json_lines, twinstack.cli.options;"
        "print([name for name in sys.modules if name in ('pydantic', 'typing_extensions', 'rich', 'yaml')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
