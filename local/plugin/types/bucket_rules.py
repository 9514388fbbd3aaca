"""The lifecycle and replication properties of a bucket, as the S3 API spells them."""

from __future__ import annotations

from typing import Any

from ..shapes import Properties, typed


def lifecycle(s3: Any, configuration: Properties) -> dict[str, Any]:
    """LifecycleConfiguration: CloudFormation flattens what the API nests."""
    return {"Rules": [typed(s3, "LifecycleRule", _lifecycle_rule(rule)) for rule in configuration["Rules"]]}


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    expiration = _present(
        Days=rule.get("ExpirationInDays"),
        Date=rule.get("ExpirationDate"),
        ExpiredObjectDeleteMarker=rule.get("ExpiredObjectDeleteMarker"),
    )
    return _present(
        ID=rule.get("Id"),
        Status=rule["Status"],
        Filter=_lifecycle_filter(rule),
        Expiration=expiration or None,
        Transitions=_transitions(rule.get("Transitions"), "Days"),
        NoncurrentVersionExpiration=rule.get("NoncurrentVersionExpiration"),
        NoncurrentVersionTransitions=_transitions(rule.get("NoncurrentVersionTransitions"), "NoncurrentDays"),
        AbortIncompleteMultipartUpload=rule.get("AbortIncompleteMultipartUpload"),
    )


def _lifecycle_filter(rule: Properties) -> dict[str, Any]:
    parts = _present(
        Prefix=rule.get("Prefix"),
        ObjectSizeGreaterThan=rule.get("ObjectSizeGreaterThan"),
        ObjectSizeLessThan=rule.get("ObjectSizeLessThan"),
    )
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters") or []]
    if not tags:
        return {"And": parts} if len(parts) > 1 else parts or {"Prefix": ""}
    return {"Tag": tags[0]} if len(tags) == 1 and not parts else {"And": {**parts, "Tags": tags}}


def _transitions(transitions: Any, days: str) -> list[dict[str, Any]] | None:
    return [
        _present(StorageClass=item["StorageClass"], **{days: item.get("TransitionInDays")})
        for item in transitions or []
    ] or None


def replication(s3: Any, configuration: Properties) -> dict[str, Any]:
    """ReplicationConfiguration: a rule's Id is ID, and its filter's tags are spelled otherwise."""
    rules = [_replication_rule(rule) for rule in configuration["Rules"]]
    return {
        "Role": configuration["Role"],
        "Rules": [typed(s3, "ReplicationRule", rule) for rule in rules],
    }


def _replication_rule(rule: Properties) -> dict[str, Any]:
    same = ("Status", "Priority", "Prefix", "Destination", "DeleteMarkerReplication", "SourceSelectionCriteria")
    named = {name: rule[name] for name in same if name in rule}
    if "Filter" in rule:
        named["Filter"] = _replication_filter(rule["Filter"])
    return named | _present(ID=rule.get("Id"))


def _replication_filter(given: Properties) -> dict[str, Any]:
    both = given.get("And")
    return _present(
        Prefix=given.get("Prefix"),
        Tag=given.get("TagFilter"),
        And=_present(Prefix=both.get("Prefix"), Tags=both.get("TagFilters")) if both else None,
    )


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
