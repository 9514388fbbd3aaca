"""What is mutated, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True)
class Area:
    """A part of the code with the tests that are about it.

    Attributes:
        name: Its name, and that of its folder of work.
        code: What is mutated: files, as patterns.
        tests: The files and folders of its tests.
        left_out: Tests of these that take seconds each; what only they notice counts as not noticed.
        without: Files that are mutated in another area.
        packages: The packages that the code is in.
    """

    name: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("twinstack",)

    def has(self, path: str) -> bool:
        """Whether a file is mutated in this area."""
        return path not in self.without and any(fnmatch(path, pattern) for pattern in self.code)


AREAS = (
    Area(
        "planning",
        ("twinstack/planning/*.py", "twinstack/expressions/*.py"),
        ("tests/planning", "tests/predictions/test_plans.py"),
        (
            "tests/planning/test_random_systems.py",
            "tests/planning/test_plan_schema.py::test_the_plan_of_a_random_system_keeps_to_it",
            "tests/planning/test_plan_schema.py::test_the_command_of_make_generate_writes_it",
            "tests/predictions/test_plans.py::test_page_is_current",
        ),
    ),
    Area(
        "rollout",
        ("twinstack/rollout/*.py", "twinstack/statuses.py"),
        (
            "tests/rollout",
            "tests/test_statuses.py",
            "tests/preflight/test_deployments.py",
            "tests/drifting/test_preview.py",
        ),
        without=("twinstack/rollout/plans/since.py",),
    ),
    Area(
        "environment",
        ("twinstack/environment/*.py", "twinstack/templates.py", "twinstack/marked_yaml.py"),
        (
            "tests/environment",
            "tests/planning/test_reading_templates.py",
            "tests/test_marked_yaml.py",
            "tests/secrecy/test_secrets.py",
            "tests/rollout/test_wiring_outside.py",
        ),
        (
            "tests/environment/test_on_the_local_aws.py",
            "tests/secrecy/test_secrets.py::test_no_value_of_some_length_is_ever_left_in_a_text_as_it_is_or_as_json_has_it",
        ),
        # Its tests run on a git repository: tests/cli/test_since.py.
        without=("twinstack/environment/revisions.py",),
    ),
    Area(
        "review",
        ("twinstack/review/*.py",),
        ("tests/review", "tests/rollout/test_saved_plans.py"),
        (
            "tests/review/test_mutations.py::test_a_mutation_of_what_the_fake_makes_is_noticed",
            "tests/review/test_mutations.py::test_what_the_fake_makes_of_a_random_system_is_accepted",
            "tests/review/test_mutations.py::test_a_mutation_of_a_large_change_set_is_noticed",
        ),
    ),
    Area(
        "rules",
        ("lint_rules/*.py", "pair_rules/*.py"),
        ("tests/lint_rules",),
        (
            # With all of cfn-lint's own rules, or in a process of their own.
            "tests/lint_rules/test_failures.py",
            "tests/lint_rules/test_fixtures.py",
            "tests/lint_rules/test_odd_shapes.py",
            "tests/lint_rules/test_use_elsewhere.py",
        ),
        packages=("lint_rules", "pair_rules"),
    ),
    # Its tests run the whole command, on a git repository.
    Area("since", ("twinstack/rollout/plans/since.py",), ("tests/cli/test_since.py",)),
)
