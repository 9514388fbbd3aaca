"""What was planned or asked about is looked at again before it is done, and no trouble on the way hides another."""

from contextlib import nullcontext

import pytest

from tests.rollout.deployments import Deployments, rolled_back, with_note
from tests.rollout.test_failures import THREE
from tests.rollout.test_waiting import after_execution
from twinstack.aws.errors import AwsError
from twinstack.cli.deploy import roll_out
from twinstack.errors import CredentialsError, RefusedError, TwinStackError
from twinstack.screen.events import Failure, PlanMade, StepDone, StepFailed, Warning_


@pytest.fixture
def protected(tmp_path):
    pair = Deployments(tmp_path, protected=True)
    pair.deploy()
    pair.templates["primary"] = with_note(pair.templates["primary"])
    pair.forget_calls()
    return pair


def test_what_was_left_of_a_failed_creation_is_not_deleted_when_somebody_has_created_it_anew(pair):
    rolled_back(pair, "primary")

    def created_meanwhile(event):
        if isinstance(event, PlanMade):
            pair.stack("primary").status = "CREATE_COMPLETE"

    pair.screen.react = created_meanwhile
    with pytest.raises(RefusedError, match="is CREATE_COMPLETE by now, not what the plan was made from"):
        pair.deploy()
    assert "delete_stack" not in pair.aws["primary"].mutations()


def test_a_bucket_stack_of_nobody_is_this_environments(live):
    live.aws["primary"].put("pair-dev-artifacts", {})
    live.destroy()
    assert live.stacks() == []


def test_a_change_set_that_cannot_be_deleted_hides_no_refusal_and_nothing_else_is_done(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.aws["network"].refuse("delete_change_set", "AccessDenied")
    with pytest.raises(RefusedError, match="network: declined"):
        three.deploy(confirm=lambda question: False)
    assert len(three.questions) == 1
    assert any("is still there" in event.text for event in three.screen.of(Warning_))


def test_an_empty_stack_that_somebody_fills_while_the_question_waits_is_left(pair):
    pair.save()  # leaves the primary in review

    def filled_meanwhile(question):
        pair.stack("primary").status = "CREATE_COMPLETE"
        return True

    pair.destroy(confirm=filled_meanwhile)
    assert pair.stacks() == ["pair-dev-primary"]
    assert any("was empty and is CREATE_COMPLETE by now" in event.text for event in pair.screen.of(Warning_))


def test_an_empty_stack_of_another_environment_is_not_deleted(pair):
    pair.aws["primary"].put("pair-dev-primary", {"Project": "pair", "EnvironmentSuffix": "pr-7"}, "REVIEW_IN_PROGRESS")
    assert pair.destroy() is False
    assert pair.stacks() == ["pair-dev-primary"]


def test_the_end_that_events_prove_is_enough_when_the_stack_can_no_longer_be_described(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    aws = live.aws["primary"]
    after_execution(aws, lambda: aws.refuse("describe_stack", "AccessDenied", 10_000))
    assert live.deploy().unknown.keys() == {"primary"}
    assert sum(live.clock.waits) < 300
    assert [event.status for event in live.screen.of(StepDone)] == ["UPDATE_COMPLETE"]
    assert live.told().count("AWS does not answer while an operation goes on") == 1


def test_a_stack_that_is_deleted_by_hand_in_the_middle_of_its_update_is_no_success(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    aws = live.aws["primary"]

    def deleted():
        aws.stack("pair-dev-primary").operation = None
        aws.delete_by_hand("pair-dev-primary")

    after_execution(aws, deleted)
    with pytest.raises(TwinStackError, match=r"primary .*DELETE_COMPLETE"):
        live.deploy()
    assert live.screen.of(StepDone) == []


def test_the_cause_of_a_failure_is_told_when_the_policy_cannot_be_restored_too(protected):
    aws = protected.aws["primary"]
    aws.fail("Table", "no more tables")
    after_execution(aws, lambda: aws.refuse("stack_policy", "AccessDenied"))
    with pytest.raises(TwinStackError, match="no more tables"):
        protected.deploy()
    assert "no more tables" in protected.screen.of(StepFailed)[0].cause
    assert any("stack policy is not restored" in event.text for event in protected.screen.of(Warning_))


def test_a_policy_that_cannot_be_restored_after_a_success_makes_the_run_fail(protected):
    aws = protected.aws["primary"]
    after_execution(aws, lambda: aws.refuse("stack_policy", "AccessDenied"))
    with pytest.raises(TwinStackError, match="stack policy is not restored; the next run does it"):
        protected.deploy()
    assert [event.status for event in protected.screen.of(StepDone)] == ["UPDATE_COMPLETE"]


@pytest.mark.parametrize("error", [CredentialsError("expired"), AwsError("Execute", "Throttling", "", "primary")])
def test_what_aws_did_not_begin_is_not_said_to_go_on(live, error):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].refuse("execute_change_set", error)
    run = live.run()
    assert roll_out(run, nullcontext) == error.exit_code
    assert run.under_way.operations == {}
    assert "may go on" not in live.screen.of(Failure)[-1].text


def test_a_known_reason_is_told_with_its_hint_by_a_whole_deployment(pair):
    pair.aws["primary"].fail("Vpc", "The maximum number of VPCs has been reached.")
    assert roll_out(pair.run(), nullcontext) == 1
    last = pair.screen.of(Failure)[-1]
    assert "maximum number of VPCs" in last.text.splitlines()[-1]
    assert last.hints[-1] != ""


def test_when_only_the_last_look_fails_the_run_is_partial_and_not_failed(live):
    live.templates["primary"] = with_note(live.templates["primary"])

    def refuse_reading(event):
        if isinstance(event, StepDone):
            live.aws["primary"].refuse("describe_stack", "AccessDenied", 100)

    live.screen.react = refuse_reading
    assert roll_out(live.run(), nullcontext) == 7
    assert "partial: primary could not be read" in live.screen.of(Failure)[-1].text


def test_a_protected_environment_that_is_not_confirmed_is_not_even_tidied(protected):
    left = protected.aws["primary"]
    left.calls.clear()
    with pytest.raises(RefusedError, match="--confirm"):
        protected.destroy()
    assert left.calls == []


def test_the_bucket_of_another_project_with_the_same_name_is_left(live):
    live.aws["primary"].put("pair-dev-artifacts", {"Project": "pair-dev", "EnvironmentSuffix": "artifacts"})
    live.destroy()
    assert live.stacks() == ["pair-dev-artifacts"]
    told = [
        event.text for event in live.screen.of(Warning_) if "belongs to pair-dev-artifacts by its tags" in event.text
    ]
    assert len(told) == 1
