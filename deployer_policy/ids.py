"""The rows for what has ids and no names: networks, zones, health checks and keys.

Tags narrow them, where AWS knows them in time; why a row is no narrower stands in `docs/decisions.md`.
"""

from __future__ import annotations

from deployer_policy.statements import ANY, GLOBAL, STACKS, Only, Scope, arns

# What encrypts and decrypts with a key.
USES_OF_KEYS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")

_NO_OTHERS = (*STACKS, Only.NOT_OF_OTHERS, Only.WITH_NO_OTHER_TAG)
_FOR_A_VPC = (
    "ec2:CreateFlowLogs",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateVpcPeeringConnection",
)
_KEYS = arns("kms", "*:*:key/*")

WITHOUT_NAMES: tuple[Scope, ...] = (
    # Network: ids, not names. What an association type names is there already and carries the stack's tags; what a
    # resource's own create handler names may be asked for before it does, so there only the tags of others are refused.
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
    Scope(
        "network",
        "Routes",
        (
            "ec2:AssociateRouteTable",
            "ec2:CreateRoute",
            "ec2:DisassociateRouteTable",
            "ec2:ReplaceRoute",
            "ec2:ReplaceRouteTableAssociation",
        ),
        arns("ec2", "*:*:route-table/*", "*:*:subnet/*"),
        (*STACKS, Only.ON_TAGGED),
    ),
    Scope(
        "network",
        "GroupRulesChanged",
        ("ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptions*"),
        arns("ec2", "*:*:security-group/*"),
        (*STACKS, Only.ON_TAGGED),
    ),
    # A new rule has no tag; AWS asks for it beside its group.
    Scope(
        "network",
        "GroupRulesMade",
        ("ec2:AuthorizeSecurityGroup*", "ec2:RevokeSecurityGroupEgress"),
        arns("ec2", "*:*:security-group/*", "*:*:security-group-rule/*"),
        (*STACKS, Only.NOT_OF_OTHERS),
    ),
    Scope(
        "network",
        "NetworkUpdates",
        (
            "ec2:AssociateSubnetCidrBlock",
            "ec2:DisassociateSubnetCidrBlock",
            "ec2:ModifyVpcEndpoint",
            "ec2:ModifyVpcTenancy",
        ),
        arns("ec2", *(f"*:*:{kind}/*" for kind in ("route-table", "security-group", "subnet", "vpc", "vpc-endpoint"))),
        (*STACKS, Only.ON_TAGGED),
    ),
    # What is made for a VPC: the VPC is there and tagged, the new resource is not. Of a peering that is the requester:
    # https://docs.aws.amazon.com/vpc/latest/peering/security-iam.html
    Scope("network", "OurVpcs", _FOR_A_VPC, arns("ec2", "*:*:vpc/*"), (*STACKS, Only.ON_TAGGED), further=True),
    Scope(
        "network",
        "VpcParts",
        _FOR_A_VPC,
        arns(
            "ec2",
            *(
                f"*:*:{kind}/*"
                for kind in (
                    "route-table",
                    "security-group",
                    "subnet",
                    "vpc-endpoint",
                    "vpc-flow-log",
                    "vpc-peering-connection",
                )
            ),
        ),
        _NO_OTHERS,
    ),
    Scope("network", "EndpointParts", ("vpce:*", "vpc-lattice:*")),
    Scope("network", "NetworkChanges", ("ec2:*",), arns("ec2", "*:*:{network_kind}/*"), _NO_OTHERS),
    # Zones and health checks: Route 53 knows no condition on tags.
    Scope("unnamed", "ZonesMade", ("route53:CreateHostedZone",), ANY, (*GLOBAL, Only.WITH_OUR_VPCS)),
    Scope(
        "unnamed",
        "ZonesJoined",
        ("route53:AssociateVPCWithHostedZone", "route53:DisassociateVPCFromHostedZone"),
        arns("route53", "::hostedzone/*"),
        (*GLOBAL, Only.WITH_OUR_VPCS),
    ),
    Scope(
        "unnamed",
        "Records",
        ("route53:ChangeResourceRecordSets",),
        arns("route53", "::hostedzone/*"),
        (*GLOBAL, Only.OF_OUR_RECORDS),
    ),
    Scope(
        "unnamed",
        "NamesListed",
        ("route53:CreateHealthCheck", "route53:ListHealthChecks", "route53:ListHostedZones"),
        ANY,
        GLOBAL,
    ),
    Scope(
        "unnamed",
        "Names",
        ("route53:*",),
        arns("route53", "::change/*", "::healthcheck/*", "::hostedzone/*", "::queryloggingconfig/*"),
        GLOBAL,
    ),
    Scope(
        "unnamed",
        "RoutingControls",
        ("route53-recovery-control-config:Describe*",),
        arns("route53-recovery-control", ":*:controlpanel/*"),
        GLOBAL,
    ),
    # Keys: a tag may take five minutes to count, too long for what follows a key's creation at once.
    Scope("unnamed", "KeysListed", ("kms:ListAliases", "kms:ListKeys")),
    # CreateKey carries the stack's tags: AWS's handler hands over the desired tags of the resource.
    # https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-kms
    Scope("unnamed", "KeysMade", ("kms:CreateKey",), ANY, (*STACKS, Only.WITH_OUR_TAG)),
    Scope(
        "unnamed",
        "KeysBegun",
        ("kms:DisableKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:TagResource"),
        _KEYS,
        (*_NO_OTHERS, Only.NOT_ALIASED_BY_OTHERS),
    ),
    Scope(
        "unnamed",
        "KeyAliases",
        ("kms:*Alias",),
        (*arns("kms", "*:*:alias/{project}-*"), *_KEYS),
        (*STACKS, Only.NOT_OF_OTHERS),
    ),
    Scope(
        "unnamed",
        "KeyReads",
        ("kms:Describe*", "kms:Get*", "kms:ListResourceTags", "kms:RetireGrant"),
        _KEYS,
        (*STACKS, Only.OF_OUR_ACCOUNT),
    ),
    Scope(
        "unnamed",
        "KeyGrants",
        ("kms:CreateGrant",),
        _KEYS,
        (*STACKS, Only.FOR_SERVICES_OF_AWS, Only.NOT_OF_OTHERS),
    ),
    Scope(
        "unnamed",
        "KeysUsed",
        USES_OF_KEYS,
        _KEYS,
        (*STACKS, Only.THROUGH_KEY_USERS, Only.NOT_OF_OTHERS, Only.OF_OUR_ACCOUNT),
    ),
    Scope("unnamed", "Keys", ("kms:*",), _KEYS, (*STACKS, Only.ON_TAGGED)),
)
