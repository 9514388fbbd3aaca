"""The calls of `api.Storage`, made with boto3."""

from __future__ import annotations

from collections.abc import Sequence

from twinstack.aws.asking import Asking
from twinstack.dr.aws.api import ReplicationRule, Secret, StoredObject


class BotoStorage(Asking):
    """See `api.Storage` for what each method does."""

    def bucket_region(self, bucket: str) -> str:
        """See `api.Storage`."""
        return str(self._ask("s3", "head_bucket", Bucket=bucket).get("BucketRegion", ""))

    def stored_object(self, bucket: str, key: str) -> StoredObject | None:
        """See `api.Storage`."""
        found = self._if_there(("404", "NoSuchKey"), "s3", "head_object", Bucket=bucket, Key=key)
        return found and StoredObject(found.get("SSEKMSKeyId", ""), found.get("ReplicationStatus", ""))

    def object_count(self, bucket: str, prefix: str) -> int:
        """See `api.Storage`."""
        return len(self._every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix))

    def replication(self, bucket: str) -> Sequence[ReplicationRule]:
        """See `api.Storage`."""
        codes = ("ReplicationConfigurationNotFoundError",)
        found = self._if_there(codes, "s3", "get_bucket_replication", Bucket=bucket)
        rules = found["ReplicationConfiguration"]["Rules"] if found else ()
        return [
            ReplicationRule(rule.get("ID", ""), rule["Status"], rule["Destination"]["Bucket"].rpartition(":")[2])
            for rule in rules
        ]

    def secret(self, arn: str) -> Secret | None:
        """See `api.Storage`."""
        found = self._if_there(("ResourceNotFoundException",), "secretsmanager", "describe_secret", SecretId=arn)
        if found is None:
            return None
        replicas = found.get("ReplicationStatus", ())
        return Secret(
            "DeletedDate" in found,
            tuple((entry["Region"], entry.get("KmsKeyId", ""), entry.get("Status", "")) for entry in replicas),
        )

    def secret_text(self, arn: str) -> str:
        """See `api.Storage`."""
        return str(self._ask("secretsmanager", "get_secret_value", SecretId=arn)["SecretString"])
