"""Carries a drill out: there and back, with the record written anew after everything that is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twinstack.clock import Clock
from twinstack.dr.drill.page import as_markdown
from twinstack.dr.drill.record import CheckRecord, DrillRecord, LegRecord, Outcome, PhaseRecord, paths, write
from twinstack.dr.operations.failback import fail_back
from twinstack.dr.operations.moved import Moved
from twinstack.dr.operations.switchover import known_roles, switch_over
from twinstack.dr.run import DatabaseRun, looked_again
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import ChecksMade, Event, PhaseEnded, RecordWritten, Screen

_NOT_DONE: dict[type[TwinStackError], Outcome] = {RefusedError: "refused"}


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
    """

    environment: str
    me: Holder
    tools: dict[str, str]
    root: Path
    has_ended: Callable[[Holder], bool]
    hidden: Callable[[dict[str, Any]], dict[str, Any]]


class _Recorder:
    """A screen that passes everything on, and keeps checks and phases in the record."""

    def __init__(self, screen: Screen, clock: Clock, keep: Callable[[], None]) -> None:
        self._screen, self._clock, self._keep = screen, clock, keep
        self.leg: LegRecord | None = None

    def tell(self, event: Event) -> None:
        """Shows the event, and writes the record anew when it belongs in there."""
        self._screen.tell(event)
        if self.leg is None:
            return
        if isinstance(event, ChecksMade):
            rows = [CheckRecord.model_validate(row) for row in event.checks]
            if self.leg.phases:
                self.leg.after = rows
            else:
                self.leg.before = rows
        elif isinstance(event, PhaseEnded):
            ended = self._clock.date()
            self.leg.phases.append(PhaseRecord(phase=event.phase, ended=ended, seconds=event.seconds, said=event.said))
        else:
            return
        self._keep()


def drill(run: DatabaseRun, to: str | None, around: Around) -> tuple[DrillRecord, TwinStackError | None]:
    """Switches over to the standby and back.

    Args:
        run: The run.
        to: The region to switch to; None where the pair has one standby.
        around: What is around it.

    Returns:
        The record, which stands in its files, and what ended the drill early, if anything did.

    Raises:
        InputError: It is not clear which region to switch to.
        RefusedError: The roles are not as deployed; nothing was changed.
    """
    target = _target(run, to)
    record = _record(run, target, around)
    markdown, data = paths(around.root, record.suffix, record.begun)

    def keep() -> None:
        clean = DrillRecord.model_validate(around.hidden(record.model_dump(mode="json")))
        write(clean, as_markdown(clean), markdown, data)

    recorder = _Recorder(run.screen, run.clock, keep)
    there = replace(run, screen=recorder)
    failure: TwinStackError | None = None
    try:
        for leg, move in zip(record.legs, (_there(target, around), _back(around)), strict=True):
            recorder.leg = leg
            _carry_out(leg, there, move)
            keep()
            there = looked_again(there)
        record.outcome = "done"
    except TwinStackError as error:
        failure, record.outcome = error, _NOT_DONE.get(type(error), "failed")
    except KeyboardInterrupt:
        record.outcome = "interrupted"
        raise
    finally:
        record.ended, record.left = run.clock.date(), _left(record)
        keep()
    run.screen.tell(RecordWritten(str(markdown), str(data)))
    return record, failure


_Move = Callable[[DatabaseRun], Moved | None]


def _there(target: str, around: Around) -> _Move:
    return lambda run: switch_over(run, target, has_ended=around.has_ended)


def _back(around: Around) -> _Move:
    return lambda run: fail_back(run, has_ended=around.has_ended)


def _carry_out(leg: LegRecord, run: DatabaseRun, move: _Move) -> None:
    """Goes one way, and keeps how it ended whatever happens."""
    leg.outcome, leg.begun = "in progress", run.clock.date()
    try:
        moved = move(run)
        if moved is None:
            raise RefusedError(f"{leg.target} writes already: somebody else has moved the roles meanwhile")
        leg.take(moved)
        leg.outcome = "done"
    except TwinStackError as error:
        leg.outcome, leg.failure = _NOT_DONE.get(type(error), "failed"), str(error)
        raise
    except KeyboardInterrupt:
        leg.outcome = "interrupted"
        raise
    finally:
        leg.ended = run.clock.date()


def _target(run: DatabaseRun, to: str | None) -> str:
    roles, owner = known_roles(run), run.database.owner
    if owner is None or roles.writer is None or roles.writer.region != owner.region:
        raise RefusedError(
            f"{run.database}: {roles.writer or 'nobody'} writes, and a drill begins with the roles as deployed; "
            "`failback` brings them back. Nothing was changed"
        )
    readers = [cluster.region for cluster in roles.readers]
    if to is not None:
        return to
    if len(readers) != 1:
        raise InputError(f"give --to REGION: {run.database} has readers in {', '.join(readers) or 'no region'}")
    return readers[0]


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


def _left(record: DrillRecord) -> str:
    """Returns in which state the pair is left, as far as this drill knows."""
    there, back = record.legs
    if back.outcome == "done":
        return f"{back.target} writes again, as before the drill."
    if there.outcome != "done":
        moved = any(phase.phase == "roles moved" for phase in there.phases)
        if not moved and not there.phases:
            return "Nothing was changed."
        return f"The way to {there.target} did not end here: look with `status`, then `failback`."
    return f"{there.target} writes: the way back is not done. `failback` goes on."
