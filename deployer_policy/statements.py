"""What a statement of the policies is made of, before it is filled with what is deployed.

`{project}` and the like are filled in by `documents.py`, conditions by `conditions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ANY = ("*",)


class Only(Enum):
    """A condition that a statement carries."""

    # CloudFormation sets it with and without a service role:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/fas-requests-and-permission-evaluation.html
    THROUGH_CLOUDFORMATION = "through CloudFormation"
    IN_OUR_REGIONS = "in the environments' regions"
    ON_TAGGED = "on resources that carry the project's tag"
    # For what CloudFormation calls while it makes a resource, when the tag may not be there or not count yet.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    NOT_OF_OTHERS = "not on resources that carry another project's tag"
    WITH_OUR_TAG = "with the project's tag in the request"
    WITH_NO_OTHER_TAG = "with no other project's tag in the request"
    # A key without an alias passes: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    NOT_ALIASED_BY_OTHERS = "not on keys that have somebody else's alias"
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    THROUGH_KEY_USERS = "through services whose resources in the templates use keys"
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    WITH_OUR_VPCS = "with VPCs in the environments' regions"
    OF_OUR_RECORDS = "of records that have a name of the templates"
    OF_OUR_ACCOUNT = "on resources of the caller's own account"
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html
    FOR_SERVICES_OF_AWS = "when a service of AWS asks on the caller's behalf"
    TO_TRUSTED_SERVICES = "to services that the templates' roles trust"
    TO_CLOUDFORMATION = "to CloudFormation"
    FOR_USED_SERVICES = "for services that the templates use"
    OF_OUR_POLICIES = "of the project's policies and those of AWS that the templates name"
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    WITHIN_BOUNDARY = "of roles within the permissions boundary that the environments give"


STACKS = (Only.THROUGH_CLOUDFORMATION, Only.IN_OUR_REGIONS)
GLOBAL = (Only.THROUGH_CLOUDFORMATION,)


@dataclass(frozen=True)
class Scope:
    """One statement.

    Attributes:
        policy: The policy it stands in.
        sid: What it is for.
        actions: The actions, `*` for any characters.
        resources: The resources, with names to fill in; a statement for which there are none is left out.
        only: The conditions.
        further: Whether the rows below are looked through as well, for what an action needs of them.
        denies: Whether it forbids instead.
    """

    policy: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ANY
    only: tuple[Only, ...] = STACKS
    further: bool = False
    denies: bool = False


def arns(service: str, *resources: str) -> tuple[str, ...]:
    """Returns the ARNs of resources of a service, with the names still to fill in."""
    return tuple(f"arn:{{partition}}:{service}:{resource}" for resource in resources)


BUCKETS = arns("s3", "::{project}-*")
DATABASES = arns("rds", ":*:global-cluster:{project}-*", "*:*:cluster:{project}-*")
SECRETS = arns("secretsmanager", "*:*:secret:{project}-*", "*:*:secret:{secret}-*")
STATE_MACHINES = arns("states", "*:*:stateMachine:{project}-*", "*:*:stateMachine:{state_machine}-*")
LOCK = arns("ssm", "*:*:parameter/twinstack/{project}-*/lock")
# The path is a part of the ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
ROLES = arns("iam", ":*:role{path}{project}-*")
POLICIES = arns("iam", ":*:policy{path}{project}-*")
