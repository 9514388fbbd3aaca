"""Refuses to lose data: replacing or removing a resource that holds some needs permission by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from twinstack.aws.api import ResourceChange
from twinstack.planning.prediction import Change

# A database, key, bucket, secret or hosted zone: what is lost with it does not come back with the next deployment.
GUARDED_TYPES = frozenset(
    {
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }
)


@dataclass(frozen=True)
class Allowed:
    """What a person lets through in this run, by name.

    Attributes:
        replace: The resources that may be replaced, by logical id.
        delete: The resources that may be deleted, by logical id.
        abandon: The stacks that moved or were forgotten and may be left behind, by role.
        everything: Whether every resource may be replaced and deleted, as while unlinking.
    """

    replace: Collection[str] = ()
    delete: Collection[str] = ()
    abandon: Collection[str] = ()
    everything: bool = False


def refused_predictions(stack: str, changes: Iterable[Change], allowed: Allowed) -> list[str]:
    """Returns a sentence for each predicted loss that is not allowed."""
    return [
        sentence
        for change in changes
        if (sentence := _sentence(stack, change.resource, change.type, change.action, allowed))
    ]


def refused_changes(stack: str, changes: Iterable[ResourceChange], allowed: Allowed) -> list[str]:
    """Returns a sentence for each loss in a real change set that is not allowed."""
    by_name = {change.resource: change for change in changes}
    sentences = []
    for change in by_name.values():
        action = "Replace" if _replaces(change, by_name, frozenset()) else change.action
        if sentence := _sentence(stack, change.resource, change.type, action, allowed):
            sentences.append(sentence)
    return sentences


def _replaces(change: ResourceChange, by_name: Mapping[str, ResourceChange], asked: frozenset[str]) -> bool:
    """Whether a resource of a change set is replaced, or may be.

    CloudFormation also says "Conditional" of a resource that only refers to a changing one. Such a reference gets
    another value only when what it refers to is replaced itself (DescribeChangeSet, `Evaluation: Dynamic`).
    """
    if change.replacement != "Conditional":
        return change.replacement == "True"
    for detail in change.details:
        cause = by_name.get(detail.cause.partition(".")[0])
        if not detail.recreates:
            continue
        if not detail.dynamic or cause is None:
            return True
        if cause.resource not in asked and _replaces(cause, by_name, asked | {change.resource}):
            return True
    return not change.details


def _sentence(stack: str, resource: str, kind: str, action: str, allowed: Allowed) -> str | None:
    if kind not in GUARDED_TYPES or allowed.everything:
        return None
    if action == "Replace" and resource not in allowed.replace:
        return f"{stack}: {resource} ({kind}) would be replaced and what it holds lost; --allow-replace {resource}"
    if action == "Remove" and resource not in allowed.delete:
        return f"{stack}: {resource} ({kind}) would be removed and what it holds lost; --allow-delete {resource}"
    return None
