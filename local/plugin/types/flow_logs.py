"""AWS::EC2::FlowLog: all of it is shown, where the emulator keeps a part."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any

from ministack.services import ec2 as ec2_service

from ..api import client
from ..elements import elements
from ..handler import Handler, Outcome, Resource, tag_list
from ..shapes import Properties, arguments
from .peering import retag

_REST = "_rest"
"""Where a flow log's record holds what the emulator does not keep of it."""


def show_all_of_a_flow_log() -> None:
    """Make DescribeFlowLogs show what the handler below keeps."""
    without = ec2_service._describe_flow_logs

    def with_all(asked: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = without(asked)
        for identifier, flow_log in ec2_service._flow_logs.items():
            place = f"<flowLogId>{identifier}</flowLogId>".encode()
            body = body.replace(place, place + elements("FlowLog", flow_log.get(_REST, {})).encode())
        return status, headers, body

    ec2_service._ACTION_MAP["DescribeFlowLogs"] = with_all


class FlowLog(Handler):
    """AWS::EC2::FlowLog; it stays empty, as there is no traffic."""

    type_name = "AWS::EC2::FlowLog"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        ec2 = client("ec2")
        asked = arguments(ec2, "CreateFlowLogs", properties)
        made = ec2.create_flow_logs(**asked, ResourceIds=[properties["ResourceId"]])["FlowLogIds"][0]
        record = ec2_service._flow_logs[made]
        record[_REST] = {name: value for name, value in asked.items() if name not in record}
        if properties.get("Tags"):
            ec2.create_tags(Resources=[made], Tags=tag_list(properties["Tags"]))
        return made, {"Id": made}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        retag(physical_id, old, new)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        client("ec2").delete_flow_logs(FlowLogIds=[physical_id])
