"""AWS Backup: what a cluster can be made of when both clusters are gone.

Replication copies mistakes, an export cannot be restored, and a cluster's own backups can be deleted with it. AWS
Backup keeps snapshots that outlive the cluster, in vaults locked in governance mode: nobody deletes a recovery point
early, and an administrator may lift the lock, which compliance mode never allows again.
https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html

A recovery point of Aurora is under the key of its cluster, whatever the vault's key; the copy in the other region is
under the key of the vault there.
https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html

Daily in this region, where a snapshot within the cluster's own retention costs no storage of its own, and weekly in the
other, where each copy is a full one that is paid for in transfer and storage.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-storage-backup.html
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-copy-snapshot.html

The plan stands in the primary's template alone: with one in each, every copy would be made twice.
"""

from __future__ import annotations

from typing import Any

from troposphere import And, Condition, GetAtt, Ref, Sub, backup

from templates_src import alarms, metrics, notifications, roles
from templates_src.alarms import BELOW, AlarmSpec
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.database import CLUSTER
from templates_src.encryption import BACKUP_KEY, key_arn
from templates_src.policies import arn
from templates_src.tags import keep_when_protected

AWS_BACKUP, AWS_BACKUP_ON = "AwsBackupEnabled", "AwsBackupOn"
_PLAN_ON = "BackupPlanOn"
_VAULT, _PLAN = "BackupVault", "BackupPlan"
_NAME = "${Project}-${EnvironmentSuffix}"
_KEPT_DAYS = 35


def add_vault(template: RegionTemplate) -> None:
    """Add the region's vault; both regions have one, since a copy needs a vault to arrive in."""
    template.concern("AWS Backup")
    template.put(
        backup.BackupVault(
            _VAULT,
            Condition=AWS_BACKUP_ON,
            **keep_when_protected(),
            BackupVaultName=Sub(_NAME),
            EncryptionKeyArn=key_arn(BACKUP_KEY),
            LockConfiguration=backup.LockConfigurationType(MinRetentionDays=_KEPT_DAYS),
            BackupVaultTags={"Purpose": "Recovery points of both regions"},
        )
    )


def add_plan(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the plan, once the other region's vault is there, and what tells of a backup that failed or was not made."""
    template.add_condition(_PLAN_ON, And(Condition(AWS_BACKUP_ON), Condition(other.linked)))
    # AWS widens this policy itself as its service learns to back up more
    service_policy = arn("iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup")
    role = roles.add(
        template,
        "BackupPlanRole",
        "backup.amazonaws.com",
        "Lets AWS Backup copy the database",
        {},
        Condition=_PLAN_ON,
        ManagedPolicyArns=[service_policy],
    )
    there = Sub(
        f"arn:${{AWS::Partition}}:backup:${{Region}}:${{AWS::AccountId}}:backup-vault:{_NAME}", Region=other.region
    )
    kept = backup.LifecycleResourceType(DeleteAfterDays=_KEPT_DAYS)

    def rule(name: str, hour: str, **more: Any) -> backup.BackupRuleResourceType:
        return backup.BackupRuleResourceType(
            RuleName=name,
            TargetBackupVault=Ref(_VAULT),
            ScheduleExpression=f"cron({hour})",
            # not the 8 hours by default: an alarm counts the hours from one backup to the next
            StartWindowMinutes=60,
            Lifecycle=kept,
            **more,
        )

    copied = [backup.CopyActionResourceType(DestinationBackupVaultArn=there, Lifecycle=kept)]
    plan = template.put(
        backup.BackupPlan(
            _PLAN,
            Condition=_PLAN_ON,
            BackupPlan=backup.BackupPlanResourceType(
                BackupPlanName=Sub(_NAME),
                BackupPlanRule=[
                    rule("daily", "0 12 ? * MON-SAT *"),
                    rule("weekly", "0 12 ? * SUN *", CopyActions=copied),
                ],
            ),
            BackupPlanTags={"Purpose": "Daily, and weekly with a copy in the other region"},
        )
    )
    template.put(
        backup.BackupSelection(
            "BackupSelection",
            Condition=_PLAN_ON,
            BackupPlanId=Ref(plan),
            BackupSelection=backup.BackupSelectionResourceType(
                SelectionName="database", IamRoleArn=GetAtt(role, "Arn"), Resources=[GetAtt(CLUSTER, "DBClusterArn")]
            ),
        )
    )
    _add_watch(template)


def _add_watch(template: RegionTemplate) -> None:
    """Add a rule on jobs that fail, and an alarm on days without one, of which there is no event.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """
    vault = [GetAtt(_VAULT, "BackupVaultArn")]
    notifications.add_rule(
        template,
        "AwsBackupFailedRule",
        "AWS Backup did not back the database up, or did not copy that to the other region",
        {
            "source": ["aws.backup"],
            "detail-type": ["Backup Job State Change", "Copy Job State Change"],
            "detail": {
                "state": ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"],
                "$or": [{"backupVaultArn": vault}, {"sourceBackupVaultArn": vault}],
            },
        },
        Condition=_PLAN_ON,
    )
    spec = AlarmSpec(
        "AwsBackupMissing",
        "AWS Backup has completed no backup for 30 hours",
        (metrics.BACKUP_NAMESPACE, "NumberOfBackupJobsCompleted"),
        metrics.of_vault(Ref(_VAULT)),
        "Sum",
        BELOW,
        1,
        "breaching",
        periods=30,
        period=3600,
        condition=_PLAN_ON,
    )
    alarms.add(template, spec)
