"""Whatever stands in a template where something else is expected, it is told of or passed over, never stumbled on."""

import copy
import json

import pytest

from tests.lint_rules.test_pair_rules import PAIR, found_as_written
from twinstack.errors import InputError
from twinstack.templates import read_template

ODD = (
    None,
    "text",
    7,
    True,
    [],
    {},
    ["x"],
    [None],
    {"a": 1},
    [{"a": [1]}],
    {"Fn::If": []},
    {"Fn::If": ["Linked", "a", "b"]},
    {"Fn::Sub": []},
    {"Fn::GetAtt": 7},
    {"Ref": ["x"]},
    {"Ref": "Vpc"},
    {"Fn::Transform": {"Name": "x"}},
    {"Fn::ForEach::X": ["a", ["b"], {}]},
)
EACH_PLACE_GETS = 4
BODIES = {role: dict(read_template(PAIR / f"{role}.yaml").body) for role in ("primary", "secondary")}


def places(node, path=()):
    if path:
        yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*path, key))


def with_odd(body, place, odd):
    body = copy.deepcopy(body)
    node = body
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = odd
    return body


@pytest.mark.parametrize("role", BODIES)
def test_no_odd_shape_makes_reading_planning_or_linting_stumble(role, tmp_path):
    for other, body in BODIES.items():
        (tmp_path / f"{other}.yaml").write_text(json.dumps(body))
    for index, place in enumerate(places(BODIES[role])):
        for turn in range(EACH_PLACE_GETS):
            odd = ODD[(index * EACH_PLACE_GETS + turn) % len(ODD)]
            (tmp_path / f"{role}.yaml").write_text(json.dumps(with_odd(BODIES[role], place, odd)))
            try:
                found_as_written(tmp_path)
            except InputError:
                pass
            except Exception as error:
                raise AssertionError(f"{place} is {odd!r}") from error
