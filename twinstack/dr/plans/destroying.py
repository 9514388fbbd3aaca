"""Says why the stacks of a global database must not be taken down now.

AWS deletes no writer while the database has readers, and CloudFormation deletes the stacks in the order in which they
were made backwards: with the roles reversed the first deletion would fail half way.
See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-deleting.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twinstack.dr.database import Database, Site
from twinstack.dr.global_databases import INSTANCE
from twinstack.dr.looks import SECONDS, Looks
from twinstack.dr.plans.advice import live_databases
from twinstack.dr.roles import RegionOf, Roles
from twinstack.expressions.values import made_by
from twinstack.planning.steps import Planner, resolver_for
from twinstack.planning.world import Live, Unknown, World

# While a region is lost the roles only give the commands a name, so nobody waits long for them.
BESIDE_A_LOSS = 5.0
_RUNBOOK = 'the steps are in docs/runbook.md, "Lost for good"'


def objections(planner: Planner, world: World, region_of: RegionOf, retained: Sequence[str] = ()) -> list[str]:
    """Returns why the stacks must not be taken down now, a sentence each; nothing is changed by asking.

    Args:
        planner: The planner of the stacks.
        world: What is known of each stack.
        region_of: Returns a region to ask.
        retained: What a person wants kept, by logical id or `role.LogicalId`.

    Raises:
        CredentialsError: AWS does not take the credentials.
        InputError: A live template cannot be resolved.
    """
    databases = live_databases(planner, world)
    lost = any(isinstance(state, Unknown) for state in world.values())
    looks = Looks(planner, databases, region_of, BESIDE_A_LOSS if lost else SECONDS)
    found: list[str] = []
    for database in databases.values():
        roles = looks.members(database)
        unread = {site: state.reason for site in database.sites if isinstance(state := world[site.role], Unknown)}
        if unread:
            found.append(_lost(database, roles, planner, world, unread))
        else:
            found += _by_roles(database, roles) or _kept_members(database, roles, planner, world, retained)
    return found


def _by_roles(database: Database, roles: Roles | str) -> list[str]:
    if isinstance(roles, str):
        return [
            f"who writes in {database} could not be read: {roles}; with the roles reversed a deletion would fail half "
            "way, so nothing was deleted; run `destroy` again when it can be read"
        ]
    if roles.change is not None or roles.status.endswith("-over"):
        return [f"{database}: {roles.unclear}; nothing was deleted"]
    if roles.reversed_in(database):
        owner = database.owner
        return [
            f"roles reversed: {roles.writer} writes in {database} now, and {owner}, whose stack holds the global "
            "cluster, reads; AWS deletes no writer while the database has a reader, and CloudFormation does not know "
            "that the roles are reversed: `failback` first, then `destroy`; nothing was deleted"
        ]
    return []


def _kept_members(
    database: Database, roles: Roles | str, planner: Planner, world: World, retained: Sequence[str]
) -> Iterator[str]:
    """Yields why a reader cannot be kept as a member while the writer goes."""
    kept: dict[str, bool] = {}
    wholly: dict[str, bool] = {}
    for site in database.sites:
        named = [name in retained or f"{site.role}.{name}" in retained for name in _of_database(planner, world, site)]
        kept[site.region], wholly[site.region] = any(named), bool(named) and all(named)
    if isinstance(roles, str) or roles.writer is None or wholly.get(roles.writer.region, True):
        return
    for reader in roles.readers:
        site_ = database.at(reader.region)
        if site_ is not None and kept[reader.region]:
            yield (
                f"{site_.role}.{site_.cluster} cannot be kept as it is: {reader} is a member of {database} and reads, "
                "and AWS deletes no writer while the database has a reader; take it out first, which makes it a "
                f"database of its own that takes writes: {_detaching(database, site_, reader.arn)}; then `destroy` "
                "again; nothing was deleted"
            )


def _lost(database: Database, roles: Roles | str, planner: Planner, world: World, unread: dict[Site, str]) -> str:
    """Returns what to do while a stack with a cluster cannot be read: without it, what it holds is not known."""
    gone = " and ".join(map(str, unread))
    whys = "; ".join(unread.values())
    there = [site for site in database.sites if site not in unread and isinstance(world[site.role], Live)]
    known = roles if isinstance(roles, Roles) else None
    stands = "; ".join(_standing(planner, world, site, known) for site in there)
    lines = [
        f"{database}: {gone} could not be read, so nothing was deleted: {whys}",
        f"What stands: {stands or 'no stack that answers'}",
        "When it answers, run `destroy` again. While it does not, or to keep what applications write here now:",
    ]
    for site in there:
        lines.append(f"- take the cluster out of the database: {_detach(database, known, site, list(unread))}")
        kept = " ".join(f"--retain {site.role}.{name}" for name in _of_database(planner, world, site))
        lines.append(f"- once {gone} can be read, keep its data as you take down the rest: `destroy {kept}`")
    return "\n".join([*lines, f"- {_RUNBOOK}"])


def _standing(planner: Planner, world: World, site: Site, roles: Roles | None) -> str:
    state, own = world[site.role], roles.at(site.region) if roles else None
    does = f", in which {own.name} {'writes' if own.writes else 'reads'}" if own else ""
    status = f", {state.status}" if isinstance(state, Live) else ""
    return f"{site}: stack {planner.system.stacks[site.role].name}{status}{does}"


def _detach(database: Database, roles: Roles | None, here: Site, lost: list[Site]) -> str:
    """Returns the command that parts what is here from what is lost.

    A reader is taken out itself, and writes from then on; of a writer the lost reader is taken out.
    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RemoveFromGlobalCluster.html
    """
    own = roles.at(here.region) if roles else None
    leaving = own
    if own is not None and own.writes and roles is not None:
        leaving = roles.at(lost[0].region)
    return _detaching(database, here, leaving.arn if leaving else f"ARN-OF-THE-CLUSTER-IN-{here.region}")


def _detaching(database: Database, here: Site, arn: str) -> str:
    return (
        f"`aws rds remove-from-global-cluster --region {here.region} --global-cluster-identifier "
        f"{database.identifier} --db-cluster-identifier {arn}`"
    )


def _of_database(planner: Planner, world: World, site: Site) -> list[str]:
    """Returns the logical ids of the cluster and of its instances."""
    live = world[site.role]
    if not isinstance(live, Live):
        return []
    stack = planner.system.stacks[site.role]
    resources = resolver_for(stack, live.template, live.parameters, live.generations).resources()
    instances = [
        name
        for name, resource in resources.items()
        if resource.type == INSTANCE
        and made_by((resource.attributes.get("Properties") or {}).get("DBClusterIdentifier"))
        == (site.role, site.cluster)
    ]
    return [site.cluster, *instances]
