"""Three customer keys per region: the database's, the backups' and the operations'.

One ordinary key per region and purpose. RDS and S3 treat multi-Region keys as single-Region ones, so a replica
key would share key material between two jurisdictions and buy nothing. The database and backup keys are used
by principals of this account only, whose rights IAM decides: their policies name the account root and nobody
else. The operations key is the one that AWS services use on their own behalf: its policy names them.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

from dataclasses import dataclass

from awacs import kms as kms_actions
from awacs.aws import ArnLike, Principal, Statement
from troposphere import GetAtt, Ref, Sub, kms

from templates_src.assembly import RegionTemplate
from templates_src.policies import OWN_ACCOUNT, allow, arn, document, string_equals
from templates_src.tags import keep_when_protected, tags

DATABASE_KEY = "DatabaseKey"
BACKUP_KEY = "BackupKey"
OPERATIONS_KEY = "OperationsKey"

# Who publishes to the encrypted topic. EventBridge sends no condition keys to SNS or KMS on that way: a statement with
# one would drop its messages in silence. RDS has a principal of its own for its event subscriptions, and is shown with
# such keys in a topic's policy but not in a key's.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.GrantingPermissions.html
ALARMS = "cloudwatch.amazonaws.com"
DATABASE_EVENTS = "events.rds.amazonaws.com"
EVENT_BRIDGE = "events.amazonaws.com"


@dataclass(frozen=True)
class _KeyKind:
    logical_id: str
    alias: str
    description: str


_KEYS = (
    _KeyKind(DATABASE_KEY, "database", "Aurora storage, Performance Insights and the database secret"),
    _KeyKind(BACKUP_KEY, "backup", "The backup bucket and the snapshots exported to it"),
    _KeyKind(OPERATIONS_KEY, "operations", "Notifications and log groups"),
)


def key_arn(logical_id: str) -> GetAtt:
    """The ARN of one of the keys above."""
    return GetAtt(logical_id, "Arn")


def add(template: RegionTemplate) -> None:
    """Add the keys and their aliases."""
    template.concern("Encryption")
    for kind in _KEYS:
        statements = _operations_statements() if kind.logical_id == OPERATIONS_KEY else [_account()]
        template.put(
            kms.Key(
                kind.logical_id,
                **keep_when_protected(),
                Description=kind.description,
                EnableKeyRotation=True,
                KeyPolicy=document(*statements),
                Tags=tags(template),
            )
        )
        template.put(
            kms.Alias(
                f"{kind.logical_id}Alias",
                AliasName=Sub(f"alias/${{Project}}-${{EnvironmentSuffix}}-{kind.alias}"),
                TargetKeyId=Ref(kind.logical_id),
            )
        )


def _account() -> Statement:
    return allow([kms_actions.Action("*")], ["*"], principal=Principal("AWS", arn("iam::${AWS::AccountId}:root")))


def _operations_statements() -> list[Statement]:
    use = [kms_actions.Decrypt, kms_actions.Action("GenerateDataKey*")]
    publish_alarms = allow(use, ["*"], string_equals(OWN_ACCOUNT), principal=Principal("Service", ALARMS))
    publish_events = allow(use, ["*"], principal=Principal("Service", [DATABASE_EVENTS, EVENT_BRIDGE]))
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    log = allow(
        [
            kms_actions.Action("Encrypt*"),
            kms_actions.Action("Decrypt*"),
            kms_actions.Action("ReEncrypt*"),
            kms_actions.Action("GenerateDataKey*"),
            kms_actions.Action("Describe*"),
        ],
        ["*"],
        ArnLike("kms:EncryptionContext:aws:logs:arn", arn("logs:${AWS::Region}:${AWS::AccountId}:log-group:*")),
        principal=Principal("Service", Sub("logs.${AWS::Region}.${AWS::URLSuffix}")),
    )
    return [_account(), publish_alarms, publish_events, log]
