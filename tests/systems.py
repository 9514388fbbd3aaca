"""Small systems of wired stacks for tests, written as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from zlib import crc32

from twinstack.marked_yaml import parse_marked
from twinstack.planning.resource_schemas import UpdateRules
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Live
from twinstack.templates import Template

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


def schemas(resource_type: str, region: str) -> UpdateRules:
    """The update rules of the types above, without loading any schema."""
    return UpdateRules(
        create_only=tuple((name,) for name in CREATE_ONLY.get(resource_type, ())),
        conditional_create_only=tuple((name,) for name in CONDITIONAL.get(resource_type, ())),
        tags_update=resource_type not in UNTAGGED,
        identifier=("Id",),
        required=REQUIRED.get(resource_type, ()),
    )


def template(text: str, source: str = "template.yaml") -> Template:
    document = parse_marked(dedent(text), source)
    return Template(document.data, source, document)


def system(
    templates: Mapping[str, str],
    parameters: Mapping[str, Mapping[str, str]] | None = None,
    update_order: tuple[str, ...] = (),
    tags: Mapping[str, str] | None = None,
) -> System:
    """A system of the given templates; each stack in a region of its own."""
    return System(
        {
            role: Stack(
                role,
                f"pair-dev-{role}",
                REGIONS.get(role, f"eu-test-{index}"),
                template(text, f"generated/{role}.yaml"),
                (parameters or {}).get(role, {}),
                tags or {},
            )
            for index, (role, text) in enumerate(templates.items())
        },
        update_order,
    )


def pair(parameters: Mapping[str, Mapping[str, str]] | None = None, **templates: str) -> System:
    """The pair above, with other templates or parameter values where they are given."""
    return system({"primary": PRIMARY, "secondary": SECONDARY} | templates, parameters)


def planner(given: System) -> Planner:
    return Planner(given, schemas)


def passes(plan) -> list[list[str]]:
    """The roles of each pass."""
    return [[step.stack.role for step in steps] for steps in plan.passes]


def deployed(live: Live, **values: str) -> Live:
    """A planned stack as AWS would describe it: every promised value a real one, every generation past."""
    outputs = {name: _real(name, value, values) for name, value in live.outputs.items()}
    parameters = {name: _real(name, value, values) for name, value in live.parameters.items()}
    return Live("UPDATE_COMPLETE", live.template, parameters, outputs, live.tags)


def _real(name: str, value: object, values: Mapping[str, str]) -> str:
    return value if isinstance(value, str) else values.get(name, f"real-{crc32(repr(value).encode())}")
