"""A global database over two or three stacks, live at one version, and what AWS says of it."""

from tests.systems import deployed, planner, system
from twinstack.dr.aws.api import Cluster, GlobalCluster, Instance, Member
from twinstack.dr.plans.advice import advise
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent

EAST, WEST, NORTH = "us-east-1", "eu-west-1", "eu-test-2"
REGIONS = {"primary": EAST, "secondary": WEST, "third": NORTH}
OLD, NEW = "8.0.mysql_aurora.3.10.3", "8.0.mysql_aurora.3.10.4"
NAME = "trading"

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


class Aws:
    """The regions of an account with one global database.

    Args:
        writer: The region that writes.
        versions: The version that runs, by region.
        status: The status of the global cluster.
        silent: The regions that do not answer, with the error.
        version: The version that the global cluster names.
        change: The change of roles that is under way.
    """

    def __init__(self, writer, versions, status="available", silent=None, version=OLD, change=None):
        self.writer, self.versions, self.status, self.version = writer, versions, status, version
        self.change = change
        self.silent = silent or {}
        self.asked = []

    def __call__(self, role, region):
        self.asked.append((role, region))
        if region in self.silent:
            raise self.silent[region]
        return _Region(self, region)


class _Region:
    def __init__(self, aws, region):
        self._aws, self._region = aws, region

    def global_cluster(self, name):
        if name != NAME:
            return None
        members = [Member(_arn(region), region == self._aws.writer, "connected") for region in self._aws.versions]
        return GlobalCluster(self._aws.status, "", tuple(members), self._aws.version, self._aws.change)

    def cluster(self, name):
        assert name == f"trading-{self._region}"
        version = self._aws.versions[self._region]
        engine = "aurora-mysql" if "mysql" in str(version) else "aurora-postgresql"
        return version and Cluster(_arn(self._region), "available", version, "", False, (), "", engine=engine)

    def instances(self, name):
        return [Instance(f"{name}-1", "available", "db.r6g.large", "")]


def _arn(region):
    return f"arn:aws:rds:{region}:111122223333:cluster:trading-{region}"


def advised(given, world, aws):
    """The plan of a system from a world, looked at."""
    made = planner(given)
    return advise(made, world, plan(made, world), aws)
