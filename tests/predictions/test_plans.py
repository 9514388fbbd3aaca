"""What a plan says of each case, against what AWS does by its documentation."""

from pathlib import Path
from typing import get_args

import pytest

from tests.predictions.answers import said_by, step_of
from tests.predictions.cases import Kind, cases, sources
from tests.predictions.page import markdown

PAGE = Path(__file__).parents[2] / "docs" / "predictions.md"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_plan_says_what_aws_does_or_what_is_named(case):
    assert said_by(step_of(case)) == case.expected_of_plan


def test_there_is_a_case_of_every_kind_and_enough_of_them():
    assert {case.kind for case in cases()} == set(get_args(Kind))
    assert len(cases()) >= 30


def test_every_source_is_one_that_is_named_and_every_named_one_is_used():
    assert {name for case in cases() for name in case.aws.sources} == set(sources())


def test_a_difference_that_is_named_is_one():
    for case in cases():
        for differs in filter(None, (case.plan, case.emulator)):
            assert differs.missing or differs.instead, case.name


def test_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == markdown() + "\n"
