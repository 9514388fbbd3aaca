"""For pytest in the processes of mutmut: nothing is kept of what was worked out before, and quick tests come first."""

from __future__ import annotations

import sys

from mutmut.state import state

OURS = ("twinstack", "tests", "lint_rules", "pair_rules", "templates_src")


def pytest_configure():
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for it in list(vars(module).values()):
                getattr(it, "cache_clear", lambda: None)()


def pytest_collection_modifyitems(items):
    took = state().duration_by_test
    items.sort(key=lambda item: took.get(item.nodeid, 0))
