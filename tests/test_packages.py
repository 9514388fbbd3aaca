"""What may import what: packages do not go round in circles, and some stand apart.

The stand-ins for AWS in `tests` stand apart from what decides: one that asked the planner would share its mistakes.
"""

import ast
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("twinstack", "local", "deployer_policy", "lint_rules", "pair_rules", "templates_src", "template_scans")


def imported(path, *, runs=False):
    """The names of modules that a file imports, wherever in it; of `from a import b` both a and a.b.

    Args:
        path: The file.
        runs: Whether what only the type checker reads is left out.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(_WithoutTypeChecking().visit(tree) if runs else tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = path.relative_to(ROOT).parent.parts
            base = base[: len(base) - node.level + 1]
            yield from (".".join([*base, *filter(None, [node.module, alias.name])]) for alias in node.names)


class _WithoutTypeChecking(ast.NodeTransformer):
    def visit_If(self, node):
        return None if getattr(node.test, "id", "") == "TYPE_CHECKING" else self.generic_visit(node)


def modules(packages):
    """Every module of these packages, with its file."""
    found = {}
    for package in packages:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules(PACKAGES)


def folder(module):
    return MODULES[module].parent.relative_to(ROOT).as_posix()


def imports_of_folders():
    graph = defaultdict(set)
    for module, path in MODULES.items():
        names = {name for name in imported(path) if name in MODULES}
        # a package that is named only on the way to one of its modules is not what is imported
        names -= {name for name in names if any(other.startswith(f"{name}.") for other in names)}
        graph[folder(module)] |= {folder(name) for name in names} - {folder(module)}
    return graph


def test_no_folder_imports_one_that_imports_it_however_indirectly():
    order = [*TopologicalSorter(imports_of_folders()).static_order()]  # raises CycleError, which names the circle
    assert order.index("twinstack") < order.index("twinstack/planning") < order.index("twinstack/rollout/steps")


def outside(package):
    names = {name for path in (ROOT / package).rglob("*.py") for name in imported(path)}
    return {name.partition(".")[0] for name in names} & {*PACKAGES, "cfnlint", "boto3", "botocore", "click", "rich"}


def test_lint_rules_need_nothing_but_cfn_lint():
    assert outside("lint_rules") == {"lint_rules", "cfnlint"}


def test_templates_know_nothing_of_the_deployer():
    assert outside("templates_src") == {"templates_src"}


def test_the_plugin_of_the_local_aws_does_not_import_the_deployer():
    assert "twinstack" not in outside("local/plugin")


def test_boto3_is_used_in_one_place_and_in_what_knows_aurora():
    using = {folder(name) for name, path in MODULES.items() for it in imported(path) if it.startswith("boto")}
    assert using <= {"twinstack/aws", "twinstack/dr/aws", "local/plugin", "local/plugin/services", "local/plugin/types"}


WITH_TESTS = modules((*PACKAGES, "tests"))
DECIDING = ("twinstack.planning", "twinstack.expressions", "twinstack.rollout", "twinstack.environment")
# What stands in for AWS, or says what is right without asking what decides.
STAND_INS = sorted(
    [
        *(name for name in WITH_TESTS if name.startswith("tests.") and name.rpartition(".")[2].startswith("fake_")),
        "tests.aws.stubbed",
        "tests.local_settings",
        "tests.preflight.site",
        "tests.silent_region",
        "tests.simulation.aws",
        "tests.simulation.durations",
        "tests.simulation.environments",
        "tests.simulation.faults",
        "tests.simulation.line",
        "tests.simulation.rules",
        "tests.simulation.scheduler",
        "tests.simulation.settled",
        "tests.small_pair",
        "tests.templates.pair",
    ]
)


def reached_from(module):
    """Every module of the project that is imported with one, with one that imports it."""
    reached, open_ = {module: ""}, [module]
    while open_:
        importing = open_.pop()
        for name in imported(WITH_TESTS[importing], runs=True):
            if name in WITH_TESTS and name not in reached:
                reached[name] = importing
                open_.append(name)
    return reached


@pytest.mark.parametrize("module", STAND_INS)
def test_a_stand_in_imports_nothing_of_what_decides_however_indirectly(module):
    assert not {name: by for name, by in reached_from(module).items() if name.startswith(DECIDING)}


def test_tests_of_templates_ask_nothing_that_decides():
    files = (ROOT / "tests" / "templates").glob("*.py")
    assert not {file.name for file in files for name in imported(file) if name.startswith(DECIDING)}
