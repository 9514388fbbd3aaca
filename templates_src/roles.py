"""Roles that AWS services take on: one trust each, with the least that the work needs.

No role has a name: IAM is global, and the two regions' roles would collide. Path and permissions boundary are
parameters, since many organisations let a pipeline make roles only below a path and within a boundary.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awacs.aws import PolicyDocument
from troposphere import AWSObject, If, NoValue, Ref, iam

from templates_src.assembly import RegionTemplate
from templates_src.policies import service_trust
from templates_src.tags import tags

PATH, BOUNDARY, HAS_BOUNDARY = "RolePath", "PermissionsBoundaryArn", "HasBoundary"


def add(
    template: RegionTemplate,
    logical_id: str,
    service: str,
    description: str,
    policies: Mapping[str, PolicyDocument],
    **attributes: Any,
) -> AWSObject:
    """Add a role.

    Args:
        template: the template.
        logical_id: the role's logical id.
        service: the service that takes it on.
        description: what the role lets that service do.
        policies: its policies by name.
        attributes: resource attributes and properties beyond those, such as a condition.
    """
    if policies:
        attributes["Policies"] = [iam.Policy(PolicyName=name, PolicyDocument=held) for name, held in policies.items()]
    return template.put(
        iam.Role(
            logical_id,
            **attributes,
            Description=description,
            Path=Ref(PATH),
            PermissionsBoundary=If(HAS_BOUNDARY, Ref(BOUNDARY), NoValue),
            AssumeRolePolicyDocument=service_trust(service),
            Tags=tags(template),
        )
    )
