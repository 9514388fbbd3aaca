"""What the small systems of the tests need to know of resource types; no schema is loaded for it.

The fakes of AWS and the systems that are planned take it from here, so that both mean the same types. What is made of
it they work out apart from each other.
"""

CREATE_ONLY = {
    "AWS::EC2::VPC": ("CidrBlock",),
    "AWS::EC2::RouteTable": ("VpcId",),
    "AWS::EC2::Route": ("RouteTableId", "DestinationCidrBlock"),
    "AWS::EC2::VPCPeeringConnection": ("VpcId", "PeerVpcId"),
    "AWS::RDS::DBCluster": ("SourceRegion", "MasterUsername"),
}
CONDITIONAL = {"AWS::RDS::DBCluster": ("GlobalClusterIdentifier",)}
REQUIRED = {"AWS::S3::BucketPolicy": ("Bucket",)}
UNTAGGED = ("AWS::EC2::Route",)
