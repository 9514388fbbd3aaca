"""Asks AWS to change the roles, and watches until they have moved and the database is available again.

See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverState.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from twinstack.aws.retry_limits import UNANSWERED, trouble_of
from twinstack.aws.side_by_side import Silence
from twinstack.clock import growing_waits
from twinstack.dr.operations.moved import Phase
from twinstack.dr.roles import LiveCluster, Roles, read_members, with_clusters
from twinstack.dr.run import DatabaseRun
from twinstack.errors import TwinStackError
from twinstack.screen.events import PhaseEnded, Waiting, Warning_

# AWS speaks of minutes; others have measured eight. After this it is given up here, not on AWS.
PATIENCE_SECONDS = 1800.0
# So long AWS may show neither the change nor its result after it was asked for.
SHOWN_WITHIN_SECONDS = 60.0
ROLES_MOVED = "roles moved"
"""The phase that ends when AWS says that the target writes."""
_FIRST_WAIT = 0.5
# So long AWS has to say that nothing goes on before that is believed: an answer may be an old one, or fall between two
# stages of the change.
_REST_SECONDS = 30.0


@dataclass(frozen=True)
class Change:
    """A change of roles that is to be asked for.

    Attributes:
        words: What it is, for people.
        call: Asks AWS for it.
        target: The cluster that is to write.
        waits_for: The regions whose clusters have to be available at the end.
        deaf: The regions that do not answer, and are not asked again and again while this is watched.
    """

    words: str
    call: Callable[[], None]
    target: LiveCluster
    waits_for: Collection[str]
    deaf: Mapping[str, Silence] = field(default_factory=dict)


@dataclass(frozen=True)
class Watched:
    """How it went: the moment of the call, the phases, and the roles at the end."""

    begun: datetime
    phases: tuple[Phase, ...]
    roles: Roles
    rto_seconds: float


class _Phases:
    """Tells and keeps the phases, each with its time since the one before."""

    def __init__(self, run: DatabaseRun) -> None:
        self._run, self.done = run, list[Phase]()
        self.begun, self.at_first = run.clock.date(), run.clock.now()
        self._since, self._date = self.at_first, self.begun

    def end(self, name: str, said: str) -> None:
        now = self._run.clock.now()
        self.done.append(Phase(name, self._date, now - self._since, said))
        self._run.screen.tell(PhaseEnded(name, now - self._since, said))
        self._since, self._date = now, self._run.clock.date()


def carry_out(run: DatabaseRun, change: Change) -> Watched:
    """Asks for a change of roles and watches it to its end.

    Args:
        run: The run.
        change: The change.

    Raises:
        AwsError: AWS refuses it.
        TwinStackError: AWS has ended it without moving the roles, or it takes too long to be watched.
    """
    key = run.database.identifier
    run.under_way.begin(key, change.words)
    phases = _Phases(run)
    try:
        change.call()
    except TwinStackError as error:
        if trouble_of(error) not in UNANSWERED:
            run.under_way.end(key)
            raise
        # The state says whether it was, and asking twice could move the roles twice.
        run.screen.tell(Warning_(f"{error}; whether AWS has heard it is looked at now"))
        phases.end("asked", "without an answer")
    else:
        phases.end("asked", "AWS has taken it")
    roles, rto = _moved(run, change, phases)
    roles = _at_rest(run, change, phases, roles)
    run.under_way.end(key)
    return Watched(phases.begun, tuple(phases.done), roles, rto)


def _moved(run: DatabaseRun, change: Change, phases: _Phases) -> tuple[Roles, float]:
    """Waits until AWS says that the target writes; returns the roles and the seconds since the call."""
    seen, moving = False, phases.at_first
    for wait in growing_waits(_FIRST_WAIT):
        roles = _read(run, change)
        seconds = run.clock.now() - phases.at_first
        if roles is not None and _writes(roles, change.target):
            phases.end(ROLES_MOVED, f"{change.target.region} writes, by AWS")
            return roles, seconds
        seen = seen or (roles is not None and roles.change is not None)
        if not _is_at_rest(roles):
            moving = run.clock.now()
        if run.clock.now() - moving > _REST_SECONDS and (seen or seconds > SHOWN_WITHIN_SECONDS):
            raise _ended(run, roles, seconds, seen=seen)
        _refuse_endless(run, change, seconds)
        _tell_waiting(run, change, roles, seconds)
        run.clock.sleep(wait)
    raise AssertionError("waits never end")


def _at_rest(run: DatabaseRun, change: Change, phases: _Phases, roles: Roles) -> Roles:
    """Waits until the database and the clusters that count are available again."""
    for wait in growing_waits(_FIRST_WAIT):
        if not (missing := _not_available(roles, change.waits_for)):
            phases.end("available", f"{run.database} and its clusters in {', '.join(sorted(change.waits_for))}")
            return roles
        seconds = run.clock.now() - phases.at_first
        if seconds > PATIENCE_SECONDS:
            raise TwinStackError(
                f"{run.database}: the roles have moved to {change.target.region}, and after {seconds:.0f} s {missing}; "
                "AWS goes on; look with `status`"
            )
        run.screen.tell(Waiting(f"{change.target.region} writes; {missing} · {seconds:.0f} s"))
        run.clock.sleep(wait)
        roles = _read(run, change) or roles
    raise AssertionError("waits never end")


def _read(run: DatabaseRun, change: Change) -> Roles | None:
    """Reads the roles; None when no region answers at this moment, which ends nothing."""
    # A region that was cut off may still believe in the old writer, so the new one is believed.
    every = run.database.seen_from(change.target.region)
    asked = replace(every, sites=tuple(site for site in every.sites if site.region not in change.deaf))
    roles = read_members(asked, run.region_of)
    if isinstance(roles, Silence):
        return None
    return with_clusters(replace(roles, silent={**change.deaf, **roles.silent}), run.database, run.region_of)


def _writes(roles: Roles, target: LiveCluster) -> bool:
    return roles.writer is not None and roles.writer.region == target.region


def _not_available(roles: Roles, waits_for: Collection[str]) -> str:
    """Returns what is not available yet, '' when all is."""
    if roles.change is not None or roles.status != "available":
        return f"the global database is {roles.change.status if roles.change else roles.status}"
    waiting = {region: cluster for region in waits_for if (cluster := roles.at(region)) is not None}
    gone = [region for region in waits_for if region not in waiting]
    unready = [f"{it} is {it.status or 'not readable'}" for it in waiting.values() if it.status != "available"]
    return "; ".join([*unready, *(f"{region} has no member" for region in gone)])


def _is_at_rest(roles: Roles | None) -> bool:
    return roles is not None and roles.change is None and roles.status == "available"


def _ended(run: DatabaseRun, roles: Roles | None, seconds: float, *, seen: bool) -> TwinStackError:
    """Returns the error of a change that AWS has given up, or never began."""
    run.under_way.end(run.database.identifier)
    how = "has ended it without moving the roles" if seen else f"shows nothing of it after {seconds:.0f} s"
    writer = roles.writer if roles is not None else None
    return TwinStackError(
        f"{run.database}: AWS {how}: {writer or 'nobody'} writes; look at the events of the clusters in the RDS "
        "console, and at `status`, then try again"
    )


def _refuse_endless(run: DatabaseRun, change: Change, seconds: float) -> None:
    """Ends the watching of a change that takes too long.

    Raises:
        TwinStackError: It does.
    """
    if seconds > PATIENCE_SECONDS:
        raise TwinStackError(
            f"{run.database}: after {seconds:.0f} s the roles have not moved to {change.target.region}; AWS goes on; "
            "look with `status`"
        )


def _tell_waiting(run: DatabaseRun, change: Change, roles: Roles | None, seconds: float) -> None:
    said = (roles.change.status if roles.change else roles.status) if roles else "no region answers at the moment"
    run.screen.tell(Waiting(f"moving the roles to {change.target.region}: {said} · {seconds:.0f} s"))
