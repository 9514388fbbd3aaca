"""The global database of an environment: its identifier, and the stacks that hold its clusters.

Found without asking RDS: from the live stacks as far as they could be read, and from the files of the others. So it is
found as well when a whole region is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from twinstack.dr.global_databases import CLUSTER, GLOBAL_CLUSTER, GlobalDatabase, global_databases
from twinstack.errors import InputError
from twinstack.planning.passes import Plan, plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import Absent, StackState, Unknown, World


@dataclass(frozen=True)
class Site:
    """A stack with a cluster of the global database.

    Attributes:
        role: The role of the stack.
        region: Its region.
        stack: Its name.
        cluster: The logical id of the cluster.
        owns: Whether the stack also holds the global cluster: what it was deployed as is the primary.
    """

    role: str
    region: str
    stack: str
    cluster: str
    owns: bool

    def __str__(self) -> str:
        return f"{self.role} ({self.region})"


@dataclass(frozen=True)
class Database:
    """The global database of an environment.

    Attributes:
        identifier: Its identifier on AWS.
        sites: The stacks with a cluster of it, in the order of the file.
    """

    identifier: str
    sites: tuple[Site, ...]

    @property
    def owner(self) -> Site | None:
        """The site whose stack holds the global cluster."""
        return next((site for site in self.sites if site.owns), None)

    def at(self, region: str) -> Site | None:
        """Returns the site in a region."""
        return next((site for site in self.sites if site.region == region), None)

    def role_in(self, region: str) -> str:
        """Returns the role of the stack as whose account a region is asked: of the first, where none is there."""
        return (self.at(region) or self.sites[0]).role

    def seen_from(self, region: str) -> Database:
        """Returns the database with the site of a region first: where regions disagree, that one is believed."""
        return replace(self, sites=tuple(sorted(self.sites, key=lambda site: site.region != region)))

    def __str__(self) -> str:
        return f"global database {self.identifier}"


def find_database(planner: Planner, world: World) -> Database:
    """Returns the global database of an environment.

    Args:
        planner: The planner of its system.
        world: What is known of each stack; of one that is unknown or absent its file counts.

    Raises:
        InputError: The environment has none, or more than one, or its identifier is not known.
    """
    found = databases_in(planner, with_files(planner, world, (Unknown, Absent)))
    if len(found) != 1:
        named = f"{len(found)} global databases: {', '.join(map(str, found))}" if found else "no global database"
        raise InputError(f"the environment has {named}; this command is for an environment with one")
    (database,) = found
    if not database.identifier:
        raise InputError(
            f"{database}: its identifier is not known; give the global cluster a GlobalClusterIdentifier, or the "
            "stack an output with its Ref"
        )
    return with_sites(planner, database)


def with_files(planner: Planner, world: World, missing: type[StackState] | tuple[type[StackState], ...]) -> World:
    """Returns the world in which some stacks are what their files make of them.

    Args:
        planner: The planner of the stacks.
        world: What is known of each stack.
        missing: The states of which the file counts, such as `Unknown`.

    Raises:
        InputError: A first deployment of the files cannot be planned.
    """
    if not any(isinstance(state, missing) for state in world.values()):
        return world
    planned = plan(planner, dict.fromkeys(planner.system.stacks, Absent())).world
    return {role: planned[role] if isinstance(state, missing) else state for role, state in world.items()}


def databases_in(planner: Planner, world: World) -> list[GlobalDatabase]:
    """Returns the global databases that the live stacks of a world hold, as they are.

    Raises:
        InputError: A live template cannot be resolved.
    """
    return global_databases(planner, world, Plan((), {}, (), (), searched=True, world=world))


def with_sites(planner: Planner, database: GlobalDatabase) -> Database:
    """Returns a global database with the stacks that hold its clusters before a plan."""
    return Database(database.identifier, tuple(_sites(planner, database)))


def _sites(planner: Planner, database: GlobalDatabase) -> list[Site]:
    owners = {member.role for member in database.before if member.type == GLOBAL_CLUSTER}
    stacks = planner.system.stacks
    clusters = {member.role: member for member in database.before if member.type == CLUSTER}
    return [
        Site(role, stacks[role].region, stacks[role].name, clusters[role].resource, role in owners)
        for role in stacks
        if role in clusters
    ]
