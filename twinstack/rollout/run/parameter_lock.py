"""A lock that is a parameter of Systems Manager.

Its value says who holds it (`Holder`). The holder writes it again every 30 s; one that was not written for 120 s has
expired. How old it is, AWS's clock says.

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
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from twinstack.aws.api import ParameterStore, StoredParameter
from twinstack.aws.errors import AwsError
from twinstack.clock import Clock
from twinstack.errors import BusyError, TwinStackError, UnreachableError
from twinstack.screen.events import Screen, Warning_

REFRESH_EVERY = 30.0
EXPIRES_AFTER = 120.0
OLD = 60.0
SETTLES_IN = 1.0
_LOOKS = 5


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


class ParameterLock:
    """The lock as one run sees it; see the module.

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
        self._may_be_ours = self._created = False

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

    def do_without(self, has_ended: Callable[[Holder], bool], *, break_it: bool) -> None:
        """Gives the lock up where parameters may not be written, or not be read back.

        Raises:
            BusyError: Another run is seen to hold it.
        """
        self._may_be_ours = False
        try:
            if self._created:  # a moment ago, and it cannot be read back
                return self.place.parameters.delete(self.place.name)
            found = self._read()
        except (AwsError, UnreachableError):
            return None
        if found is not None and _why_to_take_over(found, _holder_of(found), has_ended, break_it=break_it) is None:
            raise BusyError(self._sentence(found))
        return None

    def check(self) -> None:
        """See `Lock`."""
        found = self._read()
        if found is None:
            self._clock.sleep(SETTLES_IN)
            found = self._read()
        if found is None or not self._is_ours(found):
            raise self._lost(found)
        if found.age > OLD:
            self._write_again(found.age)
            self._clock.sleep(SETTLES_IN)
            found = self._read()
            if found is None or not self._is_ours(found):
                raise self._lost(found)

    def _write_again(self, age: float) -> None:
        try:
            self.place.parameters.overwrite(self.place.name, self._value)
        except (AwsError, UnreachableError) as error:
            raise TwinStackError(
                f"{error}\nthe lock {self.place.name} was last written {age:.0f} s ago and cannot be written now, so "
                "another run may take it at any moment: nothing more is begun; run again when it can be written"
            ) from error

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
        self._created = self.place.parameters.create(self.place.name, self._value)
        return self._created

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


def holding(place: Place, has_ended: Callable[[Holder], bool]) -> Holder | None:
    """Returns who holds a lock that nobody may take over now; it is read and not touched.

    Args:
        place: Where it is kept.
        has_ended: Whether a holder is known to have ended.

    Raises:
        AwsError: AWS refuses to say.
        UnreachableError: AWS does not answer.
    """
    found = place.parameters.read(place.name)
    if found is None:
        return None
    holder = _holder_of(found)
    return holder if _why_to_take_over(found, holder, has_ended, break_it=False) is None else None


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
