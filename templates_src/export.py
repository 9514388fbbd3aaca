"""Snapshots arrive in the backup bucket as Parquet, without any code, and a backup that is not made is missed.

EventBridge sees an automated snapshot that is finished, Step Functions calls RDS. An export is for an auditor: it can
be read for years, and no cluster can be made of it.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.html

Each export is paid for by the size of the whole database, kept for `BackupExpirationDays` and replicated. So one region
exports, which is the one that starts as the primary, on the first of the month: both clusters hold the same, and
replication brings it to the other region. Nothing looks at who writes. When that region is lost for long, the other's
parameter takes over.

RDS says nothing of a backup that it did not make. So the state machine starts for each that it did make, exported or
not, and an alarm stands on the number of starts.
"""

from __future__ import annotations

from typing import Any

from awacs import iam as iam_actions
from awacs import kms as kms_actions
from awacs import rds as rds_actions
from awacs import s3 as s3_actions
from awacs import states
from awacs.aws import Bool, PolicyDocument
from troposphere import AWSObject, FindInMap, GetAtt, Ref, Sub, events, stepfunctions

from templates_src import buckets, roles
from templates_src.assembly import RegionTemplate
from templates_src.backup import BUCKET
from templates_src.encryption import BACKUP_KEY, DATABASE_KEY, key_arn
from templates_src.notifications import OF_THIS_CLUSTER
from templates_src.policies import allow, document
from templates_src.tags import tags

STATE_MACHINE = "ExportStateMachine"

EXPORT_SNAPSHOTS = "ExportSnapshots"
NEVER, MONTHLY, DAILY = "never", "monthly", "daily"
_TIMES, _PATTERN = "ExportedTimes", "Pattern"
_PATTERNS = {NEVER: "never", MONTHLY: "*-01T*", DAILY: "*"}
"""Of the time of a snapshot's event, 2027-01-31T03:30:00Z, by what is exported."""

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
_AUTOMATED_SNAPSHOT_CREATED = "RDS-EVENT-0169"


def add(template: RegionTemplate) -> None:
    """Add the rule, the state machine and the three roles between them and RDS."""
    template.concern("Export")
    template.add_mapping(_TIMES, {often: {_PATTERN: pattern} for often, pattern in _PATTERNS.items()})
    export = "export"
    writer = roles.add(template, "ExportRole", "export.rds.amazonaws.com", "Writes exports", {export: _writer_policy()})
    starter = roles.add(
        template, "ExportStarterRole", "states.amazonaws.com", "Starts exports", {export: _starter_policy(writer)}
    )
    machine = template.put(
        stepfunctions.StateMachine(
            STATE_MACHINE,
            RoleArn=GetAtt(starter, "Arn"),
            Definition=_definition(writer),
            Tags=tags(template, "Exports finished snapshots"),
        )
    )
    caller = roles.add(
        template,
        "ExportRuleRole",
        "events.amazonaws.com",
        "Starts the state machine",
        {export: document(allow([states.StartExecution], [Ref(machine)]))},
    )
    template.put(
        events.Rule(
            "SnapshotRule",
            Description="Each finished automated snapshot of this cluster is counted, and exported if it is time to",
            EventPattern={
                "source": ["aws.rds"],
                "detail-type": ["RDS DB Cluster Snapshot Event"],
                "detail": {"EventID": [_AUTOMATED_SNAPSHOT_CREATED], "SourceIdentifier": [OF_THIS_CLUSTER]},
            },
            Targets=[events.Target(Id="export", Arn=Ref(machine), RoleArn=GetAtt(caller, "Arn"))],
            Tags=tags(template),
        )
    )


def _definition(writer: AWSObject) -> dict[str, Any]:
    """Exports a snapshot whose time is one to export at, and is done with any other.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
    """
    exported = FindInMap(_TIMES, Ref(EXPORT_SNAPSHOTS), _PATTERN)
    return {
        "StartAt": "IsItTime",
        "States": {
            "IsItTime": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.time", "StringMatches": exported, "Next": "Export"}],
                "Default": "NotExported",
            },
            "NotExported": {"Type": "Succeed"},
            "Export": {
                "Type": "Task",
                "Resource": Sub("arn:${AWS::Partition}:states:::aws-sdk:rds:startExportTask"),
                "Parameters": {
                    "ExportTaskIdentifier.$": "States.Format('export-{}', States.UUID())",
                    "SourceArn.$": "$.detail.SourceArn",
                    "S3BucketName": Ref(BUCKET),
                    # the buckets replicate to each other: two regions must not write to one prefix
                    "S3Prefix": Sub("exports/${AWS::Region}"),
                    "IamRoleArn": GetAtt(writer, "Arn"),
                    "KmsKeyId": key_arn(BACKUP_KEY),
                },
                # RDS reports a snapshot as created a little before it can be exported
                "Retry": [
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "IntervalSeconds": 60,
                        "MaxAttempts": 4,
                        "BackoffRate": 2,
                    }
                ],
                "End": True,
            },
        },
    }


def _writer_policy() -> PolicyDocument:
    """What RDS checks the role for before it takes a task: these actions, on the whole bucket."""
    return document(
        allow(
            [
                s3_actions.Action("PutObject*"),
                s3_actions.Action("GetObject*"),
                s3_actions.Action("DeleteObject*"),
                s3_actions.ListBucket,
                s3_actions.GetBucketLocation,
            ],
            [GetAtt(BUCKET, "Arn"), buckets.contents(BUCKET)],
        ),
        allow([kms_actions.Encrypt, kms_actions.Decrypt, kms_actions.GenerateDataKey], [key_arn(BACKUP_KEY)]),
    )


def _starter_policy(writer: AWSObject) -> PolicyDocument:
    keys = [key_arn(BACKUP_KEY), key_arn(DATABASE_KEY)]
    return document(
        # RDS knows no resource for this action
        allow([rds_actions.StartExportTask], ["*"]),
        allow([iam_actions.PassRole], [GetAtt(writer, "Arn")]),
        allow([kms_actions.DescribeKey], keys),
        allow([kms_actions.CreateGrant], keys, Bool({"kms:GrantIsForAWSResource": "true"})),
    )
