"""Stacks of a protected environment: termination protection, and a policy against losing data."""

import json

import pytest

from tests.rollout.deployments import PAIR, Deployments, with_note
from tests.systems import SECONDARY
from twinstack.aws.errors import AwsError
from twinstack.errors import RefusedError, TwinStackError
from twinstack.rollout.guards.guarded_types import guarded_types
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.planned import make_plan
from twinstack.rollout.steps.protection import stack_policy
from twinstack.screen.events import Note, PlanMade, Warning_

DENIES = {
    "Effect": "Deny",
    "Action": ["Update:Replace", "Update:Delete"],
    "Principal": "*",
    "Resource": "*",
    "Condition": {"StringEquals": {"ResourceType": sorted(guarded_types())}},
}
ALLOWS = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
NEW_BUCKET = SECONDARY.replace("Bucket: {Type: 'AWS::S3::Bucket'}", "Store: {Type: 'AWS::S3::Bucket'}").replace(
    "!GetAtt Bucket.Arn", "!GetAtt Store.Arn"
)


def statements(policy):
    return json.loads(policy)["Statement"]


def test_the_policy_denies_replacing_and_deleting_what_holds_data():
    assert statements(stack_policy()) == [ALLOWS, DENIES]


def test_the_policy_lets_named_resources_through_and_no_others():
    allowed = {key: value for key, value in DENIES.items() if key != "Resource"}
    allowed["NotResource"] = ["LogicalResourceId/Bucket", "LogicalResourceId/Cluster"]
    assert statements(stack_policy({"Cluster", "Bucket"})) == [ALLOWS, allowed]


def test_the_policy_of_an_update_that_may_lose_everything_is_a_mark_only():
    assert statements(stack_policy(everything=True)) == [ALLOWS, {**DENIES, "Effect": "Allow"}]


def test_both_stacks_are_protected_once_they_exist(protected):
    protected.deploy()
    for role in ("primary", "secondary"):
        assert protected.stack(role).protected
        assert statements(protected.stack(role).policies[-1]) == [ALLOWS, DENIES]


def test_protection_comes_after_the_creation_so_that_a_failed_one_can_be_removed(protected):
    protected.aws["primary"].fail("Table", "no")
    with pytest.raises(TwinStackError):
        protected.deploy()
    assert not protected.stack("primary").protected
    protected.deploy()
    assert protected.stack("primary").protected


def test_an_allowed_resource_is_let_through_for_one_update(protected):
    protected.deploy()
    protected.templates["secondary"] = NEW_BUCKET
    protected.stack("secondary").policies.clear()
    protected.deploy(allowed=Allowed(delete=["Bucket"]))
    before, during, after = map(statements, protected.stack("secondary").policies)
    assert before == after == [ALLOWS, DENIES]
    assert during[1]["NotResource"] == ["LogicalResourceId/Bucket"]
    assert protected.stack("secondary").protected


def test_the_policy_is_restored_after_a_failed_update_too(protected):
    protected.deploy()
    protected.templates["secondary"] = NEW_BUCKET
    protected.aws["secondary"].fail("Store", "the name is taken")
    with pytest.raises(TwinStackError, match="the name is taken"):
        protected.deploy(allowed=Allowed(delete=["Bucket"]))
    assert statements(protected.stack("secondary").policies[-1]) == [ALLOWS, DENIES]


def test_the_policy_is_restored_when_aws_refuses_the_execution(protected):
    protected.deploy()
    protected.templates["secondary"] = NEW_BUCKET
    protected.aws["secondary"].refuse("execute_change_set", "AccessDenied")
    protected.forget_calls()
    with pytest.raises(TwinStackError, match="AccessDenied"):
        protected.deploy(allowed=Allowed(delete=["Bucket"]))
    assert statements(protected.stack("secondary").policies[-1]) == [ALLOWS, DENIES]
    assert ("secondary", "set_termination_protection") not in protected.mutations()


def test_a_policy_left_narrowed_by_an_interrupted_run_is_restored_first(protected):
    protected.deploy()
    narrowed = stack_policy({"Bucket"})
    protected.stack("primary").policies.append(narrowed)
    protected.templates["primary"] = with_note(protected.templates["primary"])
    protected.deploy()
    policies = protected.stack("primary").policies
    assert statements(policies[policies.index(narrowed) + 1]) == [ALLOWS, DENIES]


def test_an_environment_that_is_not_protected_gets_no_protection_and_loses_none_that_a_person_set(pair):
    pair.deploy()
    for role in ("primary", "secondary"):
        assert (pair.stack(role).protected, pair.stack(role).policies) == (False, [])
    pair.stack("primary").protected = True
    pair.templates["primary"] = with_note(pair.templates["primary"])
    pair.deploy()
    assert pair.stack("primary").protected


def with_protected_parameter(text):
    """The template with the parameter that the environment fills, and a resource that takes it."""
    declared = text.replace("Parameters:\n", "Parameters:\n      Protected: {Type: String, Default: 'false'}\n", 1)
    return declared.replace("Properties: {VpcId: !Ref Vpc}}", "Properties: {VpcId: !Ref Vpc, Note: !Ref Protected}}", 1)


def test_an_environment_made_open_is_opened_by_the_next_update(protected):
    protected.templates["primary"] = with_protected_parameter(protected.templates["primary"])
    protected.deploy()
    protected.environment["protected"] = False
    protected.deploy()
    assert not protected.stack("primary").protected
    assert statements(protected.stack("primary").policies[-1]) == [ALLOWS]


def test_a_settled_pair_is_protected_as_soon_as_its_environment_is(pair):
    pair.deploy()
    pair.environment["protected"] = True
    pair.deploy()
    assert all(pair.stack(role).protected for role in ("primary", "secondary"))


def opened(deployments):
    """A pair that was deployed in a protected environment, which is protected no longer."""
    deployments.deploy()
    deployments.environment["protected"] = False
    deployments.forget_calls()
    deployments.questions.clear()
    return deployments


def is_protected(deployments, role):
    """Whether a stack has both halves of its protection; it never has one of them here."""
    stack = deployments.stack(role)
    policies = list(map(statements, stack.policies))
    assert stack.protected == (policies[-1:] == [[ALLOWS, DENIES]]), vars(stack)
    return stack.protected


def remarks(deployments):
    return [text for event in deployments.screen.of(PlanMade) for text in event.plan["remarks"]]


def test_a_settled_pair_loses_its_protection_as_soon_as_its_environment_does(protected):
    assert opened(protected).deploy().passes == ()
    assert [is_protected(protected, role) for role in PAIR] == [False, False]
    assert statements(protected.stack("primary").policies[-1]) == [ALLOWS]
    assert protected.questions == ["Lift the protection of pair-dev-primary, pair-dev-secondary?"]
    protected.forget_calls()
    protected.deploy()
    assert protected.mutations() == []


def test_protection_stays_when_the_person_does_not_want_it_lifted(protected):
    with pytest.raises(RefusedError, match="the protection stays as it is"):
        opened(protected).deploy(confirm=lambda question: "Lift" not in question)
    assert protected.mutations() == []


def test_only_what_differs_is_set(protected):
    protected.deploy()
    protected.stack("primary").protected = False
    protected.stack("secondary").policies.append(stack_policy({"Bucket"}))
    protected.forget_calls()
    protected.deploy()
    assert protected.mutations() == [("primary", "set_termination_protection"), ("secondary", "set_stack_policy")]
    protected.forget_calls()
    protected.deploy()
    assert protected.mutations() == []
    assert [call for call, *_ in protected.aws["primary"].calls].count("stack_policy") == 1
    assert remarks(protected) == []


def test_a_plan_says_what_is_set_and_what_is_lifted(pair):
    pair.deploy()
    pair.forget_calls()
    assert not make_plan(pair.run()).is_due
    pair.environment["protected"] = True
    made = make_plan(pair.run())
    assert made.is_due
    assert [*made.shown.remarks] == [
        f"{role}: sets termination protection and the stack policy, since the environment is protected" for role in PAIR
    ]
    assert pair.mutations() == []
    pair.deploy()
    assert [event.text for event in pair.screen.of(Note)] == [
        "primary (us-east-1): termination protection and the stack policy set",
        "secondary (eu-west-1): termination protection and the stack policy set",
    ]
    pair.environment["protected"] = False
    pair.deploy()
    assert remarks(pair) == [
        f"{role}: lifts termination protection and the stack policy, set by an earlier deployment, since the "
        "environment is no longer protected"
        for role in PAIR
    ]
    assert [event.text for event in pair.screen.of(Note)] == [
        "primary (us-east-1): termination protection and the stack policy lifted",
        "secondary (eu-west-1): termination protection and the stack policy lifted",
    ]


OTHER_LIST = json.dumps(
    {
        "Statement": [
            ALLOWS,
            DENIES
            | {"Condition": {"StringEquals": {"ResourceType": [*sorted(guarded_types())[20:], "AWS::New::Type"]}}},
        ]
    }
)


@pytest.mark.parametrize(
    "policy",
    [stack_policy(), stack_policy({"Bucket", "Cluster"}), stack_policy(everything=True), OTHER_LIST],
    ids=["whole", "narrowed", "a mark only", "other types"],
)
def test_a_policy_of_the_deployers_form_marks_what_it_has_protected(protected, policy):
    opened(protected).stack("primary").policies.append(policy)
    protected.environment["protected"] = True
    protected.deploy()
    assert statements(protected.stack("primary").policies[-1]) == [ALLOWS, DENIES]
    protected.stack("primary").policies.append(policy)
    protected.environment["protected"] = False
    protected.deploy()
    assert not is_protected(protected, "primary")


A_PERSONS = {
    "what AWS shows": {**DENIES, "Action": "Update:*", "Resource": "LogicalResourceId/Bucket"},
    "a few types": {**DENIES, "Condition": {"StringEquals": {"ResourceType": ["AWS::RDS::DBCluster"]}}},
    "another condition": {**DENIES, "Condition": {"StringLike": {"ResourceType": sorted(guarded_types())}}},
    "with a name": {**DENIES, "Sid": "mine"},
    "another action": {**DENIES, "Action": ["Update:Delete"]},
    "without a condition": {key: value for key, value in DENIES.items() if key != "Condition"},
}


@pytest.mark.parametrize("statement", A_PERSONS.values(), ids=A_PERSONS)
def test_a_policy_of_another_form_is_a_persons_and_stays(protected, statement):
    protected.deploy()
    own = json.dumps({"Statement": [ALLOWS, statement]})
    stack = protected.stack("primary")
    stack.policies, stack.protected = [own], False
    protected.templates["primary"] = with_note(protected.templates["primary"])
    protected.deploy(allowed=Allowed(replace=["Vpc"]))
    assert remarks(protected) == [
        "primary: sets termination protection, since the environment is protected",
        "primary: its stack policy is a person's own: it stays, and what updates may replace or delete is as it says",
    ]
    assert (stack.policies, stack.protected) == ([own], True)
    protected.environment["protected"] = False
    protected.deploy()
    assert (stack.policies, stack.protected) == ([own], True)
    assert [text for text in remarks(protected) if text.startswith("primary")] == []


def test_a_policy_that_lets_everything_through_is_as_good_as_none(protected):
    protected.deploy()
    protected.stack("primary").policies.append(json.dumps({"Statement": [ALLOWS]}))
    protected.deploy()
    assert is_protected(protected, "primary")


@pytest.mark.parametrize("then", [True, False], ids=["then protected", "then opened"])
@pytest.mark.parametrize("protect", [True, False], ids=["protected", "opened"])
@pytest.mark.parametrize("call", ["set_termination_protection", "set_stack_policy"])
@pytest.mark.parametrize("after", [True, False], ids=["after it", "before it"])
def test_protecting_or_opening_that_is_cut_short_is_finished_or_undone_by_the_next_run(
    tmp_path, protect, call, after, then
):
    deployments = Deployments(tmp_path, protected=not protect)
    deployments.deploy()
    deployments.environment["protected"] = protect
    aws = deployments.aws["primary"]
    real = getattr(aws, call)

    def cut_short(*given, **named):
        if after:
            real(*given, **named)
        raise KeyboardInterrupt

    setattr(aws, call, cut_short)
    with pytest.raises(KeyboardInterrupt):
        deployments.deploy()
    setattr(aws, call, real)
    deployments.environment["protected"] = then
    deployments.deploy()
    assert [is_protected(deployments, role) for role in PAIR] == [then, then]


def test_an_environment_made_open_is_destroyed_without_a_deployment_in_between(protected):
    assert opened(protected).destroy()
    assert protected.stacks() == []
    (question,) = protected.questions
    assert question.endswith("pair-dev-primary, lifting the protection of secondary, primary first?")
    policies = [call for _, call in protected.mutations()].count("set_stack_policy")
    assert policies == 2


def test_a_half_that_is_lifted_already_is_not_lifted_again(protected):
    opened(protected).stack("primary").protected = False
    protected.stack("secondary").policies.append(json.dumps({"Statement": [ALLOWS]}))
    protected.deploy()
    assert protected.mutations() == [("primary", "set_stack_policy")]
    assert protected.stack("secondary").protected, "without its mark it is a person's"


def test_an_update_that_loses_nothing_leaves_the_protection_alone(protected):
    protected.deploy()
    protected.templates["primary"] = with_note(protected.templates["primary"])
    protected.forget_calls()
    protected.deploy()
    assert protected.mutations() == [("primary", "create_change_set"), ("primary", "execute_change_set")]


def test_a_stack_that_takes_no_update_is_opened_for_its_deletion_too(protected):
    opened(protected).stack("primary").status = "UPDATE_ROLLBACK_FAILED"
    assert protected.destroy()
    assert protected.stacks() == []


def test_a_protected_environment_keeps_its_protection_until_each_stack_goes(protected):
    protected.deploy()
    protected.aws["secondary"].refuse("stack_policy", "AccessDenied")
    protected.forget_calls()
    assert protected.destroy(confirmed_name="pair-dev")
    assert [call for role, call in protected.mutations() if role == "secondary"] == [
        "set_termination_protection",
        "delete_stack",
    ]


def test_a_deletion_that_is_declined_lifts_nothing(protected):
    with pytest.raises(RefusedError, match="declined"):
        opened(protected).destroy(confirm=lambda question: False)
    assert protected.mutations() == []


def test_a_deletion_refuses_what_a_person_has_protected_and_says_how_to_turn_it_off(protected):
    opened(protected).stack("primary").policies.append(json.dumps({"Statement": [ALLOWS]}))
    with pytest.raises(RefusedError, match="the deployer has not set it") as refused:
        protected.destroy()
    assert "--region us-east-1 --stack-name pair-dev-primary --no-enable-termination-protection" in str(refused.value)
    assert protected.mutations() == []


def test_whoever_may_not_read_a_policy_deploys_and_destroys_what_is_not_protected_all_the_same(live):
    live.aws["primary"].refuse("stack_policy", "AccessDenied", times=2)
    live.templates["primary"] = with_note(live.templates["primary"])
    live.deploy()
    (said,) = remarks(live)
    assert said.startswith("primary: whether the deployer has protected it could not be read, so that stays as it is: ")
    assert live.status("primary") == "UPDATE_COMPLETE"
    assert live.destroy()
    assert said in [event.text for event in live.screen.of(Warning_)]


@pytest.mark.parametrize(("guarded", "code"), [(True, "AccessDenied"), (False, "ValidationError")])
def test_a_policy_that_cannot_be_read_otherwise_ends_a_run_before_anything_is_done(tmp_path, guarded, code):
    deployments = Deployments(tmp_path, protected=guarded)
    deployments.deploy()
    deployments.forget_calls()
    deployments.aws["primary"].refuse("stack_policy", code)
    with pytest.raises(AwsError, match="stack_policy was refused"):
        deployments.deploy()
    assert deployments.mutations() == []
