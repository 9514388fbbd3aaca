"""What the deployer itself calls; written out, as it stands in no schema."""

from __future__ import annotations

from deployer_policy.statements import ANY, BUCKETS, DATABASES, LOCK, Only, Scope, arns

_ARTIFACTS = arns("s3", "::{project}-*-artifacts-*/*")
_STACK = arns("cloudformation", "*:*:stack/{stack}")

# To find stacks that moved or were forgotten. DescribeStacks without a name is for all stacks, and asks for ListStacks:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
_LISTING = ("cloudformation:DescribeStacks", "cloudformation:ListStacks")

# Who writes in a global database, asked of one that is live by every plan and deletion; what its clusters run, asked
# when a plan changes an engine version; whether a cluster is in it, asked when CloudFormation did not read that.
_ROLES = ("rds:DescribeDBClusters", "rds:DescribeGlobalClusters")
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

OWN_CALLS: tuple[Scope, ...] = (
    Scope("planner", "ReadStacks", _READING, _STACK, ()),
    Scope("planner", "DriftRead", ("cloudformation:DescribeStackResourceDrifts",), _STACK, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "AllStacksRead", _LISTING, ANY, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "RegionsRead", ("ec2:DescribeRegions",), ANY, (Only.IN_OUR_REGIONS,)),
    Scope("planner", "RolesRead", _ROLES, DATABASES, ()),
    # Who plans, who watches and who operates; what they may there, the role that is assumed decides.
    Scope("planner", "AccountsRead", ("sts:AssumeRole",), ("{assumed_role}",), ()),
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
