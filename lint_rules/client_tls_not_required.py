"""W9557: a global database that lets clients in without TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lint_rules import _reading, _rule, _values

_GROUP = "AWS::RDS::DBClusterParameterGroup"
_SWITCH = "require_secure_transport"


class ClientTlsNotRequired(_rule.Rule):
    """The parameter group of a member of a global database does not require TLS."""

    id = "W9557"
    shortdesc = "A global database of Aurora MySQL that does not require TLS"
    description = (
        "Aurora MySQL 5.7 and 8.0 accept connections in the clear unless require_secure_transport is on. Applications "
        "of the other region reach the database across regions."
    )
    fix = "set require_secure_transport to 'ON' in the Parameters of a cluster parameter group"
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Security.html"
    tags = ["resources", "rds", "aurora"]

    def findings(self, cfn: _values.Template) -> Iterator[tuple[_rule.Path, str]]:
        used: set[str] = set()
        for name, properties in _reading.global_members(cfn).items():
            used |= _values.referred(properties.get("DBClusterParameterGroupName"))
            if any(_by_default(cfn, case) for case in _values.cases(cfn, name)):
                yield ["Resources", name, "Properties"], f"{name} has the default group and lets clients in without TLS"
        for name, _ in _reading.resources(cfn, _GROUP):
            for case in _values.cases(cfn, name) if name in used else ():
                parameters = case.get("Parameters")
                if not isinstance(parameters, dict) or any(str(key).startswith("Fn::") for key in parameters):
                    continue
                families = _values.texts(cfn, case.get("Family"))
                # Later families may have it on where nothing is said.
                by_default = "off" if families <= {"aurora-mysql5.7", "aurora-mysql8.0"} else _values.UNKNOWN
                given = {text.lower() for text in _values.texts(cfn, parameters.get(_SWITCH, by_default))}
                if all(family.startswith("aurora-mysql") for family in families) and given & {"off", "0", "false"}:
                    yield ["Resources", name, "Properties", "Parameters"], f"{name} lets clients in without TLS"


def _by_default(cfn: _values.Template, cluster: dict[str, Any]) -> bool:
    """Whether a cluster is in the default group of an engine that does not require TLS there."""
    engines, versions = (_values.texts(cfn, cluster.get(key)) for key in ("Engine", "EngineVersion"))
    mysql = engines == {"aurora-mysql"} and all(version.startswith(("5.7", "8.0")) for version in versions)
    return mysql and "DBClusterParameterGroupName" not in cluster
