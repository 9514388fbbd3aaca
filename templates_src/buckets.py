"""What every bucket here has: a name nobody else can hold, versions, no public access, TLS only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs import s3 as s3_actions
from awacs.aws import Action, Bool, Condition, ConditionElement, Deny, Principal, Statement
from troposphere import GetAtt, Ref, Sub, s3

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


def lifecycle(expiration_days: Ref, noncurrent_days: int, **more: Any) -> s3.LifecycleConfiguration:
    """What leaves a bucket, and when.

    In a bucket with versions an expiration only puts a delete marker on top. What frees the storage is the end of the
    noncurrent version: by its age alone, since `NewerNoncurrentVersions` is how many are *kept*, however old, and a key
    that is written once has no more than one. The marker that is left goes by a rule of its own; one with
    `ExpirationInDays` would wait for the marker to be as old as that.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html

    Args:
        expiration_days: the parameter that says after how many days an object expires.
        noncurrent_days: for how many more days one that has expired, or was deleted or overwritten, can be had back.
        more: properties of the rule beyond those.
    """
    return s3.LifecycleConfiguration(
        Rules=[
            s3.LifecycleRule(
                Id="age",
                Status="Enabled",
                **more,
                ExpirationInDays=expiration_days,
                NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days),
                AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
            ),
            s3.LifecycleRule(Id="markers", Status="Enabled", ExpiredObjectDeleteMarker=True),
        ]
    )


def contents(bucket: str) -> Sub:
    """The ARN of everything in a bucket, given by logical id."""
    return Sub(f"${{{bucket}.Arn}}/*")


def only_tls(bucket: str) -> Statement:
    """Nothing without TLS."""
    everything = [GetAtt(bucket, "Arn"), contents(bucket)]
    return deny("OnlyTls", s3_actions.Action("*"), everything, Bool({"aws:SecureTransport": "false"}))


def deny(sid: str, action: Action, resources: Sequence[object], *conditions: ConditionElement) -> Statement:
    """A statement that refuses the action to everybody under all the conditions."""
    return Statement(
        Sid=sid,
        Effect=Deny,
        Principal=Principal("*"),
        Action=[action],
        Resource=list(resources),
        Condition=Condition(list(conditions)),
    )
