"""How far each action can be narrowed: one table, read from the top, in which the first fitting row wins.

What an action accepts as a resource is taken from AWS's Service Authorization Reference; the tests compare the table
with the copy of it that cfn-lint ships. `{project}` and the like are filled in by `documents.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ANY = ("*",)


class Only(Enum):
    """A condition that a statement carries."""

    # CloudFormation sets it with and without a service role:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/fas-requests-and-permission-evaluation.html
    THROUGH_CLOUDFORMATION = "through CloudFormation"
    IN_OUR_REGIONS = "in the environments' regions"
    ON_TAGGED = "on resources that carry the project's tag"
    OF_OUR_ACCOUNT = "on resources of the caller's own account"
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html
    FOR_SERVICES_OF_AWS = "when a service of AWS asks on the caller's behalf"
    TO_TRUSTED_SERVICES = "to services that the templates' roles trust"
    TO_CLOUDFORMATION = "to CloudFormation"
    FOR_USED_SERVICES = "for services that the templates use"
    OF_OUR_POLICIES = "of the project's policies and those of AWS that the templates name"


STACKS = (Only.THROUGH_CLOUDFORMATION, Only.IN_OUR_REGIONS)
GLOBAL = (Only.THROUGH_CLOUDFORMATION,)


@dataclass(frozen=True)
class Scope:
    """One statement.

    Attributes:
        policy: The policy it stands in.
        sid: What it is for.
        actions: The actions, `*` for any characters.
        resources: The resources, with names to fill in.
        only: The conditions.
    """

    policy: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ANY
    only: tuple[Only, ...] = STACKS


def arns(service: str, *resources: str) -> tuple[str, ...]:
    """Returns the ARNs of resources of a service, with the names still to fill in."""
    return tuple(f"arn:{{partition}}:{service}:{resource}" for resource in resources)


BUCKETS = arns("s3", "::{project}-*")
_ARTIFACTS = arns("s3", "::{project}-*-artifacts-*/*")
_STACK = arns("cloudformation", "*:*:stack/{stack}")

# To find stacks that moved or were forgotten. DescribeStacks without a name is for all stacks, and asks for ListStacks:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
_LISTING = ("cloudformation:DescribeStacks", "cloudformation:ListStacks")

# Who writes in a global database, asked of one that is live by every plan and deletion; what its clusters run, asked
# when a plan changes an engine version; whether a cluster is in it, asked when CloudFormation did not read that.
_ROLES = ("rds:DescribeDBClusters", "rds:DescribeGlobalClusters")
DATABASES = arns("rds", ":*:global-cluster:{project}-*", "*:*:cluster:{project}-*")

SECRETS = arns("secretsmanager", "*:*:secret:{project}-*", "*:*:secret:{secret}-*")
STATE_MACHINES = arns("states", "*:*:stateMachine:{project}-*", "*:*:stateMachine:{state_machine}-*")
LOCK = arns("ssm", "*:*:parameter/twinstack/{project}-*/lock")

# The resources are listed of a stack that stopped half way. The stack policy says what the deployer has protected.
_READING = (
    "cloudformation:DescribeStacks",
    "cloudformation:GetStackPolicy",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
)

# What is looked at before something is made; all of it only reads, and what is not allowed is not known then.
_PREFLIGHT = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeVpcs",
    "events:ListRules",
    "iam:GetAccountSummary",
    "kms:ListAliases",
    "lambda:GetAccountSettings",
    "logs:DescribeLogGroups",
    "rds:DescribeAccountAttributes",
    "rds:DescribeDBEngineVersions",
    "rds:DescribeOrderableDBInstanceOptions",
    "route53:ListHostedZonesByVPC",
    "s3:ListAllMyBuckets",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
)

# What the deployer itself calls; written out, as it stands in no schema.
OWN_CALLS: tuple[Scope, ...] = (
    Scope("planner", "ReadStacks", _READING, _STACK, ()),
    Scope("planner", "DriftRead", ("cloudformation:DescribeStackResourceDrifts",), _STACK, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "AllStacksRead", _LISTING, ANY, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "RegionsRead", ("ec2:DescribeRegions",), ANY, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "RolesRead", _ROLES, DATABASES, ()),
    Scope(
        "stacks",
        "Stacks",
        (
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeEvents",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResourceDrifts",
            "cloudformation:DescribeStacks",
            "cloudformation:DetectStackDrift",
            # Detecting drift of a whole stack asks for it as well, others found:
            # https://alchemy.run/providers/aws/cloudformation/detectstackdrift
            "cloudformation:DetectStackResourceDrift",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:GetStackPolicy",
            "cloudformation:GetTemplate",
            "cloudformation:ListChangeSets",
            "cloudformation:ListStackResources",
            "cloudformation:SetStackPolicy",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateTerminationProtection",
        ),
        (*_STACK, *arns("cloudformation", "*:*:changeSet/twinstack-*")),
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "stacks",
        "Lock",
        ("ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"),
        LOCK,
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "stacks",
        "DriftDetections",
        ("cloudformation:DescribeStackDriftDetectionStatus",),
        ANY,
        (Only.IN_OUR_REGIONS,),
    ),
    Scope("stacks", "StacksLookedFor", ("cloudformation:DescribeStacks",), _STACK, ()),
    Scope("stacks", "StacksListed", _LISTING, ANY, (Only.IN_OUR_REGIONS,)),
    Scope("stacks", "RegionsListed", ("ec2:DescribeRegions",), ANY, (Only.IN_OUR_REGIONS,)),
    Scope("stacks", "RolesAsked", _ROLES, DATABASES, ()),
    # Rollback triggers; with a narrower resource composite alarms are not told of:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    Scope("stacks", "AlarmsAsked", ("cloudwatch:DescribeAlarms",), ANY, (Only.IN_OUR_REGIONS,)),
    Scope(
        "stacks",
        "StackTransforms",
        ("cloudformation:CreateChangeSet",),
        arns("cloudformation", "*:aws:transform/{transform}"),
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "stacks",
        "ArtifactsWritten",
        ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"),
        _ARTIFACTS,
        (Only.OF_OUR_ACCOUNT,),
    ),
    Scope("stacks", "BucketsLookedInto", ("s3:ListBucketVersions",), BUCKETS, (Only.OF_OUR_ACCOUNT,)),
    Scope("stacks", "ServiceRolesPassed", ("iam:PassRole",), ("{service_role}",), (Only.TO_CLOUDFORMATION,)),
    Scope("stacks", "AccountsEntered", ("sts:AssumeRole",), ("{assumed_role}",), ()),
    Scope("preflight", "AskedBeforehand", _PREFLIGHT, ANY, (Only.IN_OUR_REGIONS,)),
    Scope("preflight", "BucketNamesAsked", ("s3:ListBucket",), BUCKETS, ()),
    Scope(
        "preflight",
        "RightsSimulated",
        ("iam:GetRole", "iam:SimulatePrincipalPolicy"),
        arns("iam", ":*:role/*", ":*:user/*"),
        (),
    ),
    # Apart, so that it need not be attached to a role that only deploys.
    Scope(
        "emptying",
        "BucketsEmptied",
        ("s3:DeleteObject", "s3:DeleteObjectVersion"),
        arns("s3", "::{project}-*/*"),
        (Only.OF_OUR_ACCOUNT,),
    ),
)

SCOPES: tuple[Scope, ...] = (
    # Network: ids, not names. What is deleted carries the stack's tags from its creation on.
    Scope("network", "NetworkReads", ("ec2:Describe*", "autoscaling:DescribeTags")),
    Scope(
        "network",
        "NetworkDeletes",
        (
            "ec2:DeleteFlowLogs",
            "ec2:DeleteNetworkAcl",
            "ec2:DeleteRoute",
            "ec2:DeleteRouteTable",
            "ec2:DeleteSecurityGroup",
            "ec2:DeleteSubnet",
            "ec2:DeleteVpc",
            "ec2:DeleteVpcEndpoints",
            "ec2:DeleteVpcPeeringConnection",
        ),
        arns("ec2", "*:*:*/*"),
        (*STACKS, Only.ON_TAGGED),
    ),
    Scope("network", "NetworkChanges", ("ec2:*", "vpce:*", "vpc-lattice:*")),
    Scope("network", "Names", ("route53:*", "route53-recovery-control-config:Describe*"), ANY, GLOBAL),
    # Database
    Scope("database", "DatabaseReads", ("rds:Describe*",)),
    Scope(
        "database",
        "Database",
        ("rds:*",),
        arns(
            "rds",
            ":*:global-cluster:{project}-*",
            *(
                f"*:*:{kind}:{{project}}-*"
                for kind in ("cluster", "db", "cluster-pg", "pg", "subgrp", "es", "cluster-snapshot", "snapshot")
            ),
            # Automated snapshots and backups, and the groups that AWS gives to who names none.
            "*:*:cluster-snapshot:rds:{project}-*",
            "*:*:snapshot:rds:{project}-*",
            "*:*:auto-backup:*",
            "*:*:cluster-auto-backup:*",
            "*:*:cluster-pg:default*",
            "*:*:pg:default*",
            "*:*:og:default*",
        ),
    ),
    Scope("database", "SecretReads", ("secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets")),
    Scope(
        "database",
        "Secrets",
        ("secretsmanager:*",),
        SECRETS,
    ),
    # Keys: ids, not names. A tag may take minutes to count, too long for what follows a key's creation at once.
    Scope("database", "KeysMade", ("kms:CreateKey", "kms:ListAliases", "kms:ListKeys")),
    Scope(
        "database",
        "KeysRetired",
        ("kms:DisableKey", "kms:DisableKeyRotation", "kms:ScheduleKeyDeletion"),
        arns("kms", "*:*:key/*"),
        (*STACKS, Only.ON_TAGGED),
    ),
    Scope("database", "KeyGrants", ("kms:CreateGrant",), arns("kms", "*:*:key/*"), (*STACKS, Only.FOR_SERVICES_OF_AWS)),
    Scope("database", "Keys", ("kms:*",), arns("kms", "*:*:alias/{project}-*", "*:*:key/*")),
    # Identity: what stops a deployer from giving itself more than it has is said in the documentation.
    Scope(
        "identity", "RolesPassed", ("iam:PassRole",), arns("iam", ":*:role/{project}-*"), (Only.TO_TRUSTED_SERVICES,)
    ),
    Scope(
        "identity",
        "ServiceLinkedRoles",
        ("iam:CreateServiceLinkedRole",),
        arns("iam", ":*:role/aws-service-role/*"),
        (Only.FOR_USED_SERVICES,),
    ),
    Scope(
        "identity",
        "PoliciesAttached",
        ("iam:Attach*", "iam:Detach*"),
        arns("iam", ":*:role/{project}-*", ":*:user/{project}-*", ":*:group/{project}-*"),
        (*GLOBAL, Only.OF_OUR_POLICIES),
    ),
    Scope("identity", "IdentityReads", ("iam:ListRoles", "iam:ListPolicies"), ANY, GLOBAL),
    Scope("identity", "Roles", ("iam:*",), arns("iam", ":*:role/{project}-*", ":*:policy/{project}-*"), GLOBAL),
    Scope("identity", "PeerRolesAssumed", ("sts:AssumeRole",), arns("iam", ":*:role/{project}-*"), GLOBAL),
    # Storage
    Scope("storage", "BucketReads", ("s3:ListAllMyBuckets",), ANY, GLOBAL),
    Scope("storage", "Buckets", ("s3:*",), (*BUCKETS, *arns("s3", "::{project}-*/*"))),
    Scope("storage", "BucketMetadata", ("s3tables:*",), arns("s3tables", "*:*:bucket/aws-s3*")),
    Scope("storage", "BackupStorage", ("backup-storage:*",)),
    Scope("storage", "BackupReads", ("backup:ListBackupPlans", "backup:ListBackupVaults")),
    # Backup plans have ids, not names.
    Scope("storage", "Backups", ("backup:*",), arns("backup", "*:*:backup-vault:{project}-*", "*:*:backup-plan:*")),
    # Operations
    Scope(
        "operations",
        "OperationsReads",
        (
            "cloudwatch:DescribeAlarms",
            "cloudwatch:ListDashboards",
            "elasticfilesystem:Describe*",
            "events:ListRules",
            "lambda:ListFunctions",
            "logs:Describe*",
            "s3files:List*",
            "scheduler:ListSchedule*",
            "sns:ListSubscriptions",
            "sns:ListTopics",
            "sqs:ListQueues",
            "states:ListStateMachines",
        ),
    ),
    Scope(
        "operations",
        "LogDelivery",
        ("logs:*LogDelivery", "logs:*ResourcePolicy", "logs:PutIndexPolicy", "logs:DeleteIndexPolicy"),
    ),
    Scope("operations", "LogGroups", ("logs:*",), arns("logs", "*:*:log-group:{log_group}*")),
    Scope(
        "operations",
        "Alarms",
        ("cloudwatch:*",),
        arns("cloudwatch", "*:*:alarm:{project}-*", ":*:dashboard/{project}-*"),
    ),
    Scope("operations", "Topics", ("sns:*",), arns("sns", "*:*:{project}-*")),
    Scope("operations", "Queues", ("sqs:*",), arns("sqs", "*:*:{project}-*")),
    Scope("operations", "Rules", ("events:*",), arns("events", "*:*:rule/{project}-*")),
    Scope(
        "operations",
        "StateMachines",
        ("states:*",),
        STATE_MACHINES,
    ),
    # What a function may refer to: of others, and with ids.
    Scope(
        "operations",
        "FunctionParts",
        (
            "lambda:GetCodeSigningConfig",
            "lambda:GetLayerVersion",
            "lambda:PassCapacityProvider",
            "lambda:PutFunctionCodeSigningConfig",
        ),
    ),
    Scope("operations", "Functions", ("lambda:*",), arns("lambda", "*:*:function:{project}-*")),
    Scope(
        "operations",
        "Schedules",
        ("scheduler:*",),
        arns("scheduler", "*:*:schedule/*/{project}-*", "*:*:schedule-group/{project}-*"),
    ),
    Scope("operations", "LogStreams", ("firehose:*",), arns("firehose", "*:*:deliverystream/{project}-*")),
)
