"""Waiting for change sets and operations, and which events are told."""

from itertools import islice

import pytest

from tests.rollout.deployments import with_note
from twinstack.rollout.change_sets import growing_waits
from twinstack.screen.events import ResourceProgress, StepDone


def test_waits_grow_and_stop_growing_at_ten_seconds():
    waits = list(islice(growing_waits(), 20))
    assert waits[0] == 0.2
    assert waits == sorted(waits)
    assert waits[-1] == 10


def test_a_slow_operation_is_looked_at_less_and_less_often_but_every_ten_seconds(pair):
    pair.aws["primary"].pace = 300
    pair.deploy()
    assert max(pair.clock.waits) == 10
    assert pair.clock.waits.count(10) > 50


def test_after_the_end_nothing_is_waited_for(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    ends = []
    live.screen.react = lambda event: ends.append(len(live.clock.waits)) if isinstance(event, StepDone) else None
    live.deploy()
    assert ends == [len(live.clock.waits)]


def test_a_change_set_is_asked_for_until_it_is_made(pair):
    pair.aws["primary"].change_set_describes = 12
    pair.deploy()
    assert pair.clock.waits[:4] == pytest.approx([0.2, 0.3, 0.45, 0.675])
    assert pair.status("primary") == "UPDATE_COMPLETE"


def test_only_the_events_of_this_operation_are_told_oldest_first(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.stack("primary").tell("someone-else", "Bucket", "UPDATE_FAILED", "an older trouble")
    seen = []

    def disturb(event):
        if isinstance(event, ResourceProgress) and not seen:
            live.stack("primary").tell("someone-else", "Bucket", "UPDATE_FAILED", "meanwhile")
        if isinstance(event, ResourceProgress):
            seen.append((event.resource, event.status))

    live.screen.react = disturb
    live.deploy()
    assert seen == [
        ("pair-dev-primary", "UPDATE_IN_PROGRESS"),
        ("Table", "UPDATE_IN_PROGRESS"),
        ("Table", "UPDATE_COMPLETE"),
        ("pair-dev-primary", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("pair-dev-primary", "UPDATE_COMPLETE"),
    ]


def test_progress_counts_the_resources_of_the_change_set(pair):
    pair.deploy()
    first = [event for event in pair.screen.of(ResourceProgress) if event.stack == "secondary"]
    assert [(event.done, event.total) for event in first if event.status == "CREATE_COMPLETE"] == [
        (1, 6),
        (2, 6),
        (3, 6),
        (4, 6),
        (5, 6),
        (6, 6),
        (6, 6),
    ]


def test_the_time_that_a_step_took_is_told(pair):
    pair.deploy()
    first = pair.screen.of(StepDone)[0]
    # Ten events, one each five seconds after the first; looked at every ten seconds at most.
    assert first.seconds == pytest.approx(45, abs=10)
