"""Time passes only by waiting, and a seed decides who goes on."""

from random import Random

import pytest

from tests.simulation.scheduler import Scheduler
from twinstack.errors import Interrupted


def scheduler(seed=1):
    return Scheduler(Random(seed))


def walks(one, name, log, waits):
    def work():
        for seconds in waits:
            log.append((one.now(), name))
            one.sleep(seconds)
        log.append((one.now(), name))

    return work


def test_processes_go_on_in_the_order_of_their_times():
    one, log = scheduler(), []
    one.spawn("a", walks(one, "a", log, [5, 5]))
    one.spawn("b", walks(one, "b", log, [7]), at=1)
    one.run()
    assert log == [(0, "a"), (1, "b"), (5, "a"), (8, "b"), (10, "a")]


def test_a_seed_decides_who_comes_first_at_the_same_time():
    def order(seed):
        one, log = scheduler(seed), []
        for name in "abcdef":
            one.spawn(name, walks(one, name, log, []))
        one.run()
        return "".join(name for _, name in log)

    assert order(1) == order(1)
    assert len({order(seed) for seed in range(5)}) > 1


def test_a_killed_process_does_nothing_more_not_even_at_last():
    one, log = scheduler(), []

    def work():
        try:
            one.sleep(10)
            log.append("woke up")
        finally:
            one.sleep(0)
            log.append("cleaned up")

    process = one.spawn("a", work)
    one.at(5, lambda: one.kill(process))
    one.run()
    process.clear()
    assert (log, process.ended, one.now()) == ([], True, 10)


def test_an_interruption_is_raised_where_the_process_waits():
    one, log = scheduler(), []

    def work():
        try:
            one.sleep(100)
        except Interrupted as error:
            one.sleep(1)
            log.append((one.now(), error.exit_code))
            raise

    process = one.spawn("a", work)
    one.at(30, lambda: one.interrupt(process, Interrupted(143)))
    one.run()
    assert log == [(31, 143)]
    assert isinstance(process.raised, Interrupted)


def test_a_process_that_stands_still_goes_on_later():
    one, log = scheduler(), []
    process = one.spawn("a", walks(one, "a", log, [10, 10]))
    one.at(5, lambda: setattr(process, "held_until", 300.0))
    one.run()
    assert [time for time, _ in log] == [0, 300, 310]


def test_what_a_process_raises_is_kept_for_whoever_judges_it():
    one = scheduler()
    process = one.spawn("a", lambda: 1 / 0)
    one.run()
    assert isinstance(process.raised, ZeroDivisionError)


def test_only_a_process_can_wait():
    with pytest.raises(AssertionError, match="only a process"):
        scheduler().sleep(1)
