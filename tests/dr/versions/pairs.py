"""A global database over two or three stacks, live at one version."""

from tests.dr.fake_database import EAST, NAME, NORTH, WEST
from tests.systems import deployed, planner, system
from twinstack.dr.plans.advice import advise
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent

REGIONS = {"primary": EAST, "secondary": WEST, "third": NORTH}

PRIMARY = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters:
      EngineVersion: {Type: String}
      GlobalVersion: {Type: String, Default: 8.0.mysql_aurora.3.10.3}
      Engine: {Type: String, Default: aurora-mysql}
    Resources:
      Global:
        Type: AWS::RDS::GlobalCluster
        Properties: {GlobalClusterIdentifier: trading, Engine: !Ref Engine, EngineVersion: !Ref GlobalVersion}
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties:
          GlobalClusterIdentifier: !Ref Global
          Engine: !Ref Engine
          EngineVersion: !Ref EngineVersion
    Outputs:
      Global: {Value: !Ref Global}
"""
READER = """
    Metadata: {TwinStack: {Role: ROLE, Wiring: {Global: primary.Global}}}
    Parameters:
      Global: {Type: String}
      EngineVersion: {Type: String}
      Engine: {Type: String, Default: aurora-mysql}
    Resources:
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties:
          GlobalClusterIdentifier: !Ref Global
          Engine: !Ref Engine
          EngineVersion: !Ref EngineVersion
"""
PAIR = {"primary": PRIMARY, "secondary": READER.replace("ROLE", "secondary")}
TRIO = {**PAIR, "third": READER.replace("ROLE", "third")}


def live(templates, versions, **parameters):
    """The world in which the stacks are deployed, each at its version."""
    given = versioned(templates, versions, **parameters)
    world = plan(planner(given), dict.fromkeys(given.stacks, Absent())).world
    return {role: deployed(state, Global=NAME) for role, state in world.items()}


def versioned(templates, versions, update_order=(), **parameters):
    """The system with a version for each stack, or one for all."""
    of = versions if isinstance(versions, dict) else dict.fromkeys(templates, versions)
    values = {
        role: {"EngineVersion": of[role]} | {name: value for name, value in parameters.items() if name in text}
        for role, text in templates.items()
    }
    return system(templates, values, update_order)


def advised(given, world, aws):
    """The plan of a system from a world, looked at."""
    made = planner(given)
    return advise(made, world, plan(made, world), aws)
