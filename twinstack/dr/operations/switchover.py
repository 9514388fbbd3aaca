"""`switchover`: another region writes, and nothing is lost. Both sides have to be healthy.

See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_SwitchoverGlobalCluster.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from twinstack.aws.side_by_side import Silence
from twinstack.dr.operations.moved import Lag, Moved
from twinstack.dr.operations.preflight import MAX_LAG_MILLISECONDS, NOBODY_DEPLOYS, before_switchover
from twinstack.dr.operations.sight import Sight, look
from twinstack.dr.operations.verifying import verify
from twinstack.dr.operations.watching import Change, Watched, carry_out
from twinstack.dr.roles import LiveCluster, Roles
from twinstack.dr.run import DatabaseRun
from twinstack.errors import BusyError, InputError, RefusedError, UnreachableError
from twinstack.preflight.checked import Checked
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import ChecksMade, Note, RolesMoved, Screen

MEASURED_BY = "from the call to the first look at which AWS said so (DescribeGlobalClusters)"
_STAYS = (
    "Parameter groups, alarms, log exports and RDS proxies stay what they are in each region: both stacks have their "
    "own. Applications that use the global endpoint follow it; their connections break and have to be made again."
)


def switch_over(
    run: DatabaseRun,
    to: str,
    max_lag: float = MAX_LAG_MILLISECONDS,
    *,
    has_ended: Callable[[Holder], bool] = lambda _holder: False,
) -> Moved | None:
    """Moves the writer to another region without losing anything.

    Args:
        run: The run.
        to: The region that is to write.
        max_lag: How far it may be behind before, in milliseconds.
        has_ended: Whether the holder of the deployment lock is known to have ended.

    Returns:
        What it came to; None when that region writes already.

    Raises:
        InputError: No cluster of the database is there.
        BusyError: Another run holds the lock of deployments.
        RefusedError: Something is not as it must be, or the person declined; nothing was changed.
        TwinStackError: AWS refused it, gave it up, or it is still going on.
    """
    roles = known_roles(run)
    target, writer = member_at(run, roles, to), roles.writer
    if writer is not None and writer.region == to and not roles.at_odds:
        return None
    sight = look(run, roles, to, has_ended)
    before = before_switchover(run.database, sight, target, max_lag)
    tell(run.screen, f"Before the switchover of {run.database} to {to}", before)
    refuse_failed(before)
    if writer is None:
        raise RefusedError(f"{run.database}: AWS says of no cluster that it writes; look at `status`")
    run.screen.tell(Note(_summary(writer, target)))
    if not run.confirm(f"Switch {run.database} over from {writer.region} to {to}?"):
        raise RefusedError("declined; nothing was changed")
    # AWS takes it in the writer's region only.
    asked = run.asking(run.database.role_in(writer.region), writer.region)
    change = Change(
        f"the switchover of {run.database} from {writer.region} to {to}",
        partial(asked.switch_over, run.database.identifier, target.arn),
        target,
        tuple(cluster.region for cluster in roles.clusters),
    )
    watched = carry_out(run, change)
    after = verify(run, roles, watched.roles, to)
    tell(run.screen, "After the switchover", after)
    return conclude(run, "switchover", (writer.region, to), sight, watched, before=before, after=after)


def known_roles(run: DatabaseRun) -> Roles:
    """Returns the roles as they were read at the beginning.

    Raises:
        UnreachableError: No region answered.
        RefusedError: No region knows the database.
    """
    roles = run.first_roles
    if isinstance(roles, Silence):
        raise UnreachableError(f"who writes in {run.database} could not be read:\n{roles.why}")
    if not roles.exists:
        raise RefusedError(f"{run.database} does not exist: {roles.unclear}; `deploy` makes it")
    return roles


def member_at(run: DatabaseRun, roles: Roles, region: str) -> LiveCluster:
    """Returns the cluster in a region.

    Raises:
        InputError: There is none.
    """
    found = roles.at(region)
    if found is None:
        there = ", ".join(f"{it.region} ({'writes' if it.writes else 'reads'})" for it in roles.clusters)
        raise InputError(
            f"--to {region}: {run.database} has no cluster there; it has clusters in {there or 'no region'}"
        )
    return found


def tell(screen: Screen, title: str, checks: Sequence[Checked]) -> None:
    """Tells what was looked at."""
    screen.tell(ChecksMade(title, tuple(it.as_row() for it in checks)))


def refuse_failed(checks: Sequence[Checked]) -> None:
    """Refuses to go on when something is not as it must be.

    Raises:
        BusyError: Nothing but another run stands in the way.
        RefusedError: Something else does too.
    """
    failed = [it for it in checks if it.verdict == "failed"]
    if not failed:
        return
    text = "\n".join(map(str, failed))
    if all(it.check == NOBODY_DEPLOYS for it in failed):
        raise BusyError(text)
    raise RefusedError(f"{text}\nnothing was changed" if len(failed) > 1 else f"{text}; nothing was changed")


def conclude(
    run: DatabaseRun,
    kind: Literal["switchover", "failover"],
    regions: tuple[str, str],
    sight: Sight,
    watched: Watched,
    *,
    before: tuple[Checked, ...],
    after: tuple[Checked, ...],
) -> Moved:
    """Tells what a change of roles came to, and returns it.

    Args:
        run: The run.
        kind: What it was.
        regions: The one that wrote before, '' where that is not known, and the one that writes now.
        sight: What was seen before.
        watched: How it went.
        before: What was looked at before.
        after: What was looked at afterwards.
    """
    lag = sight.lag if isinstance(sight.lag, Lag) else None
    source, target = regions
    run.screen.tell(
        RolesMoved(
            kind,
            run.database.identifier,
            source,
            target,
            watched.rto_seconds,
            MEASURED_BY,
            lag.metric if lag else "",
            lag.milliseconds if lag else None,
            lag.age if lag else None,
        )
    )
    versions = {cluster.region: str(cluster.version) for cluster in sight.roles.clusters if cluster.version}
    return Moved(
        kind,
        source,
        target,
        watched.begun,
        watched.rto_seconds,
        MEASURED_BY,
        lag,
        versions,
        before,
        watched.phases,
        after,
    )


def _summary(writer: LiveCluster, target: LiveCluster) -> str:
    return (
        f"\n{target} becomes the writer, {writer} becomes a reader. AWS first lets the reader catch up, so nothing is "
        f"lost; for that time, minutes rather than seconds, nobody can write. {_STAYS}"
    )
