"""W9547: a replicated bucket whose name is the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_PLACES = {"AWS::AccountId", "AWS::Region", "AWS::StackId"}
_PLACE = re.compile(r"\d{12}|[a-z]{2}(-[a-z]+)+-\d")


class BucketNameCollides(_rule.Rule):
    """A bucket replicates to another region, and neither account nor region is in its name."""

    id = "W9547"
    shortdesc = "A replicated bucket without account or region in its name"
    description = (
        "Bucket names are taken for all accounts and regions at once: the same stack in the other region, or in "
        "another account, cannot be created. An ARN in the other stack is then built by hand from a different name."
    )
    fix = (
        "put ${AWS::AccountId} and ${AWS::Region} into BucketName, or set BucketNamespace to account-regional, "
        "or leave BucketName out"
    )
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
    tags = ["resources", "s3"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, bucket, _ in _reading.replicated(cfn):
            given = bucket.get("BucketName")
            if given is None or "BucketNamespace" in bucket or _values.referred(given) & _PLACES:
                continue
            for text in _values.texts(cfn, given):
                if _values.UNKNOWN not in text and not _PLACE.search(text):
                    path: _rule.Path = ["Resources", name, "Properties", "BucketName"]
                    yield path, f"{name} has the same name, {text}, in every account and region"
