"""What each stack takes from the other, and the rules on it.

A wire without a default is required: the secondary cannot be made before the primary. A wire with an empty default
is optional: the primary is made without, and updated once the secondary exists. All of the primary's come at
once and hang on one condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troposphere import And, AWSHelperFn, Equals, Not, Parameter, Ref

from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.peering import CONNECTION
from templates_src.probe import CODE_BUCKET, CODE_KEY

LINKED = "Linked"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
_MOST_OPERANDS = 10

# parameter of the secondary: output of the primary
_FROM_PRIMARY = {
    "GlobalClusterIdentifier": "GlobalClusterIdentifier",
    "PrimaryRegion": "Region",
    "PrimaryVpcId": "VpcId",
    "PrimaryVpcCidr": "VpcCidr",
    "PrimaryBackupBucketArn": "BackupBucketArn",
    "PrimaryBackupBucketName": "BackupBucketName",
    "PrimaryBackupKeyArn": "BackupKeyArn",
    "PrimaryReaderEndpoint": "ReaderEndpoint",
    "PrimaryProbeLoginArn": "ProbeLoginArn",
}

# parameter of the primary: output of the secondary
_FROM_SECONDARY = {
    "PeeringConnectionId": "VpcPeeringConnectionId",
    "SecondaryRegion": "Region",
    "SecondaryVpcId": "VpcId",
    "SecondaryVpcCidr": "VpcCidr",
    "SecondaryDatabaseKeyArn": "DatabaseKeyArn",
    "SecondaryBackupBucketArn": "BackupBucketArn",
    "SecondaryBackupBucketName": "BackupBucketName",
    "SecondaryBackupKeyArn": "BackupKeyArn",
    "SecondaryReaderEndpoint": "ReaderEndpoint",
    "SecondaryHealthCheckId": "OtherRegionHealthCheckId",
    "SecondaryWritesHealthCheckId": "StandbyWritesHealthCheckId",
    "SecondaryOwnHealthCheckId": "OwnHealthCheckId",
}


@dataclass(frozen=True)
class FromSecondary:
    """What the primary takes from the secondary beyond what each side knows of the other."""

    vpc_id: Ref
    database_key_arn: Ref
    reader_endpoint: Ref
    health_check_id: Ref
    writes_check_id: Ref
    own_check_id: Ref


def add_to_secondary(template: RegionTemplate) -> OtherRegion:
    """Declare what the secondary takes from the primary."""
    for parameter, output in _FROM_PRIMARY.items():
        _add_wire(template, parameter, "primary", output, optional=False)
    _add_rules(template, "PrimaryRegion", "PrimaryVpcCidr")
    return OtherRegion(
        role="primary",
        linked=None,
        region=Ref("PrimaryRegion"),
        vpc_cidr=Ref("PrimaryVpcCidr"),
        peering=Ref(CONNECTION),
        bucket_arn=Ref("PrimaryBackupBucketArn"),
        bucket_name=Ref("PrimaryBackupBucketName"),
        backup_key_arn=Ref("PrimaryBackupKeyArn"),
    )


def add_to_primary(template: RegionTemplate) -> tuple[OtherRegion, FromSecondary]:
    """Declare what the primary takes from the secondary, and the condition that it has arrived."""
    for parameter, output in _FROM_SECONDARY.items():
        _add_wire(template, parameter, "secondary", output, optional=True)
    template.add_condition(LINKED, _every([Not(Equals(Ref(parameter), "")) for parameter in _FROM_SECONDARY]))
    _add_rules(template, "SecondaryRegion", "SecondaryVpcCidr")
    other = OtherRegion(
        role="secondary",
        linked=LINKED,
        region=Ref("SecondaryRegion"),
        vpc_cidr=Ref("SecondaryVpcCidr"),
        peering=Ref("PeeringConnectionId"),
        bucket_arn=Ref("SecondaryBackupBucketArn"),
        bucket_name=Ref("SecondaryBackupBucketName"),
        backup_key_arn=Ref("SecondaryBackupKeyArn"),
    )
    return other, FromSecondary(
        vpc_id=Ref("SecondaryVpcId"),
        database_key_arn=Ref("SecondaryDatabaseKeyArn"),
        reader_endpoint=Ref("SecondaryReaderEndpoint"),
        health_check_id=Ref("SecondaryHealthCheckId"),
        writes_check_id=Ref("SecondaryWritesHealthCheckId"),
        own_check_id=Ref("SecondaryOwnHealthCheckId"),
    )


def add_artifacts(template: RegionTemplate) -> None:
    """Declare what both take from the deployer's own bucket: the probe's code, under a name made of its content."""
    for parameter, wire, purpose in (
        (CODE_BUCKET, "artifacts.Bucket", "Bucket of the deployer in this region"),
        (CODE_KEY, "artifacts.Key(lambda_src/probe)", "Key of the probe's code in that bucket"),
    ):
        template.add_parameter(Parameter(parameter, Type="String", Description=purpose))
        template.wiring[parameter] = wire


def _add_wire(template: RegionTemplate, parameter: str, role: str, output: str, *, optional: bool) -> None:
    """Declare one wire; without a pattern, since its value is always an output that AWS itself has made."""
    declared = {"Type": "String", "Description": f"{output} of the {role} stack"}
    template.add_parameter(Parameter(parameter, **declared, **({"Default": ""} if optional else {})))
    template.wiring[parameter] = f"{role}.{output}"


def _every(conditions: Sequence[AWSHelperFn]) -> And:
    """All of many conditions; `Fn::And` takes ten at most."""
    parts = [And(*conditions[start : start + _MOST_OPERANDS]) for start in range(0, len(conditions), _MOST_OPERANDS)]
    return And(*parts)


def _add_rules(template: RegionTemplate, other_region: str, other_cidr: str) -> None:
    """Two regions and two networks; an empty wire differs from both, so the rules hold before linking."""
    rules = (
        ("RegionsDiffer", Ref("AWS::Region"), other_region, "The two stacks must be in different regions"),
        ("NetworksDiffer", Ref("VpcCidr"), other_cidr, "The two VPCs must not have the same network"),
    )
    for name, own, other, otherwise in rules:
        assertion = {"Assert": Not(Equals(own, Ref(other))), "AssertDescription": otherwise}
        template.add_rule(name, {"Assertions": [assertion]})
