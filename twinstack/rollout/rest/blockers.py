"""Names what keeps a stack from being rolled back or deleted."""

from __future__ import annotations

from twinstack.aws.api import CloudFormation, StackDescription
from twinstack.aws.errors import AwsError
from twinstack.errors import UnreachableError

# What stops a rollback is UPDATE_FAILED, what stops a deletion DELETE_FAILED (also in a rollback).
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
_FAILED = ("UPDATE_FAILED", "DELETE_FAILED")


def stopped_by(cloudformation: CloudFormation, name: str) -> str:
    """Returns what stopped an operation on a stack, in words, also where AWS does not say."""
    try:
        found = cloudformation.describe_stack(name)
        return blocking(cloudformation, found) if found else "the stack is gone"
    except (AwsError, UnreachableError) as error:
        return f"what stopped it could not be read: {error}"


def blocking(cloudformation: CloudFormation, found: StackDescription) -> str:
    """Returns the resources that stopped an operation, each with AWS's reason, in words.

    Raises:
        AwsError: AWS refuses to say.
        UnreachableError: AWS does not answer.
    """
    stopped = [entry for entry in cloudformation.resources(found.stack_id) if entry.status in _FAILED]
    told = [f"{it.resource} ({it.type}) is {it.status}: {it.reason or 'no reason given'}" for it in stopped]
    return "; ".join(told) or found.status_reason or "AWS names no resource"
