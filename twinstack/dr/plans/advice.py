"""Looks at a plan with what is known of global databases: their versions, and who writes; commands hand this in."""

from __future__ import annotations

from collections.abc import Mapping

from twinstack.dr.database import Database, databases_in, with_files, with_sites
from twinstack.dr.looks import Looks
from twinstack.dr.plans.reversal import advice as by_roles
from twinstack.dr.plans.reversal.kept import judge_kept
from twinstack.dr.plans.versions import advice as by_version
from twinstack.dr.roles import RegionOf
from twinstack.planning.advice import Advised
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import Live, Unknown, World


def advise(planner: Planner, world: World, planned: Plan, region_of: RegionOf | None) -> Advised:
    """Judges what a plan does to global databases, and puts their readers first where it upgrades them.

    AWS is asked who writes when a database is live, and for more only when the plan changes a version.

    Args:
        planner: The planner that made the plan.
        world: The world that it starts from.
        planned: The plan.
        region_of: Returns a region to ask; None where there is no AWS to ask.

    Returns:
        The plan, made anew under another update order where the roles ask for that, with refusals and remarks: those
        about the roles come first.

    Raises:
        CredentialsError: AWS does not take the credentials.
        InputError: A live template cannot be resolved, or the stacks do not settle under the other order.
    """
    if region_of is None:
        return by_version.advise(planner, world, planned, None)
    databases = live_databases(planner, world)
    looks = Looks(planner, databases, region_of)
    versions = by_version.advise(planner, world, planned, looks.clusters)
    verdicts = [
        by_roles.judge(database, looks.members(database), versions.planner, world, versions.plan)
        for database in databases.values()
    ]
    verdicts.append(judge_kept(versions.planner, world, versions.plan, looks.members))
    return Advised(
        versions.planner,
        versions.plan,
        (*(refusal for verdict in verdicts for refusal in verdict.refused), *versions.refused),
        (*(remark for verdict in verdicts for remark in verdict.remarks), *versions.remarks),
    )


def live_databases(planner: Planner, world: World) -> Mapping[str, Database]:
    """Returns the databases that a live stack has a cluster of, by identifier.

    Of a stack that could not be read its file counts, so that a lost region hides nobody's place.

    Raises:
        InputError: A live template cannot be resolved.
    """
    found = [with_sites(planner, each) for each in databases_in(planner, with_files(planner, world, Unknown))]
    return {
        database.identifier: database
        for database in found
        if any(isinstance(world[site.role], Live) for site in database.sites)
    }
