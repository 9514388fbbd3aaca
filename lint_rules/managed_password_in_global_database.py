"""E9503: a member of a global database whose password Secrets Manager is to manage."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values


class ManagedPasswordInGlobalDatabase(_rule.Rule):
    """A member of a global database whose password Secrets Manager is to manage."""

    id = "E9503"
    shortdesc = "ManageMasterUserPassword on a member of a global database"
    description = "RDS does not manage the master password of a cluster that belongs to a global database."
    fix = "make an AWS::SecretsManager::Secret and resolve it in MasterUserPassword"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, case in _reading.member_cases(cfn, "ManageMasterUserPassword"):
            if _values.may_be_true(cfn, case.get("ManageMasterUserPassword")):
                path: _rule.Path = ["Resources", name, "Properties", "ManageMasterUserPassword"]
                yield path, f"{name} is in a global database, which has no managed password"
