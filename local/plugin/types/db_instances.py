"""AWS::RDS::DBInstance as a cluster's member; the emulator starts no database for it."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from ministack.services import rds

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, truth

_KEPT = {
    "CACertificateIdentifier": str,
    "PerformanceInsightsKMSKeyId": str,
    "PerformanceInsightsRetentionPeriod": int,
}
"""Properties that the emulator shows (the key: made to show) and its provisioner does not set, with their type."""


def show_the_key_of_insights() -> None:
    """Make DescribeDBInstances show PerformanceInsightsKMSKeyId."""
    without = rds._instance_xml

    def with_key(instance: dict[str, Any]) -> str:
        key = instance.get("PerformanceInsightsKMSKeyId")
        shown = f"<PerformanceInsightsKMSKeyId>{escape(key)}</PerformanceInsightsKMSKeyId>" if key else ""
        return str(without(instance)) + shown

    rds._instance_xml = with_key


class DBInstance(Handler):
    """AWS::RDS::DBInstance."""

    type_name = "AWS::RDS::DBInstance"
    ineffective: ClassVar[Mapping[str, str]] = {
        "EnableCloudwatchLogsExports": "no database server runs that would write logs"
    }

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        physical_id, attributes = super().create(resource, properties)
        _finish(physical_id, properties)
        return physical_id, attributes

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        new_id, attributes = super().update(resource, physical_id, old, new)
        _finish(new_id, new)
        return new_id, attributes

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Through the API, which knows when an instance is the last one of a primary."""
        rds_api = client("rds")
        unless_gone(
            lambda: rds_api.delete_db_instance(DBInstanceIdentifier=physical_id, SkipFinalSnapshot=True),
            "DBInstanceNotFound",
        )


def _finish(physical_id: str, properties: Properties) -> None:
    instance = rds._instances[physical_id]
    for name, kind in _KEPT.items():
        if properties.get(name) is not None:
            instance[name] = kind(properties[name])
    if properties.get("EnablePerformanceInsights") is not None:
        instance["PerformanceInsightsEnabled"] = truth(properties["EnablePerformanceInsights"])
    cluster = rds._clusters.get(instance.get("DBClusterIdentifier") or "", {})
    for position, member in enumerate(cluster.get("DBClusterMembers", [])):
        member["IsClusterWriter"] = position == 0  # one writer; the emulator makes every member one
