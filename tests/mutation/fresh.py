"""For pytest in the processes of mutmut: nothing is kept of what was worked out before the mutant was there."""

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper

OURS = ("twinstack", "tests", "lint_rules", "templates_src")


def pytest_configure():
    for it in gc.get_objects():
        if isinstance(it, _lru_cache_wrapper) and str(it.__module__).partition(".")[0] in OURS:
            it.cache_clear()
