"""Stacks of a protected environment: termination protection, and a policy against losing data."""

import json

import pytest

from tests.rollout.deployments import with_note
from tests.systems import SECONDARY
from twinstack.errors import TwinStackError
from twinstack.rollout.guards.guarded_types import guarded_types
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.steps.protection import stack_policy

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
    with pytest.raises(TwinStackError, match="AccessDenied"):
        protected.deploy(allowed=Allowed(delete=["Bucket"]))
    assert statements(protected.stack("secondary").policies[-1]) == [ALLOWS, DENIES]


def test_a_policy_left_narrowed_by_an_interrupted_run_is_restored_first(protected):
    protected.deploy()
    protected.stack("primary").policies.append("narrowed")
    protected.templates["primary"] = with_note(protected.templates["primary"])
    protected.deploy()
    policies = protected.stack("primary").policies
    assert statements(policies[policies.index("narrowed") + 1]) == [ALLOWS, DENIES]


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
