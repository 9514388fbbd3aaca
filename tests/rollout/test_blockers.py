"""What keeps a stack from being rolled back or deleted, in words, whatever AWS says of it."""

import pytest

from twinstack.aws.api import StackDescription, StackResource
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError
from twinstack.rollout.rest.blockers import stopped_by


class Cloud:
    """CloudFormation with one stack in `UPDATE_ROLLBACK_FAILED`, and with the given resources."""

    def __init__(self, *resources, reason="", refusal=None):
        self.listed, self.reason, self.refusal = resources, reason, refusal

    def describe_stack(self, name):
        assert name == "pair"
        return StackDescription("stack-1", name, "UPDATE_ROLLBACK_FAILED", self.reason, {}, {}, {})

    def resources(self, stack_id):
        assert stack_id == "stack-1"
        if self.refusal:
            raise self.refusal
        return list(self.listed)


def entry(name, status, reason=""):
    return StackResource(name, "AWS::EC2::Subnet", f"{name}-1", status, reason)


def test_every_resource_that_could_not_be_updated_or_deleted_is_named_with_awss_reason():
    cloud = Cloud(
        entry("One", "UPDATE_FAILED", "in use"),
        entry("Two", "UPDATE_COMPLETE"),
        entry("Three", "DELETE_FAILED"),
        reason="The following resource(s) failed: [One, Three]",
    )
    assert stopped_by(cloud, "pair") == (
        "One (AWS::EC2::Subnet) is UPDATE_FAILED: in use; Three (AWS::EC2::Subnet) is DELETE_FAILED: no reason given"
    )


@pytest.mark.parametrize(("reason", "said"), [("by hand", "by hand"), ("", "AWS names no resource")])
def test_where_no_resource_failed_it_is_the_reason_of_the_stack_if_it_has_one(reason, said):
    assert stopped_by(Cloud(entry("One", "CREATE_COMPLETE"), reason=reason), "pair") == said


def test_a_stack_that_has_gone_meanwhile_is_said_to_be_gone():
    cloud = Cloud()
    cloud.describe_stack = lambda name: None
    assert stopped_by(cloud, "pair") == "the stack is gone"


@pytest.mark.parametrize("refusal", [AwsError("ListStackResources", "Denied", "no", "here"), UnreachableError("gone")])
def test_where_aws_does_not_say_it_is_why_it_does_not(refusal):
    assert stopped_by(Cloud(refusal=refusal), "pair") == f"what stopped it could not be read: {refusal}"
