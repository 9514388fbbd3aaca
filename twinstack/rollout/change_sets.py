"""Creates a change set, waits for it, and tells one without changes from one that failed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from twinstack.aws.api import Capability, ChangeSet, ChangeSetRequest, CloudFormation
from twinstack.clock import Clock
from twinstack.errors import NotConvergedError, TwinStackError
from twinstack.planning.steps import Step, known, resolver_for
from twinstack.planning.touched import NESTED_STACK
from twinstack.review.reading import united
from twinstack.rollout.operation_events import why_not_made
from twinstack.templates import Template

FIRST_WAIT, LONGEST_WAIT, GROWTH = 0.2, 10.0, 1.5
# AWS says the same thing in two ways (https://repost.aws/knowledge-center/cloudformation-no-updates-errors).
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


class ChangeSetError(TwinStackError):
    """AWS could not work out a change set (exit code 1)."""


@dataclass(frozen=True)
class Prepared:
    """A change set that waits for its review.

    Attributes:
        change_set: What it would change.
        token: The token that its execution's events carry.
        name: Its name.
        made_stack: Whether the stack exists only because of it, empty and waiting for its execution.
        saved: Whether it belongs to a saved plan, which a refusal leaves as it is.
    """

    change_set: ChangeSet
    token: str
    name: str
    made_stack: bool = False
    saved: bool = False


def growing_waits(first: float = FIRST_WAIT) -> Iterator[float]:
    """Yields how long to wait before each next look, in seconds: short at first, ten at most."""
    seconds = first
    while True:
        yield seconds
        seconds = min(seconds * GROWTH, LONGEST_WAIT)


def request_for(step: Step, new_id: Callable[[], str], template_url: str | None = None) -> ChangeSetRequest:
    """Returns the request for a step's change set.

    Args:
        step: The step.
        new_id: Makes the token, which the change set is named after.
        template_url: Where the template stands, if it is too large for a request.

    Raises:
        NotConvergedError: A wired value that an earlier pass should have made is not there.
    """
    token, values = new_id(), {parameter.name: parameter.value for parameter in step.parameters}
    template = resolver_for(step.stack, step.stack.template, values, {}).template
    nested = holds_nested_stacks(template) or bool(step.left_to_aws)
    return ChangeSetRequest(
        step.stack.name,
        f"twinstack-{token}",
        step.operation,
        None if template_url else step.stack.template.text,
        template_url,
        {
            parameter.name: _sent(step, parameter.name, parameter.value, parameter.source)
            for parameter in step.parameters
        },
        step.stack.tags,
        capabilities(step.stack.template, nested=nested),
        token,
        step.stack.service_role,
        nested,
    )


def _sent(step: Step, name: str, value: object, source: str) -> str | None:
    """Returns what is sent for a parameter; None, where the stack's own value is to be kept."""
    if source == "previous":
        return None
    text = known(value)
    if text is None:
        raise NotConvergedError(
            f"{step.stack.role}: the value of parameter {name} is still unknown after the pass before"
        )
    return text


def holds_nested_stacks(template: Template) -> bool:
    """Whether a nested stack is among the declared resources; a macro may make others."""
    return any(resource.get("Type") == NESTED_STACK for resource in template.resources.values())


def capabilities(template: Template, *, nested: bool = False) -> tuple[Capability, ...]:
    """Returns what a template has to be allowed: to make IAM resources, and to expand transforms if there may be any.

    Args:
        template: The template as it is submitted.
        nested: Whether it may hold nested stacks, whose templates may have transforms of their own.
    """
    allowed: tuple[Capability, ...] = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
    expands = "Transform" in template.body or template.has_macros_inside or nested
    return (*allowed, "CAPABILITY_AUTO_EXPAND") if expands else allowed


def prepare(cloudformation: CloudFormation, request: ChangeSetRequest, clock: Clock) -> Prepared | None:
    """Creates a change set and waits until AWS has worked it out.

    Returns:
        The change set, or None when there is nothing to change; an empty change set is deleted again.

    Raises:
        AwsError: AWS refused the request.
        ChangeSetError: AWS could not make the change set; it is deleted, with the empty stack it may have left.
    """
    made_stack = request.operation == "CREATE" and cloudformation.describe_stack(request.stack_name) is None
    created = cloudformation.create_change_set(request)
    describe = partial(cloudformation.describe_change_set, created.arn)
    try:
        change_set = worked_out(describe, clock)
    except KeyboardInterrupt:
        # AWS deletes no change set that it is still working out.
        change_set = worked_out(describe, clock)
        discard(cloudformation, Prepared(change_set, request.token, request.name, made_stack))
        raise
    prepared = Prepared(change_set, request.token, request.name, made_stack)
    if change_set.status == "CREATE_COMPLETE":
        try:
            return replace(prepared, change_set=with_values(cloudformation, change_set))
        except (TwinStackError, KeyboardInterrupt):
            discard(cloudformation, prepared)
            raise
    empty = any(sentence in change_set.status_reason for sentence in _NO_CHANGES)
    problems = [] if empty else why_not_made(cloudformation, created.arn)
    discard(cloudformation, prepared)
    if empty:
        return None
    reason = "\n".join([change_set.status_reason, *problems])
    raise ChangeSetError(f"{request.stack_name}: AWS could not make the change set ({change_set.status}): {reason}")


def with_values(cloudformation: CloudFormation, change_set: ChangeSet) -> ChangeSet:
    """Returns a change set that is worked out, with the values before and after where AWS shows them."""
    valued = cloudformation.describe_change_set(change_set.arn, values=True)
    return replace(change_set, changes=united(change_set.changes, valued.changes))


class _Described(Protocol):
    """A change set as a call describes it."""

    @property
    def status(self) -> str:
        """Its status."""


_ChangeSet = TypeVar("_ChangeSet", bound=_Described)


def worked_out(describe: Callable[[], _ChangeSet], clock: Clock, longest: float = math.inf) -> _ChangeSet:
    """Waits until AWS has worked a change set out, or has given it up; returns it as it was described last.

    Args:
        describe: Describes the change set.
        clock: The clock that waiting is done with.
        longest: For how long it is waited for, in seconds.
    """
    waits, begun = growing_waits(), clock.now()
    while (found := describe()).status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        if clock.now() - begun > longest:
            break
        clock.sleep(next(waits))
    return found


def discard(cloudformation: CloudFormation, prepared: Prepared) -> None:
    """Deletes a change set that is not to be executed, and the stack that came with it while that is still empty.

    Another run may have filled the stack in the meantime, so its status is asked for again. One of a saved plan stays.
    """
    if prepared.saved:
        return
    cloudformation.delete_change_set(prepared.change_set.arn)
    if not prepared.made_stack:
        return
    stack = cloudformation.describe_stack(prepared.change_set.stack_id)
    if stack is not None and stack.status == "REVIEW_IN_PROGRESS":
        cloudformation.delete_stack(stack.stack_id, prepared.token)
