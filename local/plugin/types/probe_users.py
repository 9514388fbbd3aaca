"""Custom::ProbeUser: no server runs behind a local cluster, so its functions have none to make a user in."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..handler import Handler, Outcome, Resource
from ..shapes import Properties
from .custom_resources import refuse_unreachable


class ProbeUser(Handler):
    """Custom::ProbeUser, answered without calling its function, if that could answer; listed as not emulated."""

    type_name = "Custom::ProbeUser"
    ineffective: ClassVar[Mapping[str, str]] = {
        "ServiceToken": "neither it nor what it calls is run: there is no database server to make a user in"
    }

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        refuse_unreachable(properties)
        for name in ("ServiceTimeout", "Host", "Port", "SecretArn"):
            properties.get(name)
        return "probe-user", {}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return self.create(resource, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Nothing was made."""
