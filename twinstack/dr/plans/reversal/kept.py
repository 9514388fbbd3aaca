"""Refuses to take in again a cluster that a deleted stack has kept and that is no member of its database any more.

An import only notes what the template says: the cluster would be taken for a member, and would still stand alone, since
AWS attaches none again.
See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html
"""

from __future__ import annotations

from collections.abc import Callable

from twinstack.dr.database import Database, Site, databases_in, with_files, with_sites
from twinstack.dr.global_databases import CLUSTER
from twinstack.dr.plans.reversal.detached import why_alone
from twinstack.dr.roles import Roles
from twinstack.dr.verdict import Verdict
from twinstack.planning.advice import Refusal
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import Absent, Unknown, World, kept_of


def judge_kept(planner: Planner, world: World, planned: Plan, members: Callable[[Database], Roles | str]) -> Verdict:
    """Judges the clusters of global databases that a plan takes in again.

    Args:
        planner: The planner that made the plan.
        world: The world that the plan starts from.
        planned: The plan.
        members: Says who is a member of a database; a text is why nobody could say.

    Raises:
        CredentialsError: AWS does not take the credentials.
        InputError: A live template cannot be resolved.
    """
    verdict = Verdict()
    taken = {(step.stack.role, it.resource) for step in planned.steps for it in step.imports if it.type == CLUSTER}
    if not taken:
        return verdict
    for found in databases_in(planner, with_files(planner, world, (Unknown, Absent))):
        database = with_sites(planner, found)
        for site in database.sites:
            if (site.role, site.cluster) not in taken:
                continue
            name, roles = kept_of(world[site.role])[site.cluster].physical_id, members(database)
            if isinstance(roles, str):
                verdict.remarks.append(
                    f"{site.role}: whether {site.cluster} ({name}), which is taken in again, is still a member of "
                    f"{database} could not be read: {roles}"
                )
            elif why := _why_no_member(site, name, roles):
                verdict.refused.append(_refusal(planner, database, site, f"{site.cluster} ({name}) {why}"))
    return verdict


def _why_no_member(site: Site, name: str, roles: Roles) -> str:
    there = roles.at(site.region)
    if there is not None and there.name != name:
        return f"is not the cluster that {roles.identifier} has in {site.region}: that is {there.name}"
    return why_alone(site, roles)


def _refusal(planner: Planner, database: Database, site: Site, said: str) -> Refusal:
    where = planner.system.stacks[site.role].template.where(
        "Resources", site.cluster, "Properties", "GlobalClusterIdentifier"
    )
    return Refusal(
        site.role,
        site.cluster,
        CLUSTER,
        "Converge",
        f"{where}: {site.role}: {said}. It was kept when the stack {site.stack} was deleted, and would be taken in as "
        f"a member of {database}, which AWS does not make it again: it stands alone and may have writes of its own. "
        "Decide which side holds the data; then take a snapshot of it and delete it, so that `deploy` makes a new "
        "member, or take GlobalClusterIdentifier out of the template, so that it stays a database of its own; the "
        'steps are in docs/runbook.md, "Manual detach and re-attach"',
    )
