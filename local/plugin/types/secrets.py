"""AWS::SecretsManager: the secret by its ARN, its replicas, its policy and its rotation."""
# ruff: noqa: D102  what create, update and delete do is said in Handler

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from ministack.services import secretsmanager

from ..api import client, unless_gone
from ..handler import Handler, Outcome, Resource, removed_tags, tag_list
from ..shapes import Properties, arguments, typed

_GONE = "ResourceNotFoundException"


class Secret(Handler):
    """AWS::SecretsManager::Secret; `Ref` is its ARN."""

    type_name = "AWS::SecretsManager::Secret"
    tag_property = "Tags"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        api = client("secretsmanager")
        asked = {"Name": resource.generated_name(255)} | arguments(api, "CreateSecret", _named(properties))
        arn = api.create_secret(**asked, **_value(api, properties))["ARN"]
        _replicate(api, arn, [], _replicas(properties))
        return arn, {"Id": arn}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        api = client("secretsmanager")
        changed = {"Description": new.get("Description") or ""} | (
            {"KmsKeyId": new["KmsKeyId"]} if "KmsKeyId" in new else {}
        )
        if any(new.get(name) != old.get(name) for name in ("SecretString", "GenerateSecretString")):
            changed |= _value(api, new)
        api.update_secret(SecretId=physical_id, **arguments(api, "UpdateSecret", changed))
        gone = removed_tags(old.get("Tags"), new.get("Tags"))
        if gone:
            api.untag_resource(SecretId=physical_id, TagKeys=gone)
        if new.get("Tags"):
            api.tag_resource(SecretId=physical_id, Tags=tag_list(new["Tags"]))
        _replicate(api, physical_id, _replicas(old), _replicas(new))
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        api = client("secretsmanager")
        found = unless_gone(lambda: api.describe_secret(SecretId=physical_id), _GONE)
        if found is None:
            return
        _remove_replicas(physical_id, {status["Region"] for status in found.get("ReplicationStatus", [])})
        api.delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)


class ResourcePolicy(Handler):
    """AWS::SecretsManager::ResourcePolicy."""

    type_name = "AWS::SecretsManager::ResourcePolicy"

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        api = client("secretsmanager")
        api.put_resource_policy(**arguments(api, "PutResourcePolicy", properties))
        return str(properties["SecretId"]), {}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return self.create(resource, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        api = client("secretsmanager")
        unless_gone(lambda: api.delete_resource_policy(SecretId=physical_id), _GONE)


class RotationSchedule(Handler):
    """AWS::SecretsManager::RotationSchedule; the emulator keeps the schedule and never calls the function."""

    type_name = "AWS::SecretsManager::RotationSchedule"
    ineffective: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("RotationLambdaARN", "RotateImmediatelyOnUpdate"), "the function that rotates is never called"
    )

    def create(self, resource: Resource, properties: Properties) -> Outcome:
        api = client("secretsmanager")
        api.rotate_secret(**arguments(api, "RotateSecret", properties))
        return str(properties["SecretId"]), {}

    def update(self, resource: Resource, physical_id: str, old: Properties, new: Properties) -> Outcome:
        return self.create(resource, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        _name, secret = secretsmanager._resolve(physical_id)
        if secret:
            secret.update(RotationEnabled=False, RotationLambdaARN=None, RotationRules=None)


def _named(properties: Properties) -> dict[str, Any]:
    return {name: properties[name] for name in ("Name", "Description", "KmsKeyId", "Tags") if name in properties}


def _value(api: Any, properties: Properties) -> dict[str, str]:
    """SecretString as given or generated; with neither, the secret is made without a value."""
    given = properties.get("SecretString")
    how = properties.get("GenerateSecretString")
    if given or how is None:
        return {"SecretString": str(given)} if given else {}
    word = api.get_random_password(**arguments(api, "GetRandomPassword", how))["RandomPassword"]
    template, key = how.get("SecretStringTemplate"), how.get("GenerateStringKey")
    return {"SecretString": json.dumps({**json.loads(template), key: word}) if template and key else str(word)}


def _replicas(properties: Properties) -> list[Properties]:
    return list(properties.get("ReplicaRegions") or [])


def _replicate(api: Any, arn: str, old: list[Properties], new: list[Properties]) -> None:
    _remove_replicas(arn, {item["Region"] for item in old} - {item["Region"] for item in new})
    added = [typed(api, "ReplicaRegionType", item) for item in new if item not in old]
    if added:
        api.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=added)


def _remove_replicas(arn: str, regions: set[str]) -> None:
    if regions:
        client("secretsmanager").remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=sorted(regions))
