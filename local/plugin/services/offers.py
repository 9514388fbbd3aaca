"""What RDS offers: instance classes that the emulator does not list, and offers that a test can take away.

The emulator lists a few old classes, in two zones. Here every region offers the classes below in its three zones, for
Aurora; which region of AWS offers which is not known here. `not_offered` of the settings takes away versions and
classes, everywhere (`db.r6g.large`), in a region (`eu-west-1/db.r6g.large`) or in a zone (`eu-west-1b/db.r6g.large`).
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import rds

from ..api import region
from ..settings import setting

Answer = tuple[int, dict[str, str], bytes]
Asked = dict[str, Any]

_FAMILIES = ("r5", "r6g", "r6i", "r7g", "r7i", "r8g")
_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_NOT_MADE = frozenset({"db.r6g.24xlarge", "db.r7g.24xlarge"})
CLASSES = (
    *(f"db.{family}.{size}" for family in _FAMILIES for size in _SIZES),
    "db.serverless",
    "db.t3.medium",
    "db.t3.large",
    "db.t4g.medium",
    "db.t4g.large",
)
"""Of https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Types.html"""

_VERSION = re.compile(rb"\s*<DBEngineVersion>.*?<EngineVersion>(.*?)</EngineVersion>.*?</DBEngineVersion>", re.S)


def install() -> None:
    """Replace one operation, and filter the other."""
    actions = rds._ACTION_MAP
    without, versions = actions["DescribeOrderableDBInstanceOptions"], actions["DescribeDBEngineVersions"]

    def orderable(asked: Asked) -> Answer:
        engine, version = rds._p(asked, "Engine"), rds._p(asked, "EngineVersion")
        answer: Answer = without(asked)
        if not engine.startswith("aurora") or answer[0] != 200:
            return answer
        return _orderable(engine, version or rds._default_engine_version(engine), rds._p(asked, "DBInstanceClass"))

    def offered_versions(asked: Asked) -> Answer:
        status, headers, body = versions(asked)
        return status, headers, _VERSION.sub(lambda found: found[0] if _is_offered(found[1].decode()) else b"", body)

    actions["DescribeOrderableDBInstanceOptions"] = orderable
    actions["DescribeDBEngineVersions"] = offered_versions


def _orderable(engine: str, version: str, wanted: str) -> Answer:
    classes = [kind for kind in CLASSES if wanted in ("", kind) and kind not in _NOT_MADE]
    offered = [_option(engine, version, kind) for kind in classes if _is_offered(version) and _zones(kind)]
    action = "DescribeOrderableDBInstanceOptions"
    options = f"<OrderableDBInstanceOptions>{''.join(offered)}</OrderableDBInstanceOptions>"
    answer: Answer = rds._xml(200, f"{action}Response", f"<{action}Result>{options}</{action}Result>")
    return answer


def _option(engine: str, version: str, kind: str) -> str:
    zones = "".join(f"<AvailabilityZone><Name>{zone}</Name></AvailabilityZone>" for zone in _zones(kind))
    burstable = kind.startswith("db.t")
    return (
        f"<OrderableDBInstanceOption><Engine>{engine}</Engine><EngineVersion>{version}</EngineVersion>"
        f"<DBInstanceClass>{kind}</DBInstanceClass><LicenseModel>general-public-license</LicenseModel>"
        f"<AvailabilityZones>{zones}</AvailabilityZones><MultiAZCapable>false</MultiAZCapable><Vpc>true</Vpc>"
        "<SupportsStorageEncryption>true</SupportsStorageEncryption><StorageType>aurora</StorageType>"
        "<SupportedEngineModes><member>provisioned</member></SupportedEngineModes>"
        f"<SupportsGlobalDatabases>{str(not burstable).lower()}</SupportsGlobalDatabases>"
        "<SupportsClusters>true</SupportsClusters></OrderableDBInstanceOption>"
    )


def _zones(kind: str) -> list[str]:
    return [zone for zone in (f"{region()}{letter}" for letter in "abc") if _is_offered(kind, zone)]


def _is_offered(what: str, *places: str) -> bool:
    missing = setting("not_offered", ())
    return not any(name in missing for name in (what, *(f"{place}/{what}" for place in (region(), *places))))
