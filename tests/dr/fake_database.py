"""Global databases in memory: one that changes the roles as AWS does, and one that only says what it is."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.fake_cloudformation import FakeClock
from twinstack.dr.aws.api import Cluster, GlobalCluster, Instance, Measurement, Member, RoleChange
from twinstack.errors import UnreachableError

EAST, WEST, NORTH = "us-east-1", "eu-west-1", "eu-test-2"
OLD, NEW = "8.0.mysql_aurora.3.10.3", "8.0.mysql_aurora.3.10.4"
NAME = "trading"
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
        return _AtRest(self, region)


class _AtRest:
    def __init__(self, aws, region):
        self._aws, self._region = aws, region

    def global_cluster(self, name):
        if name != NAME:
            return None
        members = [Member(arn(region), region == self._aws.writer, "connected") for region in self._aws.versions]
        return GlobalCluster(self._aws.status, "", tuple(members), self._aws.version, self._aws.change)

    def cluster(self, name):
        assert name == f"trading-{self._region}"
        version = self._aws.versions[self._region]
        engine = "aurora-mysql" if "mysql" in str(version) else "aurora-postgresql"
        return version and Cluster(arn(self._region), "available", version, "", False, (), "", engine=engine)

    def instances(self, name):
        return [Instance(f"{name}-1", "available", "db.r6g.large", "")]
