"""Protects the stacks of a protected environment: against deletion, and against updates that lose data.

Every run compares what AWS has with what the environment says, and sets what differs. What a person has protected is
theirs. Which is which the stack policy says: one of the deployer's form marks the termination protection beside it as
the deployer's too. AWS names no element of a stack policy that holds free text, such as a `Sid`, and a tag could be
changed by an update of the stack only; so the form itself is the mark.

A stack policy cannot be lifted for the execution of one change set, so it is narrowed to what was allowed, the change
set is executed, and the policy is restored. However it is narrowed, it keeps the form: a run that is cut short leaves
the mark.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.aws.api import CloudFormation
from twinstack.aws.errors import AwsError
from twinstack.planning.world import Live, World
from twinstack.rollout.guards.guarded_types import guarded_types
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Note
from twinstack.statuses import Standing, standing

_ALLOW: dict[str, object] = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
_LOSSES = ["Update:Replace", "Update:Delete"]


def _text(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Statement": [_ALLOW, *statements]}, separators=(",", ":"))


# AWS takes no policy away, so this stands for none.
NO_POLICY = _text()


def stack_policy(allowed: Collection[str] = (), *, everything: bool = False) -> str:
    """Returns a policy that denies replacing and deleting what holds data.

    Args:
        allowed: The logical ids that it lets through.
        everything: Whether it lets everything through, and is a mark only.
    """
    about: dict[str, object] = {
        "Effect": "Allow" if everything else "Deny",
        "Action": _LOSSES,
        "Principal": "*",
        "Condition": {"StringEquals": {"ResourceType": sorted(guarded_types())}},
    }
    if allowed:
        return _text({**about, "NotResource": [f"LogicalResourceId/{name}" for name in sorted(allowed)]})
    return _text({**about, "Resource": "*"})


def is_ours(policy: str) -> bool:
    """Whether a stack policy has the form that the deployer gives it, whole or narrowed.

    Other versions of cfn-lint list other types, so most of them have to be ours and not all: a policy that a person
    writes in the same form names a few.
    """
    match _statements(policy):
        case [
            first,
            {
                "Effect": _,
                "Action": actions,
                "Principal": "*",
                "Condition": {"StringEquals": {"ResourceType": [*types]}},
                **place,
            },
        ] if (first, actions) == (_ALLOW, _LOSSES) and place.keys() in ({"Resource"}, {"NotResource"}):
            return 2 * len(guarded_types().intersection(types)) > len(guarded_types())
    return False


def _statements(policy: str) -> Any:
    """Returns the statements of a policy; one that is no JSON is none of ours."""
    try:
        document = json.loads(policy)
    except ValueError:
        return None
    return document.get("Statement") if isinstance(document, dict) else None


def _is_none(policy: str) -> bool:
    return not policy or _statements(policy) == [_ALLOW]


@dataclass(frozen=True)
class Due:
    """What of a stack's protection has to be set to be as the environment says.

    Attributes:
        policy: The stack policy to set, '' where it stays as it is.
        termination: Whether to turn termination protection on or off; None where it stays as it is.
        remark: What a person should know of what stays, '' without.
    """

    policy: str = ""
    termination: bool | None = None
    remark: str = ""

    @property
    def parts(self) -> str:
        """What is set, in words; '' where nothing is."""
        parts = (self.termination is not None, "termination protection"), (self.policy, "the stack policy")
        return " and ".join(name for is_due, name in parts if is_due)

    @property
    def lifts(self) -> bool:
        """Whether it takes protection away."""
        return self.policy == NO_POLICY

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a plan says of it."""
        does = (
            f"lifts {self.parts}, set by an earlier deployment, since the environment is no longer protected"
            if self.lifts
            else f"sets {self.parts}, since the environment is protected"
        )
        return tuple(filter(None, (self.parts and does, self.remark)))


def due(policy: str, *, termination: bool, protected: bool) -> Due:
    """Returns what has to be set.

    Args:
        policy: The stack policy that there is.
        termination: Whether there is termination protection.
        protected: Whether the environment is protected.
    """
    ours = is_ours(policy)
    if not protected:
        return Due(NO_POLICY, False if termination else None) if ours else Due()
    turned = None if termination else True
    if not ours and not _is_none(policy):
        return Due(
            "",
            turned,
            "its stack policy is a person's own: it stays, and what updates may replace or delete is as it says",
        )
    is_whole = ours and json.loads(policy) == json.loads(stack_policy())
    return Due("" if is_whole else stack_policy(), turned)


def read_protection(run: Run, world: World) -> dict[str, Due]:
    """Returns what has to be set of the stacks that are there, by role; asks AWS once a stack.

    A stack is protected when it is complete. In an environment that is not protected a policy that may not be read
    holds nothing up.

    Raises:
        AwsError: AWS refuses to say which policy a stack has.
        UnreachableError: It does not answer.
    """
    found: dict[str, Due] = {}
    for role, state in world.items():
        if isinstance(state, Live) and (not run.protected or standing(state.status) is Standing.UPDATABLE):
            found[role] = _read(run, role, state)
    return found


def _read(run: Run, role: str, state: Live) -> Due:
    try:
        policy = run.cloudformation(role).stack_policy(run.planner.system.stacks[role].name)
    except AwsError as error:
        if run.protected or not error.is_denial:
            raise
        return Due(remark=f"whether the deployer has protected it could not be read, so that stays as it is: {error}")
    return due(policy, termination=state.termination_protection, protected=run.protected)


def set_protection(run: Run, found: Mapping[str, Due]) -> None:
    """Sets what has to be set, and tells it.

    Raises:
        BusyError: Another run has taken the lock.
        AwsError: AWS refused.
    """
    for role, one in found.items():
        if one.parts:
            run.lock.check()
            stack = run.planner.system.stacks[role]
            apply(run.cloudformation(role), stack.name, one)
            run.screen.tell(Note(f"{role} ({stack.region}): {one.parts} {'lifted' if one.lifts else 'set'}"))


def apply(cloudformation: CloudFormation, stack_name: str, one: Due) -> None:
    """Sets what has to be set, in an order in which the policy marks it as the deployer's until it is done."""
    if one.lifts and one.termination is not None:
        cloudformation.set_termination_protection(stack_name, enabled=False)
    if one.policy:
        cloudformation.set_stack_policy(stack_name, one.policy)
    if one.termination:
        cloudformation.set_termination_protection(stack_name, enabled=True)


def protect(cloudformation: CloudFormation, stack_name: str, *, termination: bool) -> None:
    """Protects a stack after an operation on it.

    Args:
        cloudformation: CloudFormation where it lives.
        stack_name: The stack.
        termination: Whether it has termination protection.
    """
    policy = cloudformation.stack_policy(stack_name)
    apply(cloudformation, stack_name, due(policy, termination=termination, protected=True))


def narrow(cloudformation: CloudFormation, stack_name: str, allowed: Allowed) -> None:
    """Lets the allowed resources, and no others, through the policy that the deployer has set, if it has."""
    names = {*allowed.replace, *allowed.delete}
    if not names and not allowed.everything:
        return
    if is_ours(cloudformation.stack_policy(stack_name)):
        cloudformation.set_stack_policy(stack_name, stack_policy(names, everything=allowed.everything))
