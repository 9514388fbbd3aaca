"""CloudFormation operations where the emulator answers otherwise than AWS."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, engine, handlers, helpers, stacks

Asked = dict[str, list[str]]
Answer = tuple[int, dict[str, str], bytes]

_VIRTUAL_HOST = re.compile(r"https?://(?P<bucket>[a-z0-9.-]+?)\.s3[.-][a-z0-9.-]*amazonaws\.com/(?P<key>.+)")
_UNCHANGED = "The submitted information didn't contain changes."
_CLOSED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


def install() -> None:
    """Replace the operations, and the reading of a template's address."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateChangeSet"] = _open_stacks_only(_with_outputs(actions["CreateChangeSet"]))
    actions["ExecuteChangeSet"] = _idle_stacks_only(actions["ExecuteChangeSet"])
    actions["UpdateStack"] = _open_stacks_only(actions["UpdateStack"])
    handlers._capabilities_enforced = lambda: True  # the emulator asks for them only together with IAM
    helpers._resolve_document = _by_virtual_host(helpers._resolve_document)


def _open_stacks_only(operation: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Refuse a stack whose creation was rolled back: all that can be done with it is to delete it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
    """

    def checked(asked: Asked) -> Answer:
        refused = _refusal(handlers._resolve_stack(helpers._p(asked, "StackName")), _is_closed)
        return refused or operation(asked)

    return checked


def _idle_stacks_only(execute: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Refuse to execute a change set while another operation is at work."""

    def checked(asked: Asked) -> Answer:
        _identifier, change_set = changesets._find_change_set(
            helpers._p(asked, "ChangeSetName"), helpers._p(asked, "StackName")
        )
        stack = cloudformation._stacks.get(change_set["StackName"]) if change_set else None
        return _refusal(stack, _is_busy) or execute(asked)

    return checked


def _refusal(stack: dict[str, Any] | None, closed: Callable[[str], bool]) -> Answer | None:
    if not stack or not closed(stack["StackStatus"]):
        return None
    reason = f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated."
    answer: Answer = helpers._error("ValidationError", reason)
    return answer


def _is_closed(status: str) -> bool:
    return status in _CLOSED or _is_busy(status)


def _is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def _with_outputs(create: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Let a change set that changes only outputs be executed: it has no changes to list, and is no failure."""

    def created(asked: Asked) -> Answer:
        answer = create(asked)
        found = re.search(rb"<Id>(.*?)</Id>", answer[2])
        change_set = cloudformation._change_sets.get(found[1].decode()) if found else None
        if change_set and change_set["StatusReason"].startswith(_UNCHANGED) and _outputs_differ(change_set):
            change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")
        return answer

    return created


def _outputs_differ(change_set: dict[str, Any]) -> bool:
    stack = cloudformation._stacks[change_set["StackName"]]
    with stacks._stack_region_context(stack):
        before = _outputs(stack.get("_template") or {}, stack.get("_resolved_params") or {}, stack)
        after = _outputs(change_set["_template"], change_set["_resolved_params"], stack)
    return before != after


def _outputs(template: dict[str, Any], parameters: dict[str, Any], stack: dict[str, Any]) -> dict[str, Any]:
    conditions = engine._evaluate_conditions(template, parameters)
    wanted = {
        name: output
        for name, output in (template.get("Outputs") or {}).items()
        if conditions.get(output.get("Condition"), True)
    }
    resolved: dict[str, Any] = engine._resolve_refs(
        wanted, {}, parameters, conditions, template.get("Mappings", {}), stack["StackName"], stack["StackId"]
    )
    return resolved


def _by_virtual_host(
    resolve: Callable[[Asked, str, str, str], tuple[str | None, Any]],
) -> Callable[[Asked, str, str, str], tuple[str | None, Any]]:
    """Read `https://bucket.s3.region.amazonaws.com/key`, the form that the API's reference asks for."""

    def resolved(asked: Asked, body: str, url: str, label: str) -> tuple[str | None, Any]:
        found = _VIRTUAL_HOST.fullmatch(helpers._p(asked, url) or "")
        if found:
            asked = {**asked, url: [f"https://s3.amazonaws.com/{found['bucket']}/{found['key']}"]}
        return resolve(asked, body, url, label)

    return resolved
