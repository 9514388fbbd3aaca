"""Edits of the pair in `pair/`: those that make a mistake, and those after which it is as right as before."""

VERSION = "EngineVersion: {Type: String, Default: 8.0.mysql_aurora.3.10.4}"
CLUSTER_VERSION = "EngineVersion: !Ref EngineVersion\n      GlobalClusterIdentifier"
ROLE_NAME = "RoleName: !Sub replicate-${AWS::Region}"
IDENTIFIER = "DBClusterIdentifier: !Sub trades-${AWS::Region}"
CLASS = "DBInstanceClass: db.r6g.large"
INGRESS = "CidrIp: !Ref PrimaryCidr"
CREDENTIALS = "SourceRegion: us-east-1\n      MasterUsername: admin"

ENGINE = "Engine: aurora-mysql\n      EngineVersion: !Ref EngineVersion\n      GlobalClusterIdentifier"
GLOBAL = "Properties:\n      Engine: aurora-mysql\n      EngineVersion: !Ref EngineVersion\n  ClusterGroup"
MADE_FROM = (
    "primary",
    GLOBAL,
    "Properties:\n      SourceDBClusterIdentifier: !GetAtt Cluster.DBClusterArn\n  ClusterGroup",
)
MADE_FROM_NAMED = (*MADE_FROM[:2], MADE_FROM[2].replace("Source", "GlobalClusterIdentifier: trades\n      Source"))
NAMED = "  Global:\n    Type: AWS::RDS::GlobalCluster\n    Properties:\n      GlobalClusterIdentifier: trades\n"
INSTANCE_SETTINGS = "      DBParameterGroupName: !Ref InstanceGroup\n"
JOINED = ("primary", "      GlobalClusterIdentifier: !Ref Global\n      DB", "      DB")
ASIDE = (
    "  Aside: {Type: AWS::RDS::DBCluster}\n"
    "  Small: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref Aside, DBInstanceClass: db.t4g}}\n"
    "  LagHigh:"
)
OLDER = ("secondary", VERSION, VERSION.replace("10.4", "10.3"))
EXTRA_RULE = (
    "  ClusterGroup:\n    Type",
    "  Extra:\n    Type: AWS::EC2::SecurityGroupIngress\n"
    "    Properties: {SourceSecurityGroupId: !Ref PrimaryGroupId}\n  ClusterGroup:\n    Type",
)

CONNECTIONS = """\
Resources:
  Connections:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/RDS
      MetricName: DatabaseConnections
      Statistic: Maximum
      ComparisonOperator: GreaterThanThreshold
      Threshold: AT
      EvaluationPeriods: 1
"""

# rule, role and line text of the finding, edits
MISTAKES = [
    ("E9701", "secondary", [("secondary", VERSION, VERSION.replace("10.4", "10.3"))], "by a parameter's default"),
    (
        "E9701",
        "secondary",
        [("secondary", CLUSTER_VERSION, CLUSTER_VERSION.replace("!Ref EngineVersion", "8.0.mysql_aurora.3.10.3"))],
        "written down",
    ),
    ("E9702", "secondary", [("secondary", "time_zone: UTC", "time_zone: Europe/Dublin")], "of the cluster"),
    (
        "E9702",
        "secondary",
        [
            ("secondary", "slow_query_log: 1", "slow_query_log: !If [Never, 1, 0]"),
            ("secondary", "Resources:\n", "Conditions: {Never: !Equals [a, b]}\nResources:\n"),
        ],
        "of the instances, through a condition",
    ),
    ("E9702", "secondary", [("secondary", "      DBClusterParameterGroupName: !Ref ClusterGroup\n", "")], "none"),
    ("E9703", "secondary", [("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: 10.0.128.0/17")], "written down"),
    (
        "E9703",
        "secondary",
        [("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: !Join ['.', ['10', '0', 128.0/17]]")],
        "through Join",
    ),
    ("E9703", "secondary", [("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: !Ref PrimaryCidr")], "by a wire"),
    (
        "E9704",
        "secondary",
        [(role, IDENTIFIER, "DBClusterIdentifier: trades") for role in ("primary", "secondary")],
        "written down",
    ),
    (
        "E9704",
        "secondary",
        [
            (role, IDENTIFIER, "DBClusterIdentifier: !Join ['-', [trades, !Ref EngineVersion]]")
            for role in ("primary", "secondary")
        ],
        "through Join",
    ),
    ("E9705", "primary", [("primary", "RouteTableId: !Ref AppTable", "RouteTableId: !Ref DatabaseTable")], "one table"),
    (
        "E9705",
        "secondary",
        [
            (
                "secondary",
                "  Route:\n    Type: AWS::EC2::Route\n",
                "  Route:\n    Type: AWS::EC2::Route\n    Condition: Never\n",
            ),
            ("secondary", "Resources:\n", "Conditions: {Never: !Equals [a, b]}\nResources:\n"),
        ],
        "through a condition",
    ),
    (
        "E9706",
        "primary",
        [
            ("primary", "ReplicaKmsKeyID: !Ref StandbyKeyArn", "ReplicaKmsKeyID: !GetAtt Key.Arn"),
            ("primary", "Outputs:\n", "Outputs:\n  StandbyKey: {Value: !Ref StandbyKeyArn}\n"),
        ],
        "a key of its own",
    ),
    ("E9706", "primary", [("primary", "StandbyKeyArn: secondary.KeyArn", "StandbyKeyArn: primary.KeyArn")], "a wire"),
    ("W9707", "secondary", [("secondary", "AuroraGlobalDBRPOLag", "CPUUtilization")], "another metric"),
    (
        "W9707",
        "secondary",
        [
            (
                "secondary",
                "MetricName: AuroraGlobalDBRPOLag",
                "MetricName: !If [Never, AuroraGlobalDBRPOLag, CPUUtilization]",
            ),
            ("secondary", "Resources:\n", "Conditions: {Never: !Equals [a, b]}\nResources:\n"),
        ],
        "through a condition",
    ),
    ("E9708", "secondary", [(role, ROLE_NAME, "RoleName: replicate") for role in ("primary", "secondary")], "literal"),
    (
        "E9708",
        "secondary",
        [(role, ROLE_NAME, "RoleName: !Sub replicate-${EngineVersion}") for role in ("primary", "secondary")],
        "through Sub",
    ),
    ("W9709", "secondary", [("secondary", ", !Ref PrimaryKeyArn", "")], "not referred to"),
    (
        "W9709",
        "secondary",
        [
            ("secondary", ", !Ref PrimaryKeyArn", ""),
            (
                "secondary",
                "Resources:\n",
                "Conditions: {HasKey: !Not [!Equals [!Ref PrimaryKeyArn, '']]}\nResources:\n",
            ),
        ],
        "in a condition that nothing hangs on",
    ),
    (
        "E9710",
        "secondary",
        [("secondary", "VpcId: !Ref Vpc\n      PeerVpcId", "VpcId: !ImportValue shared-vpc\n      PeerVpcId")],
        "literal",
    ),
    (
        "E9710",
        "secondary",
        [
            ("primary", "Name: shared-vpc", "Name: !Sub '${EngineVersion}-vpc'"),
            (
                "secondary",
                "VpcId: !Ref Vpc\n      PeerVpcId",
                "VpcId: !ImportValue {'Fn::Sub': '${EngineVersion}-vpc'}\n      PeerVpcId",
            ),
        ],
        "through Sub",
    ),
    (
        "E9710",
        "secondary",
        [("secondary", "Outputs:\n", "Outputs:\n  Shared: {Value: !ImportValue shared-vpc}\n")],
        "in an output",
    ),
    (
        "E9710",
        "secondary",
        [
            ("primary", "Name: shared-vpc", "Name: !Sub '${AWS::StackName}-vpc'"),
            ("secondary", "Outputs:\n", "Outputs:\n  Shared: {Value: !ImportValue trades-dev-primary-vpc}\n"),
        ],
        "through the name of the stack",
    ),
    ("E9711", "secondary", [("secondary", "SourceRegion: us-east-1", CREDENTIALS)], "literal"),
    ("E9711", "secondary", [("secondary", "SourceRegion: us-east-1", "DatabaseName: trades")], "a name alone"),
    (
        "E9711",
        "secondary",
        [
            (
                "secondary",
                "SourceRegion: us-east-1",
                CREDENTIALS.replace("admin", "!If [Never, !Ref AWS::NoValue, admin]"),
            ),
            ("secondary", "Resources:\n", "Conditions: {Never: !Equals [a, b]}\nResources:\n"),
        ],
        "through a condition",
    ),
    ("E9712", "secondary", [("secondary", INGRESS, "SourceSecurityGroupId: !Ref PrimaryGroupId")], "by a wire"),
    (
        "E9712",
        "secondary",
        [
            (
                "secondary",
                INGRESS,
                "SourceSecurityGroupId: !Select [0, [!Ref PrimaryGroupId, !Ref Group]]",
            )
        ],
        "through Select",
    ),
    ("W9713", "secondary", [("secondary", CLASS, "DBInstanceClass: db.r6g.xlarge")], "literal"),
    (
        "W9713",
        "secondary",
        [
            ("secondary", CLASS, "DBInstanceClass: !FindInMap [Sizes, Standby, Class]"),
            ("secondary", "Resources:\n", "Mappings: {Sizes: {Standby: {Class: db.r6g.xlarge}}}\nResources:\n"),
        ],
        "through a mapping",
    ),
    ("E9701", "secondary", [("secondary", ENGINE, ENGINE.replace("mysql", "postgresql"))], "of another engine"),
    ("E9701", "secondary", [MADE_FROM, JOINED, OLDER], "of a global database that is made from the first cluster"),
    ("E9701", "secondary", [MADE_FROM_NAMED, JOINED, OLDER], "of one made from the first cluster, with a name"),
    (
        "E9701",
        "secondary",
        [
            ("primary", "  Global:\n    Type: AWS::RDS::GlobalCluster\n    Properties:\n", NAMED),
            ("primary", "GlobalClusterIdentifier: !Ref Global\n      DB", "GlobalClusterIdentifier: trades\n      DB"),
            OLDER,
        ],
        "of a global database by its name",
    ),
    (
        "E9702",
        "secondary",
        [("secondary", "{slow_query_log: 1}", "{long_query_time: 2, slow_query_log: 1}")],
        "by one more",
    ),
    ("E9702", "secondary", [("secondary", "{slow_query_log: 1}", "none")], "of another shape"),
    ("E9702", "secondary", [("secondary", INSTANCE_SETTINGS, "")], "of the instances, none"),
    (
        "E9702",
        "secondary",
        [
            (
                "secondary",
                "of the instances\n      Family: aurora-mysql8.0",
                "of the instances\n      Family: aurora-mysql8.4",
            )
        ],
        "of another family",
    ),
    (
        "E9704",
        "secondary",
        [
            ("primary", IDENTIFIER, "DBClusterIdentifier: Trades"),
            ("secondary", IDENTIFIER, "DBClusterIdentifier: tradeS"),
        ],
        "in other letters",
    ),
    (
        "E9705",
        "secondary",
        [("secondary", "VpcPeeringConnectionId: !Ref Peering", "VpcPeeringConnectionId: pcx-0123456789abcdef0")],
        "through another connection",
    ),
    (
        "E9710",
        "secondary",
        [("secondary", "Outputs:\n", "Outputs:\n  Shared: {Value: !Join [':', [a, !ImportValue shared-vpc]]}\n")],
        "in a part of a text",
    ),
    ("E9710", "secondary", [("secondary", INGRESS, "CidrIp: !ImportValue shared-vpc")], "in a list"),
    (
        "E9703",
        "secondary",
        [("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: 10.0.128.9/17")],
        "written from within",
    ),
    ("E9711", "secondary", [("secondary", "SourceRegion: us-east-1", "MasterUserPassword: a")], "a password alone"),
    ("E9712", "secondary", [("secondary", *EXTRA_RULE)], "on its own"),
    (
        "E9712",
        "secondary",
        [
            (
                "secondary",
                EXTRA_RULE[0],
                EXTRA_RULE[1].replace("Ingress", "Egress").replace("SourceS", "DestinationS"),
            )
        ],
        "on its own, on the way out",
    ),
    (
        "E9712",
        "secondary",
        [
            (
                "secondary",
                "      SecurityGroupIngress:\n",
                "      SecurityGroupEgress: {DestinationSecurityGroupId: !Ref PrimaryGroupId}\n"
                "      SecurityGroupIngress:\n",
            )
        ],
        "on the way out",
    ),
    (
        "W9713",
        "secondary",
        [
            ("secondary", CLASS, "DBInstanceClass: db.r6g.xlarge"),
            ("secondary", "DBClusterIdentifier: !Ref Cluster", "DBClusterIdentifier: trades-eu-west-1"),
        ],
        "of an instance that names its cluster",
    ),
    ("W9714", "primary", [("primary", "Resources:\n", CONNECTIONS.replace("AT", "1000"))], "literal"),
    (
        "W9714",
        "primary",
        [
            ("primary", "Resources:\n", CONNECTIONS.replace("AT", "!Ref Most")),
            ("primary", "Parameters:\n", "Parameters:\n  Most: {Type: Number, Default: 4000}\n"),
        ],
        "through a parameter",
    ),
    (
        "W9714",
        "primary",
        [
            ("primary", "Resources:\n", CONNECTIONS.replace("AT", "1000")),
            ("primary", "Resources:\n", CONNECTIONS.replace("AT", "9000").replace("Connections", "Writes")),
        ],
        "behind another alarm",
    ),
]

OWN_EXPORT = "Own: {Value: !Ref Vpc, Export: {Name: shared-vpc}}"
APART = "PeerVpcId: vpc-0123456789abcdef0"
# what is right, edits
RIGHT = [
    (
        "an import from the own region, where the other region exports the same name",
        [("secondary", "Outputs:\n", f"Outputs:\n  {OWN_EXPORT}\n  Shared: {{Value: !ImportValue shared-vpc}}\n")],
    ),
    (
        "networks that overlap without a peering between them",
        [
            ("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: 10.0.128.0/17"),
            ("secondary", "PeerVpcId: !Ref PrimaryVpcId", APART),
            ("secondary", "Outputs:\n", "Outputs:\n  Neighbour: {Value: !Ref PrimaryVpcId}\n"),
        ],
    ),
    (
        "a lag that an alarm makes of its metrics",
        [
            (
                "secondary",
                "MetricName: AuroraGlobalDBRPOLag",
                "Metrics: [odd, {MetricStat: {Metric: {MetricName: AuroraGlobalDBRPOLag}}}]",
            )
        ],
    ),
    ("a network whose address is not known", [("secondary", "CidrBlock: !Ref VpcCidr", "Ipv4IpamPoolId: pool")]),
    ("a network whose address is none", [("secondary", "CidrBlock: !Ref VpcCidr", "CidrBlock: wide")]),
    ("roles without a name", [(role, ROLE_NAME, "Path: /") for role in ("primary", "secondary")]),
    (
        "roles whose name only AWS knows",
        [(role, ROLE_NAME, "RoleName: !Sub replicate-${AWS::AccountId}") for role in ("primary", "secondary")],
    ),
    (
        "a table with a way out of its own, and one of another network",
        [
            (
                "secondary",
                "  Group:\n",
                "  Public: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}\n"
                "  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Public, GatewayId: igw-0a}}\n"
                "  Apart: {Type: AWS::EC2::RouteTable, Properties: {VpcId: vpc-0123456789abcdef0}}\n"
                "  Group:\n",
            )
        ],
    ),
    (
        "instances and settings that neither side has",
        [(role, INSTANCE_SETTINGS, "") for role in ("primary", "secondary")]
        + [(role, "      DBClusterParameterGroupName: !Ref ClusterGroup\n", "") for role in ("primary", "secondary")],
    ),
    ("a first region without instances", [("primary", "AWS::RDS::DBInstance", "AWS::RDS::DBProxy")]),
    (
        "a cluster that is in no global database",
        [
            (
                "secondary",
                "  LagHigh:",
                ASIDE,
            )
        ],
    ),
    (
        "wires that a text, a rule and a condition within another turn on",
        [
            (
                "secondary",
                "  Other: {Value: !Join ['', [!Ref PrimaryGroupId, !Ref PrimaryKeyArn]]}",
                "  Other: {Condition: Linked, Value: !Sub ['${Id}${AWS::Region}', {Id: !Sub '${Vpc}'}]}",
            ),
            (
                "secondary",
                "Resources:\n",
                "Rules: {Given: {Assertions: [{Assert: !Not [!Equals [!Ref PrimaryKeyArn, '']]}]}}\n"
                "Conditions:\n  Linked: !And [!Condition Grouped, !Condition Grouped]\n"
                "  Grouped: !Not [!Equals [!Sub '${PrimaryGroupId}', '']]\nResources:\n",
            ),
        ],
    ),
    (
        "wires that a longer text and the condition of a part of it turn on",
        [
            (
                "secondary",
                "!Join ['', [!Ref PrimaryGroupId, !Ref PrimaryKeyArn]]",
                "!Sub ['${PrimaryGroupId}${Key}', {Key: !If [Linked, a, b]}]",
            ),
            (
                "secondary",
                "Resources:\n",
                "Conditions: {Linked: !Not [!Equals [!Ref PrimaryKeyArn, '']]}\nResources:\n",
            ),
        ],
    ),
    (
        "an alarm on connections below what the class takes",
        [("primary", "Resources:\n", CONNECTIONS.replace("AT", "999"))],
    ),
    (
        "an alarm on too few connections",
        [
            (
                "primary",
                "Resources:\n",
                CONNECTIONS.replace("AT", "1000").replace("GreaterThanThreshold", "LessThanThreshold"),
            )
        ],
    ),
    (
        "an alarm on connections at a number that is not one",
        [("primary", "Resources:\n", CONNECTIONS.replace("AT", "!GetAtt Key.Arn"))],
    ),
    (
        "an alarm on connections where their number is set by hand",
        [
            ("primary", "Resources:\n", CONNECTIONS.replace("AT", "1000")),
            *(
                (role, "slow_query_log: 1", "slow_query_log: 1, max_connections: 5000")
                for role in ("primary", "secondary")
            ),
        ],
    ),
    (
        "an alarm on connections where their number is set by hand for the cluster",
        [
            ("primary", "Resources:\n", CONNECTIONS.replace("AT", "1000")),
            *((role, "time_zone: UTC", "time_zone: UTC, max_connections: 5000") for role in ("primary", "secondary")),
        ],
    ),
    (
        "an alarm on the connections of all instances together",
        [("primary", "Resources:\n", CONNECTIONS.replace("AT", "1500").replace("Maximum", "Sum"))],
    ),
]
