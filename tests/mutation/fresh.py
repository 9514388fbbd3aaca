"""For pytest in the processes of mutmut: quick to notice, and nothing is kept of what was worked out before.

The tests come in the order in which they are likely to notice: those first that have noticed something in the same
function, or else in the same module; then those of the file that is named for the module; then the quick ones.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from time import process_time

from hypothesis import Phase, settings
from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.state import state

OURS = ("twinstack", "tests", "lint_rules", "pair_rules", "templates_src")
# A line for each test that has noticed a change: the function that was changed, and the test.
HAVE_NOTICED = Path("have-noticed.txt")


def pytest_configure():
    forget()
    # That an example fails is enough; the smallest one, which takes seconds to find, is of no use here.
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], derandomize=True)
    settings.load_profile("mutants")


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
    function, is_mutant, _ = get_mutant_under_test().partition("__mutmut_")
    if not is_mutant:
        return
    limit_time(sum(took.get(item.nodeid, 0) for item in items))
    module = function.rpartition(".")[0]
    lines = HAVE_NOTICED.read_text(encoding="utf-8").splitlines() if HAVE_NOTICED.exists() else []
    noticed = [line.split(" ", 1) for line in lines]
    near = {test for where, test in noticed if where == function}
    here = {test for where, test in noticed if where.rpartition(".")[0] == module}
    named = f"test_{module.rpartition('.')[2]}.py"

    def place(item):
        test = item.nodeid
        return test not in near, test not in here, item.path.name != named, took.get(test, 0)

    items.sort(key=place)


def limit_time(seconds):
    """Ends what never ends. Time of this process counts, not that of a clock: how busy the machine is means nothing."""
    limit = int(process_time() + 2 * seconds + 10)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def pytest_runtest_logreport(report):
    function, is_mutant, _ = get_mutant_under_test().partition("__mutmut_")
    if report.failed and is_mutant:
        with HAVE_NOTICED.open("a", encoding="utf-8") as told:
            told.write(f"{function} {report.nodeid}\n")
