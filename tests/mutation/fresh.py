"""For pytest in the processes of mutmut: nothing is kept of what was worked out before.

The tests come in the order in which they are likely to notice: those of the file that is named for the module first,
then the quick ones.
"""

from __future__ import annotations

import sys

from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.state import state

OURS = ("twinstack", "tests", "lint_rules", "templates_src")


def pytest_configure():
    forget()


def pytest_runtest_setup():
    """While mutmut writes down which test calls which function: else only the first one calls what is kept."""
    if get_mutant_under_test() == "stats":
        forget()


def forget():
    """Forgets what functions have kept."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for it in list(vars(module).values()):
                getattr(it, "cache_clear", lambda: None)()


def pytest_collection_modifyitems(items):
    took = state().duration_by_test
    *_, module, _ = ("", *get_mutant_under_test().split("."))
    items.sort(key=lambda item: (item.path.name != f"test_{module}.py", took.get(item.nodeid, 0)))
