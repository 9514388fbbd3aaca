"""`failover`: another region writes although the writer's region is lost; what had not arrived there is lost.

See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverGlobalCluster.html and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.dr.operations.moved import Lag, Moved
from twinstack.dr.operations.preflight import before_failover
from twinstack.dr.operations.sight import Sight, look
from twinstack.dr.operations.switchover import conclude, known_roles, member_at, refuse_failed, tell
from twinstack.dr.operations.verifying import verify
from twinstack.dr.operations.watching import Change, carry_out
from twinstack.dr.roles import LiveCluster, Roles, read_roles
from twinstack.dr.run import DatabaseRun
from twinstack.errors import RefusedError
from twinstack.preflight.checked import Checked
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import Note, Warning_

_NOT_ALLOWED = (
    "a failover gives up what had not arrived in {region} when the writer was lost; give --allow-data-loss to say that "
    "this is wanted. While both regions are healthy, `switchover --to {region}` loses nothing"
)
_SECONDS = 8.0


def refuse_data_loss(to: str, *, allowed: bool) -> None:
    """Refuses a failover that nobody has allowed to lose data.

    Raises:
        RefusedError: Nobody has.
    """
    if not allowed:
        raise RefusedError(_NOT_ALLOWED.format(region=to))


def fail_over(
    run: DatabaseRun,
    to: str,
    *,
    has_ended: Callable[[Holder], bool] = lambda _holder: False,
) -> Moved | None:
    """Moves the writer to another region, whatever has become of the one that writes.

    Nothing in a region that does not answer is waited for after the person has said yes.

    Args:
        run: The run.
        to: The region that is to write.
        has_ended: Whether the holder of the deployment lock is known to have ended.

    Returns:
        What it came to; None when that region writes already.

    Raises:
        InputError: No cluster of the database is there.
        RefusedError: The target cannot take over, or the person declined; nothing was changed.
        TwinStackError: AWS refused it, gave it up, or it is still going on.
    """
    roles = known_roles(run)
    target, writer = member_at(run, roles, to), roles.writer
    if writer is not None and writer.region == to and not roles.at_odds:
        return None
    sight = look(run, roles, to, has_ended)
    before = before_failover(sight, target)
    tell(run.screen, f"Before the failover of {run.database} to {to}", before)
    refuse_failed(before)
    _tell_what_may_be_lost(run, sight, target, writer)
    if not run.confirm(f"Fail {run.database} over to {to}, and lose what has not arrived there?"):
        raise RefusedError("declined; nothing was changed")
    # AWS takes it where the target is: the other region may not be there to hear it.
    asked = run.asking(run.database.role_in(to), to)
    change = Change(
        f"the failover of {run.database} to {to}",
        partial(asked.fail_over, run.database.identifier, target.arn),
        target,
        (to,),
        roles.silent,
    )
    watched = carry_out(run, change)
    found = read_roles(run.database.seen_from(to), run.region_of)
    now = watched.roles if isinstance(found, Silence) else found
    after = (*verify(run, roles, now, to), *_old_primary(run, now, writer))
    tell(run.screen, "After the failover", after)
    regions = (writer.region if writer else "", to)
    moved = conclude(run, "failover", regions, sight, watched, before=before, after=after)
    _tell_next_steps(run, writer, to)
    return moved


def _tell_what_may_be_lost(run: DatabaseRun, sight: Sight, target: LiveCluster, writer: LiveCluster | None) -> None:
    """Says what may be lost, and when nothing needs to be."""
    roles, said = sight.roles, ""
    if isinstance(sight.lag, Lag):
        lag = sight.lag
        said = (
            f"By {lag.metric}, {target.region} was {lag.milliseconds:.0f} ms behind {lag.age:.0f} s ago: commits of "
            "about that time before the loss may be gone, and more if the lag has grown since."
        )
    else:
        why = f" ({sight.lag.why})" if isinstance(sight.lag, Silence) else ""
        said = f"How far {target.region} was behind is not known{why}: nobody can say what is lost."
    run.screen.tell(Note(f"\n{target} becomes the writer. {said}"))
    for region, silence in roles.silent.items():
        run.screen.tell(Warning_(f"{region} does not answer: {silence.why}"))
    if isinstance(sight.holder, Holder):
        run.screen.tell(Warning_(f"another run is at work: {sight.holder}; a failover does not wait for it"))
    if writer is not None and writer.region not in roles.silent and writer.status == "available":
        run.screen.tell(
            Warning_(f"{writer} answers and is available: `switchover --to {target.region}` would lose nothing")
        )
    run.screen.tell(
        Warning_(
            "take the applications of the old writer off first: AWS tries to keep it from taking writes, and cannot "
            "promise it while its region is cut off"
        )
    )


def _old_primary(run: DatabaseRun, roles: Roles, old: LiveCluster | None) -> list[Checked]:
    """Looks for what is left of the old writer: the snapshot that AWS takes of it before it is made a reader."""
    check = "snapshot of the old primary"
    if old is None:
        return [Checked(check, "unknown", "which cluster wrote before is not known")]
    name = f"rds:unplanned-global-failover-{old.name}-…"
    fix = f"when {old.region} is back: copy {name}, which is kept only as long as the cluster's backups"
    if old.region in roles.silent:
        return [Checked(check, "unknown", f"{old.region} does not answer", fix)]
    region = run.region_of(run.database.role_in(old.region), old.region)
    found = side_by_side({old.region: partial(region.snapshots, old.name)}, _SECONDS)[old.region]
    if isinstance(found, Silence):
        return [Checked(check, "unknown", found.why, fix)]
    kept = [snapshot for snapshot in found if "unplanned-global-failover" in snapshot]
    if not kept:
        return [Checked(check, "unknown", f"not there yet: AWS takes it when {old.region} comes back", fix)]
    return [Checked(check, "ok", f"{kept[-1]} in {old.region}: copy it, it goes with the cluster's backups")]


def _tell_next_steps(run: DatabaseRun, old: LiveCluster | None, to: str) -> None:
    region = old.region if old else "the old region"
    steps = (
        f"keep the applications of {region} off until `status` shows one writer",
        "let the others connect again: the global endpoint follows; drop what caches its address (DNS for 5 s, Java "
        "for longer unless networkaddress.cache.ttl is set)",
        f"when {region} is back, AWS makes its cluster a reader again, on a new volume; copy its "
        "unplanned-global-failover snapshot before it goes: it has what did not arrive",
        "until `failback`, `deploy` and `destroy` refuse what is not safe; docs/runbook.md, lost region, goes on",
    )
    run.screen.tell(Note("\nWhat AWS leaves to you now:\n" + "\n".join(f"  - {step}" for step in steps)))
