"""E9501: a secondary cluster with a master user, password or database name."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import _reading, _rule, _values

_REFUSED = ("MasterUsername", "MasterUserPassword", "DatabaseName")


class CredentialsOnSecondary(_rule.Rule):
    """A secondary cluster with a master user, password or database name."""

    id = "E9501"
    shortdesc = "Credentials or a database name on a secondary cluster"
    description = (
        "RDS refuses them: Cannot specify user name, password or database name for a cross region replication "
        "cluster. The secondary has those of the primary."
    )
    fix = "remove MasterUsername, MasterUserPassword and DatabaseName from the cluster that has SourceRegion"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        for name, properties in _reading.global_members(cfn).items():
            for case in _values.scenarios(cfn, properties, ["GlobalClusterIdentifier", "SourceRegion", *_REFUSED]):
                if "SourceRegion" in case and "GlobalClusterIdentifier" in case:
                    for refused in _REFUSED:
                        if refused in case:
                            yield ["Resources", name, "Properties", refused], f"{name} replicates and has {refused}"
