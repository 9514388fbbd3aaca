"""What happened in a stack, read with boto3: its events, and the newer ones that AWS groups by operation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from twinstack.aws.api import OperationEvent, StackEvent
from twinstack.aws.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeEventsInputPaginateTypeDef,
        OperationEventTypeDef,
        StackEventTypeDef,
    )

# AWS's model promises no time; an event without one is not taken for the first.
_AT_SOME_TIME = datetime.max.replace(tzinfo=UTC)
# With one of these AWS says that it is not going to answer: a region, an account or an emulator without the call.
_NEVER = ("AccessDenied", "AccessDeniedException", "InvalidAction", "UnknownOperation", "UnknownOperationException")


class OperationEvents:
    """DescribeEvents, as far as it is there.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html

    Args:
        client: The client, in the region of the stack.
        where: What to call it in messages: role and region.
    """

    def __init__(self, client: CloudFormationClient, where: str) -> None:
        self._client = client
        self._where = where
        self._never = False

    def read(self, asked: DescribeEventsInputPaginateTypeDef) -> Iterator[OperationEvent]:
        """Yields the events of every page.

        To be called under `translation.translated`. What will never be answered is asked once; afterwards there are
        none.

        Args:
            asked: The change set or the operation.

        Raises:
            AwsError: The installed botocore does not know the call.
            ClientError: AWS refused it.
        """
        if self._never:
            return
        if "DescribeEvents" not in self._client.meta.service_model.operation_names:
            self._never = True
            reason = f"the installed botocore {version('botocore')} does not know it"
            raise AwsError("DescribeEvents", "UnknownOperation", reason, self._where)
        try:
            for page in self._client.get_paginator("describe_events").paginate(**asked):
                yield from map(_operation_event, page.get("OperationEvents", ()))
        except self._client.exceptions.ClientError as error:
            self._never = error.response.get("Error", {}).get("Code") in _NEVER
            raise


def _operation_event(entry: OperationEventTypeDef) -> OperationEvent:
    status = entry.get("ResourceStatus") or entry.get("HookStatus") or entry.get("ValidationStatus") or ""
    reasons = ("ResourceStatusReason", "HookStatusReason", "ValidationStatusReason")
    return OperationEvent(
        entry.get("EventType", ""),
        entry.get("Timestamp") or entry.get("EndTime") or _AT_SOME_TIME,
        entry.get("LogicalResourceId", ""),
        entry.get("ResourceType", ""),
        str(status),
        next((str(entry[name]) for name in reasons if entry.get(name)), ""),  # type: ignore[literal-required]
        entry.get("ValidationName") or entry.get("HookType") or "",
        entry.get("ValidationFailureMode") or entry.get("HookFailureMode") or "",
        entry.get("ValidationPath", ""),
    )


def stack_event(entry: StackEventTypeDef) -> StackEvent:
    """Returns an entry of DescribeStackEvents."""
    return StackEvent(
        entry["EventId"],
        entry["Timestamp"],
        entry.get("LogicalResourceId", ""),
        entry.get("PhysicalResourceId", ""),
        entry.get("ResourceType", ""),
        entry.get("ResourceStatus", ""),
        entry.get("ResourceStatusReason", ""),
        entry.get("ClientRequestToken", ""),
        entry.get("OperationId", ""),
        _hook(entry),
    )


def _hook(entry: StackEventTypeDef) -> str:
    """Returns what a hook said that failed; its event has the resource's status from before."""
    if not entry.get("HookStatus", "").endswith("_FAILED") or entry.get("HookFailureMode") == "WARN":
        return ""
    return f"{entry.get('HookType', 'a hook')}: {entry.get('HookStatusReason', '')}".rstrip(": ")
