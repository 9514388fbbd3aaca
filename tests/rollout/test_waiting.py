"""Waiting for change sets and operations, and which events are told."""

from itertools import islice

import pytest

from tests.rollout.deployments import with_note
from twinstack.aws.errors import AwsError
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


@pytest.fixture
def updating(pair):
    """The pair before an update of its primary."""
    pair.deploy()
    pair.templates["primary"] = with_note(pair.templates["primary"])
    return pair


def after_execution(aws, then):
    """Does something as soon as a change set's execution has been asked for."""
    execute = aws.execute_change_set

    def executed(arn, token, **options):
        execute(arn, token, **options)
        then()

    aws.execute_change_set = executed


def test_a_status_from_before_the_request_is_not_taken_for_its_end(updating):
    """Just after a request AWS may still describe the stack as it was."""
    aws = updating.aws["primary"]
    describe, before = aws.describe_stack, aws.describe_stack("pair-dev-primary")
    late = []
    after_execution(aws, lambda: late.extend([before, before]))
    aws.describe_stack = lambda name: late.pop() if late else describe(name)
    updating.deploy()
    assert late == []
    told = [(type(event), getattr(event, "status", "")) for event in updating.screen.events]
    assert told.index((ResourceProgress, "UPDATE_COMPLETE")) < told.index((StepDone, "UPDATE_COMPLETE"))


def test_a_silence_of_aws_while_an_operation_goes_on_is_waited_out(updating):
    aws = updating.aws["primary"]
    after_execution(aws, lambda: aws.refuse("describe_stack", "Throttling", times=3))
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"
    assert "AWS does not answer while an operation goes on" in updating.told()


def test_aws_that_stays_silent_ends_the_watching(updating):
    aws = updating.aws["primary"]
    after_execution(aws, lambda: aws.refuse("describe_stack", "Throttling", times=1000))
    with pytest.raises(AwsError, match="Throttling"):
        updating.deploy()
