"""A pair of stacks as text: in the shape of the project's own, and small."""

REGIONS = {"primary": "us-east-1", "secondary": "eu-west-1"}

# A pair in the shape of the flagship: the standby needs the primary's cluster and network, the primary routes to
# the standby and replicates to its bucket once they exist.
PRIMARY = """
    Metadata:
      TwinStack:
        Role: primary
        Wiring: {PeeringId: secondary.PeeringId, PeerCidr: secondary.VpcCidr, PeerBucket: secondary.BucketArn}
    Parameters:
      VpcCidr: {Type: String, Default: 10.0.0.0/16}
      PeeringId: {Type: String, Default: ''}
      PeerCidr: {Type: String, Default: ''}
      PeerBucket: {Type: String, Default: ''}
    Conditions:
      Linked: !Not [!Equals [!Ref PeeringId, '']]
      Replicated: !Not [!Equals [!Ref PeerBucket, '']]
    Resources:
      Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref VpcCidr}}
      Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
      Route:
        Type: AWS::EC2::Route
        Condition: Linked
        Properties:
          RouteTableId: !Ref Table
          VpcPeeringConnectionId: !Ref PeeringId
          DestinationCidrBlock: !Ref PeerCidr
      Cluster: {Type: 'AWS::RDS::GlobalCluster', Properties: {Engine: aurora-mysql}}
      Bucket:
        Type: AWS::S3::Bucket
        Properties: {Replication: !If [Replicated, !Ref PeerBucket, !Ref 'AWS::NoValue']}
    Outputs:
      VpcId: {Value: !Ref Vpc}
      VpcCidr: {Value: !Ref VpcCidr}
      GlobalCluster: {Value: !Ref Cluster}
      Region: {Value: !Ref 'AWS::Region'}
"""
SECONDARY = """
    Metadata:
      TwinStack:
        Role: secondary
        Wiring: {PeerVpc: primary.VpcId, PeerCidr: primary.VpcCidr, GlobalCluster: primary.GlobalCluster,
                 SourceRegion: primary.Region}
    Parameters:
      VpcCidr: {Type: String, Default: 10.1.0.0/16}
      Replicate: {Type: String, Default: 'true', AllowedValues: ['true', 'false']}
      PeerVpc: {Type: String}
      PeerCidr: {Type: String}
      GlobalCluster: {Type: String}
      SourceRegion: {Type: String}
    Conditions:
      Replicates: !Equals [!Ref Replicate, 'true']
    Resources:
      Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref VpcCidr}}
      Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
      Peering: {Type: 'AWS::EC2::VPCPeeringConnection', Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref PeerVpc}}
      Route:
        Type: AWS::EC2::Route
        Properties:
          RouteTableId: !Ref Table
          VpcPeeringConnectionId: !Ref Peering
          DestinationCidrBlock: !Ref PeerCidr
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties: {GlobalClusterIdentifier: !Ref GlobalCluster, SourceRegion: !Ref SourceRegion}
      Bucket: {Type: 'AWS::S3::Bucket'}
    Outputs:
      PeeringId: {Value: !Ref Peering}
      VpcCidr: {Value: !Ref VpcCidr}
      BucketArn: {Condition: Replicates, Value: !GetAtt Bucket.Arn}
      Endpoint: {Value: !GetAtt Cluster.Endpoint.Address}
"""
