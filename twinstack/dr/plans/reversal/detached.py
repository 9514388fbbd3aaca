"""Finds clusters that were taken out of their global database by hand, and regions that disagree about its members.

A cluster that is detached takes writes of its own, and AWS attaches none again: what comes back is a new cluster,
copied from the writer.
See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twinstack.dr.aws.api import GlobalCluster
from twinstack.dr.database import Database, Site
from twinstack.dr.global_databases import CLUSTER, global_databases
from twinstack.dr.roles import Roles
from twinstack.planning.advice import Refusal
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner, base_of
from twinstack.planning.world import World

_RUNBOOK = "docs/runbook.md"
_DETACHING = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html"


def standing_alone(
    database: Database, roles: Roles, planner: Planner, world: World, planned: Plan
) -> tuple[list[Refusal], list[str]]:
    """Returns why a plan must not be carried out because a cluster is not where its stack takes it to be.

    A cluster that the plan itself takes out of the database only follows what was done, and is a remark.

    Args:
        database: The database.
        roles: What each region says of it.
        planner: The planner that made the plan.
        world: The world that the plan starts from.
        planned: The plan.
    """
    found: list[Refusal] = []
    remarks: list[str] = []
    stays = _stays(planner, world, planned)
    for site in database.sites:
        why = why_alone(site, roles) if _is_there(site, world) else ""
        if why and (site.role, site.cluster) not in stays:
            remarks.append(f"{site.role}: {site.cluster} {why}; this plan takes it out of the database too")
        elif why:
            found.append(_refusal(site, f"{site.cluster} {why}. {_what_it_means(database, roles, site)}", planner))
    if not found and (said := _disagreement(roles)):
        site = next(site for site in database.sites if _is_there(site, world))
        found.append(_refusal(site, f"{said}. {_DISAGREEING}", planner))
    return found, remarks


def _is_there(site: Site, world: World) -> bool:
    live = base_of(world[site.role])
    return live is not None and live.has(site.cluster)


def _stays(planner: Planner, world: World, planned: Plan) -> set[tuple[str, str]]:
    """Returns the clusters that the plan leaves in a global database."""
    return {
        (member.role, member.resource)
        for each in global_databases(planner, world, planned)
        for member in each.after
        if member.type == CLUSTER
    }


def _answers(roles: Roles) -> Mapping[str, GlobalCluster | None]:
    return {region: view for region, view in roles.views.items() if view is None or isinstance(view, GlobalCluster)}


def _regions(view: GlobalCluster | None) -> set[str]:
    return {member.region for member in view.members} if view else set()


def why_alone(site: Site, roles: Roles) -> str:
    """Returns why a cluster counts as one that stands alone, '' when it does not."""
    answers = _answers(roles)
    counting = [region for region, view in answers.items() if site.region in _regions(view)]
    if not counting:
        return f"in {site.region} is in no global database {roles.identifier}, seen from {' and '.join(answers)}"
    if site.region in answers and site.region not in counting:
        return (
            f"in {site.region} is in no global database {roles.identifier}, seen from its own region, though it still "
            f"is, seen from {' and '.join(counting)}"
        )
    return ""


def _what_it_means(database: Database, roles: Roles, site: Site) -> str:
    writer = f"{roles.writer}, which writes in {database}" if roles.writer else f"the other clusters of {database}"
    return (
        "It stands alone and takes writes of its own, so what applications have written since may be in it, in "
        f"{writer}, or in both. A deployment cannot bring it back, since AWS attaches no cluster again "
        f"({_DETACHING}): decide which of them holds the data and lead the applications there; then keep or delete "
        f"the stack {site.stack}, without which `deploy` makes a new secondary, or take the cluster out of the "
        f'template; the steps are in {_RUNBOOK}, "Manual detach and re-attach"'
    )


def _disagreement(roles: Roles) -> str:
    """Returns what the regions that answer say of the members, '' when all say the same."""
    if not roles.at_odds:
        return ""
    return f"the regions disagree about global database {roles.identifier}: " + "; ".join(_told(roles))


def _told(roles: Roles) -> Iterator[str]:
    for region, view in _answers(roles).items():
        members = view.members if view else ()
        names = [f"{member.name} ({'writes' if member.writes else 'reads'})" for member in members]
        yield f"{region} counts {', '.join(names) or 'no cluster'}"


_DISAGREEING = (
    "Applications may have written to either side. Wait while a failover is under way; when it stays so, decide which "
    f'cluster holds the data before anything is deployed: {_RUNBOOK}, "Split brain"'
)


def _refusal(site: Site, said: str, planner: Planner) -> Refusal:
    template = planner.system.stacks[site.role].template
    where = template.where("Resources", site.cluster, "Properties", "GlobalClusterIdentifier")
    return Refusal(site.role, site.cluster, CLUSTER, "Converge", f"{where}: {site.role}: {said}")
