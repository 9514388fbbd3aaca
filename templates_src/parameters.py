"""The parameters that both templates have, as StackSets would take them: one template side, values per region.

Every pattern says in words what it wants. AWS-specific types (`AWS::EC2::VPC::Id` and so on) are not used for
what belongs to the other region: CloudFormation would look for it in this one.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Equals, Not, Ref

from templates_src import export, roles
from templates_src.assembly import RegionTemplate, Role
from templates_src.backup_plan import AWS_BACKUP, AWS_BACKUP_ON
from templates_src.endpoints import APPLICATION_ENDPOINTS, FOR_APPLICATIONS
from templates_src.health import readers_at
from templates_src.inputs import Input, list_of, number, pattern, switch
from templates_src.monitoring import PROBE_ON
from templates_src.network import CLIENT_LISTS, CLIENTS, HAS_THIRD_ZONE, ZONE_COUNT, client
from templates_src.probe import RESERVE_CONCURRENCY, RESERVED
from templates_src.tags import PROTECTED

ENVIRONMENT, NETWORK, DATABASE = "Environment", "Network", "Database"
OPERATIONS = "Operations"

_CIDR = r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}"
_TIME = "[0-2][0-9]:[0-5][0-9]"


_ENVIRONMENT = (
    Input(
        "Project",
        ENVIRONMENT,
        "Short name that all names begin with",
        # both lengths keep the bucket's name within 63 characters in the region with the longest name
        pattern(
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
        pattern(
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
        switch(),
    ),
    Input(
        roles.PATH,
        ENVIRONMENT,
        "Path of all roles and policies",
        pattern("/([A-Za-z0-9_.,+@=-]+/)*", "a path that begins and ends with a slash", Default="/", MaxLength=512),
    ),
    Input(
        roles.BOUNDARY,
        ENVIRONMENT,
        "ARN of the permissions boundary of all roles; empty for none",
        pattern("(arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+)?", "the ARN of a policy, or empty", Default=""),
    ),
)

_NETWORK = (
    Input(
        ZONE_COUNT,
        NETWORK,
        "Availability zones that have subnets; 2 where the account is offered no more. Fixed at creation, since fewer "
        "would remove subnets",
        {"Default": "3", "AllowedValues": ["2", "3"], "ConstraintDescription": "2 or 3"},
    ),
    Input(
        "ClientCidrs",
        NETWORK,
        f"Up to {CLIENTS} networks of applications that may connect, with commas; empty for none",
        pattern(list_of(_CIDR, CLIENTS), f"up to {CLIENTS} IPv4 CIDRs with commas, or empty", Default=""),
    ),
    Input(
        "ClientSecurityGroupIds",
        NETWORK,
        f"Up to {CLIENTS} security groups in this region that may connect, with commas; empty for none",
        pattern(list_of("sg-[0-9a-f]+", CLIENTS), f"up to {CLIENTS} group ids with commas, or empty", Default=""),
    ),
    Input(
        APPLICATION_ENDPOINTS,
        NETWORK,
        "Whether applications in this VPC reach KMS and CloudWatch Logs through interface endpoints; nothing in this "
        "template needs them, and each is paid for by the hour in each zone",
        switch(),
    ),
)

_DATABASE = (
    Input(
        "EngineVersion",
        DATABASE,
        "Aurora MySQL version of the cluster, equal in both regions to the patch",
        pattern(
            r"8\.0\.mysql_aurora\.3\.(09|1[0-9])\.[0-9]+",
            "a full Aurora MySQL 3 version from 3.09 on",
            Default="8.0.mysql_aurora.3.10.4",
        ),
    ),
    Input(
        "DBInstanceClass",
        DATABASE,
        "Class of all instances, equal in both regions",
        pattern(
            r"db\.(r[5-9]|x2)[a-z]*\.([0-9]*x)?large",
            "a memory optimized class such as db.r6g.large",
            Default="db.r6g.large",
        ),
    ),
    Input(
        "StorageType",
        DATABASE,
        "How storage is billed: by request (aurora), or with requests included (aurora-iopt1)",
        {
            "Default": "aurora",
            "AllowedValues": ["aurora", "aurora-iopt1"],
            "ConstraintDescription": "aurora or aurora-iopt1",
        },
    ),
    Input("BackupRetentionDays", DATABASE, "Days of point-in-time recovery", number(7, 1, 35)),
)

_OPERATIONS = (
    Input(
        "NotificationEmail",
        OPERATIONS,
        "Address that alarms go to; empty for none",
        pattern(r"([^@\s]+@[^@\s]+\.[^@\s]+)?", "an e-mail address, or empty", Default=""),
    ),
    Input(
        "LagAlarmMilliseconds",
        OPERATIONS,
        "Lag between the regions that raises an alarm, in milliseconds",
        number(5000, 1000, 3600000),
    ),
    Input("ConnectionsAlarm", OPERATIONS, "Connections that raise an alarm", number(800, 1, 16000)),
    Input(
        "CommitLatencyAlarmMilliseconds",
        OPERATIONS,
        "Average duration of a commit that raises an alarm, in milliseconds",
        number(100, 1, 60000),
    ),
    Input(
        "WriteLatencyAlarmMilliseconds",
        OPERATIONS,
        "Average duration of a statement that writes that raises an alarm, in milliseconds",
        number(500, 1, 60000),
    ),
    Input(
        "StorageAlarmBytes",
        OPERATIONS,
        "Storage of the database that raises an alarm, in bytes; the volume itself grows up to 128 TiB",
        number(1024**4, 1024**3, 140 * 1000**4),
    ),
    Input(
        "ProbeEnabled",
        OPERATIONS,
        "Whether probes run; if not, their silence is not a failure",
        switch(),
    ),
    Input(
        RESERVE_CONCURRENCY,
        OPERATIONS,
        "Whether Lambda keeps one execution of the account's quota for each function, and never runs it twice at once. "
        "A new account has ten executions in all, and Lambda refuses to reserve any of them; raise the quota first",
        switch(),
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
    Input(
        AWS_BACKUP,
        OPERATIONS,
        "Whether AWS Backup too copies the database, daily to a locked vault and weekly to one in the other region; "
        "each copy there is paid for in full",
        switch(),
    ),
    Input(
        "BackupExpirationDays",
        OPERATIONS,
        "Days after which an export expires; it can be had back for 30 more",
        number(365, 120, 3650),
    ),
)

# Different per region: maintenance never meets both, a backup never meets its own maintenance, and one region exports.
_BY_ROLE: dict[Role, dict[str, str]] = {
    "primary": {
        "VpcCidr": "10.0.0.0/16",
        "BackupWindow": "03:00-04:00",
        "MaintenanceWindow": "sun:05:00-sun:06:00",
        export.EXPORT_SNAPSHOTS: export.MONTHLY,
    },
    "secondary": {
        "VpcCidr": "10.1.0.0/16",
        "BackupWindow": "01:00-02:00",
        "MaintenanceWindow": "sat:22:00-sat:23:00",
        export.EXPORT_SNAPSHOTS: export.NEVER,
    },
}


def _regional(role: Role) -> tuple[Input, ...]:
    defaults = _BY_ROLE[role]
    return (
        Input(
            "VpcCidr",
            NETWORK,
            "Network of this region's VPC; must not overlap the other region's",
            pattern(
                r"(10\.[0-9]{1,3}|172\.(1[6-9]|2[0-9]|3[01])|192\.168)(\.[0-9]{1,3}){2}/(1[6-9]|2[01])",
                "a private IPv4 CIDR from /16 to /21",
                Default=defaults["VpcCidr"],
            ),
        ),
        Input(
            "BackupWindow",
            DATABASE,
            "Daily backup, UTC",
            pattern(f"{_TIME}-{_TIME}", "hh:mm-hh:mm in UTC", Default=defaults["BackupWindow"]),
        ),
        Input(
            "MaintenanceWindow",
            DATABASE,
            "Weekly maintenance, UTC, apart from the backup and from the other region's",
            pattern(
                f"[a-z]{{3}}:{_TIME}-[a-z]{{3}}:{_TIME}",
                "ddd:hh:mm-ddd:hh:mm in UTC",
                Default=defaults["MaintenanceWindow"],
            ),
        ),
        Input(
            export.EXPORT_SNAPSHOTS,
            OPERATIONS,
            "Which automated snapshots of this region are exported as Parquet: none, the one of the first of a month, "
            "or each; one region is enough, since exports are replicated",
            {
                "Default": defaults[export.EXPORT_SNAPSHOTS],
                "AllowedValues": [export.NEVER, export.MONTHLY, export.DAILY],
                "ConstraintDescription": f"{export.NEVER}, {export.MONTHLY} or {export.DAILY}",
            },
        ),
    )


# Only the primary names the database and the zone, and makes the global cluster.
PRIMARY_ONLY = (
    Input(
        "DatabaseName",
        DATABASE,
        "First database, and first part of the zone's name",
        pattern("[a-z][a-z0-9]{0,39}", "up to 40 lower-case letters and digits", Default="tradingdb"),
    ),
    Input(
        "GlobalEngineVersion",
        DATABASE,
        "Version the global database was created with; stays when the clusters move on",
        pattern(
            r"8\.0\.mysql_aurora\.3\.(09|1[0-9])\.[0-9]+",
            "a full Aurora MySQL 3 version from 3.09 on",
            Default="8.0.mysql_aurora.3.10.4",
        ),
    ),
    Input(
        "DomainName",
        NETWORK,
        "Domain that the private zone is made under",
        pattern(
            r"(?!(.*\.)?example\.(com|net|org)$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
            "a lower-case domain of two parts or more that AWS does not reserve",
            Default="test.local",
        ),
    ),
    readers_at(OPERATIONS),
)


def add(template: RegionTemplate, extra: Sequence[Input] = ()) -> None:
    """Declare the parameters of a template and the conditions on them."""
    regional = _regional(template.role)
    declared = (*_ENVIRONMENT, *regional, *_NETWORK, *_DATABASE, *extra, *_OPERATIONS)
    order = (ENVIRONMENT, NETWORK, DATABASE, OPERATIONS)
    for item in sorted(declared, key=lambda item: order.index(item.group)):
        item.add_to(template)
    for condition, parameter in (
        (PROTECTED, "Protected"),
        (FOR_APPLICATIONS, APPLICATION_ENDPOINTS),
        (AWS_BACKUP_ON, AWS_BACKUP),
        (PROBE_ON, "ProbeEnabled"),
        (RESERVED, RESERVE_CONCURRENCY),
    ):
        template.add_condition(condition, Equals(Ref(parameter), "true"))
    template.add_condition(HAS_THIRD_ZONE, Equals(Ref(ZONE_COUNT), "3"))
    for condition, parameter in (
        ("HasEmail", "NotificationEmail"),
        (roles.HAS_BOUNDARY, roles.BOUNDARY),
    ):
        template.add_condition(condition, Not(Equals(Ref(parameter), "")))
    for kind in CLIENT_LISTS:
        for place in range(1, CLIENTS + 1):
            template.add_condition(f"HasClient{kind}{place}", Not(Equals(client(kind, place), "")))
