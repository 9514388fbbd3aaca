"""Who writes and who reads in a global database now: asked of AWS, never assumed from the names of stacks.

Every region is asked at once, and one that does not answer is named and holds nothing up. RDS tells of a global
database in each region that it has a cluster in.
See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeGlobalClusters.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.dr.aws.api import Cluster, GlobalCluster, Instance, Member, Region, RoleChange
from twinstack.dr.database import Database
from twinstack.dr.engine_version import EngineVersion, read_version

# Returns a region, as the account of a stack sees it: role of the stack, region.
RegionOf = Callable[[str, str], Region]
# How long a look may take, in seconds, whatever a region does. Its clients give up sooner, and say why.
LOOK_SECONDS = 8.0


@dataclass(frozen=True)
class LiveCluster:
    """A cluster of a global database, as AWS has it.

    Attributes:
        region: Its region; a global database has at most one cluster in each.
        name: Its identifier.
        arn: Its ARN.
        writes: Whether it is the writer.
        synchronization: How far it is in step with the writer: connected or pending-resync; '' where AWS does not say.
        found: What its own region says of it; None when that does not know it; a silence when it does not answer.
        instances: Its instances; a silence where they could not be read.
    """

    region: str
    name: str
    arn: str
    writes: bool
    synchronization: str
    found: Cluster | Silence | None
    instances: tuple[Instance, ...] | Silence = ()

    @property
    def version(self) -> EngineVersion | None:
        """The version that it runs; None where it could not be read."""
        return read_version(self.found.engine, self.found.version) if isinstance(self.found, Cluster) else None

    @property
    def status(self) -> str:
        """Its status; '' where it could not be read."""
        return self.found.status if isinstance(self.found, Cluster) else ""

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"


@dataclass(frozen=True)
class Roles:
    """A global database as the regions that answer have it.

    Attributes:
        identifier: Its identifier.
        status: The status of the global cluster; '' when no such database exists.
        endpoint: Its writer endpoint.
        version: The version that the global cluster names.
        change: The change of roles that is under way.
        clusters: Its clusters.
        silent: The regions that did not answer, and why.
        views: What each region says of the global cluster: they may differ after a loss.
    """

    identifier: str
    status: str
    endpoint: str
    version: str
    change: RoleChange | None
    clusters: tuple[LiveCluster, ...]
    silent: Mapping[str, Silence] = field(default_factory=dict)
    views: Mapping[str, GlobalCluster | Silence | None] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether a region knows the global database."""
        return bool(self.status)

    @property
    def writer(self) -> LiveCluster | None:
        """The cluster that writes."""
        return next((cluster for cluster in self.clusters if cluster.writes), None)

    @property
    def readers(self) -> tuple[LiveCluster, ...]:
        """The clusters that read."""
        return tuple(cluster for cluster in self.clusters if not cluster.writes)

    @property
    def writers(self) -> dict[str, str]:
        """The region that writes, by each region that says so; empty where all that answer agree."""
        said = {
            region: next((it.region for it in view.members if it.writes), "nobody")
            for region, view in self.views.items()
            if isinstance(view, GlobalCluster)
        }
        return said if len(set(said.values())) > 1 else {}

    @property
    def at_odds(self) -> tuple[str, ...]:
        """The regions that know the database and do not all say the same of its members; none where they do."""
        told = {
            region: tuple(sorted((member.cluster_arn, member.writes) for member in view.members))
            for region, view in self.views.items()
            if isinstance(view, GlobalCluster)
        }
        return tuple(told) if len(set(told.values())) > 1 else ()

    @property
    def unclear(self) -> str:
        """Why nobody can rely on the roles now; '' when they stand."""
        if not self.exists:
            asked = ", ".join(region for region in self.views if region not in self.silent)
            return f"AWS has no global cluster {self.identifier} in {asked}"
        if self.status != "available" or self.change is not None:
            now = self.status if self.status != "available" or self.change is None else self.change.status
            return f"it is {now}, so the roles may be moving; wait for the end"
        return ""

    def at(self, region: str) -> LiveCluster | None:
        """Returns the cluster in a region."""
        return next((cluster for cluster in self.clusters if cluster.region == region), None)

    def reversed_in(self, database: Database) -> bool:
        """Whether another stack than the one that was deployed as the primary holds the writer."""
        owner = database.owner
        return bool(owner and self.writer and self.writer.region != owner.region)


def read_roles(database: Database, region_of: RegionOf, seconds: float = LOOK_SECONDS) -> Roles | Silence:
    """Asks every region of a global database who writes, and each cluster's region for the cluster.

    It takes at most twice the given time.

    Args:
        database: The global database.
        region_of: Returns a region to ask.
        seconds: How long each of the two looks may take.

    Returns:
        The roles; a silence when not one region answers.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    roles = read_members(database, region_of, seconds)
    return roles if isinstance(roles, Silence) else with_clusters(roles, database, region_of, seconds)


def read_members(database: Database, region_of: RegionOf, seconds: float = LOOK_SECONDS) -> Roles | Silence:
    """Asks every region of a global database who writes, and nothing more: one call a region.

    Arguments, errors and what is returned are as for `read_roles`, save that the clusters themselves are a silence.
    """
    views = side_by_side(
        {site.region: partial(_view, database, region_of, site.role, site.region) for site in database.sites}, seconds
    )
    silent = {region: view for region, view in views.items() if isinstance(view, Silence)}
    if len(silent) == len(views):
        return Silence("\n".join(silence.why for silence in silent.values()))
    told = next((view for view in views.values() if isinstance(view, GlobalCluster)), None)
    if told is None:
        return Roles(database.identifier, "", "", "", None, (), silent, views)
    clusters = tuple(_live(member, _NOT_ASKED) for member in told.members)
    return Roles(database.identifier, told.status, told.endpoint, told.version, told.change, clusters, silent, views)


def with_clusters(roles: Roles, database: Database, region_of: RegionOf, seconds: float = LOOK_SECONDS) -> Roles:
    """Returns the roles with what each cluster's own region says of it; a region that was silent is not asked again.

    Args:
        roles: The roles, as `read_members` has them.
        database: The global database.
        region_of: Returns a region to ask.
        seconds: How long that may take.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """

    def there(cluster: LiveCluster) -> Region:
        return region_of(database.role_in(cluster.region), cluster.region)

    answering = [cluster for cluster in roles.clusters if cluster.region not in roles.silent]
    # Side by side too, so that whoever may not read the instances sees the clusters all the same.
    asked: dict[str, Callable[[], Cluster | tuple[Instance, ...] | None]] = {}
    for each in answering:
        asked[f"the cluster in {each.region}"] = partial(_cluster, there, each)
        asked[f"the instances in {each.region}"] = partial(_instances, there, each)
    looks = side_by_side(asked, seconds)
    return replace(roles, clusters=tuple(_seen(cluster, looks, roles.silent) for cluster in roles.clusters))


_NOT_ASKED = Silence("it was not asked about")


def _view(database: Database, region_of: RegionOf, role: str, region: str) -> GlobalCluster | None:
    return region_of(role, region).global_cluster(database.identifier)


def _cluster(there: Callable[[LiveCluster], Region], cluster: LiveCluster) -> Cluster | None:
    return there(cluster).cluster(cluster.name)


def _instances(there: Callable[[LiveCluster], Region], cluster: LiveCluster) -> tuple[Instance, ...]:
    return tuple(there(cluster).instances(cluster.name))


def _live(member: Member, look: Silence) -> LiveCluster:
    return LiveCluster(
        member.region, member.name, member.cluster_arn, member.writes, member.synchronization, look, look
    )


def _seen(
    cluster: LiveCluster,
    looks: Mapping[str, Cluster | tuple[Instance, ...] | Silence | None],
    silent: Mapping[str, Silence],
) -> LiveCluster:
    if cluster.region in silent:
        return replace(cluster, found=silent[cluster.region], instances=silent[cluster.region])
    found, instances = (looks[f"the {what} in {cluster.region}"] for what in ("cluster", "instances"))
    return replace(
        cluster,
        found=None if isinstance(found, tuple) else found,
        instances=instances if isinstance(instances, (tuple, Silence)) else (),
    )
