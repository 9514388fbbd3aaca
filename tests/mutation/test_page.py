"""The list of changes that no test notices is current, and something is said of each."""

import ast
from itertools import chain
from pathlib import Path

import pytest

from tests.mutation.measured import read
from tests.mutation.page import markdown, reason_of, reasons

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutants.md"
MODULES = {module.name: module for module in read()}


def functions(text):
    """Yields each function of a module with its class, and its lines without indentation."""
    lines = [line.strip() for line in text.splitlines()]
    for node in ast.parse(text).body:
        for it in [node, *(node.body if isinstance(node, ast.ClassDef) else ())]:
            if isinstance(it, ast.FunctionDef):
                name = it.name if it is node else f"{node.name}.{it.name}"
                yield name, lines[it.lineno - 1 : it.end_lineno]


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == markdown() + "\n"


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_each_survivor_is_a_change_of_a_line_that_is_still_there(module):
    there = dict(functions((ROOT / module.path).read_text(encoding="utf-8")))
    for survivor in module.survivors:
        gone = set(survivor.was.splitlines()) - set(there.get(survivor.function, ()))
        assert not gone, f"{survivor.function}: measure anew with `make mutate`"


def test_each_survivor_has_its_reason_or_is_named_as_a_gap():
    known = reasons()
    without = [
        (module.name, survivor)
        for module in MODULES.values()
        for survivor in module.survivors
        if reason_of(module, survivor, known) is None
    ]
    assert without == []


def test_each_reason_is_that_of_a_survivor():
    survivors = list(chain.from_iterable(((module, it) for it in module.survivors) for module in MODULES.values()))
    needless = [it for it in reasons() if not any(it.covers(*survivor) for survivor in survivors)]
    assert needless == []


def test_nine_of_ten_are_noticed():
    run, noticed = (sum(getattr(module, name) for module in MODULES.values()) for name in ("run", "noticed"))
    assert noticed >= 0.9 * run
