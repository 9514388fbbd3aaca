"""What is running on the stacks when a run begins is followed to its end, and how it ended is told."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import Deployments, with_note
from tests.rollout.test_failures import THREE
from twinstack.errors import TwinStackError, UnreachableError
from twinstack.rollout.deploying import deploy
from twinstack.rollout.rest.following import begun_before, bring_to_rest
from twinstack.screen.events import Note, ResourceProgress, StepDone, StepFailed


def runs(deployments: Deployments, role: str, *events: tuple[str, str, str], token: str = "theirs") -> None:
    """Begins an operation of somebody else: each event has a resource ('' for the stack), a status and a reason."""
    stack = deployments.stack(role)

    def operation():
        for resource, status, reason in events[:-1]:
            yield stack.tell(token, resource, status, reason)
        resource, status, reason = events[-1]
        stack.tell(token, resource, status, reason)

    stack.start(operation(), deployments.clock.now())


UPDATE = (
    ("", "UPDATE_IN_PROGRESS", ""),
    ("Table", "UPDATE_IN_PROGRESS", ""),
    ("Table", "UPDATE_COMPLETE", ""),
    ("", "UPDATE_COMPLETE", ""),
)
GONE = (("", "DELETE_IN_PROGRESS", ""), ("Table", "DELETE_COMPLETE", ""), ("", "DELETE_COMPLETE", ""))
ROLLED_BACK = (
    ("", "UPDATE_ROLLBACK_IN_PROGRESS", ""),
    ("Table", "UPDATE_COMPLETE", ""),
    ("", "UPDATE_ROLLBACK_COMPLETE", ""),
)
REFUSED = (
    ("", "UPDATE_IN_PROGRESS", ""),
    ("Table", "UPDATE_FAILED", "no such route"),
    ("", "UPDATE_ROLLBACK_COMPLETE", ""),
)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (UPDATE, ["UPDATE_COMPLETE"]),
        (GONE, ["DELETE_COMPLETE"]),
        (ROLLED_BACK, [("UPDATE_ROLLBACK_COMPLETE", "no reason given")]),
        (REFUSED, [("UPDATE_ROLLBACK_COMPLETE", "Table (AWS::EC2::RouteTable) UPDATE_FAILED: no such route")]),
    ],
)
def test_how_it_ended_is_told_and_why_it_failed(live, events, told):
    runs(live, "secondary", *events)
    run = live.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    done = [event.status for event in live.screen.of(StepDone)]
    assert done + [(event.status, event.cause) for event in live.screen.of(StepFailed)] == told
    ended = [*live.screen.of(StepDone), *live.screen.of(StepFailed)]
    assert [event.stack for event in ended] == ["secondary"]


def test_it_is_told_from_its_beginning_also_what_was_before_the_run(live):
    runs(live, "secondary", *UPDATE)
    live.clock.sleep(5)
    live.deploy()
    progress = live.screen.of(ResourceProgress)
    assert [(event.resource, event.status) for event in progress] == [
        (resource or "pair-dev-secondary", status) for resource, status, _ in UPDATE
    ]


def test_it_is_under_way_for_whoever_ends_the_run_until_it_has_ended(live):
    runs(live, "secondary", *UPDATE)
    run, seen = live.run(), []
    live.screen.react = lambda event: seen.append(dict(run.under_way.operations))
    deploy(run)
    stack = live.stack("secondary").id
    words = "secondary (eu-west-1): UPDATE_IN_PROGRESS of pair-dev-secondary"
    assert seen[1:3] == [{stack: words}] * 2
    assert run.under_way.operations == {}


def test_one_that_ends_as_it_is_looked_at_keeps_no_other_from_being_followed(live):
    """The secondary's events say already that it has ended; the primary's operation goes on."""
    aws = live.aws["primary"]
    busy = replace(aws.describe_stack("pair-dev-primary"), status="UPDATE_IN_PROGRESS")
    describe, answers = aws.describe_stack, [busy]
    aws.describe_stack = lambda name: answers.pop() if answers else describe(name)
    runs(live, "secondary", *UPDATE)
    run = live.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    assert [event.text.partition(":")[0] for event in live.screen.of(Note)] == ["primary", "secondary"]
    assert [(event.stack, event.status) for event in live.screen.of(StepDone)] == [("secondary", "UPDATE_COMPLETE")]
    assert run.under_way.operations == {}


def test_what_is_at_rest_is_looked_at_once_and_followed_by_nobody(live):
    run = live.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    assert (live.screen.events, live.clock.waits) == ([], [])
    described = [name for aws in live.aws.values() for call, name, _ in aws.calls if call == "describe_stack"]
    assert sorted(described) == ["pair-dev-primary", "pair-dev-secondary"]


def test_one_that_is_busy_again_is_followed_again_and_the_others_are_not_looked_at_anew(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.deploy()
    vpc = (("", "UPDATE_IN_PROGRESS", ""), ("Vpc", "UPDATE_COMPLETE", ""), ("", "UPDATE_COMPLETE", ""))
    runs(three, "network", *vpc)
    again = [True]

    def react(event):
        if isinstance(event, StepDone) and again:
            again.clear()
            runs(three, "network", *vpc, token="once-more")

    three.screen.react = react
    three.forget_calls()
    run = three.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    assert [event.stack for event in three.screen.of(StepDone)] == ["network", "network"]
    assert [call for call, _, _ in three.aws["archive"].calls].count("describe_stack") == 1


def test_one_that_aws_says_nothing_about_any_more_stops_the_run(live):
    runs(live, "secondary", *UPDATE)
    run, aws = live.run(), live.aws["secondary"]
    answers = [aws.describe_stack("pair-dev-secondary")]

    def not_answered(_name):
        if answers:
            return answers.pop()
        raise UnreachableError("no route")

    aws.describe_stack = not_answered
    aws.refuse("events", UnreachableError("no route"), times=10_000)
    with pytest.raises(TwinStackError) as error:
        bring_to_rest(run, run.planner.system.stacks.values())
    assert str(error.value) == (
        "secondary: it cannot be followed any longer: no route; what AWS has begun goes on there, and the same "
        "command, run again, follows it"
    )


def test_only_the_events_of_the_operation_that_runs_are_its_own(live):
    """Those before its beginning are another's, and so are those with a token of another operation."""
    runs(live, "secondary", *UPDATE)
    live.clock.sleep(5)
    aws, stack = live.aws["secondary"], live.stack("secondary")
    found = aws.describe_stack("pair-dev-secondary")
    stack.tell("somebody-else", "Vpc", "UPDATE_COMPLETE")
    stack.tell("", "Bucket", "UPDATE_COMPLETE")
    before = [event for event in stack.events if event.token not in ("theirs", "somebody-else", "")][-1]
    operation = begun_before(aws, "secondary", found)
    assert (operation.role, operation.stack_id, operation.token) == ("secondary", stack.id, "theirs")
    assert (operation.after, operation.deletes) == (before.event_id, False)
    assert [(event.resource, event.token) for event in operation.events] == [
        ("pair-dev-secondary", "theirs"),
        ("Table", "theirs"),
        ("Bucket", ""),
    ]


def test_where_aws_does_not_tell_the_events_it_is_followed_by_the_stack_alone(live):
    runs(live, "secondary", *GONE)
    aws = live.aws["secondary"]
    found = aws.describe_stack("pair-dev-secondary")
    aws.refuse("events", "AccessDenied")
    operation = begun_before(aws, "secondary", found)
    assert (operation.token, operation.after, operation.events, operation.deletes) == ("", None, [], True)


def test_a_stack_that_was_only_reviewed_before_is_no_end_of_its_creation(pair):
    """REVIEW_IN_PROGRESS is where a creation begins: what is before it is another stack's."""
    pair.save()
    aws, stack = pair.aws["primary"], pair.stack("primary")
    runs(pair, "primary", ("", "CREATE_IN_PROGRESS", ""), ("", "CREATE_COMPLETE", ""))
    operation = begun_before(aws, "primary", aws.describe_stack("pair-dev-primary"))
    assert operation.after == stack.events[0].event_id
    assert [event.status for event in operation.events] == ["CREATE_IN_PROGRESS"]


def test_of_a_rollback_that_is_continued_only_what_is_new_is_told(live):
    """Of what went before, some emulators tell no token either."""
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "no", stuck=True)
    with pytest.raises(TwinStackError, match="UPDATE_ROLLBACK_FAILED"):
        live.deploy()
    live.stack("primary").tell("", "Bucket", "UPDATE_COMPLETE")
    run = live.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    assert "Bucket" not in [event.resource for event in live.screen.of(ResourceProgress)]
    assert [event.status for event in live.screen.of(StepDone)] == ["UPDATE_ROLLBACK_COMPLETE"]
    assert run.under_way.operations == {}
