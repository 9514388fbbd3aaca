"""Stacks that stopped half way, in CREATE_FAILED or UPDATE_FAILED, because rollback was disabled.

The emulator keeps what was made, and forgets by which template: its next change set adds everything once more, and a
deletion keeps nothing that the template retains. It also goes on where AWS refuses: with rollback, or to replace.
Unlike on AWS, the resource that failed is not in the list of the stack's resources; there it is CREATE_FAILED.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers, stacks

from .operations import Answer, Asked

Deploy = Callable[..., Coroutine[Any, Any, None]]
Record = dict[str, Any]

_UNFINISHED = ("CREATE_FAILED", "UPDATE_FAILED")
_NOT_WITHOUT = (
    "This stack is currently in a non-terminal [{status}] state. To update the stack from this state, please use the "
    "disable-rollback parameter with update-stack API. To rollback to the last known good state, use the "
    "rollback-stack API"
)
_NO_REPLACEMENT = "Replacement type updates not supported on stack with disable-rollback."


def install() -> None:
    """Wrap the operations, and what carries them out."""
    actions = handlers._ACTION_HANDLERS
    actions["ExecuteChangeSet"] = _as_on_aws(actions["ExecuteChangeSet"])
    actions["UpdateStack"] = _as_on_aws(actions["UpdateStack"])
    changesets._deploy_stack_async = handlers._deploy_stack_async = _remembering(stacks._deploy_stack_async)


def _as_on_aws(operation: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def checked(asked: Asked) -> Answer:
        disabled = helpers._p(asked, "DisableRollback").lower() == "true"
        change_set = _change_set(asked)
        name = change_set["StackName"] if change_set else helpers._p(asked, "StackName")
        stack = handlers._resolve_stack(name) or {}
        reason = ""
        if stack.get("StackStatus") in _UNFINISHED and not disabled:
            reason = _NOT_WITHOUT.format(status=stack["StackStatus"])
        elif disabled and change_set and any(map(_replaces, change_set["Changes"])):
            reason = _NO_REPLACEMENT
        return helpers._error("ValidationError", reason) if reason else operation(asked)

    return checked


def _change_set(asked: Asked) -> Record | None:
    name = helpers._p(asked, "ChangeSetName")
    return changesets._find_change_set(name, helpers._p(asked, "StackName"))[1] if name else None


def _replaces(change: Record) -> bool:
    found: Record = change.get("ResourceChange", change)
    return bool(found.get("Replacement") == "True")


def _remembering(deploy: Deploy) -> Deploy:
    """Keep the template of what is there when an operation stops half way."""

    async def deployed(
        stack_name: str, stack_id: str, template: Record, values: Record, *rest: Any, **more: Any
    ) -> None:
        before = cloudformation._stacks[stack_name].get("_template") or {}
        await deploy(stack_name, stack_id, template, values, *rest, **more)
        stack = cloudformation._stacks[stack_name]
        if stack["StackStatus"] in _UNFINISHED and "_failed_operation" in stack:
            done = stack["_failed_operation"]["created"]
            declared = {
                name: (template if name in done else before).get("Resources", {}).get(name)
                for name in stack["_resources"]
            }
            stack["_template"] = {
                **template,
                "Resources": {name: resource for name, resource in declared.items() if resource},
                "Outputs": before.get("Outputs", {}),
            }
            stack["_resolved_params"] = values

    return deployed
