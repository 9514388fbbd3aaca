"""Holds the lock while a command changes something: who this is, and the heart that beats beside it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from twinstack.errors import TwinStackError

if TYPE_CHECKING:
    from twinstack.rollout.run.lock import Lock
    from twinstack.rollout.run.run import Run

# A beat may be on its way when the run ends, and would write the lock again after it was released. It is waited for;
# not so by a run that was interrupted, which has no time.
LAST_BEAT, LAST_BEAT_INTERRUPTED = 5.0, 0.1

Hold = Callable[["Run"], AbstractContextManager["Run"]]


@contextmanager
def locked(run: Run, *, break_lock: bool = False) -> Iterator[Run]:
    """Yields the run with the lock of its environment, which is released at the end.

    Raises:
        BusyError: Another run holds it.
        UnreachableError: AWS does not answer.
    """
    from twinstack.library.this_process import has_ended, this_run
    from twinstack.rollout.run.lock import held, place_of

    place = place_of(run.environment, run.clients)
    with (
        held(place, this_run(), run.clock, run.screen, has_ended=has_ended, break_it=break_lock) as lock,
        _beating(lock),
    ):
        yield replace(run, lock=lock)


@contextmanager
def _beating(lock: Lock) -> Iterator[None]:
    from twinstack.rollout.run.parameter_lock import REFRESH_EVERY

    if not lock.is_held:
        yield
        return
    done = threading.Event()
    heart = threading.Thread(target=beat, args=(lock, done, REFRESH_EVERY), name="lock", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join(LAST_BEAT_INTERRUPTED if isinstance(sys.exception(), KeyboardInterrupt) else LAST_BEAT)


def beat(lock: Lock, done: threading.Event, every: float) -> None:
    """Refreshes the lock until the run is done or has lost it.

    It tells nothing: a refresh that failed is followed by the next one, and before anything is executed the lock
    itself sees how old its entry is.
    """
    lost = 0  # one answer may be an old one
    while lost < 2 and not done.wait(every):
        try:
            lost = 0 if lock.refresh() else lost + 1
        except TwinStackError:
            continue
