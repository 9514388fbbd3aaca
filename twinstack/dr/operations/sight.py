"""What is looked at before the roles are changed: once, side by side, and within seconds whatever a region does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.dr.aws.api import Region
from twinstack.dr.operations.moved import Lag
from twinstack.dr.roles import LOOK_SECONDS, LiveCluster, Roles
from twinstack.dr.run import DatabaseRun
from twinstack.planning.world import World
from twinstack.rollout.run.lock import place_of
from twinstack.rollout.run.parameter_lock import Holder, holding

# What RDS reports of a cluster that reads, the better one first.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
LAGS = ("AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag")


@dataclass(frozen=True)
class Sight:
    """What was seen.

    Attributes:
        roles: The roles.
        stacks: What each stack is.
        lag: How far the target is behind; None when no metric has a value; a silence when nobody could be asked.
        holder: Who holds the lock of deployments; None when nobody does; a silence when that could not be asked.
    """

    roles: Roles
    stacks: World
    lag: Lag | Silence | None
    holder: Holder | Silence | None


def look(run: DatabaseRun, roles: Roles, target: str, has_ended: Callable[[Holder], bool]) -> Sight:
    """Looks at what a change of roles depends on, beside the roles and the stacks, which were read already.

    Args:
        run: The run.
        roles: The roles.
        target: The region that is to write.
        has_ended: Whether the holder of the lock is known to have ended.
    """
    asked: dict[str, Callable[[], Lag | Holder | None]] = {"lag": partial(_lag, run, roles.at(target))}
    first = next(iter(run.planner.system.stacks.values()))
    if first.region not in roles.silent:
        store = place_of(run.environment, run.clients)
        asked["lock"] = partial(holding, store, has_ended)
    found = side_by_side(asked, LOOK_SECONDS)
    lag, holder = found["lag"], found.get("lock", roles.silent.get(first.region))
    return Sight(
        roles,
        run.world,
        lag if isinstance(lag, (Lag, Silence)) else None,
        holder if isinstance(holder, (Holder, Silence)) else None,
    )


def read_lag(run: DatabaseRun, target: LiveCluster) -> Lag | Silence | None:
    """Returns how far the cluster is behind, a silence when its region does not say so in time."""
    found = side_by_side({"lag": partial(_lag, run, target)}, LOOK_SECONDS)["lag"]
    return found if isinstance(found, (Lag, Silence)) else None


def _lag(run: DatabaseRun, target: LiveCluster | None) -> Lag | None:
    """Reads the lag of the cluster that is to write, in its own region: only there RDS reports it."""
    if target is None:
        return None
    region = run.region_of(run.database.role_in(target.region), target.region)
    now = run.clock.date()
    return next((lag for metric in LAGS if (lag := lag_by(metric, region, target.name, now))), None)


def lag_by(metric: str, region: Region, cluster: str, now: datetime) -> Lag | None:
    """Returns how far a cluster is behind by one metric, None where its region has no value of it."""
    measured = region.measured(metric, cluster, now)
    if measured is None:
        return None
    return Lag(metric, measured.value, max((now - measured.time).total_seconds(), 0.0))
