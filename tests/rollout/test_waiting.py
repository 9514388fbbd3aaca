"""Waiting for change sets and operations, and which events are told."""

from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import pytest

from tests.rollout.deployments import Deployments, with_note
from tests.rollout.test_failures import THREE
from twinstack.aws.errors import AwsError
from twinstack.errors import BusyError, TwinStackError, UnreachableError
from twinstack.rollout.change_sets.preparing import growing_waits
from twinstack.rollout.deploying import deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.screen.events import ResourceProgress, StepDone


def test_waits_grow_and_stop_growing_at_three_seconds():
    waits = list(islice(growing_waits(), 20))
    assert waits[0] == 0.2
    assert waits == sorted(waits)
    assert waits[-1] == 3


def test_a_slow_operation_is_looked_at_less_and_less_often_but_every_three_seconds(pair):
    pair.aws["primary"].pace = 300
    pair.deploy()
    assert max(pair.clock.waits) == 3
    assert pair.clock.waits.count(3) > 500


def test_the_stack_is_described_when_its_events_say_that_it_has_ended_and_rarely_before(updating):
    aws = updating.aws["primary"]
    aws.pace = 20
    updating.forget_calls()
    after_execution(aws, aws.calls.clear)
    updating.deploy()
    calls = [call for call, _, _ in aws.calls]
    assert calls.count("events") > 20
    assert calls[: calls.index("get_template")].count("describe_stack") < 6


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


def test_a_silence_of_aws_while_an_operation_goes_on_is_waited_out_and_told_once(updating):
    aws = updating.aws["primary"]
    after_execution(
        aws, lambda: (aws.refuse("events", "AccessDenied", 5), aws.refuse("describe_stack", "AccessDenied", 5))
    )
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"
    assert updating.told().count("AWS does not answer while an operation goes on") == 1


def test_without_events_the_status_is_believed_in_the_end(updating):
    aws = updating.aws["primary"]
    after_execution(aws, lambda: aws.refuse("events", "AccessDenied", 10_000))
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"
    assert updating.told().count("AWS does not answer while an operation goes on") == 1


def silence(aws, times=10_000):
    for call in ("events", "describe_stack"):
        aws.refuse(call, "Throttling", times)


def test_an_operation_that_aws_says_nothing_about_for_twenty_minutes_is_no_longer_followed(updating):
    aws = updating.aws["primary"]
    after_execution(aws, lambda: silence(aws))
    with pytest.raises(
        TwinStackError,
        match=r"primary .*cannot be followed any longer: .*Throttling.*the same command, run again, follows it",
    ):
        updating.deploy()
    assert 1200 < sum(updating.clock.waits) < 1400
    silence(aws, 0)
    for call in ("events", "describe_stack"):
        aws.allow(call)
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"


def test_an_operation_that_aws_has_never_heard_of_is_not_taken_for_done(updating):
    aws = updating.aws["primary"]
    aws.execute_change_set = lambda arn, token, **options: None
    with pytest.raises(TwinStackError) as error:
        updating.deploy()
    assert str(error.value) == (
        "primary (us-east-1): it cannot be followed any longer: AWS has no event of it after 120 s, and the stack is "
        "UPDATE_COMPLETE; what AWS has begun goes on there, and the same command, run again, follows it"
    )


def test_a_region_that_does_not_answer_does_not_end_the_following_of_the_other(tmp_path):
    three = Deployments(tmp_path, THREE)
    silent = three.aws["service"]
    after_execution(silent, lambda: silence(silent))
    with pytest.raises(TwinStackError, match=r"service .*cannot be followed"):
        three.deploy()
    assert three.status("archive") == "CREATE_COMPLETE"
    assert [event.stack for event in three.screen.of(StepDone)] == ["network", "archive"]


def test_events_of_all_regions_come_in_the_order_in_which_they_happened(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.aws["service"].pace, three.aws["archive"].pace = 0.7, 0.3
    three.deploy()
    times = [event.time for event in three.screen.of(ResourceProgress) if event.stack != "network"]
    ticks = [sorted(times[place : place + 2]) == times[place : place + 2] for place in range(len(times) - 1)]
    assert ticks.count(False) == 0


@pytest.mark.parametrize("code", ["InvalidChangeSetStatus", "ChangeSetNotFound"])
def test_an_execution_whose_answer_was_lost_is_found_by_its_events(updating, code):
    aws = updating.aws["primary"]
    execute = aws.execute_change_set

    def heard_and_refused(arn, token, **options):
        execute(arn, token, **options)
        raise AwsError("ExecuteChangeSet", code, "it is being executed", "primary")

    aws.execute_change_set = heard_and_refused
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"


def test_an_execution_that_nobody_has_heard_of_fails(updating):
    updating.aws["primary"].refuse("execute_change_set", "InvalidChangeSetStatus")
    with pytest.raises(TwinStackError, match="InvalidChangeSetStatus"):
        updating.deploy()
    assert updating.change_sets() == []


def test_an_execution_of_which_nothing_is_known_is_not_called_failed(updating):
    aws = updating.aws["primary"]
    aws.refuse("execute_change_set", UnreachableError("reset"))
    with pytest.raises(TwinStackError) as error:
        updating.deploy()
    assert str(error.value) == (
        "reset\nprimary: whether AWS has begun with it is not known (primary (us-east-1): updating pair-dev-primary); "
        "the same command, run again, finds out and goes on"
    )


def test_a_change_set_that_aws_does_not_find_yet_is_asked_for_again(updating):
    updating.aws["primary"].refuse("describe_change_set", "ChangeSetNotFound", 3)
    updating.deploy()
    assert updating.status("primary") == "UPDATE_COMPLETE"


@pytest.mark.parametrize(("taken", "error"), [(True, BusyError), (False, TwinStackError)])
def test_a_change_set_that_is_gone_was_deleted_by_the_run_that_has_taken_the_lock(taken, error, updating):
    updating.forget_calls()
    updating.aws["primary"].refuse("describe_change_set", "ChangeSetNotFound", 40)
    run = updating.run()

    def check():
        if taken:
            raise BusyError("another run has taken the lock")

    lock = SimpleNamespace(is_held=True, check=check, refresh=lambda: True)
    with pytest.raises(error):
        deploy(replace(run, lock=lock))
    assert "execute_change_set" not in [call for role, call in updating.mutations() if role == "primary"]


def test_a_look_that_took_long_is_not_the_last_one(pair):
    """The first answer after a step is an old one, and comes a minute late."""
    aws = pair.aws["primary"]
    describe, late = aws.describe_stack, []

    def old_and_late(name):
        found = describe(name)
        if found is not None and found.status == "CREATE_COMPLETE" and not late and name == "pair-dev-primary":
            late.append(found)
            pair.clock.sleep(60)
            return replace(found, status="CREATE_IN_PROGRESS", outputs={})
        return found

    pair.screen.react = lambda event: (
        setattr(aws, "describe_stack", old_and_late) if isinstance(event, StepDone) else None
    )
    pair.deploy()
    assert late


def test_an_old_answer_after_the_end_is_not_taken_for_what_there_is(live):
    """The stack is read again after its operation, perhaps from a copy that lags behind."""
    live.templates["primary"] = with_note(live.templates["primary"])
    aws = live.aws["primary"]
    before, describe = aws.describe_stack("pair-dev-primary"), aws.describe_stack
    late = []
    live.screen.react = lambda event: (
        late.extend([replace(before, status="UPDATE_IN_PROGRESS")] * 2) if isinstance(event, StepDone) else None
    )
    aws.describe_stack = lambda name: late.pop() if late else describe(name)
    live.deploy()
    assert late == []


@pytest.mark.parametrize(
    "error", [UnreachableError("reset"), AwsError("DeleteStack", "InternalFailure", "", "primary")]
)
def test_a_deletion_whose_answer_was_lost_is_found_by_its_events(live, error):
    aws = live.aws["primary"]
    delete = aws.delete_stack

    def answer_lost(*given):
        delete(*given)
        raise error

    aws.delete_stack = answer_lost
    live.destroy()
    assert live.stacks() == []


def test_what_aws_refuses_is_not_said_to_go_on(live):
    live.aws["secondary"].refuse("delete_stack", "AccessDenied")
    run = live.run()
    with pytest.raises(AwsError, match="AccessDenied"):
        destroy(run, DestroyOptions())
    assert run.under_way.operations == {}
