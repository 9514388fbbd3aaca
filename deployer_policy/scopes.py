"""How far each action can be narrowed: one table, read from the top, in which the first fitting row wins.

What an action accepts as a resource is taken from AWS's Service Authorization Reference; the tests compare the table
with the copy of it that cfn-lint ships. Why a row is no narrower stands in `docs/decisions.md`.
"""

from __future__ import annotations

from deployer_policy.ids import WITHOUT_NAMES
from deployer_policy.statements import (
    ANY,
    BUCKETS,
    GLOBAL,
    POLICIES,
    ROLES,
    SECRETS,
    STATE_MACHINES,
    Only,
    Scope,
    arns,
)

# What gives a role more than it has.
_GROWING = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
_BOUNDED = arns("iam", ":*:role{path}{bounded_stack}")
_UNBOUNDED = arns("iam", ":*:role{path}{unbounded_stack}")

SCOPES: tuple[Scope, ...] = (
    *WITHOUT_NAMES,
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
    # Identity: what stops a deployer from giving itself more than it has is said in the documentation.
    Scope("identity", "RolesPassed", ("iam:PassRole",), ROLES, (Only.TO_TRUSTED_SERVICES,)),
    Scope(
        "identity",
        "ServiceLinkedRoles",
        ("iam:CreateServiceLinkedRole",),
        arns("iam", ":*:role/aws-service-role/*"),
        (Only.FOR_USED_SERVICES,),
    ),
    Scope(
        "identity",
        "AttachedWithinBoundary",
        ("iam:AttachRolePolicy",),
        _BOUNDED,
        (*GLOBAL, Only.OF_OUR_POLICIES, Only.WITHIN_BOUNDARY),
        further=True,
    ),
    Scope("identity", "PoliciesAttached", ("iam:AttachRolePolicy",), _UNBOUNDED, (*GLOBAL, Only.OF_OUR_POLICIES)),
    Scope("identity", "PoliciesDetached", ("iam:DetachRolePolicy",), ROLES, (*GLOBAL, Only.OF_OUR_POLICIES)),
    # Only there when a template attaches a policy to one.
    Scope(
        "identity",
        "OthersAttached",
        ("iam:Attach*", "iam:Detach*"),
        arns("iam", ":*:{policy_holder}"),
        (*GLOBAL, Only.OF_OUR_POLICIES),
    ),
    Scope("identity", "RolesWithinBoundary", _GROWING, _BOUNDED, (*GLOBAL, Only.WITHIN_BOUNDARY), further=True),
    Scope("identity", "RolesMade", _GROWING, _UNBOUNDED, GLOBAL),
    Scope("identity", "IdentityReads", ("iam:ListRoles", "iam:ListPolicies"), ANY, GLOBAL),
    Scope("identity", "Roles", ("iam:*",), (*ROLES, *POLICIES), GLOBAL),
    Scope("identity", "PeerRolesAssumed", ("sts:AssumeRole",), ROLES, GLOBAL),
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

# What no other statement may allow again: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
DENIED: tuple[Scope, ...] = (
    Scope("identity", "BoundaryStays", ("iam:DeleteRolePermissionsBoundary",), _BOUNDED, (), denies=True),
    Scope(
        "identity",
        "BoundaryUnchanged",
        ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"),
        ("{boundary}",),
        (),
        denies=True,
    ),
)
