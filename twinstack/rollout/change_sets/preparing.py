"""Creates a change set, waits for it, and tells one without changes from one that failed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from twinstack.aws.api import Capability, ChangeSet, ChangeSetRequest, CloudFormation, ResourceToImport
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock, growing_waits
from twinstack.errors import BusyError, NotConvergedError, TwinStackError
from twinstack.planning.steps import Step, known, resolver_for
from twinstack.planning.touched import NESTED_STACK
from twinstack.review.reading import united
from twinstack.rollout.change_sets.operation_events import why_not_made
from twinstack.rollout.run.lock import NO_LOCK, Lock
from twinstack.statuses import Making, making
from twinstack.templates import Template

# A change set that AWS works on for so long, in seconds, is not waited for; the next run deletes it.
LONGEST_WORK = 1800.0
# For so long AWS may not find what it has just made.
LAG = 15.0
LOOKS = 5
NOT_FOUND = "ChangeSetNotFound"
# What the names of the deployer's change sets begin with; those of saved plans and previews live longer than a run.
OURS, SAVED, PREVIEWS = "twinstack-", "twinstack-saved-", "twinstack-preview-"
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
        saved: Whether it belongs to a saved plan, which a refusal leaves as it is.
    """

    change_set: ChangeSet
    token: str
    name: str
    saved: bool = False


_Seen = TypeVar("_Seen")


def looked(look: Callable[[], _Seen], is_enough: Callable[[_Seen], bool], clock: Clock, longest: float = LAG) -> _Seen:
    """Looks again and again until what is seen is enough, or the time is over; returns what was seen last.

    Args:
        look: Looks.
        is_enough: Whether that is what is waited for.
        clock: The clock that waiting is done with.
        longest: For how long, in seconds; by default as long as an answer of AWS may be an old one.
    """
    begun, waits, looks = clock.now(), growing_waits(), 0
    while True:
        seen, looks = look(), looks + 1
        # One look that took long, or a machine that stood still, is not a look for as long as the clock says.
        if is_enough(seen) or not longest or (clock.now() - begun >= longest and looks > LOOKS):
            return seen
        clock.sleep(next(waits))


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
        f"{OURS}{token}",
        "IMPORT" if step.imports else step.operation,
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
        resources_to_import=tuple(ResourceToImport(it.resource, it.type, it.identifier) for it in step.imports),
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


def prepare(
    cloudformation: CloudFormation, request: ChangeSetRequest, clock: Clock, lock: Lock = NO_LOCK
) -> Prepared | None:
    """Creates a change set and waits until AWS has worked it out.

    Args:
        cloudformation: CloudFormation where the stack is, or is to be.
        request: The request.
        clock: The clock that waiting is done with.
        lock: The lock, by which an empty stack may be deleted.

    Returns:
        The change set, or None when there is nothing to change; an empty change set is deleted again.

    Raises:
        AwsError: AWS refused the request.
        BusyError: The change set is gone, and another run has taken the lock.
        ChangeSetError: AWS could not make the change set; it is deleted, with the empty stack it may have left. One
            that AWS still works on after half an hour cannot be deleted, and stays for the next run.
    """
    created = cloudformation.create_change_set(request)
    change_set = worked_out(_found(cloudformation, created.arn, clock, lock), clock)
    prepared = Prepared(change_set, request.token, request.name)
    how_far = making(change_set.status)
    if how_far is Making.WAIT:
        raise ChangeSetError(
            f"{request.stack_name}: AWS still works on change set {request.name} after {LONGEST_WORK / 60:.0f} minutes "
            f"({change_set.status}); it is not executed, and the next run deletes it"
        )
    if how_far is Making.MADE:
        try:
            return replace(prepared, change_set=with_values(cloudformation, change_set, clock, lock))
        except (TwinStackError, KeyboardInterrupt):
            with suppress(TwinStackError):  # the next run deletes it
                discard(cloudformation, prepared, lock)
            raise
    empty = any(sentence in change_set.status_reason for sentence in _NO_CHANGES)
    problems = [] if empty else why_not_made(cloudformation, created.arn)
    discard(cloudformation, prepared, lock)
    if empty:
        return None
    reason = "\n".join([change_set.status_reason, *problems])
    raise ChangeSetError(f"{request.stack_name}: AWS could not make the change set ({change_set.status}): {reason}")


def _found(
    cloudformation: CloudFormation, arn: str, clock: Clock, lock: Lock, *, values: bool = False
) -> Callable[[], ChangeSet]:
    """Returns what describes a change set that was just asked for, and waits where AWS does not find it yet.

    One that stays away was deleted: by another run that has taken the lock meanwhile, which is said then.
    """
    until, waits = clock.now() + LAG, growing_waits()

    def describe() -> ChangeSet:
        looks = 0
        while True:
            looks += 1
            try:
                return cloudformation.describe_change_set(arn, values=values)
            except AwsError as error:
                # A machine that stood still in between has not looked for as long as its clock says.
                if error.code != NOT_FOUND:
                    raise
                if clock.now() > until and looks > LOOKS:
                    lock.check()
                    raise
            clock.sleep(next(waits))

    return describe


def with_values(cloudformation: CloudFormation, change_set: ChangeSet, clock: Clock, lock: Lock = NO_LOCK) -> ChangeSet:
    """Returns a change set that is worked out, with the values before and after where AWS shows them."""
    valued = _found(cloudformation, change_set.arn, clock, lock, values=True)()
    return replace(change_set, changes=united(change_set.changes, valued.changes))


class _Described(Protocol):
    """A change set as a call describes it."""

    @property
    def status(self) -> str:
        """Its status."""


_ChangeSet = TypeVar("_ChangeSet", bound=_Described)


def worked_out(describe: Callable[[], _ChangeSet], clock: Clock, longest: float = LONGEST_WORK) -> _ChangeSet:
    """Waits until AWS has worked a change set out, or has given it up; returns it as it was described last.

    Args:
        describe: Describes the change set.
        clock: The clock that waiting is done with.
        longest: For how long it is waited for, in seconds.
    """
    return looked(describe, lambda found: making(found.status) is not Making.WAIT, clock, longest)


def discard(cloudformation: CloudFormation, prepared: Prepared, lock: Lock = NO_LOCK) -> None:
    """Deletes a change set that is not to be executed, and its stack where that holds nothing else.

    One of a saved plan stays.
    """
    if prepared.saved:
        return
    cloudformation.delete_change_set(prepared.change_set.arn)
    remove_if_empty(cloudformation, prepared.change_set.stack_id, prepared.token, {prepared.change_set.arn}, lock)


def remove_if_empty(
    cloudformation: CloudFormation, stack_id: str, token: str, deleted: Collection[str], lock: Lock = NO_LOCK
) -> bool:
    """Deletes a stack that came with a change set, has nothing in it, and no change set any more.

    Args:
        cloudformation: CloudFormation where the stack is.
        stack_id: The stack.
        token: The token of the deletion.
        deleted: The change sets that were just deleted, which AWS may still list.
        lock: The lock; when another run has it, that run clears the stack or fills it.

    Returns:
        Whether there was such a stack.
    """
    # Somebody else may have filled it in the meantime, or wait for a review there.
    stack = cloudformation.describe_stack(stack_id)
    if stack is None or stack.status != "REVIEW_IN_PROGRESS":
        return False
    if any(it.arn not in deleted for it in cloudformation.change_sets(stack_id)):
        return False
    try:
        lock.check()
    except BusyError:
        return False
    cloudformation.delete_stack(stack_id, token)
    return True
