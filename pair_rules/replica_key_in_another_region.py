"""E9706: a replication whose key is not in the region of the destination bucket."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _values
from pair_rules import _pair


class ReplicaKeyInAnotherRegion(_pair.PairRule):
    """A replication whose key is not in the region of the destination bucket."""

    id = "E9706"
    shortdesc = "The key of a replication is not in the region of its destination"
    description = (
        "S3 accepts the configuration and replicates nothing: objects are encrypted where they arrive, by a key of "
        "that region."
    )
    fix = "wire ReplicaKmsKeyID from the stack that has the destination bucket"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html"
    tags = ("s3", "kms")

    def findings(self, stacks: _pair.Stacks) -> Iterator[tuple[_pair.Place, str]]:
        for bucket in _pair.resources(stacks, "AWS::S3::Bucket"):
            for index, rule in _pair.listed(_values.dig(bucket.properties, "ReplicationConfiguration", "Rules")):
                target = _pair.find(stacks, _values.dig(rule, "Destination", "Bucket"))
                key = _pair.find(stacks, _values.dig(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID"))
                if target and key and target.region != key.region:
                    path = ("ReplicationConfiguration", "Rules", index, "Destination", "EncryptionConfiguration")
                    message = f"{bucket} replicates to {target} in {target.region} with {key} of {key.region}"
                    yield bucket.place(*path), message
