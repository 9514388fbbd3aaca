"""The engine does not let a person wait: on the virtual clock, so that no machine is too slow for it."""

from statistics import median

import pytest

from tests.simulation.waiting import measure


@pytest.fixture(scope="module")
def measured():
    return [measure(seed) for seed in range(3)]


def test_the_end_of_a_stack_is_noticed_within_two_seconds_mostly_and_five_at_most(measured):
    waited = [step.waited for one in measured for step in one.steps]
    assert len(waited) == 15
    assert median(waited) < 2.0
    assert max(waited) <= 5.0


def test_a_stack_is_asked_about_at_most_once_a_second(measured):
    assert max(step.calls_a_minute for one in measured for step in one.steps) <= 60


def test_the_whole_time_is_at_most_a_hundredth_more_than_aws_takes(measured):
    assert max(one.over_critical for one in measured) <= 1.01
