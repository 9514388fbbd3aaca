"""CloudWatch's alarms, asked with boto3."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from twinstack.aws.api import Alarm
from twinstack.aws.translation import translated


class BotoAlarms:
    """CloudWatch through a boto3 client that is made when it is needed; see `api.Alarms`.

    Args:
        make: Makes the client, in the region of the stack.
        where: What to call it in messages: role and region.
    """

    def __init__(self, make: Callable[[], Any], where: str) -> None:
        self._make = make
        self._where = where

    def describe(self, names: Collection[str]) -> dict[str, Alarm]:
        """See `api.Alarms`."""
        with translated(self._where):
            pages = (
                self._make()
                .get_paginator("describe_alarms")
                .paginate(AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
            )
            return {
                entry["AlarmName"]: Alarm(entry["AlarmName"], entry["AlarmArn"], entry["StateValue"])
                for page in pages
                for entry in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
            }
