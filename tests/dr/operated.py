"""A global database that can be operated: two regions in memory that change the roles as AWS does, and a run on it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace

from tests.dr.versions.pairs import EAST, NAME, OLD, PAIR, WEST, live, versioned
from tests.fake_cloudformation import FakeClock
from tests.fake_parameters import FakeParameterStore
from tests.rollout.deployments import Telling
from tests.systems import planner
from twinstack.dr.aws.api import Cluster, GlobalCluster, Instance, Measurement, Member, RoleChange
from twinstack.dr.database import find_database
from twinstack.dr.roles import read_roles
from twinstack.dr.run import DatabaseRun
from twinstack.errors import UnreachableError
from twinstack.screen.events import ChecksMade

LARGE = "db.r6g.large"
LOST = UnreachableError("the region is lost")


def arn(region):
    return f"arn:aws:rds:{region}:111122223333:cluster:trading-{region}"


@dataclass
class Database:
    """What AWS has; a test changes it before or while it is operated.

    Attributes:
        lasts: How many looks AWS takes for a change of roles; None when it never ends.
        ends: What AWS does at the end of a change: `moves`, or `gives up`.
        lost: The regions that do not answer, with the error.
        lag: The lag of the reader in milliseconds by metric.
        old_answers: The numbers of the looks that are answered as it was before.
        loses_the_answer: Whether a change is begun, and nobody hears so.
        calls: The changes that were asked for, as (call, region, target).
    """

    clock: FakeClock
    writer: str = EAST
    status: str = "available"
    version: dict = field(default_factory=lambda: {EAST: OLD, WEST: OLD})
    synchronization: dict = field(default_factory=lambda: {EAST: "connected", WEST: "connected"})
    cluster_status: dict = field(default_factory=lambda: {EAST: "available", WEST: "available"})
    instances: dict = field(default_factory=lambda: {region: [("available", LARGE)] for region in (EAST, WEST)})
    lag: dict = field(default_factory=lambda: {"AuroraGlobalDBRPOLag": 120.0})
    lag_age: float = 30.0
    lost: dict = field(default_factory=dict)
    members: tuple = (EAST, WEST)
    change: RoleChange | None = None
    lasts: int | None = 2
    ends: str = "moves"
    refuses: Exception | None = None
    loses_the_answer: bool = False
    endpoint: str = "trading.global"
    snapshots: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    views: dict = field(default_factory=dict)
    looks: int = 0
    old_answers: list = field(default_factory=list)

    def __call__(self, role, region):
        del role
        return Region(self, region)

    def look(self):
        """A look lets a change of roles go on."""
        if self.change is None or self.lasts is None:
            return
        self.lasts -= 1
        if self.lasts < 0:
            if self.ends == "moves":
                self.writer = self.change.target_arn.split(":")[3]
            self.change, self.status = None, "available"

    def begin(self, call, region, target):
        self.calls.append((call, region, target.split(":")[3]))
        if self.refuses is not None:
            raise self.refuses
        self.status = "switching-over" if call == "switchover" else "failing-over"
        self.change = RoleChange("pending", arn(self.writer), target, call == "failover")
        if self.loses_the_answer:
            raise UnreachableError("the connection ended")


class Region:
    def __init__(self, aws, region):
        self._aws, self._region = aws, region

    def _answer(self):
        if self._region in self._aws.lost:
            raise self._aws.lost[self._region]

    def global_cluster(self, name):
        self._answer()
        aws = self._aws
        if name != NAME or not aws.members:
            return None
        if self._region == WEST or WEST in aws.lost:
            aws.look()
        aws.looks += 1
        if aws.looks in aws.old_answers:
            members = [Member(arn(it), it == EAST, "connected") for it in aws.members]
            return GlobalCluster("available", aws.endpoint, tuple(members), OLD)
        writer = aws.views.get(self._region, aws.writer)
        members = [Member(arn(it), it == writer, aws.synchronization[it]) for it in aws.members]
        return GlobalCluster(aws.status, aws.endpoint, tuple(members), OLD, aws.change)

    def cluster(self, name):
        self._answer()
        assert name == f"trading-{self._region}"
        aws = self._aws
        return Cluster(
            arn(self._region), aws.cluster_status[self._region], aws.version[self._region], "", False, (), ""
        )

    def instances(self, name):
        self._answer()
        return [Instance(f"{name}-{n}", *it, "") for n, it in enumerate(self._aws.instances[self._region])]

    def measured(self, metric, cluster, now):
        self._answer()
        assert cluster == f"trading-{self._region}"
        value = self._aws.lag.get(metric)
        return None if value is None else Measurement(value, now - timedelta(seconds=self._aws.lag_age))

    def snapshots(self, cluster):
        self._answer()
        return self._aws.snapshots.get(cluster, [])

    def switch_over(self, name, target):
        self._answer()
        self._aws.begin("switchover", self._region, target)

    def fail_over(self, name, target):
        self._answer()
        self._aws.begin("failover", self._region, target)

    def caller(self):
        self._answer()
        return "arn:aws:sts::111122223333:assumed-role/operator/ada"


class Told(Telling):
    """A screen with words for what is asked of it most."""

    def checks(self, title):
        return {
            row["check"]: (row["verdict"], row["said"])
            for event in self.of(ChecksMade)
            if event.title.startswith(title)
            for row in event.checks
        }

    def failed(self):
        return [row["check"] for event in self.of(ChecksMade) for row in event.checks if row["verdict"] == "failed"]


def operated(aws=None, *, says=True, world=None, outputs=None, local=False, **given):
    """A run on the database, which has been looked at once.

    Args:
        aws: The database; made from what is given beside.
        says: What the person says.
        world: The state of some stacks instead of live ones.
        outputs: Outputs of the primary's stack beside those of its template.
    """
    aws = aws or Database(FakeClock(), **given)
    made = planner(versioned(PAIR, OLD))
    stacks = {**live(PAIR, OLD), **(world or {})}
    if outputs:
        stacks["primary"] = replace(stacks["primary"], outputs={**stacks["primary"].outputs, **outputs})
    database = find_database(made, stacks)
    environment = SimpleNamespace(
        file=SimpleNamespace(model=SimpleNamespace(project="trading"), suffix="dev"), system=made.system
    )
    clients = {role: SimpleNamespace(parameters=FakeParameterStore(aws.clock)) for role in made.system.stacks}
    return DatabaseRun(
        environment,
        made,
        stacks,
        database,
        aws,
        aws,
        clients,
        aws.clock,
        Told(),
        lambda _question: says,
        read_roles(database, aws),
        local,
    )
