"""cloudformation-validate: AWS's own offline validator; down to its informational findings.

It resolves parameters by their defaults and does not always ask the condition around them, so it is given the
values of a linked pair in which everything optional is on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloudformation_validate import CompositeEngine, Diagnostic, PseudoParameterOverrides, ValidateConfig

from template_scans.findings import TEMPLATE, Finding

TOOL = "cloudformation-validate"
REGIONS = {"primary": "us-east-1", "secondary": "eu-west-1"}
EVERYTHING_ON: Mapping[str, str] = {
    "AwsBackupEnabled": "true",
    "NotificationEmail": "dba@corp.test",
    "PeeringConnectionId": "pcx-0123456789abcdef0",
    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/boundary",
    "ProbeEnabled": "true",
    "Protected": "true",
    "SecondaryBackupBucketArn": "arn:aws:s3:::theirs",
    "SecondaryBackupBucketName": "theirs",
    "SecondaryBackupKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    "SecondaryDatabaseKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/66666666-7777-8888-9999-000000000000",
    "SecondaryHealthCheckId": "12345678-1234-1234-1234-123456789012",
    "SecondaryWritesHealthCheckId": "12345678-1234-1234-1234-123456789013",
    "SecondaryOwnHealthCheckId": "12345678-1234-1234-1234-123456789014",
    "SecondaryReaderEndpoint": "reader.eu-west-1",
    "SecondaryRegion": "eu-west-1",
    "SecondaryVpcCidr": "10.1.0.0/16",
    "SecondaryVpcId": "vpc-0123456789abcdef0",
}


def scan(template: Path) -> list[Finding]:
    """What the validator finds in one template."""
    role = template.stem
    config = ValidateConfig(
        parameter_overrides=dict(EVERYTHING_ON),
        pseudo_parameter_overrides=PseudoParameterOverrides(region=REGIONS[role]),
    )
    report = CompositeEngine().validate_template(template, config)
    return [Finding(TOOL, found.rule_id, role, _resource(found), found.message) for found in report.diagnostics]


def _resource(found: Diagnostic) -> str:
    return (found.entity.logical_id or TEMPLATE) if found.entity else TEMPLATE
