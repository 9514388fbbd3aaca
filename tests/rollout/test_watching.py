"""Following one operation to its end, by answers of AWS that come late, are old, or do not come."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from tests.fake_cloudformation import FakeClock
from tests.fake_stacks import moment
from tests.rollout.deployments import Telling
from twinstack.aws.api import StackDescription, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.aws.side_by_side import in_turn
from twinstack.errors import UnreachableError
from twinstack.rollout.operations.operation import Operation, has_begun, newest_event, no_longer_followed
from twinstack.rollout.operations.watching import watch
from twinstack.rollout.run.under_way import UnderWay
from twinstack.screen.events import ResourceProgress, Warning_
from twinstack.statuses import Outcome

STACK = "arn:aws:cloudformation:eu-west-1:1:stack/pair/1"
KIND = "AWS::CloudFormation::Stack"
DENIED = AwsError("DescribeStacks", "AccessDenied", "no", "eu-west-1")
SILENT = UnreachableError("no route")


def event(at, resource, status, *, token="ours", operation="", number=None):
    """An event of the stack itself, where no resource is given."""
    kind, physical = ("AWS::SNS::Topic", f"{resource}-1") if resource else (KIND, STACK)
    name = number or f"{at}-{resource}-{status}"
    return StackEvent(name, moment(at), resource or "pair", physical, kind, status, "", token, operation)


@dataclass
class Aws:
    """CloudFormation with one stack, which answers by the clock.

    Attributes:
        clock: The clock.
        happening: The events, each from its own moment on.
        status: What the stack is described as: a status, None for no stack, or an error.
        listing: What is answered instead of the events: an error, or other events.
        looks: When the events were read.
        described: When the stack was described.
    """

    clock: FakeClock
    happening: list[StackEvent] = field(default_factory=list)
    status: object = lambda now: "UPDATE_IN_PROGRESS"
    listing: object = lambda now: None
    looks: list[float] = field(default_factory=list)
    described: list[float] = field(default_factory=list)

    def at_once(self):
        return self

    def events(self, stack_id):
        assert stack_id == STACK
        now = self.clock.now()
        self.looks.append(now)
        other = self.listing(now)
        if isinstance(other, Exception):
            raise other
        happened = [each for each in self.happening if each.time <= moment(now)]
        return iter((happened if other is None else other)[::-1])

    def describe_stack(self, stack_id):
        assert stack_id == STACK
        self.described.append(self.clock.now())
        status = self.status(self.clock.now())
        if isinstance(status, Exception):
            raise status
        return status and StackDescription(STACK, "pair", status, "said by AWS", {}, {}, {})


class Following:
    """A run that follows the operation of one stack."""

    def __init__(self, *happening, status=None, listing=None, deletes=False, expected=()):
        self.clock, self.screen, self.under_way = FakeClock(), Telling(), UnderWay({STACK: "words"})
        self.aws = Aws(self.clock, list(happening))
        if status is not None:
            self.aws.status = status if callable(status) else lambda now: status
        if listing is not None:
            self.aws.listing = listing
        self.operation = Operation("one", self.aws, STACK, "ours", frozenset(expected), None, deletes=deletes)

    def watch(self, *others):
        run = SimpleNamespace(clock=self.clock, screen=self.screen, under_way=self.under_way, ask=in_turn)
        watch(run, [self.operation, *others])
        return self.operation

    def warnings(self):
        return [told.text for told in self.screen.of(Warning_)]


UPDATED = (event(0, "", "UPDATE_IN_PROGRESS"), event(10, "Topic", "UPDATE_COMPLETE"), event(20, "", "UPDATE_COMPLETE"))


def test_it_ends_when_its_events_say_so_and_the_stack_is_described_as_that():
    following = Following(*UPDATED, status=lambda now: "UPDATE_COMPLETE" if now >= 20 else "UPDATE_IN_PROGRESS")
    operation = following.watch()
    assert (operation.end.status, operation.outcome, operation.lost) == ("UPDATE_COMPLETE", Outcome.SUCCEEDED, "")
    assert operation.end.status_reason == "said by AWS"
    assert operation.events == list(UPDATED)
    assert 20 <= operation.seconds == following.clock.now() < 23
    assert following.under_way.operations == {}
    assert len(following.aws.described) == 1


def test_each_event_is_told_with_its_place_and_with_how_much_is_done():
    following = Following(*UPDATED, status="UPDATE_COMPLETE", expected=("Topic", "Queue"))
    following.watch()
    assert following.screen.events == [
        ResourceProgress("one", "eu-west-1", when, resource, kind, status, "", done, 2)
        for when, resource, kind, status, done in (
            ("2026-01-01T00:00:00+00:00", "pair", KIND, "UPDATE_IN_PROGRESS", 0),
            ("2026-01-01T00:00:10+00:00", "Topic", "AWS::SNS::Topic", "UPDATE_COMPLETE", 1),
            ("2026-01-01T00:00:20+00:00", "pair", KIND, "UPDATE_COMPLETE", 1),
        )
    ]


def test_it_is_looked_at_every_three_seconds_and_sooner_after_news():
    following = Following(*UPDATED, status="UPDATE_COMPLETE")
    following.watch()
    assert following.clock.waits[:8] == pytest.approx([0.5, 0.75, 1.125, 1.6875, 2.53125, 3, 3, 0.5])


def test_the_stack_is_described_after_half_a_minute_without_news_and_then_each_half_minute():
    happening = (event(0, "", "UPDATE_IN_PROGRESS"), event(100, "", "UPDATE_COMPLETE"))
    following = Following(*happening, status=lambda now: "UPDATE_COMPLETE" if now >= 100 else "UPDATE_IN_PROGRESS")
    following.watch()
    *before, at_the_end = following.aws.described
    gaps = [later - sooner for sooner, later in zip([0, *before], before, strict=False)]
    assert len(before) == 3
    assert all(30 <= gap < 33.1 for gap in gaps)
    assert at_the_end >= 100


def test_a_description_from_before_the_end_is_not_the_end_unless_it_stays_for_half_a_minute():
    following = Following(*UPDATED, status=lambda now: "UPDATE_COMPLETE" if now >= 30 else "UPDATE_IN_PROGRESS")
    assert following.watch().end.status == "UPDATE_COMPLETE"
    assert 30 <= following.clock.now() < 34
    following = Following(*UPDATED, status="DELETE_IN_PROGRESS")
    operation = following.watch()
    assert (operation.end.status, operation.end.status_reason) == ("UPDATE_COMPLETE", "said by AWS")
    assert 50 < following.clock.now() < 57


def test_an_end_that_events_prove_is_taken_when_the_stack_cannot_be_described_for_half_a_minute():
    following = Following(*UPDATED, status=DENIED)
    operation = following.watch()
    assert operation.end == StackDescription(STACK, "one", "UPDATE_COMPLETE", "", {}, {}, {})
    assert 50 < following.clock.now() < 57
    assert following.under_way.operations == {}


@pytest.mark.parametrize(("deletes", "outcome"), [(True, Outcome.SUCCEEDED), (False, Outcome.FAILED)])
def test_a_stack_that_is_gone_is_the_end_and_a_success_of_a_deletion_only(deletes, outcome):
    following = Following(status=lambda now: None, deletes=deletes)
    operation = following.watch()
    assert operation.end == StackDescription(STACK, "one", "DELETE_COMPLETE", "", {}, {}, {})
    assert operation.outcome is outcome


def test_a_deletion_of_which_there_is_no_event_is_believed_after_two_minutes():
    following = Following(status="DELETE_COMPLETE", deletes=True)
    operation = following.watch()
    assert (operation.end.status, operation.lost) == ("DELETE_COMPLETE", "")
    assert 120 < following.clock.now() < 155


def test_another_end_of_which_there_is_no_event_is_not_believed():
    following = Following(status="UPDATE_COMPLETE")
    operation = following.watch()
    assert operation.end is None
    assert operation.lost == "AWS has no event of it after 120 s, and the stack is UPDATE_COMPLETE"
    assert 120 < following.clock.now() < 155
    assert following.under_way.operations == {STACK: "words"}


def test_one_that_failed_to_delete_without_an_event_is_not_believed_either():
    assert Following(status="DELETE_FAILED", deletes=True).watch().lost.endswith("and the stack is DELETE_FAILED")


def test_an_end_is_believed_without_an_event_of_it_where_there_was_one_of_its_beginning():
    following = Following(event(0, "", "UPDATE_IN_PROGRESS"), status="UPDATE_COMPLETE")
    assert following.watch().end.status == "UPDATE_COMPLETE"
    assert 120 < following.clock.now() < 155


def test_a_machine_that_stood_still_looks_five_times_before_it_says_that_there_is_no_event():
    following = Following(status="UPDATE_COMPLETE")
    following.clock.time = 0.0
    sleep = following.clock.sleep
    following.clock.sleep = lambda seconds: sleep(500)
    following.watch()
    assert len(following.aws.looks) == 5


def test_where_the_events_are_refused_the_status_is_believed_after_two_minutes_and_that_is_told_once():
    following = Following(status="UPDATE_COMPLETE", listing=lambda now: DENIED)
    operation = following.watch()
    assert operation.end.status == "UPDATE_COMPLETE"
    assert 120 < following.clock.now() < 125
    assert following.warnings() == [
        f"one: AWS does not answer while an operation goes on; asking again: {DENIED}",
    ]


def test_after_twenty_minutes_without_any_answer_it_is_no_longer_followed():
    following = Following(status=SILENT, listing=lambda now: SILENT)
    operation = following.watch()
    assert (operation.end, operation.lost, operation.outcome) == (None, "no route", Outcome.RUNNING)
    assert 1200 < following.clock.now() < 1204
    assert following.under_way.operations == {STACK: "words"}
    assert no_longer_followed(operation) == (
        "it cannot be followed any longer: no route; what AWS has begun goes on there, and the same command, run "
        "again, follows it"
    )


def test_an_answer_in_between_begins_the_twenty_minutes_anew():
    following = Following(status=SILENT, listing=lambda now: None if 1000 < now < 1010 else SILENT)
    following.watch()
    assert 2200 < following.clock.now() < 2215


def test_an_answer_about_the_stack_counts_as_one_too():
    following = Following(
        status=lambda now: "UPDATE_IN_PROGRESS" if 1000 < now < 1010 else SILENT, listing=lambda now: SILENT
    )
    following.watch()
    assert 2200 < following.clock.now() < 2215


def test_one_that_has_ended_is_followed_no_more():
    assert no_longer_followed(Following(*UPDATED, status="UPDATE_COMPLETE").watch()) == ""


def test_an_answer_that_is_older_than_what_was_told_is_passed_over():
    """It does not hold the newest event that is known, so what it holds may have been told already."""
    old = [event(-5, "", "UPDATE_COMPLETE", token="theirs"), event(-4, "Queue", "UPDATE_COMPLETE")]
    following = Following(*UPDATED, status="UPDATE_COMPLETE", listing=lambda now: old if 1 < now < 5 else None)
    assert following.watch().events == list(UPDATED)


def test_events_before_its_beginning_are_not_its_own():
    before = event(-5, "", "UPDATE_COMPLETE", number="before")
    following = Following(before, *UPDATED, status="UPDATE_COMPLETE")
    following.operation.after = "before"
    assert following.watch().events == list(UPDATED)


def test_an_event_without_a_token_is_its_own_by_its_operation():
    mine = [
        event(0, "", "UPDATE_IN_PROGRESS", operation="operation-1"),
        event(1, "Topic", "UPDATE_COMPLETE", token="", operation="operation-1"),
        event(2, "Other", "UPDATE_COMPLETE", token=""),
    ]
    others = [
        event(3, "Queue", "UPDATE_COMPLETE", token="", operation="operation-2"),
        event(4, "Queue", "UPDATE_FAILED", token="theirs"),
    ]
    end = event(9, "", "UPDATE_COMPLETE", operation="operation-3")
    operation = Following(*mine, *others, end, status="UPDATE_COMPLETE").watch()
    assert operation.events == [*mine, end]
    assert operation.operation_ids == ("operation-1", "operation-3")


def test_operations_are_followed_side_by_side_and_their_events_told_in_their_order():
    one = Following(*UPDATED, status="UPDATE_COMPLETE")
    other_aws = Aws(one.clock, [event(5, "", "UPDATE_IN_PROGRESS"), event(40, "", "UPDATE_COMPLETE")])
    other_aws.status = lambda now: "UPDATE_COMPLETE"
    other = Operation("other", other_aws, STACK, "ours", frozenset(), None)
    one.watch(other)
    assert [(told.stack, told.status) for told in one.screen.of(ResourceProgress)] == [
        ("one", "UPDATE_IN_PROGRESS"),
        ("other", "UPDATE_IN_PROGRESS"),
        ("one", "UPDATE_COMPLETE"),
        ("one", "UPDATE_COMPLETE"),
        ("other", "UPDATE_COMPLETE"),
    ]
    assert (one.operation.seconds < 25, other.seconds >= 40) == (True, True)
    assert max(one.aws.looks) < 25


def test_how_long_it_was_followed_counts_from_when_that_began():
    happening = (event(510, "", "UPDATE_IN_PROGRESS"), event(540, "", "UPDATE_COMPLETE"))
    following = Following(*happening, status=lambda now: "UPDATE_COMPLETE" if now >= 540 else "UPDATE_IN_PROGRESS")
    following.clock.time = 500.0
    assert 40 <= following.watch().seconds < 44
    assert following.aws.described == [following.clock.now()]


def test_nothing_to_follow_takes_no_time():
    run = SimpleNamespace(clock=FakeClock(), screen=Telling(), under_way=UnderWay(), ask=in_turn)
    watch(run, [])
    assert run.clock.waits == []


@pytest.mark.parametrize(
    ("happening", "begun", "waits"),
    [
        ([event(0, "", "UPDATE_IN_PROGRESS")], True, []),
        ([event(6, "", "UPDATE_IN_PROGRESS")], True, [2, 4]),
        ([event(0, "", "UPDATE_IN_PROGRESS", token="theirs")], False, [2, 4]),
        ([event(0, "", "UPDATE_IN_PROGRESS", token="")], False, [2, 4]),
        ([], False, [2, 4]),
    ],
)
def test_whether_it_has_begun_its_events_say_for_some_seconds(happening, begun, waits):
    following = Following(*happening)
    assert has_begun(following.operation, following.clock) is begun
    assert following.clock.waits == waits


@pytest.mark.parametrize("error", [DENIED, SILENT])
def test_where_the_events_cannot_be_read_it_has_not_begun(error):
    following = Following(listing=lambda now: error)
    assert has_begun(following.operation, following.clock) is False
    assert following.clock.waits == []


def test_the_newest_event_of_a_stack_is_named_if_there_is_one():
    aws = Aws(FakeClock())
    assert newest_event(aws, STACK) is None
    aws.happening = [event(0, "", "A", number="older"), event(0, "", "B", number="newer")]
    assert newest_event(aws, STACK) == "newer"
