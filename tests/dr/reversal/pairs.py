"""A global database whose stacks hold what matters once the roles are reversed, live, and what AWS says of it."""

from tests.dr.fake_database import EAST, OLD, WEST
from tests.dr.versions.pairs import live, versioned
from twinstack.dr.plans.advice import advise
from twinstack.planning.passes import plan
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner

BOTH = {EAST: OLD, WEST: OLD}

PRIMARY = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters:
      EngineVersion: {Type: String}
      Note: {Type: String, Default: ''}
    Conditions:
      Noted: !Not [!Equals [!Ref Note, '']]
    Resources:
      Global:
        Type: AWS::RDS::GlobalCluster
        Properties: {GlobalClusterIdentifier: trading, Engine: aurora-mysql, EngineVersion: !Ref EngineVersion}
      Group:
        Type: AWS::RDS::DBClusterParameterGroup
        Properties: {Family: aurora-mysql8.0, Description: group, Parameters: {time_zone: UTC}}
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties:
          GlobalClusterIdentifier: !Ref Global
          Engine: aurora-mysql
          EngineVersion: !Ref EngineVersion
          DatabaseName: trading
          MasterUsername: admin
          MasterUserPassword: '{{resolve:secretsmanager:master:SecretString:password}}'
          DBClusterParameterGroupName: !Ref Group
      Instance:
        Type: AWS::RDS::DBInstance
        Properties: {DBClusterIdentifier: !Ref Cluster, Engine: aurora-mysql, DBInstanceClass: db.r6g.large}
      User:
        Type: Custom::User
        Properties:
          ServiceToken: arn:aws:lambda:us-east-1:111122223333:function:user
          Address: !Sub 'mysql://${Cluster.Endpoint.Address}:3306'
          Name: reader
      Topic:
        Type: AWS::SNS::Topic
        Properties: {DisplayName: database}
    Outputs:
      Global: {Value: !Ref Global}
"""
SECONDARY = """
    Metadata: {TwinStack: {Role: secondary, Wiring: {Global: primary.Global}}}
    Parameters:
      Global: {Type: String}
      EngineVersion: {Type: String}
    Resources:
      Group:
        Type: AWS::RDS::DBClusterParameterGroup
        Properties: {Family: aurora-mysql8.0, Description: group, Parameters: {time_zone: UTC}}
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties:
          GlobalClusterIdentifier: !Ref Global
          SourceRegion: us-east-1
          Engine: aurora-mysql
          EngineVersion: !Ref EngineVersion
          DBClusterParameterGroupName: !Ref Group
      Instance:
        Type: AWS::RDS::DBInstance
        Properties: {DBClusterIdentifier: !Ref Cluster, Engine: aurora-mysql, DBInstanceClass: db.r6g.large}
      Topic:
        Type: AWS::SNS::Topic
        Properties: {DisplayName: database}
"""
PAIR = {"primary": PRIMARY, "secondary": SECONDARY}


def changed(role=None, *edits):
    """The templates with texts of one of them replaced; each text must be there."""
    templates = dict(PAIR)
    for old, new in edits:
        assert old in templates[role], old
        templates[role] = templates[role].replace(old, new)
    return templates


def judged(aws, templates=None, world=None):
    """The plan that brings the live pair to these templates, looked at."""
    made, there = Planner(versioned(templates or PAIR, OLD), shipped_schemas), world or live(PAIR, OLD)
    return advise(made, there, plan(made, there), aws)
