"""AWS Backup with a copy in the other region, where an organisation wants its recovery points in locked vaults.

Off unless asked for: Aurora's own backups and the exports are there already, and each copy to another region is
a full one, paid for in storage and transfer. The vaults are locked in governance mode: nobody deletes a recovery
point early, and an administrator may lift the lock, which compliance mode never allows again.
https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html

The plan stands in the primary's template alone: with one in each, every copy would be made twice.
"""

from __future__ import annotations

from troposphere import And, Condition, GetAtt, Ref, Sub, backup

from templates_src import roles
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
    """Add the daily plan, once the other region's vault is there."""
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
    plan = template.put(
        backup.BackupPlan(
            _PLAN,
            Condition=_PLAN_ON,
            BackupPlan=backup.BackupPlanResourceType(
                BackupPlanName=Sub(_NAME),
                BackupPlanRule=[
                    backup.BackupRuleResourceType(
                        RuleName="daily",
                        TargetBackupVault=Ref(_VAULT),
                        ScheduleExpression="cron(0 12 * * ? *)",
                        Lifecycle=kept,
                        CopyActions=[backup.CopyActionResourceType(DestinationBackupVaultArn=there, Lifecycle=kept)],
                    )
                ],
            ),
            BackupPlanTags={"Purpose": "Daily, with a copy in the other region"},
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
