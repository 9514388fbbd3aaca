"""For pytest in the processes of mutmut: nothing is kept of what was worked out before, and quick tests come first."""

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper

from mutmut.state import state

OURS = ("twinstack", "tests", "lint_rules", "templates_src")


def pytest_configure():
    for it in gc.get_objects():
        if isinstance(it, _lru_cache_wrapper) and str(it.__module__).partition(".")[0] in OURS:
            it.cache_clear()


def pytest_collection_modifyitems(items):
    took = state().duration_by_test
    items.sort(key=lambda item: took.get(item.nodeid, 0))
