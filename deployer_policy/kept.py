"""What the deployer needs to see whether a resource that a deleted stack has kept is there still.

Cloud Control reads a resource by the read handler of its type, with the rights of who asks; that it sets aws:CalledVia
was not found written down, so these hold without. The value of a secret is not let be read, and clusters are in the
rows for the roles of databases.
"""

from __future__ import annotations

from deployer_policy.statements import ANY, POLICIES, ROLES, Only, Scope

KEPT: tuple[Scope, ...] = (
    Scope("kept", "KeptAsked", ("cloudformation:GetResource",), ANY, (Only.IN_OUR_REGIONS,)),
    Scope(
        "kept",
        "KeptRead",
        (
            "backup:DescribeBackupVault",
            "backup:GetBackupVaultAccessPolicy",
            "backup:GetBackupVaultNotifications",
            "backup:ListTags",
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcs",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
            "logs:DescribeIndexPolicies",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
            "rds:DescribeDBClusterParameterGroups",
            "rds:DescribeDBClusterParameters",
            "rds:DescribeDBInstances",
            "rds:DescribeDBParameterGroups",
            "rds:DescribeDBParameters",
            "rds:DescribeDBSubnetGroups",
            "rds:ListTagsForResource",
            "secretsmanager:DescribeSecret",
        ),
        ANY,
        (Only.IN_OUR_REGIONS,),
    ),
    Scope(
        "kept",
        "KeptBucketsRead",
        (
            "s3:GetAccelerateConfiguration",
            "s3:GetAnalyticsConfiguration",
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketNotification",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetIntelligentTieringConfiguration",
            "s3:GetInventoryConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetMetricsConfiguration",
            "s3:GetReplicationConfiguration",
            "s3:ListBucket",
        ),
        ("arn:{partition}:s3:::{project}-*",),
        (Only.OF_OUR_ACCOUNT,),
    ),
    Scope(
        "kept",
        "KeptIdentitiesRead",
        (
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListEntitiesForPolicy",
            "iam:ListRolePolicies",
        ),
        (*ROLES, *POLICIES),
        (),
    ),
    Scope(
        "kept",
        "KeptZonesRead",
        ("route53:GetHostedZone", "route53:ListQueryLoggingConfigs", "route53:ListTagsForResource"),
        ("arn:{partition}:route53:::hostedzone/*",),
        (),
    ),
)
