"""Deleted stacks as AWS remembers them: with their resources, and beside a new stack of the same name.

The emulator forgets the resources of a stack as it deletes them, and the stack when its name is used again.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers, stacks

from . import api
from .dropped import Ledger
from .operations import Answer, Asked

_STACK = "AWS::CloudFormation::Stack"
_ENDS = ("DELETE_SKIPPED", "DELETE_COMPLETE")
Record = dict[str, Any]

LEFT: Any = AccountRegionScopedDict()
"""What stacks have left behind, by type and physical id, as they had it: attributes, and what was dropped of it."""


def install(ledger: Ledger) -> None:
    """Keep what a deletion would forget."""
    stacks._add_event = changesets._add_event = _remembering(stacks._add_event, ledger)
    actions = handlers._ACTION_HANDLERS
    for name in ("CreateChangeSet", "CreateStack"):
        actions[name] = _beside_the_deleted_one(actions[name])


def _remembering(add_event: Callable[..., None], ledger: Ledger) -> Callable[..., None]:
    def added(stack_id: str, stack_name: str, logical_id: str, *rest: Any, **named: Any) -> None:
        kind, status, *reason_and_id = rest
        stack = cloudformation._stacks.get(stack_name)
        place = (api.region(), stack_name, logical_id)
        if stack and stack["StackId"] == stack_id and stack["StackStatus"].startswith("DELETE_"):
            _note(stack, logical_id, kind, status, ledger.reasons(place))
        add_event(stack_id, stack_name, logical_id, *rest, **named)
        if status == "IMPORT_COMPLETE" and (left := LEFT.get((kind, reason_and_id[-1] if reason_and_id else ""))):
            ledger.record(place, kind, left["_dropped"], left["_dropped"])

    return added


def _note(stack: Record, logical_id: str, kind: str, status: str, dropped: dict[str, str]) -> None:
    listed = stack.setdefault("_listed", {})
    record = stack.get("_resources", {}).get(logical_id)
    if record and status in _ENDS:
        listed[logical_id] = {**record, "ResourceStatus": status, "Timestamp": now_iso()}
        if status == "DELETE_SKIPPED":
            LEFT[kind, record["PhysicalResourceId"]] = {**record, "_dropped": dropped}
    if kind == _STACK and logical_id == stack["StackName"] and status == "DELETE_COMPLETE":
        stack["_resources"], stack["DeletionTime"] = listed, now_iso()


def _beside_the_deleted_one(create: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    def created(asked: Asked) -> Answer:
        deleted = cloudformation._stacks.get(helpers._p(asked, "StackName"))
        if deleted and deleted["StackStatus"] == "DELETE_COMPLETE":
            cloudformation._stacks[deleted["StackId"]] = deleted
        return create(asked)

    return created
