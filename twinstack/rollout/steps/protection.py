"""Protects the stacks of a protected environment: against deletion, and against updates that lose data.

A stack policy cannot be lifted for the execution of one change set, so it is narrowed to what was allowed, the change
set is executed, and the policy is restored; every run restores it first, in case an earlier one was cut short.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
from collections.abc import Collection

from twinstack.aws.api import CloudFormation
from twinstack.rollout.guards.guarded_types import guarded_types
from twinstack.rollout.guards.guards import Allowed

_ALLOW = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
_ALLOW_ALL = json.dumps({"Statement": [_ALLOW]}, separators=(",", ":"))


def stack_policy(allowed: Collection[str] = ()) -> str:
    """Returns a policy that denies replacing and deleting what holds data, save the given logical ids."""
    denied: dict[str, object] = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Condition": {"StringEquals": {"ResourceType": sorted(guarded_types())}},
    }
    denied |= (
        {"NotResource": [f"LogicalResourceId/{name}" for name in sorted(allowed)]} if allowed else {"Resource": "*"}
    )
    return json.dumps({"Statement": [_ALLOW, denied]}, separators=(",", ":"))


def restore(cloudformation: CloudFormation, stack_name: str, *, protected: bool) -> None:
    """Sets the protections of a stack that exists to what the environment says, on or off."""
    cloudformation.set_stack_policy(stack_name, stack_policy() if protected else _ALLOW_ALL)
    cloudformation.set_termination_protection(stack_name, enabled=protected)


def narrow(cloudformation: CloudFormation, stack_name: str, allowed: Allowed) -> None:
    """Lets the allowed resources, and no others, through the policy of a protected stack."""
    names = {*allowed.replace, *allowed.delete}
    if allowed.everything:
        cloudformation.set_stack_policy(stack_name, _ALLOW_ALL)
    elif names:
        cloudformation.set_stack_policy(stack_name, stack_policy(names))
