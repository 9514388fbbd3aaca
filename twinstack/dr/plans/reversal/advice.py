"""Judges a plan by who writes in a global database now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twinstack.dr.database import Database, Site
from twinstack.dr.plans.reversal.detached import standing_alone
from twinstack.dr.plans.reversal.effects import Effect, effects
from twinstack.dr.plans.reversal.rules import OF_WRITERS, Standing, refused, restarts
from twinstack.dr.roles import Roles
from twinstack.dr.verdict import Verdict
from twinstack.planning.advice import Refusal
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import World

_NAMED_AT_MOST = 6


def judge(database: Database, roles: Roles | str, planner: Planner, world: World, planned: Plan) -> Verdict:
    """Judges what a plan does to a database, as its roles are now.

    Args:
        database: The database.
        roles: What AWS says of it; a text is why nobody could say.
        planner: The planner that made the plan.
        world: The world that the plan starts from.
        planned: The plan.
    """
    verdict = Verdict()
    why = roles if isinstance(roles, str) else roles.unclear
    if isinstance(roles, Roles) and not (why and roles.exists):  # while roles move the regions may differ for a moment
        verdict.refused, verdict.remarks = standing_alone(database, roles, planner, world, planned)
        if verdict.refused or not roles.exists:
            return verdict
    known = roles if isinstance(roles, Roles) and not why else None
    safe: list[Effect] = []
    for effect in effects(planner, world, planned.steps, database):
        standing = _standing(database, known, effect.site, why)
        found = list(refused(effect, standing)) if standing else []
        verdict.refused += found
        if not found:
            safe.append(effect)
    verdict.refused.reverse()  # what follows from another change comes after it, and the cause is to stand last
    if known is None:
        verdict.remarks.append(f"Who writes in {database} could not be read: {why}{_left_out(verdict.refused)}")
        return verdict
    if known.reversed_in(database):
        verdict.remarks += _reversed(database, known, safe)
    verdict.remarks += _not_known(database, known, planned)
    return verdict


def _not_known(database: Database, roles: Roles, planned: Plan) -> Iterator[str]:
    """Yields what could not be asked or compared, and would matter."""
    for region, silence in roles.silent.items():
        yield f"{database}: {region} did not say which clusters it counts: {silence.why}"
    for step in planned.steps:
        site = next((site for site in database.sites if site.role == step.stack.role), None)
        cluster = roles.at(site.region) if site else None
        if site is None or cluster is None or cluster.writes or not step.updates:
            continue
        details = [detail for each in step.touched if each.resource == site.cluster for detail in each.details]
        for name in sorted({detail.name for detail in details} & OF_WRITERS.keys()):
            yield (
                f"{site.role}: {site.cluster}: {name} comes from a value that AWS does not show; {cluster} reads, so "
                "the update fails if that value is another now"
            )


def _left_out(refused_: Sequence[Refusal]) -> str:
    return "; what depends on it is refused" if refused_ else "; nothing in this plan depends on it"


def _standing(database: Database, roles: Roles | None, site: Site, why: str) -> Standing | None:
    """Returns the role of the cluster in a stack; None of one that is in no global database (any more)."""
    if roles is None:
        reason = f"who writes in {database} could not be read ({why})"
        return Standing(reads=False, writes=False, reversed=True, why=reason, way_out="do this when it can be read")
    cluster = roles.at(site.region)
    if cluster is None:
        return None
    turned = roles.reversed_in(database)
    writer = f"{roles.writer} writes" if roles.writer else "no cluster writes"
    return Standing(
        reads=not cluster.writes,
        writes=cluster.writes,
        reversed=turned,
        why=f"{writer} in {database} now" + ("" if cluster.writes else f", and {cluster} reads"),
        way_out="`failback` first, then deploy this"
        if turned
        else "take it out of this template; it belongs to the stack of the writer",
    )


def _reversed(database: Database, roles: Roles, safe: Sequence[Effect]) -> Iterator[str]:
    """Yields what a reader of the plan should know while the roles are reversed."""
    readers = ", ".join(f"{cluster}{_stack_of(database, cluster.region)} reads" for cluster in roles.readers)
    writer = roles.writer
    yield (
        f"Roles reversed: {writer}{_stack_of(database, writer.region) if writer else ''} writes in {database} now, "
        f"{readers}; CloudFormation does not know it. `failback` brings the roles back"
    )
    if safe:
        yield f"Safe with the roles reversed: {'; '.join(_by_stack(safe))}"
    restarting = [each for each in safe if restarts(each) and writer and each.site.region == writer.region]
    if restarting:
        yield f"This may restart the cluster that writes, {writer}: {'; '.join(_by_stack(restarting))}"


def _stack_of(database: Database, region: str) -> str:
    site = database.at(region)
    return f" (stack {site.role})" if site else ""


def _by_stack(changes: Sequence[Effect]) -> Iterator[str]:
    for role in dict.fromkeys(each.site.role for each in changes):
        names = list(dict.fromkeys(each.change.resource for each in changes if each.site.role == role))
        more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
        yield f"{role}: {', '.join(names[:_NAMED_AT_MOST])}{more}"
