"""Which stacks are worked on: not the busy ones, the stuck ones, or those that cannot be read."""

import pytest

from tests.fake_cloudformation import FakeClock
from tests.rollout.deployments import Deployments, with_note
from tests.rollout.test_failures import THREE
from twinstack.errors import InputError, RefusedError, UnreachableError
from twinstack.planning.world import Absent
from twinstack.rollout.change_sets.preparing import prepare, request_for
from twinstack.screen.events import PlanMade, StepBegun, StepDone


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("ROLLBACK_FAILED", "destroy"),
        ("DELETE_FAILED", "destroy"),
        ("SOMETHING_NEW", "destroy"),
    ],
)
def test_a_stuck_stack_is_refused_with_the_way_out(live, status, way_out):
    live.stack("primary").status = status
    with pytest.raises(RefusedError, match=f"primary: stack pair-dev-primary is {status}: .*{way_out}"):
        live.deploy()
    assert live.mutations() == []


def test_what_an_interrupted_first_run_left_in_review_is_used(pair):
    run = pair.run()
    step = run.planner.step(dict.fromkeys(pair.templates, Absent()), "primary")
    prepare(pair.aws["primary"], request_for(step, run.new_id), pair.clock)
    left = pair.stack("primary").id
    assert pair.status("primary") == "REVIEW_IN_PROGRESS"
    pair.deploy()
    assert pair.stack("primary").id == left
    assert pair.status("primary") == "UPDATE_COMPLETE"
    assert pair.change_sets() == []


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "ExpiredToken"])
@pytest.mark.parametrize("call", ["describe_stack", "get_template"])
def test_with_an_unreadable_secondary_the_live_primary_stays_as_it_is(live, call, code):
    before = dict(live.stack("primary").content.values)
    live.aws["secondary"].refuse(call, code, times=99)
    planned = live.deploy()
    assert (planned.partial, planned.passes) == (True, ())
    assert code in planned.unknown["secondary"]
    assert live.mutations() == []
    assert live.stack("primary").content.values == before
    assert live.screen.of(PlanMade)[0].plan["partial"] is True


def test_with_an_unreadable_secondary_a_changed_primary_keeps_its_wires(live):
    before = dict(live.stack("primary").content.values)
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["secondary"].refuse("describe_stack", "Throttling", times=99)
    live.deploy()
    assert [event.stack for event in live.screen.of(StepDone)] == ["primary"]
    sent = live.aws["primary"].requests[-1].parameters
    assert {name for name, value in sent.items() if value is None} == {"PeeringId", "PeerCidr", "PeerBucket"}
    assert live.stack("primary").content.values == before


def test_with_an_unreadable_secondary_a_fresh_primary_is_made_unlinked(pair):
    pair.aws["secondary"].refuse("describe_stack", "Throttling", times=99)
    planned = pair.deploy()
    assert planned.partial
    assert [event.stack for event in pair.screen.of(StepBegun)] == ["primary"]
    assert pair.stack("primary").content.values["PeeringId"] == ""


def test_when_no_stack_can_be_read_there_is_nothing_to_plan(live):
    for aws in live.aws.values():
        aws.refuse("describe_stack", "ExpiredToken", times=9)
    with pytest.raises(UnreachableError, match=r"(?s)none of the stacks could be read.*ExpiredToken.*ExpiredToken"):
        live.deploy()


def test_a_network_that_is_down_makes_a_stack_unknown_too(live):
    live.aws["secondary"].refuse("describe_stack", UnreachableError("no route"), times=9)
    assert live.deploy().unknown == {"secondary": "no route"}


def test_without_credentials_nothing_is_begun(live):
    live.aws["primary"].refuse("describe_stack", InputError("no usable AWS credentials"))
    with pytest.raises(InputError, match="credentials"):
        live.deploy()


# What a person stops


def test_a_declined_update_deletes_its_change_set(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    with pytest.raises(RefusedError, match="primary: declined") as error:
        live.deploy(confirm=lambda question: False)
    assert error.value.exit_code == 4
    assert live.change_sets() == []
    assert live.status("primary") == "UPDATE_COMPLETE"
    assert "execute_change_set" not in live.aws["primary"].mutations()


def test_a_declined_creation_takes_its_empty_stack_with_it(pair):
    with pytest.raises(RefusedError, match="declined"):
        pair.deploy(confirm=lambda question: False)
    assert (pair.stacks(), pair.change_sets()) == ([], [])


def test_a_second_thought_in_a_pass_of_two_leaves_neither(tmp_path):
    three = Deployments(tmp_path, THREE)
    with pytest.raises(RefusedError, match="archive: declined"):
        three.deploy(confirm=lambda question: "archive" not in question)
    assert [question.split()[1] for question in three.questions[1:]] == ["pair-dev-service", "pair-dev-archive"]
    assert (three.stacks(), three.change_sets()) == (["pair-dev-network"], [])


def interrupt(question):
    raise KeyboardInterrupt


def test_ctrl_c_at_the_question_leaves_no_change_set(pair):
    with pytest.raises(KeyboardInterrupt):
        pair.deploy(confirm=interrupt)
    assert (pair.stacks(), pair.change_sets()) == ([], [])


@pytest.mark.parametrize("wait", [1, 2])
def test_ctrl_c_while_a_change_set_is_made_does_not_wait_for_it_and_the_next_run_deletes_it(pair, wait):
    pair.aws["primary"].change_set_describes = 4
    pair.clock.interrupted_at = wait
    with pytest.raises(KeyboardInterrupt):
        pair.deploy()
    assert (len(pair.change_sets()), pair.status("primary")) == (1, "REVIEW_IN_PROGRESS")
    pair.deploy()
    assert (pair.change_sets(), pair.status("primary")) == ([], "UPDATE_COMPLETE")


def test_ctrl_c_while_an_operation_runs_leaves_it_running_and_nothing_else(tmp_path):
    pair = Deployments(tmp_path)
    pair.clock = FakeClock(interrupted_at=6)
    for aws in pair.aws.values():
        aws.clock = pair.clock
    with pytest.raises(KeyboardInterrupt):
        pair.deploy()
    assert pair.change_sets() == []
    assert pair.status("primary") == "CREATE_IN_PROGRESS"
    pair.clock.sleep(1000)
    pair.deploy()
    assert pair.status("primary") == "UPDATE_COMPLETE"


def test_an_execution_that_aws_refuses_leaves_no_change_set_and_its_neighbour_is_watched(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.aws["archive"].refuse("execute_change_set", "AccessDenied")
    with pytest.raises(Exception, match="AccessDenied"):
        three.deploy()
    assert three.change_sets() == []
    assert three.stacks() == ["pair-dev-network", "pair-dev-service"]
    assert three.status("service") == "CREATE_COMPLETE"


def test_a_stack_that_another_run_has_filled_meanwhile_is_not_deleted_with_a_declined_change_set(pair):
    """The first change set makes an empty stack; by the time the person declines it may be somebody's."""
    aws = pair.aws["primary"]
    delete_change_set = aws.delete_change_set
    # AWS answers the deletion of a change set that is gone without an error.
    aws.delete_change_set = lambda arn: delete_change_set(arn) if aws.change_set_names() else None

    def filled_meanwhile(question):
        aws.stack("pair-dev-primary").status = "CREATE_COMPLETE"
        return False

    with pytest.raises(RefusedError, match="declined"):
        pair.deploy(confirm=filled_meanwhile)
    assert "delete_stack" not in aws.mutations()


@pytest.mark.parametrize("act", ["deploy", "destroy"])
def test_a_stack_that_another_environment_owns_is_not_touched(live, act):
    live.stack("primary").content.tags["EnvironmentSuffix"] = "pr-7"
    with pytest.raises(RefusedError) as error:
        getattr(live, act)()
    assert str(error.value) == (
        "primary: stack pair-dev-primary in us-east-1 belongs to pair-pr-7 by its tags, not to pair-dev; give the "
        "stack another name, or take the suffix that it belongs to"
    )
    assert live.mutations() == []


def test_a_stack_without_tags_may_be_adopted(live):
    live.stack("primary").content.tags.clear()
    live.deploy()
    assert live.stack("primary").content.tags["EnvironmentSuffix"] == "dev"
