"""The lock of an environment: one run at a time, without anything to set up.

`parameter_lock.py` says how it is kept, and what holds of it. Nothing here starts a thread, reads a clock or looks at
this machine: the caller does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from twinstack.aws.api import Clients
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.environment.assembly import Environment
from twinstack.errors import UnreachableError
from twinstack.rollout.run.parameter_lock import Holder, ParameterLock, Place
from twinstack.screen.events import Screen, Warning_

# An account can hold only so many parameters; that, too, is for somebody else to mend.
_FULL = "ParameterLimitExceeded"
_WITHOUT = (
    "So this run has no lock: nothing but CloudFormation's own refusals keeps another run from doing the same at the "
    "same time. Let nobody else deploy until it has ended."
)


class Lock(Protocol):
    """The lock, as the rest of a run sees it."""

    @property
    def is_held(self) -> bool:
        """Whether there is a lock at all: without one, what other runs have made is not touched."""

    def check(self) -> None:
        """Makes sure that this run still holds the lock.

        Raises:
            BusyError: It does not.
            TwinStackError: AWS does not say.
        """

    def refresh(self) -> bool:
        """Says that this run is alive; returns whether it still holds the lock, and writes nothing where it does not.

        Raises:
            TwinStackError: AWS does not answer.
        """


class _NoLock:
    """For runs that need none, and where none can be had."""

    is_held = False

    def check(self) -> None:
        """See `Lock`."""

    def refresh(self) -> bool:
        """See `Lock`."""
        return False


NO_LOCK: Lock = _NoLock()


def place_of(environment: Environment, clients: Clients) -> Place:
    """Returns where the lock of an environment is kept: beside the first stack of its file."""
    file, first = environment.file, next(iter(environment.system.stacks))
    return Place(clients[first].parameters, f"/twinstack/{file.model.project}-{file.suffix}/lock")


@contextmanager
def held(
    place: Place,
    holder: Holder,
    clock: Clock,
    screen: Screen,
    *,
    has_ended: Callable[[Holder], bool] = lambda _holder: False,
    break_it: bool = False,
) -> Iterator[Lock]:
    """Holds the lock of an environment, and releases it however the run ends.

    Args:
        place: Where it is kept.
        holder: This run.
        clock: The clock that waiting is done with.
        screen: Told when the lock is taken over from somebody, and when there is none.
        has_ended: Whether a holder is known to have ended: it ran on this machine, and its process is gone.
        break_it: Whether to take it from whoever holds it.

    Yields:
        The lock; `NO_LOCK` where parameters may not be written. Where AWS does not answer, and it is therefore not
        known whether another run is at work, nothing is begun, unless it is to be broken anyway.

    Raises:
        BusyError: Another run holds it.
        UnreachableError: AWS does not answer.
    """
    lock = ParameterLock(place, holder, clock, screen)
    try:
        yield _taken(lock, has_ended, break_it=break_it)
    finally:
        lock.release()


def _taken(lock: ParameterLock, has_ended: Callable[[Holder], bool], *, break_it: bool) -> Lock:
    """Takes the lock; returns `NO_LOCK` where there can be none."""
    try:
        lock.take(has_ended, break_it=break_it)
    except (AwsError, UnreachableError) as error:
        if isinstance(error, AwsError) and (error.is_denial or error.code == _FULL):
            lock.do_without(has_ended, break_it=break_it)
            lock.screen.tell(Warning_(f"{error}. {_WITHOUT}"))
            return NO_LOCK
        if break_it:
            lock.screen.tell(Warning_(f"{error}. {_WITHOUT}"))
            return NO_LOCK
        raise UnreachableError(
            f"{error}; the lock {lock.place.name} could not be taken, so another run may be at work, and nothing was "
            "begun; try again, or go on without the lock with `deploy --break-lock` when you know that there is none"
        ) from None
    return lock
