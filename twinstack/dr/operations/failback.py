"""`failback`: the stack that owns the global cluster gets the writer back, by a switchover."""

from __future__ import annotations

from collections.abc import Callable

from twinstack.dr.operations.moved import Moved
from twinstack.dr.operations.preflight import MAX_LAG_MILLISECONDS
from twinstack.dr.operations.switchover import known_roles, switch_over
from twinstack.dr.run import DatabaseRun
from twinstack.errors import RefusedError
from twinstack.rollout.run.parameter_lock import Holder


def fail_back(
    run: DatabaseRun,
    max_lag: float = MAX_LAG_MILLISECONDS,
    *,
    has_ended: Callable[[Holder], bool] = lambda _holder: False,
) -> Moved | None:
    """Moves the writer back to where it was deployed; arguments, errors and result are as for `switch_over`.

    Raises:
        RefusedError: The old primary has not come back as a member, or is not in step, or something else is in the way.
    """
    owner = run.database.owner
    if owner is None:
        raise RefusedError(
            f"{run.database}: no stack of this environment holds the global cluster, so there is no way back that is "
            "known; name the region: `switchover --to REGION`"
        )
    if known_roles(run).at(owner.region) is None:
        raise RefusedError(
            f"{run.database}: {owner} has no cluster in it now: the old primary has not come back, or was detached. "
            "Wait until AWS has added it again, or see docs/runbook.md, manual detach and re-attach"
        )
    return switch_over(run, owner.region, max_lag, has_ended=has_ended)
