"""A first creation that fails half way: it is left, gone on from, and taken back."""

import json

import pytest

from tests.rollout.deployments import Deployments, with_note
from tests.rollout.test_failures import THREE
from tests.rollout.test_protection import with_protected_parameter
from tests.systems import PRIMARY
from twinstack.aws.api import ResourceChange
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.screen.events import ChangeSetMade, PlanMade, StepBegun, StepDone, Warning_

# Of a protected environment: its cluster cannot be deleted, its bucket is kept.
GUARDED = (
    with_protected_parameter(PRIMARY)
    .replace(
        "Properties: {Engine: aurora-mysql}}",
        "Properties: {Engine: aurora-mysql, DeletionProtection: !Ref Protected}}",
    )
    .replace(
        "        Type: AWS::S3::Bucket\n",
        "        Type: AWS::S3::Bucket\n        DeletionPolicy: !If [IsProtected, RetainExceptOnCreate, Delete]\n",
    )
    .replace("    Conditions:\n", "    Conditions:\n      IsProtected: !Equals [!Ref Protected, 'true']\n")
    .replace("    Metadata:\n", "    Transform: AWS::LanguageExtensions\n    Metadata:\n", 1)
)


def fails(deployments, resource="Bucket", role="primary", reason="the name is taken"):
    """Deploys; the creation of a resource fails. Returns what the run ended with."""
    deployments.aws[role].fail(resource, reason)
    with pytest.raises(TwinStackError) as error:
        deployments.deploy()
    deployments.forget_calls()
    return str(error.value)


@pytest.fixture
def failed(pair):
    """The pair whose primary could not be created, for its bucket."""
    fails(pair)
    return pair


@pytest.fixture
def guarded(tmp_path):
    """A protected pair whose primary could not be created, for its bucket."""
    pair = Deployments(tmp_path, {"primary": GUARDED, "secondary": Deployments(tmp_path).templates["secondary"]})
    pair.environment["protected"] = True
    fails(pair)
    return pair


def listed(deployments, role="primary"):
    return {entry.resource: entry.status for entry in deployments.stack(role).listed.values()}


def test_what_was_made_stays_and_the_run_says_how_to_go_on(pair):
    message = fails(pair)
    assert message == (
        "primary (us-east-1) ended in CREATE_FAILED: Bucket (AWS::S3::Bucket) CREATE_FAILED: the name is taken"
    )
    assert pair.aws["primary"].rollbacks_disabled == [True]
    assert listed(pair)["Vpc"] == "CREATE_COMPLETE"
    (said,) = [event.text for event in pair.screen.of(Warning_)]
    assert said == (
        "primary: what was made of pair-dev-primary is kept, and costs what it costs. Look at it with `events`; then "
        "mend the cause and `deploy` again, which goes on from here, or take it back: `destroy --failed`"
    )


def test_of_a_protected_environment_it_says_the_name_that_takes_it_back(guarded):
    (said,) = [event.text for event in guarded.screen.of(Warning_)]
    assert said.endswith("or take it back: `destroy --failed --confirm pair-dev`")


def test_the_next_run_adds_what_is_missing_and_nothing_else(failed):
    failed.deploy()
    steps = [(event.operation, event.stack) for event in failed.screen.of(StepBegun)]
    assert steps == [("UPDATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "primary")]
    first = failed.screen.of(ChangeSetMade)[0]
    assert [(change["action"], change["resource"]) for change in first.changes] == [("Add", "Bucket")]
    assert failed.aws["primary"].rollbacks_disabled == [True, True, False]
    assert [failed.status(role) for role in ("primary", "secondary")] == ["UPDATE_COMPLETE", "CREATE_COMPLETE"]


def test_the_plan_says_why_it_goes_on(failed):
    failed.deploy()
    (made,) = failed.screen.of(PlanMade)
    step = made.plan["passes"][0]["steps"][0]
    assert step["because"][0] == {"parameter": None, "from": "CREATE_FAILED", "reason": "unfinished"}


def test_a_mended_template_is_gone_on_with(failed):
    failed.templates["primary"] = with_note(failed.templates["primary"].replace("Bucket:\n", "Store:\n"))
    failed.templates["primary"] = failed.templates["primary"].replace("!GetAtt Bucket", "!GetAtt Store")
    failed.deploy()
    first = failed.screen.of(ChangeSetMade)[0]
    assert {(change["action"], change["resource"]) for change in first.changes} == {
        ("Modify", "Table"),
        ("Add", "Store"),
    }
    assert failed.status("primary") == "UPDATE_COMPLETE"


def test_one_that_fails_again_is_gone_on_from_again(failed):
    message = fails(failed, reason="still taken")
    assert "ended in UPDATE_FAILED" in message
    failed.deploy()
    assert failed.status("primary") == "UPDATE_COMPLETE"


def test_the_update_of_a_complete_stack_is_rolled_back(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "no")
    with pytest.raises(TwinStackError, match="ended in UPDATE_ROLLBACK_COMPLETE"):
        live.deploy()
    assert live.aws["primary"].rollbacks_disabled[-1] is False
    assert not [event for event in live.screen.of(Warning_) if "is kept" in event.text]


def test_going_on_is_no_update_that_the_order_or_another_update_holds_back(live):
    """The standby is made anew and fails; the primary's own update has nothing to do with that."""
    live.aws["secondary"].delete_by_hand("pair-dev-secondary")
    fails(live, "Bucket", "secondary")
    live.deploy()
    assert [(event.stack, event.status) for event in live.screen.of(StepDone)] == [
        ("secondary", "UPDATE_COMPLETE"),
        ("primary", "UPDATE_COMPLETE"),
    ]


@pytest.mark.parametrize("unfinished", ["network", "archive"])
def test_the_update_order_does_not_bind_one_that_goes_on(tmp_path, unfinished):
    """Neither has it to wait for the update of the other, nor that for it."""
    three = Deployments(tmp_path, THREE, update_order=["archive", "network", "service"])
    three.deploy()
    three.aws[unfinished].delete_by_hand(f"pair-dev-{unfinished}")
    fails(three, {"network": "Vpc", "archive": "Bucket"}[unfinished], unfinished)
    updated = {"network": "archive", "archive": "network"}[unfinished]
    three.templates[updated] = three.templates[updated].replace("Outputs: {", "Outputs: {Extra: {Value: '1'}, ")
    plan = three.deploy()
    assert {step.stack.role for step in plan.passes[0]} == {"network", "archive"}


def test_a_replacement_of_what_was_made_is_refused_before_anything_is_asked_for(failed):
    failed.environment["parameters"] = {"VpcCidr": "10.8.0.0/16"}
    failed.environment["parameter_overrides"] = {"eu-west-1": {"VpcCidr": "10.9.0.0/16"}}
    with pytest.raises(InputError, match=r"primary: Vpc \(AWS::EC2::VPC\) was made before .* in CREATE_FAILED"):
        failed.deploy()
    assert failed.mutations() == []


def test_whatever_a_change_set_lists_of_what_the_stack_stopped_at_is_taken(failed):
    """AWS documents it nowhere."""
    extra = failed.aws["primary"].extra_changes
    extra["pair-dev-primary"] = [ResourceChange("Remove", "Route", "AWS::EC2::Route")]
    failed.screen.react = lambda event: extra.clear() if isinstance(event, StepDone) else None
    failed.deploy()
    rows = {row["resource"]: row["foreseen"] for row in failed.screen.of(ChangeSetMade)[0].changes}
    assert rows == {"Bucket": "the stack stopped at it", "Route": "the stack stopped at it"}


def test_what_was_made_is_held_to_the_prediction_all_the_same(failed):
    failed.aws["primary"].extra_changes["pair-dev-primary"] = [ResourceChange("Modify", "Vpc", "AWS::EC2::VPC")]
    with pytest.raises(RefusedError, match="primary: Vpc: not predicted"):
        failed.deploy()


def test_no_changes_for_an_unfinished_stack_is_not_taken_for_done(failed):
    failed.aws["primary"].broken_change_sets["pair-dev-primary"] = "The submitted information didn't contain changes."
    with pytest.raises(TwinStackError) as error:
        failed.deploy()
    assert str(error.value) == (
        "primary: pair-dev-primary stopped half way, and CloudFormation has no changes for a change set. It tries the "
        "rest again without one: `aws cloudformation update-stack --use-previous-template --disable-rollback "
        "--stack-name pair-dev-primary --region us-east-1`, with `--parameters` that keep every value; or take it "
        "back: `destroy --failed`"
    )


def test_an_unprotected_one_is_destroyed_with_the_rest(failed):
    failed.destroy()
    assert failed.stacks() == []
    assert failed.aws["primary"].mutations() == ["delete_stack"]


def test_a_protected_one_goes_on_and_is_protected_when_it_is_complete(guarded):
    assert (guarded.stack("primary").protected, guarded.stack("primary").policies) == (False, [])
    guarded.deploy()
    assert guarded.status("primary") == "UPDATE_COMPLETE"
    assert all(guarded.stack(role).protected for role in ("primary", "secondary"))


def test_a_protected_one_is_opened_and_deleted_with_what_it_would_have_kept(guarded):
    with pytest.raises(RefusedError, match="destroy it with --confirm pair-dev"):
        guarded.destroy(failed_only=True)
    assert guarded.mutations() == []
    guarded.destroy(failed_only=True, confirmed_name="pair-dev")
    assert guarded.stacks() == []
    opening = guarded.aws["primary"].requests[-1]
    assert '"Bucket":' not in opening.template
    assert opening.parameters["Protected"] == "false"
    assert guarded.aws["primary"].rollbacks_disabled[-1] is True


def test_what_is_opened_is_only_what_was_made(guarded):
    guarded.destroy(failed_only=True, confirmed_name="pair-dev")
    (opening,) = guarded.screen.of(ChangeSetMade)
    assert {(change["action"], change["resource"]) for change in opening.changes} == {
        ("Modify", "Table"),
        ("Modify", "Cluster"),
    }


def test_what_was_made_keeps_what_it_names_and_neither_outputs_nor_wires(tmp_path):
    """The table names a route that a condition holds back: without it the template would be refused."""
    named = GUARDED.replace("Note: !Ref Protected", "Note: !If [Linked, !Ref Route, !Ref Protected]")
    pair = Deployments(tmp_path, {"primary": named, "secondary": Deployments(tmp_path).templates["secondary"]})
    pair.environment["protected"] = True
    fails(pair)
    pair.destroy(failed_only=True, confirmed_name="pair-dev")
    opening = json.loads(pair.aws["primary"].requests[-1].template)
    assert set(opening) == {"Transform", "Parameters", "Conditions", "Resources"}
    assert set(opening["Resources"]) == {"Vpc", "Table", "Route", "Cluster"}
    assert pair.stacks() == []


def test_whatever_the_opening_lists_of_what_the_stack_stopped_at_is_taken_too(guarded):
    extra = guarded.aws["primary"].extra_changes
    extra["pair-dev-primary"] = [ResourceChange("Remove", "Bucket", "AWS::S3::Bucket")]
    guarded.destroy(failed_only=True, confirmed_name="pair-dev")
    (opening,) = guarded.screen.of(ChangeSetMade)
    assert {row["resource"]: row["foreseen"] for row in opening.changes}["Bucket"] == "the stack stopped at it"
    assert guarded.stacks() == []


def test_what_is_there_only_while_it_is_protected_goes_as_it_is_opened(tmp_path):
    """It holds data, and nobody is asked about it once more: the whole is deleted next."""
    vault = GUARDED.replace(
        "      Bucket:\n", "      Vault: {Type: 'AWS::DynamoDB::Table', Condition: IsProtected}\n      Bucket:\n", 1
    )
    pair = Deployments(tmp_path, {"primary": vault, "secondary": Deployments(tmp_path).templates["secondary"]})
    pair.environment["protected"] = True
    fails(pair)
    pair.questions.clear()
    pair.destroy(failed_only=True, confirmed_name="pair-dev")
    (opening,) = pair.screen.of(ChangeSetMade)
    assert ("Remove", "Vault") in {(change["action"], change["resource"]) for change in opening.changes}
    assert (pair.questions, pair.stacks()) == (["Delete pair-dev-primary?"], [])


def test_one_that_failed_again_is_taken_back_too(guarded):
    fails(guarded)
    assert (guarded.stack("primary").protected, guarded.stack("primary").policies) == (False, [])
    assert guarded.status("primary") == "UPDATE_FAILED"
    guarded.destroy(failed_only=True, confirmed_name="pair-dev")
    assert guarded.stacks() == []


def test_one_that_is_complete_keeps_its_protection_and_is_not_deleted(guarded):
    guarded.deploy()
    guarded.forget_calls()
    with pytest.raises(RefusedError, match=r"Cluster \(AWS::RDS::GlobalCluster\) has deletion protection") as error:
        guarded.destroy(confirmed_name="pair-dev")
    assert len(str(error.value).splitlines()) == 1
    assert guarded.mutations() == []


def test_taking_back_leaves_the_stacks_that_are_complete(tmp_path):
    pair = Deployments(tmp_path, protected=True)
    fails(pair, "Bucket", "secondary")
    pair.destroy(failed_only=True, confirmed_name="pair-dev")
    assert pair.stacks() == ["pair-dev-primary"]
    assert pair.aws["primary"].mutations() == []


def test_taking_back_has_nothing_to_do_where_nothing_failed(live):
    assert live.destroy(failed_only=True) is False
    assert live.mutations() == []


@pytest.mark.parametrize("events", ["all", "the newest"])
def test_a_stack_that_was_complete_once_is_not_opened(guarded, events):
    """Somebody has updated it with rollback disabled; its data is what the protection is for."""
    guarded.deploy()
    stack = guarded.stack("primary")
    stack.status = "UPDATE_FAILED"
    if events == "the newest":
        del stack.events[:-2]
        stack.events[:] = [event for event in stack.events if not event.status.endswith("_COMPLETE")]
    guarded.forget_calls()
    assert guarded.destroy(failed_only=True, confirmed_name="pair-dev") is False
    assert guarded.mutations() == []
