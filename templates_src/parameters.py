"""The parameters that both templates have, as StackSets would take them: one template side, values per region.

Every pattern says in words what it wants. AWS-specific types (`AWS::EC2::VPC::Id` and so on) are not used for
what belongs to the other region: CloudFormation would look for it in this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from troposphere import Equals, Not, Parameter, Ref

from templates_src.assembly import RegionTemplate, Role
from templates_src.monitoring import PROBE_ON
from templates_src.tags import PROTECTED

ENVIRONMENT, NETWORK, DATABASE = "Environment", "Network", "Database"
OPERATIONS = "Operations"

_CIDR = r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}"
_TIME = "[0-2][0-9]:[0-5][0-9]"
_TRUTH = {"AllowedValues": ["true", "false"], "ConstraintDescription": "true or false"}


@dataclass(frozen=True)
class Input:
    """One parameter: where it stands in the console, and its declaration."""

    name: str
    group: str
    description: str
    properties: dict[str, Any] = field(default_factory=dict)

    def add_to(self, template: RegionTemplate) -> Ref:
        """Declare the parameter in a template."""
        declared = {"Type": "String", "Description": self.description, **self.properties}
        template.add_parameter(Parameter(self.name, **declared))
        template.add_parameter_to_group(self.name, self.group)
        return Ref(self.name)


def _pattern(pattern: str, wanted: str, **more: object) -> dict[str, Any]:
    return {"AllowedPattern": f"^{pattern}$", "ConstraintDescription": wanted, **more}


def _number(default: int, low: int, high: int) -> dict[str, Any]:
    return {
        "Type": "Number",
        "Default": default,
        "MinValue": low,
        "MaxValue": high,
        "ConstraintDescription": f"a whole number from {low} to {high}",
    }


_ENVIRONMENT = (
    Input(
        "Project",
        ENVIRONMENT,
        "Short name that all names begin with",
        # both lengths keep the bucket's name within 63 characters in the region with the longest name
        _pattern(
            "[a-z][a-z0-9]*(-[a-z0-9]+)*",
            "up to 12 lower-case letters, digits and single hyphens",
            Default="tradingdb",
            MaxLength=12,
        ),
    ),
    Input(
        "EnvironmentSuffix",
        ENVIRONMENT,
        "Sets environments of one project apart",
        _pattern(
            "[a-z0-9]+(-[a-z0-9]+)*",
            "up to 16 lower-case letters, digits and single hyphens",
            Default="dev",
            MaxLength=16,
        ),
    ),
    Input(
        "Protected",
        ENVIRONMENT,
        "Whether the database and what it holds outlive mistakes",
        {"Default": "false", **_TRUTH},
    ),
)

_CLIENTS = (
    Input(
        "ClientCidr",
        NETWORK,
        "Network of applications that may connect; empty for none",
        _pattern(f"({_CIDR})?", "an IPv4 CIDR, or empty", Default=""),
    ),
    Input(
        "ClientSecurityGroupId",
        NETWORK,
        "Security group in this region that may connect; empty for none",
        _pattern("(sg-[0-9a-z]+)?", "a security group id, or empty", Default=""),
    ),
)

_DATABASE = (
    Input(
        "EngineVersion",
        DATABASE,
        "Aurora MySQL version of the cluster, equal in both regions to the patch",
        _pattern(
            r"8\.0\.mysql_aurora\.3\.(09|1[0-9])\.[0-9]+",
            "a full Aurora MySQL 3 version from 3.09 on",
            Default="8.0.mysql_aurora.3.10.4",
        ),
    ),
    Input(
        "DBInstanceClass",
        DATABASE,
        "Class of all instances, equal in both regions",
        _pattern(
            r"db\.(r[5-9]|x2)[a-z]*\.([0-9]*x)?large",
            "a memory optimized class such as db.r6g.large",
            Default="db.r6g.large",
        ),
    ),
    Input("BackupRetentionDays", DATABASE, "Days of point-in-time recovery", _number(7, 1, 35)),
)

_OPERATIONS = (
    Input(
        "NotificationEmail",
        OPERATIONS,
        "Address that alarms go to; empty for none",
        _pattern(r"([^@\s]+@[^@\s]+\.[^@\s]+)?", "an e-mail address, or empty", Default=""),
    ),
    Input(
        "LagAlarmMilliseconds",
        OPERATIONS,
        "Lag between the regions that raises an alarm, in milliseconds",
        _number(5000, 1000, 3600000),
    ),
    Input("ConnectionsAlarm", OPERATIONS, "Connections that raise an alarm", _number(800, 1, 16000)),
    Input(
        "ProbeEnabled",
        OPERATIONS,
        "Whether probes run; if not, their silence is not a failure",
        {"Default": "false", **_TRUTH},
    ),
    Input(
        "LogRetentionDays",
        OPERATIONS,
        "Days that logs are kept",
        {
            "Type": "Number",
            "Default": 30,
            "AllowedValues": [7, 14, 30, 90, 180, 365, 731, 1827, 3653],
            "ConstraintDescription": "a retention that CloudWatch Logs knows",
        },
    ),
    Input("BackupExpirationDays", OPERATIONS, "Days that exports are kept", _number(365, 31, 3650)),
)

# Different per region: maintenance never meets both, and a backup never meets its own maintenance.
_BY_ROLE: dict[Role, dict[str, str]] = {
    "primary": {"VpcCidr": "10.0.0.0/16", "BackupWindow": "03:00-04:00", "MaintenanceWindow": "sun:05:00-sun:06:00"},
    "secondary": {
        "VpcCidr": "10.1.0.0/16",
        "BackupWindow": "01:00-02:00",
        "MaintenanceWindow": "sat:22:00-sat:23:00",
    },
}


def _regional(role: Role) -> tuple[Input, Input, Input]:
    defaults = _BY_ROLE[role]
    return (
        Input(
            "VpcCidr",
            NETWORK,
            "Network of this region's VPC; must not overlap the other region's",
            _pattern(
                r"(10\.[0-9]{1,3}|172\.(1[6-9]|2[0-9]|3[01])|192\.168)(\.[0-9]{1,3}){2}/(1[6-9]|2[01])",
                "a private IPv4 CIDR from /16 to /21",
                Default=defaults["VpcCidr"],
            ),
        ),
        Input(
            "BackupWindow",
            DATABASE,
            "Daily backup, UTC",
            _pattern(f"{_TIME}-{_TIME}", "hh:mm-hh:mm in UTC", Default=defaults["BackupWindow"]),
        ),
        Input(
            "MaintenanceWindow",
            DATABASE,
            "Weekly maintenance, UTC, apart from the backup and from the other region's",
            _pattern(
                f"[a-z]{{3}}:{_TIME}-[a-z]{{3}}:{_TIME}",
                "ddd:hh:mm-ddd:hh:mm in UTC",
                Default=defaults["MaintenanceWindow"],
            ),
        ),
    )


# Only the primary names the database and the zone, and makes the global cluster.
PRIMARY_ONLY = (
    Input(
        "DatabaseName",
        DATABASE,
        "First database, and first part of the zone's name",
        _pattern("[a-z][a-z0-9]{0,39}", "up to 40 lower-case letters and digits", Default="tradingdb"),
    ),
    Input(
        "GlobalEngineVersion",
        DATABASE,
        "Version the global database was created with; stays when the clusters move on",
        _pattern(
            r"8\.0\.mysql_aurora\.3\.(09|1[0-9])\.[0-9]+",
            "a full Aurora MySQL 3 version from 3.09 on",
            Default="8.0.mysql_aurora.3.10.4",
        ),
    ),
    Input(
        "DomainName",
        NETWORK,
        "Domain that the private zone is made under",
        _pattern(
            r"(?!(.*\.)?example\.(com|net|org)$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
            "a lower-case domain of two parts or more that AWS does not reserve",
            Default="test.local",
        ),
    ),
)


def add(template: RegionTemplate, extra: Sequence[Input] = ()) -> None:
    """Declare the parameters of a template and the conditions on them."""
    regional = _regional(template.role)
    declared = (*_ENVIRONMENT, *regional, *_CLIENTS, *_DATABASE, *extra, *_OPERATIONS)
    order = (ENVIRONMENT, NETWORK, DATABASE, OPERATIONS)
    for item in sorted(declared, key=lambda item: order.index(item.group)):
        item.add_to(template)
    template.add_condition(PROTECTED, Equals(Ref("Protected"), "true"))
    template.add_condition(PROBE_ON, Equals(Ref("ProbeEnabled"), "true"))
    for condition, parameter in (
        ("HasClientCidr", "ClientCidr"),
        ("HasClientGroup", "ClientSecurityGroupId"),
        ("HasEmail", "NotificationEmail"),
    ):
        template.add_condition(condition, Not(Equals(Ref(parameter), "")))
