"""The backup bucket of a region, and its replication to the other region's.

The two buckets replicate to each other, each under its own region's key. The way from the secondary to the
primary is there from the start; the way back needs a bucket that exists, so it comes once the stacks are
linked.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from __future__ import annotations

from collections.abc import Sequence

from awacs import kms as kms_actions
from awacs import s3 as s3_actions
from awacs.aws import (
    Action,
    Bool,
    Condition,
    ConditionElement,
    Deny,
    Principal,
    Statement,
    StringLike,
    StringNotEqualsIfExists,
)
from troposphere import GetAtt, Ref, Sub, iam, s3

from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.encryption import BACKUP_KEY, key_arn
from templates_src.policies import allow, document, service_trust, string_equals
from templates_src.tags import keep_when_protected, tags

BUCKET = "BackupBucket"
RULE_ID = "everything"
_ROLE = "ReplicationRole"

# In the account's own namespace nobody else can hold, or wait for, the name:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
_NAME = "${Project}-${EnvironmentSuffix}-bk-${AWS::AccountId}-${AWS::Region}-an"


def own_arn(suffix: str = "") -> Sub:
    """The bucket's ARN built from its name, for the policies that the bucket itself depends on."""
    return Sub(f"arn:${{AWS::Partition}}:s3:::{_NAME}{suffix}")


def add(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the bucket, its policy and the replication to the other side."""
    template.concern("Backup")
    _add_replication_role(template, other)
    template.put(
        s3.Bucket(
            BUCKET,
            **keep_when_protected(),
            BucketName=Sub(_NAME),
            BucketNamespace="account-regional",
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
            BucketEncryption=_encryption(),
            OwnershipControls=s3.OwnershipControls(
                Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
            ),
            PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
                BlockPublicAcls=True,
                BlockPublicPolicy=True,
                IgnorePublicAcls=True,
                RestrictPublicBuckets=True,
            ),
            LifecycleConfiguration=_lifecycle(),
            ReplicationConfiguration=other.if_known(_replication(other)),
            Tags=tags(template, "Exported snapshots of both regions"),
        )
    )
    template.put(_bucket_policy())


def _encryption() -> s3.BucketEncryption:
    return s3.BucketEncryption(
        ServerSideEncryptionConfiguration=[
            s3.ServerSideEncryptionRule(
                BucketKeyEnabled=True,
                ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(
                    SSEAlgorithm="aws:kms", KMSMasterKeyID=key_arn(BACKUP_KEY)
                ),
            )
        ]
    )


def _lifecycle() -> s3.LifecycleConfiguration:
    """Lifecycle actions are not replicated: both buckets carry the rules."""
    return s3.LifecycleConfiguration(
        Rules=[
            s3.LifecycleRule(
                Id="age",
                Status="Enabled",
                Transitions=[s3.LifecycleRuleTransition(StorageClass="GLACIER_IR", TransitionInDays=30)],
                ExpirationInDays=Ref("BackupExpirationDays"),
                NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(
                    NoncurrentDays=30, NewerNoncurrentVersions=3
                ),
                AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
            )
        ]
    )


def _replication(other: OtherRegion) -> s3.ReplicationConfiguration:
    enabled = "Enabled"
    return s3.ReplicationConfiguration(
        Role=GetAtt(_ROLE, "Arn"),
        Rules=[
            s3.ReplicationConfigurationRules(
                Id=RULE_ID,
                Status=enabled,
                Priority=1,
                Filter=s3.ReplicationRuleFilter(Prefix=""),
                DeleteMarkerReplication=s3.DeleteMarkerReplication(Status=enabled),
                SourceSelectionCriteria=s3.SourceSelectionCriteria(
                    SseKmsEncryptedObjects=s3.SseKmsEncryptedObjects(Status=enabled),
                    ReplicaModifications=s3.ReplicaModifications(Status=enabled),
                ),
                Destination=s3.ReplicationConfigurationRulesDestination(
                    Bucket=other.bucket_arn,
                    EncryptionConfiguration=s3.EncryptionConfiguration(ReplicaKmsKeyID=other.backup_key_arn),
                    # replication time control always comes with metrics
                    ReplicationTime=s3.ReplicationTime(Status=enabled, Time=s3.ReplicationTimeValue(Minutes=15)),
                    Metrics=s3.Metrics(Status=enabled, EventThreshold=s3.ReplicationTimeValue(Minutes=15)),
                ),
            )
        ],
    )


def _add_replication_role(template: RegionTemplate, other: OtherRegion) -> None:
    """The role that S3 replicates with.

    GetObjectVersionForReplication, since GetObjectVersion does not replicate objects under KMS. The encryption
    context is the bucket's ARN with a bucket key and the object's without: one pattern covers both.
    """
    within = "kms:EncryptionContext:aws:s3:arn"
    template.put(
        iam.Role(
            _ROLE,
            **other.attributes(),
            Description="Lets S3 replicate backups to the other region",
            AssumeRolePolicyDocument=service_trust("s3.amazonaws.com"),
            Policies=[
                iam.Policy(
                    PolicyName="replicate",
                    PolicyDocument=document(
                        allow([s3_actions.GetReplicationConfiguration, s3_actions.ListBucket], [own_arn()]),
                        allow(
                            [
                                s3_actions.GetObjectVersionForReplication,
                                s3_actions.GetObjectVersionAcl,
                                s3_actions.GetObjectVersionTagging,
                            ],
                            [own_arn("/*")],
                        ),
                        allow(
                            [
                                s3_actions.ReplicateObject,
                                s3_actions.ReplicateDelete,
                                s3_actions.ReplicateTags,
                            ],
                            [Sub("${Bucket}/*", Bucket=other.bucket_arn)],
                        ),
                        allow(
                            [kms_actions.Decrypt],
                            [key_arn(BACKUP_KEY)],
                            string_equals({"kms:ViaService": Sub("s3.${AWS::Region}.${AWS::URLSuffix}")}),
                            StringLike({within: own_arn("*")}),
                        ),
                        allow(
                            [kms_actions.Encrypt, kms_actions.GenerateDataKey, kms_actions.Decrypt],
                            [other.backup_key_arn],
                            string_equals(
                                {"kms:ViaService": Sub("s3.${Region}.${AWS::URLSuffix}", Region=other.region)}
                            ),
                            StringLike({within: Sub("${Bucket}*", Bucket=other.bucket_arn)}),
                        ),
                    ),
                )
            ],
            Tags=tags(template),
        )
    )


def _bucket_policy() -> s3.BucketPolicy:
    """Nothing without TLS, and nothing under another key; who says nothing gets the bucket's own."""
    everything = [GetAtt(BUCKET, "Arn"), Sub(f"${{{BUCKET}.Arn}}/*")]
    return s3.BucketPolicy(
        "BackupBucketPolicy",
        Bucket=Ref(BUCKET),
        PolicyDocument=document(
            _deny("OnlyTls", s3_actions.Action("*"), everything, Bool({"aws:SecureTransport": "false"})),
            _deny(
                "OnlyKms",
                s3_actions.PutObject,
                everything[1:],
                StringNotEqualsIfExists({"s3:x-amz-server-side-encryption": "aws:kms"}),
            ),
            _deny(
                "OnlyOwnKey",
                s3_actions.PutObject,
                everything[1:],
                StringNotEqualsIfExists({"s3:x-amz-server-side-encryption-aws-kms-key-id": key_arn(BACKUP_KEY)}),
            ),
        ),
    )


def _deny(sid: str, action: Action, resources: Sequence[object], condition: ConditionElement) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Deny,
        Principal=Principal("*"),
        Action=[action],
        Resource=list(resources),
        Condition=Condition(condition),
    )
