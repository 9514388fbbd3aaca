"""Change sets of nested stacks, which CreateChangeSet makes with IncludeNestedStacks.

Each has the change set above it as its parent, and is executed with the root: by itself it is not executable.
On AWS a nested stack that is added exists at once, in REVIEW_IN_PROGRESS; here it comes with the execution. Transforms
of nested templates are not applied, since the emulator deploys them as they are.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, engine, handlers, helpers

from .change_set_values import KNOWN_AFTER_APPLY, VALUED

Drafts = dict[str, dict[str, Any]]
"""By the logical id of the nested stack, what its change set is going to be."""

_DRAFTING: ContextVar[Drafts | None] = ContextVar("drafting", default=None)


@contextmanager
def collected() -> Iterator[Drafts]:
    """Have comparisons look into nested stacks, and note what they find."""
    drafts: Drafts = {}
    token = _DRAFTING.set(drafts)
    try:
        yield drafts
    finally:
        _DRAFTING.reset(token)


def drafting() -> Drafts | None:
    """Where a comparison notes the change sets of nested stacks; None when it does not look into them."""
    return _DRAFTING.get()


def draft(properties: dict[str, Any], record: dict[str, Any] | None, *, tagged: bool) -> dict[str, Any]:
    """What would change inside a nested stack; it is FAILED where that cannot be said.

    Args:
        properties: The properties of the nested stack's resource as they are going to be.
        record: What the stack above knows of it; None when it is going to be added.
        tagged: Whether the tags of the whole change, which nested stacks share.
    """
    stack = handlers._resolve_stack(record["PhysicalResourceId"]) if record else None
    stack = stack or {"StackName": "", "StackId": "", "_template": {}, "_resolved_params": {}, "_resources": {}}
    here = {"StackName": stack["StackName"], "StackId": stack["StackId"]}
    kind = {"ChangeSetType": "UPDATE" if record else "CREATE"}
    nothing: dict[str, Any] = {"Changes": [], "Parameters": [], "_resolved_params": {}, "_nested": {}}
    address = properties.get("TemplateURL", "")
    template = _template(address)
    if template is None:
        return {**here, **kind, **nothing, "Status": "FAILED", "StatusReason": f"{address} cannot be read"}
    try:
        parameters = _parameters(template, properties.get("Parameters") or {}, stack["_resolved_params"])
    except ValueError as error:
        return {**here, **kind, **nothing, "Status": "FAILED", "StatusReason": str(error)}
    return {**here, **kind, **_compared(stack, template, parameters, stack["_resources"] if tagged else {})}


def moves(physical_id: str, properties: dict[str, Any]) -> bool:
    """Whether the template at a nested stack's address is another than the one it was made from."""
    stack = handlers._resolve_stack(physical_id)
    return bool(stack) and _template(properties.get("TemplateURL", "")) != stack["_template"]


def _template(address: str) -> dict[str, Any] | None:
    body, problem = helpers._resolve_template({"TemplateURL": [address]})
    found: dict[str, Any] | None = None if problem or not body else engine._parse_template(body)
    return found


def _compared(
    stack: dict[str, Any], template: dict[str, Any], parameters: dict[str, Any], retagged: dict[str, Any]
) -> dict[str, Any]:
    before = stack["_resolved_params"]
    where = (stack["StackName"], stack["StackId"])
    old = changesets._resolve_props_for_diff(stack["_template"], before, *where)
    new = changesets._resolve_props_for_diff(template, parameters, *where)
    changed = {name for name, given in parameters.items() if before.get(name, {}).get("Value") != given["Value"]}
    with collected() as inside:
        changes = changesets._diff_resources(old, new, stack["_resources"], template, changed, retagged)
    return {
        "Changes": changes,
        "Parameters": [{"ParameterKey": name, "ParameterValue": given["Value"]} for name, given in parameters.items()],
        "_resolved_params": parameters,
        "_nested": inside,
    }


def registered(drafts: Drafts, parent: dict[str, Any]) -> None:
    """Turn drafts into change sets below their parent, which names them, and fails with one that fails."""
    for logical_id, made in drafts.items():
        name = f"{parent['ChangeSetName']}-{logical_id}-{new_uuid()[:12]}"
        stack_name = made["StackName"] or f"{parent['StackName']}-{logical_id}-{new_uuid()[:12]}"
        place = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}"
        child = {
            "Status": "CREATE_COMPLETE",
            "StatusReason": "Executable from root change set",
            **made,
            "ChangeSetId": f"{place}:changeSet/{name}/{new_uuid()}",
            "ChangeSetName": name,
            "StackName": stack_name,
            "StackId": made["StackId"] or f"{place}:stack/{stack_name}/{new_uuid()}",
            "ExecutionStatus": "UNAVAILABLE",
            "CreationTime": now_iso(),
            "Description": "",
            "Tags": parent["Tags"],
            "Capabilities": parent["Capabilities"],
            "IncludeNestedStacks": True,
            "ParentChangeSetId": parent["ChangeSetId"],
            "RootChangeSetId": parent.get("RootChangeSetId", parent["ChangeSetId"]),
        }
        cloudformation._change_sets[child["ChangeSetId"]] = child
        for change in parent["Changes"]:
            if change["ResourceChange"]["LogicalResourceId"] == logical_id:
                for shown in (change["ResourceChange"], change.get(VALUED) or {}):
                    shown["ChangeSetId"] = child["ChangeSetId"]
        registered(made["_nested"], child)
        if child["Status"] == "FAILED":
            reason = f"Nested change set {child['ChangeSetId']} was not successfully created: Currently in FAILED."
            parent.update(Status="FAILED", ExecutionStatus="UNAVAILABLE", StatusReason=reason)


def pruned() -> None:
    """Delete the nested change sets whose root is gone."""
    change_sets = cloudformation._change_sets
    for identifier, change_set in list(change_sets.items()):
        if change_set.get("RootChangeSetId", identifier) not in change_sets:
            del change_sets[identifier]


def execution_status(change_set: dict[str, Any]) -> str:
    """The execution status; a nested change set shares that of its root once it is executed or obsolete."""
    root = cloudformation._change_sets.get(change_set.get("RootChangeSetId"))
    shared = root and root["ExecutionStatus"] not in ("AVAILABLE", "UNAVAILABLE")
    return str(root["ExecutionStatus"] if root and shared else change_set["ExecutionStatus"])


def _parameters(template: dict[str, Any], given: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a nested stack; one that is not known yet stands in with its old value while it is checked."""
    unknown = {name for name, value in given.items() if value == KNOWN_AFTER_APPLY}
    values = {name: value for name, value in given.items() if name not in unknown}
    values |= {name: old[name]["Value"] for name in unknown if name in old}
    values |= {name: KNOWN_AFTER_APPLY for name in unknown if name not in old}
    asked = [{"Key": name, "Value": str(value)} for name, value in values.items()]
    found = engine._resolve_parameters(template, asked)
    return {name: {**one, "Value": KNOWN_AFTER_APPLY} if name in unknown else one for name, one in found.items()}
