"""E9548: replication from a bucket without versions."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class ReplicationWithoutVersioning(_rule.Rule):
    """A bucket with replication does not have versioning enabled."""

    id = "E9548"
    shortdesc = "Replication without versioning"
    description = "S3 refuses a replication configuration on a bucket whose versioning is not enabled."
    fix = "set VersioningConfiguration.Status to Enabled"
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html"
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, bucket, _ in _reading.replicated(cfn):
            status = _values.dig(bucket, "VersioningConfiguration", "Status")
            if status is None or not _values.texts(cfn, status) & {"Enabled", _values.UNKNOWN}:
                path: _rule.Path = ["Resources", name, "Properties", "ReplicationConfiguration"]
                yield path, f"{name} replicates and does not keep versions"
