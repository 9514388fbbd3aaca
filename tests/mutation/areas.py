"""What is mutated, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """A part of the code with the tests that are about it.

    Attributes:
        name: Its name, and that of its folder of work.
        code: What is mutated: files, as patterns.
        tests: The files and folders of its tests.
        left_out: Tests of these that take seconds each; what only they notice counts as not noticed.
        without: Files that are mutated in another area.
    """

    name: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


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
        "review",
        ("twinstack/review/*.py",),
        ("tests/review", "tests/rollout/test_saved_plans.py"),
        (
            "tests/review/test_mutations.py::test_a_mutation_of_what_the_fake_makes_is_noticed",
            "tests/review/test_mutations.py::test_what_the_fake_makes_of_a_random_system_is_accepted",
            "tests/review/test_mutations.py::test_a_mutation_of_a_large_change_set_is_noticed",
        ),
    ),
    # Its tests run the whole command, on a git repository.
    Area("since", ("twinstack/rollout/plans/since.py",), ("tests/cli/test_since.py",)),
)
