"""A small pair on the local AWS: reversed roles, a detached member, and what the commands make of it."""

import itertools
import time
from contextlib import nullcontext
from dataclasses import replace

import pytest
import yaml

from local import process
from tests.flagship.conftest import Told
from tests.local.conftest import EAST, ROOT, WEST, Account
from tests.local.global_database import GlobalDatabase
from twinstack.aws.sessions import Access, connect
from twinstack.cli.deploy import roll_out
from twinstack.cli.destroy import take_down
from twinstack.clock import SystemClock
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.library.global_databases import adviser, objector
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.destroying import DestroyOptions
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Left, PlanMade

VERSION = "8.0.mysql_aurora.3.10.4"
PRIMARY = f"""
Metadata: {{TwinStack: {{Role: primary}}}}
Resources:
  Global:
    Type: AWS::RDS::GlobalCluster
    Properties: {{GlobalClusterIdentifier: small-trading, Engine: aurora-mysql, EngineVersion: {VERSION}}}
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties:
      DBClusterIdentifier: small-east
      GlobalClusterIdentifier: !Ref Global
      Engine: aurora-mysql
      EngineVersion: {VERSION}
      MasterUsername: admin
      MasterUserPassword: not-a-secret-1
  Instance:
    Type: AWS::RDS::DBInstance
    Properties: {{DBClusterIdentifier: !Ref Cluster, Engine: aurora-mysql, DBInstanceClass: db.r6g.large}}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {{DisplayName: one}}
  Bucket:
    Type: AWS::S3::Bucket
Outputs:
  Global: {{Value: !Ref Global}}
"""
SECONDARY = f"""
Metadata: {{TwinStack: {{Role: secondary, Wiring: {{Global: primary.Global}}}}}}
Parameters:
  Global: {{Type: String}}
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties:
      DBClusterIdentifier: small-west
      GlobalClusterIdentifier: !Ref Global
      SourceRegion: us-east-1
      Engine: aurora-mysql
      EngineVersion: {VERSION}
  Instance:
    Type: AWS::RDS::DBInstance
    Properties: {{DBClusterIdentifier: !Ref Cluster, Engine: aurora-mysql, DBInstanceClass: db.r6g.large}}
"""


class Small(GlobalDatabase):
    def cluster(self, region):
        return {EAST: "small-east", WEST: "small-west"}[region]


class Pair:
    def __init__(self, folder, account):
        self.folder, self.account = folder, account
        self.access = Access(endpoint_url=account.endpoint, local=True)
        self.templates = {"primary": PRIMARY, "secondary": SECONDARY}
        self.screen = Told()
        self._ids = itertools.count()

    def run(self):
        stacks = {}
        for role, region in (("primary", EAST), ("secondary", WEST)):
            (self.folder / f"{role}.yaml").write_text(self.templates[role])
            stacks[role] = {"template": f"{role}.yaml", "region": region}
        file = self.folder / "small.yaml"
        file.write_text(yaml.safe_dump({"project": "small", "stacks": stacks}))
        environment = assemble(read_environment_file(str(file), self.folder, None, {}), self.folder)
        self.screen = Told()
        run = Run(
            environment,
            Planner(environment.system, shipped_schemas),
            connect(environment.system, self.access),
            SystemClock(),
            self.screen,
            lambda _: True,
            lambda: f"id{next(self._ids)}",
        )
        reached = lambda: self.access  # noqa: E731
        return replace(run, advise=adviser(environment.system, reached), objections=objector(reached))

    def deploy(self):
        return roll_out(self.run(), nullcontext)

    def destroy(self, **options):
        return take_down(self.run(), nullcontext, DestroyOptions(**options))

    def remarks(self):
        (made,) = self.screen.only(PlanMade)
        return made.plan["remarks"]

    def refused(self):
        (made,) = self.screen.only(PlanMade)
        return [each["action"] for each in made.plan["refused"]]

    def rds(self, region):
        return self.account.client("rds", region)

    def writes_in(self, region):
        """Moves the writer to a region, behind CloudFormation's back, unless it is there."""
        database = Small(self.account, "small-trading")
        if database.writer() != region:
            database.switch_over(region)
            database.settled()

    def there(self):
        """What both stacks hold."""
        found = []
        for role, region in (("primary", EAST), ("secondary", WEST)):
            api = self.account.client("cloudformation", region)
            found += [
                (role, each["LogicalResourceId"], each["ResourceStatus"], each["LastUpdatedTimestamp"])
                for each in api.list_stack_resources(StackName=f"small-dev-{role}")["StackResourceSummaries"]
            ]
        return found

    def stacks(self):
        names = []
        for region in (EAST, WEST):
            names += self.account.client("cloudformation", region).describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in names]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    state = tmp_path_factory.mktemp("local-aws")
    (state / "settings.json").write_text('{"role_change_seconds": 0.1}')
    account = Account(process.start_in(state, ROOT / ".venv-local", lambda _: None, SystemClock()).endpoint)
    pair = Pair(tmp_path_factory.mktemp("small"), account)
    assert pair.deploy() == 0
    yield pair
    account.close()
    process.stop_in(state, SystemClock())


@pytest.fixture(autouse=True)
def as_deployed(pair):
    pair.templates = {"primary": PRIMARY, "secondary": SECONDARY}


@pytest.fixture
def reversed_(pair):
    pair.writes_in(WEST)
    return pair


@pytest.fixture
def pair_as_deployed(pair):
    pair.writes_in(EAST)
    return pair


def changed(pair, role, old, new):
    assert old in pair.templates[role]
    pair.templates[role] = pair.templates[role].replace(old, new)


def test_with_the_roles_as_deployed_nothing_is_said(pair_as_deployed):
    assert pair_as_deployed.deploy() == 0
    assert pair_as_deployed.remarks() == []


def test_with_reversed_roles_nothing_changes_and_that_is_said(reversed_):
    before = reversed_.there()
    assert reversed_.deploy() == 0
    assert reversed_.remarks()[0].startswith(
        "Roles reversed: small-west in eu-west-1 (stack secondary) writes in global database small-trading now, "
        "small-east in us-east-1 (stack primary) reads;"
    )
    assert reversed_.there() == before


def test_with_reversed_roles_a_safe_change_is_deployed(reversed_):
    changed(reversed_, "primary", "DisplayName: one", "DisplayName: two")
    assert reversed_.deploy() == 0
    assert "Safe with the roles reversed: primary: Topic" in reversed_.remarks()
    changed(reversed_, "primary", "DisplayName: two", "DisplayName: one")
    assert reversed_.deploy() == 0


@pytest.mark.parametrize(
    ("role", "old", "new", "action"),
    [
        ("primary", "not-a-secret-1", "not-a-secret-2", "Modify"),
        ("primary", "MasterUsername: admin", "MasterUsername: root", "Modify"),
        ("primary", "      MasterUsername", "      DatabaseName: trading\n      MasterUsername", "Modify"),
        ("secondary", "SourceRegion: us-east-1", "SourceRegion: eu-west-2", "Replace"),
        ("secondary", "      GlobalClusterIdentifier: !Ref Global\n", "", "Detach"),
        ("primary", "GlobalClusterIdentifier: small-trading", "GlobalClusterIdentifier: other", "Replace"),
    ],
)
def test_with_reversed_roles_an_unsafe_change_exits_4_and_changes_nothing(reversed_, role, old, new, action):
    before = reversed_.there()
    changed(reversed_, role, old, new)
    assert reversed_.deploy() == 4
    assert action in reversed_.refused()
    assert reversed_.there() == before


def test_destroy_with_reversed_roles_exits_4_and_changes_nothing(reversed_):
    before = reversed_.there()
    assert reversed_.destroy() == 4
    assert reversed_.there() == before


def test_a_member_that_was_detached_by_hand_is_found_and_nothing_converges(pair_as_deployed):
    pair = pair_as_deployed
    (cluster,) = pair.rds(WEST).describe_db_clusters(DBClusterIdentifier="small-west")["DBClusters"]
    pair.rds(WEST).remove_from_global_cluster(
        GlobalClusterIdentifier="small-trading", DbClusterIdentifier=cluster["DBClusterArn"]
    )
    before = pair.there()
    assert pair.deploy() == 4
    assert pair.refused() == ["Converge"]
    assert pair.there() == before


def test_at_the_end_what_a_person_names_is_kept_and_the_rest_goes(pair):
    """The secondary is told to keep its cluster by an update, the primary, which failed half way, as it is deleted."""
    (bucket,) = [each["Name"] for each in pair.account.client("s3").list_buckets()["Buckets"]]
    pair.account.client("s3").put_object(Bucket=bucket, Key="key", Body=b"data")
    east = pair.account.client("cloudformation")
    east.delete_stack(StackName="small-dev-primary")
    waited_for(east, "small-dev-primary", "DELETE_FAILED")
    assert pair.destroy(retain=("Bucket", "secondary.Cluster")) == 0
    assert pair.stacks() == []
    (left,) = pair.screen.only(Left)
    assert [(row["stack"], row["resource"], row["physical_id"]) for row in left.resources] == [
        ("secondary", "Cluster", "small-west"),
        ("primary", "Bucket", bucket),
    ]
    assert pair.account.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    assert len(pair.rds(WEST).describe_db_clusters()["DBClusters"]) == 1
    assert pair.rds(EAST).describe_db_clusters()["DBClusters"] == []


def waited_for(api, name, status):
    until = time.monotonic() + 20
    while (now := api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]) != status:
        assert time.monotonic() < until, now
        time.sleep(0.05)
