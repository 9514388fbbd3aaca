"""What AWS says of the global databases of a plan: asked once, and no more than somebody wants to know."""

from __future__ import annotations

from collections.abc import Mapping

from twinstack.aws.side_by_side import Silence
from twinstack.dr.database import Database, with_sites
from twinstack.dr.global_databases import GlobalDatabase
from twinstack.dr.roles import RegionOf, Roles, read_members, with_clusters
from twinstack.planning.steps import Planner

# A plan has asked the same regions for its stacks already; this is for a database that answers later than they do.
SECONDS = 15.0
NAMELESS = (
    "its identifier is not known; give the global cluster a GlobalClusterIdentifier, or the stack an output with its "
    "Ref"
)


class Looks:
    """The looks at the databases of one plan.

    Args:
        planner: The planner of the stacks.
        databases: The databases that are live, by identifier.
        region_of: Returns a region to ask.
        seconds: How long a look may take.
    """

    def __init__(
        self, planner: Planner, databases: Mapping[str, Database], region_of: RegionOf, seconds: float = SECONDS
    ) -> None:
        self._planner, self._databases, self._region_of, self._seconds = planner, databases, region_of, seconds
        self._members: dict[str, Roles | str] = {}

    def members(self, database: Database) -> Roles | str:
        """Returns who writes and who reads, without a look at the clusters; a text is why nobody could say.

        Raises:
            CredentialsError: AWS does not take the credentials.
        """
        identifier = database.identifier
        if not identifier:
            return NAMELESS
        if identifier not in self._members:
            found = read_members(database, self._region_of, self._seconds)
            self._members[identifier] = found.why if isinstance(found, Silence) else found
        return self._members[identifier]

    def clusters(self, database: GlobalDatabase) -> Roles | str:
        """Returns the roles with every cluster as it is; a text is why that cannot be relied on.

        Raises:
            CredentialsError: AWS does not take the credentials.
        """
        there = self._databases.get(database.identifier) or with_sites(self._planner, database)
        members = self.members(there)
        if isinstance(members, str):
            return members
        if why := members.unclear:
            return why
        roles = with_clusters(members, there, self._region_of, self._seconds)
        return _unseen(roles) or roles


def _unseen(roles: Roles) -> str:
    """Returns why a cluster is not known, '' when all are."""
    for cluster in roles.clusters:
        if isinstance(cluster.found, Silence):
            return cluster.found.why
        if cluster.found is None:
            return f"cluster {cluster} is a member of it, and AWS does not find it there"
    return ""
