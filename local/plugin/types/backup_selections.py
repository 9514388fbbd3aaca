"""AWS::Backup::BackupSelection: what a plan of AWS Backup looks after. The emulator keeps it, and makes no backups."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, arguments


class BackupSelection(Handler):
    """AWS::Backup::BackupSelection; each of its properties replaces it."""

    type_name = "AWS::Backup::BackupSelection"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        backup = client("backup")
        made = backup.create_backup_selection(**arguments(backup, "CreateBackupSelection", properties))
        return _outcome(made["SelectionId"], made["BackupPlanId"])

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return _outcome(*physical_id.split("_"))

    def delete(self, physical_id: str, properties: Properties) -> None:
        selection, plan = physical_id.split("_")
        backup = client("backup")
        unless_gone(
            lambda: backup.delete_backup_selection(BackupPlanId=plan, SelectionId=selection),
            "ResourceNotFoundException",
        )


def _outcome(selection: str, plan: str) -> Outcome:
    physical_id = f"{selection}_{plan}"
    return physical_id, {"Id": physical_id, "SelectionId": selection, "BackupPlanId": plan}
