"""AWS::KMS::Key."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from ..handler import Handler, Outcome, Resource
from ..shapes import Properties


class Key(Handler):
    """AWS::KMS::Key; its waiting period is read when it is deleted."""

    type_name = "AWS::KMS::Key"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        properties.get("PendingWindowInDays")
        return super().create(resource, properties)
