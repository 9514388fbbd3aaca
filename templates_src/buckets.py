"""What every bucket here has: a name nobody else can hold, versions, no public access, TLS only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs import s3 as s3_actions
from awacs.aws import Action, Bool, Condition, ConditionElement, Deny, Principal, Statement
from troposphere import GetAtt, Sub, s3

from templates_src.tags import keep_when_protected

OWN_NAMESPACE = "account-regional"


def name(kind: str) -> str:
    """The name of the environment's bucket of a kind, as `Sub` takes it; two letters, since names are short.

    In the account's own namespace nobody else can hold, or wait for, the name:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
    """
    return f"${{Project}}-${{EnvironmentSuffix}}-{kind}-${{AWS::AccountId}}-${{AWS::Region}}-an"


def own_arn(kind: str, suffix: str = "") -> Sub:
    """The bucket's ARN built from its name, for what the bucket itself depends on."""
    return Sub(f"arn:${{AWS::Partition}}:s3:::{name(kind)}{suffix}")


def private(kind: str) -> dict[str, Any]:
    """The attributes and properties that every bucket shares."""
    return {
        **keep_when_protected(),
        "BucketName": Sub(name(kind)),
        "BucketNamespace": OWN_NAMESPACE,
        "VersioningConfiguration": s3.VersioningConfiguration(Status="Enabled"),
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
    }


def contents(bucket: str) -> Sub:
    """The ARN of everything in a bucket, given by logical id."""
    return Sub(f"${{{bucket}.Arn}}/*")


def only_tls(bucket: str) -> Statement:
    """Nothing without TLS."""
    everything = [GetAtt(bucket, "Arn"), contents(bucket)]
    return deny("OnlyTls", s3_actions.Action("*"), everything, Bool({"aws:SecureTransport": "false"}))


def deny(sid: str, action: Action, resources: Sequence[object], condition: ConditionElement) -> Statement:
    """A statement that refuses the action to everybody under the condition."""
    return Statement(
        Sid=sid,
        Effect=Deny,
        Principal=Principal("*"),
        Action=[action],
        Resource=list(resources),
        Condition=Condition(condition),
    )
