"""A signal and a fault at some calls of a rollout; `python -m tests.simulation.everywhere` does it at every one."""

import pytest

from tests.simulation.everywhere import Case, Outcome, calls_of, fault_cases, play, run, signal_cases, table


@pytest.fixture(scope="module")
def calls():
    return calls_of("pair")


def test_after_a_signal_one_more_run_converges(calls):
    outcomes = run("pair", signal_cases(calls, 13), jobs=1)
    assert [one for one in outcomes if one.broken or one.again != 0] == []
    codes = {(one.case.what, one.code) for one in outcomes}
    assert codes == {("SIGKILL", None), ("SIGINT", 130), ("SIGTERM", 143)}


def test_after_a_fault_the_run_ends_right_or_clearly(calls):
    outcomes = run("pair", fault_cases(calls, 37), jobs=1)
    assert [one for one in outcomes if one.broken or one.again != 0] == []
    once = {one.case.what: one.code for one in outcomes if one.case.how == "once"}
    assert {once[kind] for kind in ("throttled", "internal", "reset", "lost", "expired")} == {0}


def test_the_flagship_converges_after_a_kill_in_the_middle():
    assert play("flagship", Case("SIGKILL", "lost", 140)) == Outcome(Case("SIGKILL", "lost", 140), None, 0)


def test_a_table_counts_what_came_of_each_kind_of_case():
    outcomes = [
        Outcome(Case("SIGINT", "lost", 1), 130, 0),
        Outcome(Case("SIGINT", "lost", 2), 130, 1, ("5 one more run does not converge",)),
    ]
    assert list(table(outcomes))[1].split() == ["SIGINT,", "during", "2", "1", "1", "130", "x", "2"]
