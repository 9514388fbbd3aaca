"""The cleanup of an update: the emulator deletes what is replaced or removed without a word.

CloudFormation first reports UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, then each deletion.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import stacks

_STACK = "AWS::CloudFormation::Stack"
_CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


def install() -> None:
    """Put events around every deletion of a cleanup."""
    delete_resource = stacks._delete_resource

    def delete(kind: str, physical_id: str, properties: dict[str, Any], stack_name: str, logical_id: str) -> None:
        stack = cloudformation._stacks.get(stack_name)
        if not stack or stack["StackStatus"] not in ("UPDATE_IN_PROGRESS", _CLEANUP):
            delete_resource(kind, physical_id, properties, stack_name, logical_id)
            return
        _begin(stack)
        event = (stack["StackId"], stack_name, logical_id, kind)
        stacks._add_event(*event, "DELETE_IN_PROGRESS", physical_id=physical_id)
        delete_resource(kind, physical_id, properties, stack_name, logical_id)
        stacks._add_event(*event, "DELETE_COMPLETE", physical_id=physical_id)

    stacks._delete_resource = delete


def _begin(stack: dict[str, Any]) -> None:
    if stack["StackStatus"] != _CLEANUP:
        stack["StackStatus"] = _CLEANUP
        name, identifier = stack["StackName"], stack["StackId"]
        stacks._add_event(identifier, name, name, _STACK, _CLEANUP, physical_id=identifier)
