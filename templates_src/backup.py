"""The backup bucket of a region, and its replication to the other region's.

The two buckets replicate to each other, each under its own region's key. The way from the secondary to the
primary is there from the start; the way back needs a bucket that exists, so it comes once the stacks are
linked.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from __future__ import annotations

from awacs import kms as kms_actions
from awacs import s3 as s3_actions
from awacs.aws import Null, PolicyDocument, StringLike, StringNotEquals
from troposphere import GetAtt, Ref, Sub, s3

from templates_src import access_logs, buckets, roles
from templates_src.assembly import OtherRegion, RegionTemplate
from templates_src.encryption import BACKUP_KEY, key_arn
from templates_src.policies import allow, document, string_equals
from templates_src.tags import keep_when_protected, tags

BUCKET = "BackupBucket"
KIND = "bk"
RULE_ID = "everything"
_ROLE = "ReplicationRole"


def add(template: RegionTemplate, other: OtherRegion) -> None:
    """Add the bucket, its policy and the replication to the other side."""
    access_logs.add(template, KIND)
    template.concern("Backup")
    roles.add(
        template,
        _ROLE,
        "s3.amazonaws.com",
        "Lets S3 replicate backups to the other region",
        {"replicate": _replication_policy(other)},
        # A kept bucket goes on replicating. Where the role hangs on the link, unlinking has turned that off before.
        **(other.attributes() or keep_when_protected()),
    )
    template.put(
        s3.Bucket(
            BUCKET,
            **buckets.private(KIND),
            BucketEncryption=_encryption(),
            LoggingConfiguration=s3.LoggingConfiguration(DestinationBucketName=Ref(access_logs.BUCKET)),
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
    """Lifecycle actions are not replicated: both buckets carry the rules.

    S3 bills 90 days of GLACIER_IR at least, so nothing that is moved there may expire sooner.
    https://aws.amazon.com/s3/storage-classes/glacier/instant-retrieval/
    """
    moved = s3.LifecycleRuleTransition(StorageClass="GLACIER_IR", TransitionInDays=30)
    return buckets.lifecycle(Ref("BackupExpirationDays"), 30, Transitions=[moved])


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


def _replication_policy(other: OtherRegion) -> PolicyDocument:
    """What S3 needs to replicate.

    GetObjectVersionForReplication, since GetObjectVersion does not replicate objects under KMS. The encryption
    context is the bucket's ARN with a bucket key and the object's without: one pattern covers both. kms:ViaService ends
    in amazonaws.com in every partition, China's too.
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    within = "kms:EncryptionContext:aws:s3:arn"
    there = Sub("s3.${Region}.amazonaws.com", Region=other.region)
    return document(
        allow([s3_actions.GetReplicationConfiguration, s3_actions.ListBucket], [buckets.own_arn(KIND)]),
        allow(
            [
                s3_actions.GetObjectVersionForReplication,
                s3_actions.GetObjectVersionAcl,
                s3_actions.GetObjectVersionTagging,
            ],
            [buckets.own_arn(KIND, "/*")],
        ),
        allow(
            [s3_actions.ReplicateObject, s3_actions.ReplicateDelete, s3_actions.ReplicateTags],
            [Sub("${Bucket}/*", Bucket=other.bucket_arn)],
        ),
        allow(
            [kms_actions.Decrypt],
            [key_arn(BACKUP_KEY)],
            string_equals({"kms:ViaService": Sub("s3.${AWS::Region}.amazonaws.com")}),
            StringLike({within: buckets.own_arn(KIND, "*")}),
        ),
        allow(
            [kms_actions.Encrypt, kms_actions.GenerateDataKey, kms_actions.Decrypt],
            [other.backup_key_arn],
            string_equals({"kms:ViaService": there}),
            StringLike({within: Sub("${Bucket}*", Bucket=other.bucket_arn)}),
        ),
    )


def _bucket_policy() -> s3.BucketPolicy:
    """Nothing without TLS, and nothing under another key; who says nothing gets the bucket's own.

    A Deny with a negated operator holds for a key that is not there, with IfExists too, so each statement first asks
    by Null whether the header was sent. `aws:kms` without a key means the AWS managed key and not the bucket's, and a
    sender that brings a key of its own (SSE-C) names it by another header.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html

    It is kept with the bucket: one that lost it would take plain HTTP and foreign keys.
    """
    put, within = s3_actions.PutObject, [buckets.contents(BUCKET)]
    encryption, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    kms, own = {encryption: "aws:kms"}, {key: key_arn(BACKUP_KEY)}
    return s3.BucketPolicy(
        "BackupBucketPolicy",
        **keep_when_protected(),
        Bucket=Ref(BUCKET),
        PolicyDocument=document(
            buckets.only_tls(BUCKET),
            buckets.deny("OnlyKms", put, within, Null({encryption: "false"}), StringNotEquals(kms)),
            buckets.deny("OnlyOwnKey", put, within, Null({key: "false"}), StringNotEquals(own)),
            buckets.deny("NotTheKeyOfAws", put, within, string_equals(kms), Null({key: "true"})),
            buckets.deny("NoKeyOfTheSender", put, within, Null({f"{encryption}-customer-algorithm": "false"})),
        ),
    )
