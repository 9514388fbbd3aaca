"""What a run comes to when something happens at one of its calls; the whole tables are printed by `make tables`."""

import pytest

from tests.simulation.tables import faults, kills
from tests.simulation.tables.scenes import SCENES

# So many cases of each scene as `make test` has time for; the steps between them share no divisor with the signals and
# moments of a call, so that each of these is met.
KILLS = {"pair": 8, "pair changed": 4, "pair opened": 3, "pair destroyed": 8, "flagship": 9, "flagship destroyed": 20}


@pytest.mark.parametrize("scene", SCENES)
def test_after_a_signal_at_any_call_one_more_run_is_enough(scene):
    rows = [kills.play(case) for case in kills.cases_of(scene, KILLS[scene])]
    assert {row.case.signal for row in rows} == set(kills.SIGNALS) or len(rows) < 9
    assert [kills.line(row) for row in rows if row.wrong] == []


@pytest.mark.parametrize("scene", ["pair", "pair changed", "pair destroyed"])
def test_a_fault_at_the_first_call_of_each_name_ends_as_it_is_written_down(scene):
    rows = list(faults.table(scene, by_name=True))
    assert [faults.line(row) for row in rows if row.wrong] == []


@pytest.mark.parametrize("scene", ["pair", "pair changed", "pair destroyed"])
def test_a_fault_at_any_call_ends_right_or_clearly(scene):
    rows = list(faults.table(scene, by_name=False, every=31))
    assert [faults.line(row) for row in rows if row.wrong] == []


@pytest.mark.parametrize("kind", ["throttled", "internal", "reset", "lost", "timeout", "denied"])
def test_a_region_that_cannot_be_read_makes_the_run_partial(kind):
    result = faults.in_one_region("pair changed", "eu-west-1", "describe_stack", kind)
    assert result.code == 7
    assert result.last.startswith("partial: secondary could not be read: ")
    assert (result.again, result.wrong) == (0, "")


def test_a_stack_that_can_no_longer_be_described_is_not_followed_for_ever():
    row = faults.play(faults.Case("pair", 51, "denied", "lasting", by_name=False))
    assert row.case.call.name == "describe_stack"
    assert row.wrong == ""
    assert "describe_stack was refused: AccessDenied" in row.result.last
    assert row.result.then.startswith("Done: ")
