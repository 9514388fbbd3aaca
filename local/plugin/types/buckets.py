"""AWS::S3::Bucket: what the emulator's own provisioner leaves out."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from ministack.core.responses import get_account_id

from ..api import client, region, unless_gone
from ..handler import Handler, Outcome, Resource, tag_list
from ..recording import replaced
from ..shapes import Properties, typed
from .bucket_rules import lifecycle, replication


class _Setting(NamedTuple):
    """How one property of a bucket is set and, when a template drops it, unset."""

    argument: str
    put: str
    unset: str
    shaped: Callable[[Any, Any], Any]


def _encryption(s3: Any, value: Properties) -> dict[str, Any]:
    rules = [
        {"ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault")}
        | {name: rule[name] for name in ("BucketKeyEnabled", "BlockedEncryptionTypes") if name in rule}
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": [typed(s3, "ServerSideEncryptionRule", rule) for rule in rules]}


def _logging(_s3: Any, value: Properties) -> dict[str, Any]:
    if not value:
        return {}
    target = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix") or ""}
    return {"LoggingEnabled": target}


_SETTINGS = {
    "VersioningConfiguration": _Setting(
        "VersioningConfiguration", "put_bucket_versioning", "", lambda s3, v: typed(s3, "VersioningConfiguration", v)
    ),
    "BucketEncryption": _Setting(
        "ServerSideEncryptionConfiguration", "put_bucket_encryption", "delete_bucket_encryption", _encryption
    ),
    "LifecycleConfiguration": _Setting(
        "LifecycleConfiguration", "put_bucket_lifecycle_configuration", "delete_bucket_lifecycle", lifecycle
    ),
    "OwnershipControls": _Setting(
        "OwnershipControls",
        "put_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
        lambda s3, v: typed(s3, "OwnershipControls", v),
    ),
    "LoggingConfiguration": _Setting("BucketLoggingStatus", "put_bucket_logging", "", _logging),
    "Tags": _Setting("Tagging", "put_bucket_tagging", "delete_bucket_tagging", lambda _s3, v: {"TagSet": tag_list(v)}),
    "ReplicationConfiguration": _Setting(
        "ReplicationConfiguration", "put_bucket_replication", "delete_bucket_replication", replication
    ),
}
"""In the order in which they are set: replication needs versioning."""


class Bucket(Handler):
    """AWS::S3::Bucket."""

    type_name = "AWS::S3::Bucket"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        named = _with_namespace(properties)
        physical_id, attributes = super().create(resource, named)
        _apply(physical_id, {}, properties)
        return physical_id, attributes

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        outcome = super().update(resource, physical_id, old, _with_namespace(new))
        _apply(physical_id, old, new)
        return outcome

    def delete(self, physical_id: str, properties: Properties) -> None:
        s3 = client("s3")
        unless_gone(lambda: s3.delete_bucket(Bucket=physical_id), "NoSuchBucket")


def _with_namespace(properties: Properties) -> Properties:
    """The properties under the bucket's whole name.

    In the account's own namespace every name ends in account, region and `-an`; a prefix alone gets that suffix.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
    """
    prefix = properties.get("BucketNamePrefix")
    suffix = f"-{get_account_id()}-{region()}-an"
    own_namespace = properties.get("BucketNamespace") == "account-regional"
    if prefix:
        return replaced(properties, {"BucketName": f"{prefix}{suffix}"})
    name = properties.get("BucketName")
    if own_namespace and name and not str(name).endswith(suffix):
        msg = f"Bucket name {name} is not in the namespace of this account and region: it must end in {suffix}"
        raise ValueError(msg)
    return properties


def _apply(bucket: str, old: Properties, new: Properties) -> None:
    s3 = client("s3")
    for name, setting in _SETTINGS.items():
        value, before = new.get(name), old.get(name)
        if name == "ReplicationConfiguration" and value:
            _check_destinations(s3, value)
        if value is not None and value != before:
            shaped = setting.shaped(s3, value)
            getattr(s3, setting.put)(Bucket=bucket, **{setting.argument: shaped})
        elif value is None and before is not None:
            _unset(s3, bucket, name, setting)


def _unset(s3: Any, bucket: str, name: str, setting: _Setting) -> None:
    if setting.unset:
        getattr(s3, setting.unset)(Bucket=bucket)
    elif name == "VersioningConfiguration":  # versioning is never switched off again, only suspended
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    else:
        getattr(s3, setting.put)(Bucket=bucket, **{setting.argument: {}})


def _check_destinations(s3: Any, configuration: Properties) -> None:
    """S3 refuses a rule whose destination does not exist; the emulator only fails each replica."""
    for rule in configuration["Rules"]:
        name = str(rule["Destination"]["Bucket"]).rpartition(":::")[2]
        try:
            s3.head_bucket(Bucket=name)
        except ClientError as error:
            msg = f"Destination bucket must exist: {name}"
            raise ValueError(msg) from error
