"""Which IAM actions CloudFormation needs for a resource type: what its schema says, put right where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deployer_policy.facts import Facts
from twinstack.errors import InputError

CUSTOM_RESOURCES = ("Custom::", "AWS::CloudFormation::CustomResource")

_S3_ACTIONS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"
_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"


@dataclass(frozen=True)
class Correction:
    """An action in a schema that IAM does not know.

    Attributes:
        instead: The action that IAM asks for; None when there is none.
        page: The page of AWS's documentation that says so.
    """

    instead: str | None
    page: str


@dataclass(frozen=True)
class Addition:
    """Actions that a resource type needs and its schema does not name.

    Attributes:
        type: The resource type, or how the names of the types begin.
        actions: The actions.
        reason: Why they are needed.
        page: The page of AWS's documentation that says so.
    """

    type: str
    actions: tuple[str, ...]
    reason: str
    page: str


# An API operation of S3 is not always the action that allows it; the others are names that IAM never had.
CORRECTIONS: Mapping[str, Correction] = {
    "s3:DeleteBucketAnalyticsConfiguration": Correction("s3:PutAnalyticsConfiguration", _S3_ACTIONS),
    "s3:DeleteBucketCors": Correction("s3:PutBucketCORS", _S3_ACTIONS),
    "s3:DeleteBucketEncryption": Correction("s3:PutEncryptionConfiguration", _S3_ACTIONS),
    "s3:DeleteBucketLifecycle": Correction("s3:PutLifecycleConfiguration", _S3_ACTIONS),
    "s3:DeleteBucketMetricsConfiguration": Correction("s3:PutMetricsConfiguration", _S3_ACTIONS),
    "s3:DeleteBucketReplication": Correction("s3:PutReplicationConfiguration", _S3_ACTIONS),
    "s3:PutBucketReplication": Correction("s3:PutReplicationConfiguration", _S3_ACTIONS),
    "s3:PutObjectLockConfiguration": Correction("s3:PutBucketObjectLockConfiguration", _S3_ACTIONS),
    "s3:REST.PUT.OBJECT": Correction("s3:PutObject", _S3_ACTIONS),
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation": Correction(
        None, f"{_REFERENCE}list_amazonvpclatticeservices.html"
    ),
    "backup-storage:Mount": Correction("backup-storage:MountCapsule", f"{_REFERENCE}list_awsbackupstorage.html"),
    "lambda:AssociateRuntimeAlias": Correction(None, f"{_REFERENCE}list_awslambda.html"),
}

ADDITIONS: tuple[Addition, ...] = (
    Addition(
        "AWS::SecretsManager::Secret",
        ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
        "a secret and its replica under keys of our own",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html",
    ),
    Addition(
        "AWS::RDS::DBCluster",
        ("kms:CreateGrant", "kms:DescribeKey"),
        "storage under a key of our own: RDS makes its grant with the caller's rights",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html",
    ),
    *(
        Addition(
            custom,
            ("lambda:InvokeFunction",),
            "CloudFormation calls the function of a custom resource with the caller's rights",
            "https://docs.aws.amazon.com/lambda/latest/dg/services-cloudformation.html",
        )
        for custom in CUSTOM_RESOURCES
    ),
)


def permissions_of_all(facts: Facts) -> tuple[str, ...]:
    """Returns the actions that the templates need in any of the regions, sorted.

    Raises:
        InputError: A resource type has no schema.
    """
    found = {
        action
        for resource_type in facts.types
        for region in facts.regions
        for action in permissions_of(resource_type, region)
    }
    return _once(found)


def permissions_of(resource_type: str, region: str) -> frozenset[str]:
    """Returns the actions that one resource type needs: the schema's, corrected, and what it leaves out.

    Raises:
        InputError: The resource type has no schema.
    """
    return _put_right(resource_type, [it for actions in handlers(resource_type, region).values() for it in actions])


def permissions_to_create(resource_type: str, region: str) -> frozenset[str]:
    """Returns the actions that one resource type may need to be made.

    Raises:
        InputError: The resource type has no schema.
    """
    return _put_right(resource_type, handlers(resource_type, region).get("create", ()))


def _put_right(resource_type: str, named: Iterable[str]) -> frozenset[str]:
    corrected = (CORRECTIONS[action].instead if action in CORRECTIONS else action for action in named)
    added = (addition.actions for addition in ADDITIONS if resource_type.startswith(addition.type))
    return frozenset((*filter(None, corrected), *(action for actions in added for action in actions)))


def handlers(resource_type: str, region: str) -> Mapping[str, tuple[str, ...]]:
    """Returns the permissions that the schema of a resource type names, by handler; none for a custom resource.

    Raises:
        InputError: The resource type has no schema.
    """
    # Imported late: it takes half a second, and only generating needs it.
    from cfnlint.schema import ResourceNotFoundError  # noqa: PLC0415
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    if resource_type.startswith(CUSTOM_RESOURCES):
        return {}
    try:
        schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    except ResourceNotFoundError:
        raise InputError(
            f"{resource_type}: no resource schema for {region} says which permissions it needs; add them to "
            "ADDITIONS in deployer_policy/permissions.py"
        ) from None
    found = schema.get("handlers") or {}
    return {name: tuple(handler.get("permissions", ())) for name, handler in found.items()}


def _once(actions: Iterable[str]) -> tuple[str, ...]:
    """IAM does not tell cases apart; the schemas write some actions in two ways."""
    return tuple(sorted({action.casefold(): action for action in sorted(actions)}.values()))
