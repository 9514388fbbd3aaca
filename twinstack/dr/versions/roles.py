"""Who writes and who reads in a global database now, and which versions run: asked of AWS, never assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import GlobalCluster, Region
from twinstack.dr.versions.databases import GlobalDatabase
from twinstack.dr.versions.engine_version import EngineVersion, read_version
from twinstack.errors import CredentialsError, InputError, UnreachableError

# Returns a region, as the account of a stack sees it: role of the stack, region.
RegionOf = Callable[[str, str], Region]


@dataclass(frozen=True)
class LiveCluster:
    """A cluster of a global database, as AWS has it.

    Attributes:
        region: Its region; a global database has at most one cluster in each.
        name: Its identifier.
        writes: Whether it is the writer.
        version: The version that it runs; None where it cannot be read from what AWS says.
    """

    region: str
    name: str
    writes: bool
    version: EngineVersion | None

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"


@dataclass(frozen=True)
class Roles:
    """The clusters of a global database, and the version that the global cluster names."""

    clusters: tuple[LiveCluster, ...]
    version: str

    @property
    def writer(self) -> LiveCluster | None:
        """The cluster that writes."""
        return next((cluster for cluster in self.clusters if cluster.writes), None)

    @property
    def readers(self) -> tuple[LiveCluster, ...]:
        """The clusters that read."""
        return tuple(cluster for cluster in self.clusters if not cluster.writes)

    def at(self, region: str) -> LiveCluster | None:
        """Returns the cluster in a region."""
        return next((cluster for cluster in self.clusters if cluster.region == region), None)


def read_roles(database: GlobalDatabase, region_of: RegionOf) -> Roles | str:
    """Asks AWS for the roles in a global database, in the first region of its stacks that answers.

    Args:
        database: The global database.
        region_of: Returns a region to ask.

    Returns:
        The roles, or why they could not be read.
    """
    if not database.identifier:
        return (
            "its identifier is not known; give the global cluster a GlobalClusterIdentifier, or the stack an output "
            "with its Ref"
        )
    why = ""
    for member in database.before:
        try:
            found = region_of(member.role, member.region).global_cluster(database.identifier)
            if found is None:
                return f"AWS has no global cluster {database.identifier} in {member.region}"
            return _checked(found, database, member.role, region_of)
        except CredentialsError:
            raise
        except (AwsError, UnreachableError, InputError) as error:
            why = why or str(error)
    return why or "no stack with a cluster of it is there"


def _checked(found: GlobalCluster, database: GlobalDatabase, role: str, region_of: RegionOf) -> Roles | str:
    if found.status != "available":
        return f"it is {found.status}, so the roles may be moving; wait for the end"
    engine = next((member.engine for member in database.before if member.engine), "")
    clusters = []
    for member in found.members:
        region, name = member.cluster_arn.split(":")[3], member.cluster_arn.rpartition(":")[2]
        there = region_of(role, region).cluster(name)
        if there is None:
            return f"cluster {name} in {region} is a member of it, and AWS does not find it there"
        clusters.append(LiveCluster(region, name, member.writes, read_version(engine, there.version)))
    return Roles(tuple(clusters), found.version)
