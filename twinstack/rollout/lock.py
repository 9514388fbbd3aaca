"""The lock of an environment: one run at a time, without anything to set up.

It is a parameter of Systems Manager where the first stack of the file lives. Its value says who holds it (`Holder`).
The holder writes it again every 30 s; one that was not written for 120 s has expired. How old it is, AWS's clock says.

Parameters have one operation that only one of two callers can succeed with: PutParameter with `Overwrite=False`
(https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html). There is no "write if it still
is what I read", so this holds:

- Of runs that find no lock, exactly one takes it.
- A lock is taken over by deleting and creating it, waiting `SETTLES_IN` and reading it back. Two runs that take over
  the same lock may each delete what the other has made: the last one to create it reads itself back, the other one
  does not and stops.
- A holder reads its run id back before it has AWS execute or delete anything. When its entry has not been written for
  `OLD`, it writes it, waits and reads it back first, since somebody may be taking it over at that moment.
- So two runs think that they hold the lock only when one of them stood still for longer than `SETTLES_IN` between two
  calls: after it had read an old entry and before it deleted it, or between reading its id back and the execution (a
  closed laptop). The first is noticed by the other's next reading. The second is why the new holder deletes the change
  sets of the former one: what that one wakes up to execute is not there.
- A run that wakes up between reading and writing its entry may write over another's. That one stops when it reads back.

Whether a read of a parameter always shows the last write was not found written down. A read right after a takeover
that still shows the former holder, or none, is repeated.

Nothing here starts a thread, reads a clock or looks at this machine: the caller does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from twinstack.aws.api import Clients, ParameterStore, StoredParameter
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.environment.assembly import Environment
from twinstack.errors import BusyError, TwinStackError, UnreachableError
from twinstack.screen.events import Screen, Warning_

REFRESH_EVERY = 30.0
EXPIRES_AFTER = 120.0
OLD = 60.0
SETTLES_IN = 1.0
_LOOKS = 5
# An account can hold only so many parameters; that, too, is for somebody else to mend.
_NOT_WRITABLE = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ParameterLimitExceeded")


class Holder(BaseModel):
    """Who holds a lock; the value of the parameter, as JSON.

    Attributes:
        run: The id of the run.
        who: The caller.
        host: The name of the machine.
        pid: The process there.
        machine: What tells the machine from every other, and from itself before it was started anew.
        started: When the process began, by its machine: the number may belong to another one later.
        since: When the lock was taken, by that machine's clock; for people.
        what: The command.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    who: str = "somebody"
    host: str = "an unknown machine"
    pid: int = 0
    machine: str = ""
    started: str = ""
    since: str = "an unknown time"
    what: str = "something"

    def __str__(self) -> str:
        return f"{self.who} on {self.host} (process {self.pid}), since {self.since}: {self.what}"


@dataclass(frozen=True)
class Place:
    """Where the lock of an environment is kept.

    Attributes:
        parameters: The parameter store of the first stack's account and region.
        name: The name of the parameter.
    """

    parameters: ParameterStore
    name: str


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
    lock = _ParameterLock(place, holder, clock, screen)
    try:
        yield _taken(lock, has_ended, break_it=break_it)
    finally:
        lock.release()


def _taken(lock: _ParameterLock, has_ended: Callable[[Holder], bool], *, break_it: bool) -> Lock:
    """Takes the lock; returns `NO_LOCK` where there can be none."""
    try:
        lock.take(has_ended, break_it=break_it)
    except (AwsError, UnreachableError) as error:
        if isinstance(error, AwsError) and error.code in _NOT_WRITABLE:
            lock.refuse_holder_in_sight(has_ended, break_it=break_it)
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


_WITHOUT = (
    "So this run has no lock: nothing but CloudFormation's own refusals keeps another run from doing the same at the "
    "same time. Let nobody else deploy until it has ended."
)


class _ParameterLock:
    """The lock of one run; see the module.

    Args:
        place: Where it is kept.
        holder: This run.
        clock: The clock that waiting is done with.
        screen: Where it is told.
    """

    def __init__(self, place: Place, holder: Holder, clock: Clock, screen: Screen) -> None:
        self.place = place
        self.screen = screen
        self._holder = holder
        self._value = holder.model_dump_json()
        self._clock = clock
        self._may_be_ours = False

    is_held = True

    def take(self, has_ended: Callable[[Holder], bool], *, break_it: bool) -> None:
        """Takes the lock, from a holder that is no longer there too; arguments and errors as for `held`."""
        found = self._create_or_read()
        if found is None or self._is_ours(found):
            return self._read_back(former="")
        former = _holder_of(found)
        why = _why_to_take_over(found, former, has_ended, break_it=break_it)
        if why is None:
            raise BusyError(self._sentence(found))
        self.place.parameters.delete(self.place.name)
        if not self._create():
            raise self._lost(self._read())
        self._clock.sleep(SETTLES_IN)
        self._read_back(former.run)
        self.screen.tell(Warning_(f"the lock {self.place.name} is taken over from {former}; {why}"))
        return None

    def refuse_holder_in_sight(self, has_ended: Callable[[Holder], bool], *, break_it: bool) -> None:
        """Refuses to go on beside a holder that can be seen, although the lock itself cannot be had."""
        try:
            found = self._read()
        except (AwsError, UnreachableError):
            return
        if found is None or self._is_ours(found):
            return
        if _why_to_take_over(found, _holder_of(found), has_ended, break_it=break_it) is None:
            raise BusyError(self._sentence(found))

    def check(self) -> None:
        """See `Lock`."""
        found = self._read()
        if found is None:
            self._clock.sleep(SETTLES_IN)
            found = self._read()
        if found is None or not self._is_ours(found):
            raise self._lost(found)
        if found.age > OLD:
            self.place.parameters.overwrite(self.place.name, self._value)
            self._clock.sleep(SETTLES_IN)
            found = self._read()
            if found is None or not self._is_ours(found):
                raise self._lost(found)

    def refresh(self) -> bool:
        """See `Lock`."""
        parameters = self.place.parameters.at_once()
        found = parameters.read(self.place.name)
        if found is None or not self._is_ours(found) or not self._may_be_ours:
            return False
        parameters.overwrite(self.place.name, self._value)
        return True

    def release(self) -> None:
        """Deletes the lock if it is this run's; says so when that cannot be done."""
        if not self._may_be_ours:
            return
        self._may_be_ours = False
        try:
            found = self._read()
            if found is not None and self._is_ours(found):
                self.place.parameters.delete(self.place.name)
        except TwinStackError as error:
            self.screen.tell(
                Warning_(
                    f"{error}. The lock {self.place.name} is not released; it expires {EXPIRES_AFTER:.0f} s after it "
                    "was last written, and another run then takes it over"
                )
            )

    def _create_or_read(self) -> StoredParameter | None:
        """Creates the lock, or returns the one that is there; None when it was created."""
        for _ in range(_LOOKS):
            if self._create():
                return None
            if (found := self._read()) is not None:
                return found
            self._clock.sleep(SETTLES_IN)  # released at this moment
        raise self._lost(None)

    def _read_back(self, former: str) -> None:
        """Makes sure that the lock just created is this run's.

        Args:
            former: The run that held it before, which a late answer may still show.
        """
        for _ in range(_LOOKS):
            found = self._read()
            if found is not None and self._is_ours(found):
                return
            if found is not None and _holder_of(found).run != former:
                raise self._lost(found)
            self._clock.sleep(SETTLES_IN)
        raise self._lost(found)

    def _create(self) -> bool:
        self._may_be_ours = True  # also when the answer is lost
        return self.place.parameters.create(self.place.name, self._value)

    def _read(self) -> StoredParameter | None:
        return self.place.parameters.read(self.place.name)

    def _is_ours(self, found: StoredParameter) -> bool:
        return _holder_of(found).run == self._holder.run

    def _lost(self, found: StoredParameter | None) -> BusyError:
        """Returns the error of a run that has lost the lock, or the race for it."""
        if found is not None:
            return BusyError(self._sentence(found))
        return BusyError(
            f"the lock {self.place.name} is gone: another run has taken it and is done, or somebody has deleted it; "
            "this run does nothing more on AWS, since what it showed may no longer be true. Run it again"
        )

    def _sentence(self, found: StoredParameter) -> str:
        return (
            f"another run holds the lock {self.place.name}: {_holder_of(found)} (last heard of {found.age:.0f} s ago). "
            "This run does nothing more on AWS. Wait until the other one has ended and run it again; if you know that "
            "it has, `deploy --break-lock` or `destroy --break-lock` takes the lock at once"
        )


def _why_to_take_over(
    found: StoredParameter, former: Holder, has_ended: Callable[[Holder], bool], *, break_it: bool
) -> str | None:
    """Returns why a lock may be taken over from its holder, None when it may not."""
    if break_it:
        return f"it was last heard of {found.age:.0f} s ago, and stops before the next thing that it would do"
    if has_ended(former):
        return "its process on this machine has ended"
    if found.age >= EXPIRES_AFTER:
        return f"it has not been heard of for {found.age:.0f} s"
    return None


def _holder_of(found: StoredParameter) -> Holder:
    """Returns who a lock names; somebody, where its value is not one of ours."""
    try:
        return Holder.model_validate_json(found.value)
    except ValidationError:
        return Holder(run="")
