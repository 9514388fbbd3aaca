"""How long a change set lasts, and what is refused after that.

A change set is executed once. Executing it deletes the others of its stack; an update that does without makes them
OBSOLETE; deleting the stack takes them along. A further CREATE change set is one more of the same stack in
REVIEW_IN_PROGRESS.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers

from . import nested_change_sets
from .change_sets import MASK
from .operations import Answer, Asked

Operation = Callable[[Asked], Answer]
_ACCEPTED = 200


def install() -> None:
    """Replace the operations that make change sets and end them."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateChangeSet"] = _on_the_same_stack(_with_nested(actions["CreateChangeSet"]))
    actions["ExecuteChangeSet"] = _available_only(actions["ExecuteChangeSet"])
    actions["ListChangeSets"] = _by_arn_too(actions["ListChangeSets"])
    for name in ("ExecuteChangeSet", "DeleteChangeSet", "DeleteStack"):
        actions[name] = _with_the_nested_ones(actions[name])


def _with_nested(create: Operation) -> Operation:
    """Make the change sets of nested stacks where they are asked for, and mask the NoEcho parameters."""

    def created(asked: Asked) -> Answer:
        if helpers._p(asked, "IncludeNestedStacks", "false").lower() != "true":
            answer = create(asked)
            _masked(_made(answer))
            return answer
        with nested_change_sets.collected() as drafts:
            answer = create(asked)
        change_set = _made(answer)
        if change_set:
            change_set["IncludeNestedStacks"] = True
            nested_change_sets.registered(drafts, change_set)
        for identifier, made in cloudformation._change_sets.items():
            if change_set and made.get("RootChangeSetId", identifier) == change_set["ChangeSetId"]:
                _masked(made)
        return answer

    return created


def _made(answer: Answer) -> dict[str, Any] | None:
    found = re.search(rb"<Id>(.*?)</Id>", answer[2])
    return cloudformation._change_sets.get(found[1].decode()) if found else None


def _masked(change_set: dict[str, Any] | None) -> None:
    for parameter in change_set["Parameters"] if change_set else ():
        if change_set and change_set["_resolved_params"][parameter["ParameterKey"]]["NoEcho"]:
            parameter["ParameterValue"] = MASK


def _on_the_same_stack(create: Operation) -> Operation:
    """Keep a stack that waits for a review; the emulator makes it anew each time, and drops it for a refused one."""

    def created(asked: Asked) -> Answer:
        name = helpers._p(asked, "StackName")
        waiting = handlers._resolve_stack(name)
        if not waiting or waiting["StackStatus"] != "REVIEW_IN_PROGRESS":
            return create(asked)
        status, headers, body = create(asked)
        made = _made((status, headers, body))
        cloudformation._stacks[waiting["StackName"]] = waiting
        if status != _ACCEPTED or not made or made["StackId"] == waiting["StackId"]:
            return status, headers, body
        cloudformation._stack_events.pop(made["StackId"], None)
        body = body.replace(made["StackId"].encode(), waiting["StackId"].encode())
        made["StackId"] = waiting["StackId"]
        return status, headers, body

    return created


def _by_arn_too(listed: Operation) -> Operation:
    """List the change sets of a stack that is named by its ARN, of which the emulator finds none."""

    def asked_by_name(asked: Asked) -> Answer:
        stack = handlers._resolve_stack(helpers._p(asked, "StackName"))
        return listed({**asked, "StackName": [stack["StackName"]]} if stack else asked)

    return asked_by_name


def _available_only(execute: Operation) -> Operation:
    """Refuse a change set that is not AVAILABLE with AWS's words."""

    def executed(asked: Asked) -> Answer:
        _identifier, change_set = changesets._find_change_set(
            helpers._p(asked, "ChangeSetName"), helpers._p(asked, "StackName")
        )
        if not change_set or change_set["ExecutionStatus"] == "AVAILABLE":
            return execute(asked)
        status = f"status of [{change_set['Status']}]"
        if change_set["Status"] == "CREATE_COMPLETE":
            status = f"execution status of [{nested_change_sets.execution_status(change_set)}]"
        reason = f"ChangeSet [{change_set['ChangeSetId']}] cannot be executed in its current {status}"
        refused: Answer = helpers._error("InvalidChangeSetStatus", reason)
        return refused

    return executed


def _with_the_nested_ones(operation: Operation) -> Operation:
    def done(asked: Asked) -> Answer:
        answer = operation(asked)
        nested_change_sets.pruned()
        return answer

    return done
