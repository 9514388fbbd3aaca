"""Carries a drill out: there and back, with the record written anew after everything that is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from twinstack.clock import Clock
from twinstack.dr.drill.page import as_markdown
from twinstack.dr.drill.record import CheckRecord, DrillRecord, LegRecord, Outcome, PhaseRecord, paths, write
from twinstack.dr.operations.failback import fail_back
from twinstack.dr.operations.moved import Moved
from twinstack.dr.operations.preflight import check_lag
from twinstack.dr.operations.sight import read_lag
from twinstack.dr.operations.switchover import known_roles, switch_over
from twinstack.dr.operations.watching import ROLES_MOVED
from twinstack.dr.run import DatabaseRun, looked_again
from twinstack.errors import BusyError, InputError, RefusedError, TwinStackError
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import ChecksMade, Event, PhaseEnded, RecordWritten, Screen, Waiting

_NOT_DONE: dict[type[BaseException], Outcome] = {
    RefusedError: "refused",
    BusyError: "busy",
    KeyboardInterrupt: "interrupted",
}
# Of a cluster that has just become a reader CloudWatch may have no lag yet: it comes once a minute, some minutes late.
LAG_WITHIN_SECONDS = 900.0
_LAG_WAIT = 15.0


@dataclass(frozen=True)
class Around:
    """What a drill is told about what is around it.

    Attributes:
        environment: The environment, as it was named.
        me: This process, as the lock would name it.
        tools: The versions of what is used, by name.
        root: The folder in which the records stand.
        has_ended: Whether the holder of the deployment lock is known to have ended.
        hidden: Takes out of data what is secret.
        follow: Is given the record when it begins, to say from it what was done when the drill is interrupted.
    """

    environment: str
    me: Holder
    tools: dict[str, str]
    root: Path
    has_ended: Callable[[Holder], bool]
    hidden: Callable[[dict[str, Any]], dict[str, Any]]
    follow: Callable[[DrillRecord], None] = lambda _record: None


class _Kept:
    """The files of the record. When they can no longer be written, the roles come first and the failure is kept."""

    def __init__(self, record: DrillRecord, around: Around) -> None:
        self.record, self.failure = record, ""
        self._around = around
        self.markdown, self.data = paths(around.root, record.suffix, record.begun)

    def write(self) -> None:
        self.record.left = self.record.standing()
        clean = DrillRecord.model_validate(self._around.hidden(self.record.model_dump(mode="json")))
        self.failure = ""
        try:
            write(clean, as_markdown(clean), self.markdown, self.data)
        except InputError as error:
            self.failure = f"the record is not as it says here: {error}"


class _Recorder:
    """A screen that passes everything on, and keeps checks and phases in the record."""

    def __init__(self, screen: Screen, clock: Clock, leg: LegRecord, kept: _Kept) -> None:
        self._screen, self._clock, self._leg, self._kept = screen, clock, leg, kept

    def tell(self, event: Event) -> None:
        """Shows the event, and writes the record anew when it belongs in there."""
        self._screen.tell(event)
        leg = self._leg
        if isinstance(event, ChecksMade):
            rows = [CheckRecord.model_validate(row) for row in event.checks]
            if leg.phases:
                leg.after = rows
            else:
                leg.before = rows
        elif isinstance(event, PhaseEnded):
            ended = self._clock.date()
            leg.phases.append(PhaseRecord(phase=event.phase, ended=ended, seconds=event.seconds, said=event.said))
            if event.phase == ROLES_MOVED:
                leg.step = "moved"
        else:
            return
        self._kept.write()


def drill(run: DatabaseRun, to: str | None, around: Around) -> tuple[DrillRecord, TwinStackError | None]:
    """Switches over to the standby and back.

    Args:
        run: The run.
        to: The region to switch to; None where the pair has one standby.
        around: What is around it.

    Returns:
        The record, which stands in its files, and what ended the drill early, if anything did.

    Raises:
        InputError: It is not clear which region to switch to, or no record can be written.
        RefusedError: The roles are not as deployed; nothing was changed.
    """
    target = _target(run, to)
    kept = _Kept(_record(run, target, around), around)
    record = kept.record
    around.follow(record)
    kept.write()
    if kept.failure:
        raise InputError(f"{kept.failure}; a drill without a record is none, and nothing was changed")
    there, back = record.legs
    failure: TwinStackError | None = None
    try:
        _carry_out(there, run, kept, partial(switch_over, to=target, has_ended=around.has_ended))
        run = looked_again(run)
        _wait_for_lag(run, back.target)
        _carry_out(back, run, kept, partial(fail_back, has_ended=around.has_ended))
        record.outcome = "done"
    except TwinStackError as error:
        failure, record.outcome = error, _how_it_ended(record, error)
    except KeyboardInterrupt as error:
        record.outcome = _how_it_ended(record, error)
        raise
    finally:
        record.ended = run.clock.date()
        kept.write()
    if kept.failure:
        return record, TwinStackError(f"{failure}\n{kept.failure}" if failure else kept.failure)
    run.screen.tell(RecordWritten(str(kept.markdown), str(kept.data)))
    return record, failure


def _how_it_ended(record: DrillRecord, error: BaseException) -> Outcome:
    """Returns how the drill ended: as the way did that did not end well, or as what came between the two."""
    ended = [leg.outcome for leg in record.legs if leg.outcome not in ("done", "not reached")]
    return ended[0] if ended else _NOT_DONE.get(type(error), "failed")


def _carry_out(leg: LegRecord, run: DatabaseRun, kept: _Kept, move: Callable[[DatabaseRun], Moved | None]) -> None:
    """Goes one way, and keeps how far it came whatever happens."""
    leg.outcome, leg.begun = "in progress", run.clock.date()
    declined = False

    def confirm(question: str) -> bool:
        """Asks as ever; what is written before the answer yes is acted on is what a run that dies now has done."""
        nonlocal declined
        declined = not run.confirm(question)
        if not declined:
            leg.step = "asking"
            kept.write()
        return not declined

    try:
        moved = move(replace(run, screen=_Recorder(run.screen, run.clock, leg, kept), confirm=confirm))
        if moved is None:
            raise RefusedError(f"{leg.target} writes already: somebody else has moved the roles meanwhile")
        leg.take(moved)
        leg.outcome, leg.step = "done", "done"
    except (TwinStackError, KeyboardInterrupt) as error:
        leg.outcome = "declined" if declined else _NOT_DONE.get(type(error), "failed")
        if isinstance(error, TwinStackError):
            leg.failure = str(error)
            if not leg.phases:  # AWS has refused the call, or it was not made
                leg.step = "not asked"
        raise
    finally:
        leg.ended = run.clock.date()
        kept.write()


def _wait_for_lag(run: DatabaseRun, target: str) -> None:
    """Waits until the cluster that is to write again is known to follow closely.

    When that takes too long, the way back is tried all the same, and says what it is refused for.
    """
    member = known_roles(run).at(target)
    until = run.clock.now() + LAG_WITHIN_SECONDS
    while member is not None and run.clock.now() < until:
        lag = read_lag(run, member)
        checked = check_lag(lag, member)
        if checked.verdict == "ok":
            return
        run.screen.tell(Waiting(f"until {target} is known to follow: {checked.said}"))
        run.clock.sleep(_LAG_WAIT)


def _target(run: DatabaseRun, to: str | None) -> str:
    roles, owner = known_roles(run), run.database.owner
    if owner is None or roles.writer is None or roles.writer.region != owner.region:
        raise RefusedError(
            f"{run.database}: {roles.writer or 'nobody'} writes, and a drill begins with the roles as deployed; "
            "`failback` brings them back. Nothing was changed"
        )
    readers = [cluster.region for cluster in roles.readers]
    there = f"{run.database} has readers in {', '.join(readers) or 'no region'}"
    if to is None and len(readers) != 1:
        raise InputError(f"give --to REGION: {there}")
    if to is not None and to not in readers:
        raise InputError(f"--to {to}: {there}, and a drill goes to one of them. Nothing was changed")
    return to or readers[0]


def _record(run: DatabaseRun, target: str, around: Around) -> DrillRecord:
    owner = run.database.owner or run.database.sites[0]
    asked = run.region_of(run.database.role_in(target), target)
    caller = asked.caller()
    return DrillRecord(
        database=run.database.identifier,
        environment=around.environment,
        suffix=run.environment.file.suffix,
        stacks={site.role: site.stack for site in run.database.sites},
        regions={site.role: site.region for site in run.database.sites},
        account=caller.split(":")[4],
        caller=caller,
        operator=around.me.who,
        machine=around.me.host,
        local=run.local,
        tools=around.tools,
        begun=run.clock.date(),
        legs=[LegRecord(way="there", target=target), LegRecord(way="back", target=owner.region)],
    )
