"""Reads how a global database is: everything side by side, within seconds, whatever a region does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from twinstack.aws.api import StackResource
from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.dr.database import Site
from twinstack.dr.operations.preflight import before_switchover
from twinstack.dr.operations.sight import look
from twinstack.dr.roles import LiveCluster, Roles
from twinstack.dr.run import DatabaseRun
from twinstack.dr.status import facts
from twinstack.dr.status.picture import Fact, Picture, RegionPicture
from twinstack.planning.world import Live, Unknown
from twinstack.rollout.run.parameter_lock import Holder

# A picture now beats a whole one later: so long for all that is looked at after stacks and roles, whatever is silent.
_SECONDS = 4.5
_LEAST_SECONDS = 1.0
_READY = "where a switchover could go"
_Readiness = tuple[tuple[str, ...], tuple[str, ...]]
_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def read_status(run: DatabaseRun, has_ended: Callable[[Holder], bool]) -> Picture:
    """Reads the picture of the global database of a run.

    Args:
        run: The run; its stacks and roles have been read.
        has_ended: Whether the holder of the deployment lock is known to have ended.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    name, roles = run.database.identifier, run.first_roles
    if isinstance(roles, Silence):
        lost = tuple(_silent(site, "no answer to the question who writes") for site in run.database.sites)
        return Picture(name, "who writes could not be read: no region answers", regions=lost, problems=(roles.why,))
    if not roles.exists:
        return Picture(name, f"it does not exist: {roles.unclear}", problems=("there is nothing to switch",))
    regions, ready, problems = _looked(run, roles, has_ended)
    return Picture(name, _state(run, roles), roles.reversed_in(run.database), roles.endpoint, regions, ready, problems)


def _state(run: DatabaseRun, roles: Roles) -> str:
    if roles.change is not None:
        return str(roles.change)
    if len(writers := roles.writers) > 1:
        said = ", ".join(f"{region} says {writer}" for region, writer in writers.items())
        return f"the regions disagree about who writes: {said}"
    if roles.writer is None:
        return "no cluster writes"
    if not roles.reversed_in(run.database):
        return f"{roles.writer.region} writes, as deployed"
    owner = run.database.owner
    return f"{roles.writer.region} writes: the roles are reversed ({owner} was deployed as the writer)"


def _ready(
    run: DatabaseRun, roles: Roles, has_ended: Callable[[Holder], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns where a switchover could go, by the checks that a switchover itself makes, and why not elsewhere.

    While a region is lost that is the reason, and what follows from it is none of its own.
    """
    if roles.silent:
        return (), tuple(f"{region} does not answer: {it.why}" for region, it in roles.silent.items())
    could, problems = list[str](), list[str]()
    for target in roles.readers:
        checks = before_switchover(run.database, look(run, roles, target.region, has_ended), target)
        failed = [check for check in checks if check.verdict == "failed"]
        if failed:
            problems += [f"{target.region}: {check.check}: {check.said}" for check in failed]
        else:
            could.append(target.region)
    if not roles.readers:
        problems.append("there is no reader to switch to")
    return tuple(could), tuple(problems)


def _looked(
    run: DatabaseRun, roles: Roles, has_ended: Callable[[Holder], bool]
) -> tuple[tuple[RegionPicture, ...], tuple[str, ...], tuple[str, ...]]:
    """Returns the regions, where a switchover could go, and why not elsewhere, within one time for all of it."""
    until = run.clock.now() + _SECONDS
    first: dict[str, Callable[[], list[StackResource] | _Readiness]] = {_READY: partial(_ready, run, roles, has_ended)}
    for site in run.database.sites:
        if site.region not in roles.silent:
            first[site.role] = partial(_listed, run, site)
    found = side_by_side(first, _SECONDS)
    told = found.pop(_READY)
    ready, problems = told if isinstance(told, tuple) else ((), (f"{_READY} is not known: {_why(told)}",))
    listed = {role: answer for role, answer in found.items() if not isinstance(answer, tuple)}
    asked: dict[tuple[str, str], Callable[[], Sequence[Fact]]] = {}
    for site in run.database.sites:
        resources = listed.get(site.role)
        if isinstance(resources, list):
            looks = _looks(run, roles, site, resources)
            asked |= {(site.role, name): ask for name, ask in looks.items()}
    answers = side_by_side(asked, max(until - run.clock.now(), _LEAST_SECONDS))
    regions = tuple(_region(run, roles, site, listed.get(site.role), answers) for site in run.database.sites)
    return regions, ready, problems


def _why(answer: object) -> str:
    return answer.why if isinstance(answer, Silence) else ""


def _listed(run: DatabaseRun, site: Site) -> list[StackResource]:
    """Returns the resources of a stack that are there; none when there is no stack."""
    if not isinstance(run.world[site.role], Live):
        return []
    listed = run.clients[site.role].cloudformation.resources(site.stack)
    return [entry for entry in listed if entry.status != "DELETE_COMPLETE" and entry.physical_id]


def _looks(
    run: DatabaseRun, roles: Roles, site: Site, resources: Sequence[StackResource]
) -> dict[str, Callable[[], Sequence[Fact]]]:
    """Returns what is asked in one region beside its clusters."""
    region, now, cluster = run.region_of(site.role, site.region), run.clock.date(), roles.at(site.region)

    def ids(*types: str) -> list[str]:
        return [entry.physical_id for entry in resources if entry.type in types]

    looks: dict[str, Callable[[], Sequence[Fact]]] = {
        "alarms": partial(
            facts.alarms,
            run.clients[site.role].alarms,
            ids(*_ALARMS),
        ),
        "bucket replication": partial(facts.replication, region, ids("AWS::S3::Bucket"), now),
        "last export": partial(facts.export, region, ids("AWS::StepFunctions::StateMachine"), now),
        "health checks": partial(facts.health, region, ids("AWS::Route53::HealthCheck")),
    }
    if secrets := ids("AWS::SecretsManager::Secret"):
        looks["secret replicas"] = partial(facts.secrets, region, secrets)
    if isinstance(run.world[site.role], Live):
        looks["drift"] = partial(facts.drift, region, site.stack, now)
    if cluster is not None:
        looks["last snapshot"] = partial(facts.snapshot, region, cluster.name, now)
        if not cluster.writes:
            looks["lag"] = partial(facts.lags, region, cluster.name, now)
    return looks


def _region(
    run: DatabaseRun,
    roles: Roles,
    site: Site,
    listed: Sequence[StackResource] | Silence | None,
    answers: Mapping[tuple[str, str], Sequence[Fact] | Silence],
) -> RegionPicture:
    cluster, silence = roles.at(site.region), roles.silent.get(site.region)
    found = [_stack(run, site, listed), *(facts.of_cluster(cluster) if cluster else _no_cluster(site))]
    if isinstance(listed, Silence):
        found.append(Fact("resources", listed.why, "unknown"))
    for (role, name), answer in answers.items():
        if role == site.role:
            found += [Fact(name, answer.why, "unknown")] if isinstance(answer, Silence) else answer
    if silence is not None:  # it is told once, and what answered all the same stands beside it
        found = [*_silent(site, silence.why).facts, *(fact for fact in found if fact.verdict != "unknown")]
    return RegionPicture(site.region, site.role, _role(cluster), tuple(found))


def _silent(site: Site, why: str) -> RegionPicture:
    return RegionPicture(site.region, site.role, "unknown", (Fact("region", f"does not answer: {why}", "unknown"),))


def _role(cluster: LiveCluster | None) -> str:
    return "no member" if cluster is None else "writer" if cluster.writes else "reader"


def _no_cluster(site: Site) -> list[Fact]:
    return [Fact("cluster", f"{site.cluster} of {site.stack} is not a member of the global database", "failed")]


def _stack(run: DatabaseRun, site: Site, listed: object) -> Fact:
    state = run.world[site.role]
    if isinstance(state, Unknown):
        return Fact("stack", f"could not be read: {state.reason}", "unknown")
    if not isinstance(state, Live):
        return Fact("stack", "absent", "failed", "absent")
    count = f", {len(listed)} resources" if isinstance(listed, (list, tuple)) else ""
    well = state.status.endswith("_COMPLETE") and "ROLLBACK" not in state.status
    return Fact("stack", f"{state.status}{count}", "ok" if well else "failed", state.status)
