"""Imports of the types that the emulator cannot import, and Cloud Control's word on whether a resource is there.

A resource comes back with the attributes that it had in the stack which left it behind; one that no stack has had is
not imported. Its properties are those of the template, as on AWS, and are not compared with what it is.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import backup, cloudcontrol, ec2, iam, kms, rds, route53, s3, secretsmanager
from ministack.services.cloudformation import changesets, provisioners

from .deleted_stacks import LEFT

Identifier = dict[str, str]
Outcome = tuple[str, dict[str, Any]]


def _in(store: Any) -> Callable[[str], bool]:
    return lambda identifier: identifier in store


def _is_secret(arn: str) -> bool:
    _name, secret = secretsmanager._resolve(arn)
    return bool(secret) and not secret.get("DeletedDate")


def _is_key(identifier: str) -> bool:
    """A key that is pending deletion is gone for CloudFormation."""
    return identifier in kms._keys and kms._keys[identifier].get("KeyState") != "PendingDeletion"


# By type, the property that identifies it and whether there is such a resource.
_THERE: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "AWS::Backup::BackupVault": ("BackupVaultName", _in(backup._vaults)),
    "AWS::EC2::SecurityGroup": ("Id", _in(ec2._security_groups)),
    "AWS::EC2::Subnet": ("SubnetId", _in(ec2._subnets)),
    "AWS::EC2::VPC": ("VpcId", _in(ec2._vpcs)),
    "AWS::IAM::ManagedPolicy": ("PolicyArn", _in(iam._policies)),
    "AWS::KMS::Key": ("KeyId", _is_key),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", _in(rds._clusters)),
    "AWS::RDS::DBClusterParameterGroup": ("DBClusterParameterGroupName", _in(rds._db_cluster_param_groups)),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", _in(rds._instances)),
    "AWS::RDS::DBParameterGroup": ("DBParameterGroupName", _in(rds._param_groups)),
    "AWS::RDS::DBSubnetGroup": ("DBSubnetGroupName", _in(rds._subnet_groups)),
    "AWS::RDS::GlobalCluster": ("GlobalClusterIdentifier", _in(rds._global_clusters)),
    "AWS::Route53::HostedZone": ("Id", _in(route53._zones)),
    "AWS::S3::BucketPolicy": ("Bucket", _in(s3._bucket_policies)),
    "AWS::SecretsManager::Secret": ("Id", _is_secret),
}


def install() -> None:
    """Add the types, and answer GetResource from the same table."""
    for kind, (name, is_there) in _THERE.items():
        changesets._IMPORT_LOOKUPS[kind] = ((name,), _problem(kind, is_there))
    for kind, handler in provisioners._RESOURCE_HANDLERS.items():
        if kind in changesets._IMPORT_LOOKUPS:
            handler["import"] = _as_it_was(kind, handler.get("import"))
    cloudcontrol._get_resource = _get_resource(cloudcontrol._get_resource)


def _problem(kind: str, is_there: Callable[[str], bool]) -> Callable[[str], str | None]:
    def problem(identifier: str) -> str | None:
        if is_there(identifier):
            return None
        reason: str = changesets._IMPORT_NOT_FOUND.format(type=kind, value=identifier)
        return reason

    return problem


def _as_it_was(kind: str, native: Callable[[Identifier], Outcome] | None) -> Callable[[Identifier], Outcome]:
    def imported(identifier: Identifier) -> Outcome:
        left = LEFT.get((kind, identifier[changesets._IMPORT_LOOKUPS[kind][0][-1]])) or _found_by(kind, identifier)
        if left:
            return left["PhysicalResourceId"], left["Attributes"]
        if native:
            return native(identifier)
        raise ValueError(f"Resource import of a {kind} that no stack has left behind is not emulated")

    return imported


def _found_by(kind: str, identifier: Identifier) -> dict[str, Any] | None:
    """What was left of a type whose physical id is not what identifies it, such as the policy of a bucket."""
    every = (left for (left_kind, _), left in LEFT.items() if left_kind == kind)
    return next((left for left in every if identifier.items() <= left["Properties"].items()), None)


def _get_resource(native: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    def answered(data: dict[str, Any]) -> Any:
        kind, identifier = data.get("TypeName"), data.get("Identifier", "")
        if kind not in changesets._IMPORT_LOOKUPS:
            return native(data)
        names, problem = changesets._IMPORT_LOOKUPS[kind]
        parts = identifier.split("|")
        if len(parts) != len(names) or problem(*parts) is not None:
            reason = f"Resource of type '{kind}' with identifier '{identifier}' was not found."
            return error_response_json("ResourceNotFoundException", reason, 400)
        properties = json.dumps(dict(zip(names, parts, strict=True)))
        found = {"Identifier": identifier, "Properties": properties}
        return json_response({"TypeName": kind, "ResourceDescription": found})

    return answered
