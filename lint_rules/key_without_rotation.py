"""W9556: a key beside a global database that is never rotated."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class KeyWithoutRotation(_rule.Rule):
    """A symmetric key in the template of a global database has no rotation."""

    id = "W9556"
    shortdesc = "A key without rotation beside a global database"
    description = (
        "A database keeps its key for life, since a change of KmsKeyId replaces the cluster. Rotation changes the key "
        "material without touching the database."
    )
    fix = "set EnableKeyRotation to true"
    source_url = "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"
    tags = ["resources", "kms", "rds"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        if not _reading.global_members(cfn):
            return
        for name, _ in _reading.resources(cfn, _reading.KEY):
            for case in _values.cases(cfn, name):
                symmetric = _values.texts(cfn, case.get("KeySpec", "SYMMETRIC_DEFAULT")) == {"SYMMETRIC_DEFAULT"}
                # Imported material and that of a key store of the own cannot rotate by itself.
                of_kms = _values.texts(cfn, case.get("Origin", "AWS_KMS")) == {"AWS_KMS"}
                unrotated = _values.is_false(cfn, case.get("EnableKeyRotation", False))
                if symmetric and of_kms and unrotated:
                    yield ["Resources", name, "Properties"], f"{name} is never rotated"
