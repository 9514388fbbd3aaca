"""AWS's own procedures for what is not deployed: their names, their pages, and what to do here afterwards."""

from __future__ import annotations

from twinstack.dr.engine_version import AURORA_POSTGRESQL, EngineVersion, Move

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
EQUAL_VERSIONS = f"{_GUIDE}aurora-global-database-upgrade.html"
ONE_BY_ONE = f'"Minor version upgrades" ({EQUAL_VERSIONS}#aurora-global-database-upgrade.minor)'
_MAJOR_MYSQL = (
    f'"In-place major upgrades for global databases" ({_GUIDE}AuroraMySQL.Upgrading.Procedure.html'
    "#AuroraMySQL.Upgrading.GlobalDB)"
)
_MAJOR_POSTGRESQL = (
    f'"Major upgrades for global databases" ({_GUIDE}USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html'
    "#USER_UpgradeDBInstance.PostgreSQL.GlobalDB)"
)
_LINE = (
    f'"Upgrading Aurora MySQL by modifying the engine version" ({_GUIDE}AuroraMySQL.Updates.Patching.'
    "ModifyEngineVersion.html)"
)
_RESTORING = f'"Restoring from a DB cluster snapshot" ({_GUIDE}aurora-restore-snapshot.html)'
_NUMBERS = f"({_GUIDE}AuroraMySQL.Updates.Versions.html)"


def way_out(kind: Move, after: EngineVersion | None) -> str:
    """Returns why AWS does not take a change of version as an update of one cluster, and what to do instead.

    Args:
        kind: What the change is; anything but an upgrade within one line.
        after: The version that is wanted.
    """
    engine = after.engine if after else ""
    match kind:
        case Move.MAJOR:
            procedure = _MAJOR_POSTGRESQL if engine == AURORA_POSTGRESQL else _MAJOR_MYSQL
            return (
                "AWS upgrades the whole global database at once, and parameter groups of the old version no longer "
                f"fit: follow {procedure}, then set EngineVersion to what AWS runs"
            )
        case Move.LINE:
            return (
                "AWS may want the readers taken out of the global database, the writer upgraded, and readers added "
                f"again: follow {_LINE}, then set EngineVersion to what AWS runs"
            )
        case Move.DOWNGRADE:
            # "Cannot upgrade aurora-postgresql from 17.5 to 17.4":
            # https://github.com/hashicorp/terraform-provider-aws/issues/45026
            return f"AWS upgrades no cluster to a lower version: the way back is a new one, {_RESTORING}"
        case Move.ENGINE:
            return "a cluster keeps its engine for life: leave Engine as it is"
        case _:
            return f"write both versions in full, such as 8.0.mysql_aurora.3.10.4 or 16.4 {_NUMBERS}"
