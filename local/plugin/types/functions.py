"""AWS::Lambda::Function: the settings that the emulator's Lambda knows and its provisioner leaves out."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from typing import Any

from ..api import client
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, typed

_NO_NETWORK: Properties = {"SubnetIds": [], "SecurityGroupIds": []}


class Function(Handler):
    """AWS::Lambda::Function; its network is kept, and the emulator runs it outside of any."""

    type_name = "AWS::Lambda::Function"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        outcome = super().create(resource, properties)
        _set(outcome[0], properties)
        return outcome

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, new)
        _set(outcome[0], new)
        return outcome


def _set(name: str, properties: Properties) -> None:
    api = client("lambda")
    settings: dict[str, Any] = {
        "DeadLetterConfig": dict(properties.get("DeadLetterConfig") or {"TargetArn": ""}),
        "KMSKeyArn": properties.get("KmsKeyArn") or "",
        "VpcConfig": typed(api, "VpcConfig", properties.get("VpcConfig") or _NO_NETWORK),
    }
    api.update_function_configuration(FunctionName=name, **settings)
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        api.delete_function_concurrency(FunctionName=name)
    else:
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(reserved))
