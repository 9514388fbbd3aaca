"""The bucket that keeps who asked for what in the backup bucket.

S3 writes access logs under its own key only: a log bucket with a customer key silently gets none. It has no
access log of its own, which would be a log of logging.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""

from __future__ import annotations

from awacs import s3 as s3_actions
from awacs.aws import ArnLike, Principal
from troposphere import Ref, s3

from templates_src import buckets
from templates_src.assembly import RegionTemplate
from templates_src.policies import OWN_ACCOUNT, allow, document, string_equals
from templates_src.tags import keep_when_protected, tags

BUCKET = "AccessLogBucket"
KIND = "al"


def add(template: RegionTemplate, logged_kind: str) -> None:
    """Add the log bucket, open to the logging service for the bucket of the given kind."""
    template.concern("Access log of the backup bucket")
    template.put(
        s3.Bucket(
            BUCKET,
            **buckets.private(KIND),
            BucketEncryption=s3.BucketEncryption(
                ServerSideEncryptionConfiguration=[
                    s3.ServerSideEncryptionRule(
                        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
                    )
                ]
            ),
            LifecycleConfiguration=buckets.lifecycle(Ref("LogRetentionDays"), 1),
            Tags=tags(template, "Who asked for which backup"),
        )
    )
    template.put(
        s3.BucketPolicy(
            f"{BUCKET}Policy",
            **keep_when_protected(),
            Bucket=Ref(BUCKET),
            PolicyDocument=document(
                buckets.only_tls(BUCKET),
                allow(
                    [s3_actions.PutObject],
                    [buckets.contents(BUCKET)],
                    string_equals(OWN_ACCOUNT),
                    ArnLike("aws:SourceArn", buckets.own_arn(logged_kind)),
                    principal=Principal("Service", "logging.s3.amazonaws.com"),
                ),
            ),
        )
    )
