"""AWS::IAM::RolePolicy: a policy inside a role, apart from it in the template."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource
from ..shapes import Properties, arguments


class RolePolicy(Handler):
    """AWS::IAM::RolePolicy."""

    type_name = "AWS::IAM::RolePolicy"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        iam = client("iam")
        iam.put_role_policy(**arguments(iam, "PutRolePolicy", properties))
        return f"{properties['PolicyName']}|{properties['RoleName']}", {}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return self.create(resource, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        name, _, role = physical_id.partition("|")
        iam = client("iam")
        unless_gone(lambda: iam.delete_role_policy(RoleName=role, PolicyName=name), "NoSuchEntity")
