"""Makes one call to AWS again while that may help; what all clients of a run share is kept here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from twinstack.aws.errors import AwsError
from twinstack.aws.renewal import Renewal
from twinstack.aws.retry_limits import Budget, Pace, Trouble, trouble_of
from twinstack.clock import Clock
from twinstack.errors import CredentialsError, UnreachableError
from twinstack.screen.events import Note, Screen, Warning_

LONGEST_WAIT = 20.0
# For how long, in seconds, one call is repeated: where AWS has answered before in this run, and where it never has.
PATIENCE, FIRST_PATIENCE = 120.0, 20.0
# So many calls in a row without an answer are told.
SILENCES = 3

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Place:
    """What can stop answering as a whole: a service in a region."""

    region: str
    service: str


@dataclass
class _Answers:
    """How a place has answered: whether ever, how often in a row it did not, and whether that was told."""

    ever: bool = False
    silences: int = 0
    told: bool = False


class Patience:
    """The patience that the clients of one run share. Several threads may ask through it."""

    def __init__(self, renewal: Renewal, clock: Clock, screen: Screen, jitter: Callable[[], float]) -> None:
        self.renewal = renewal
        self._clock, self._screen, self._jitter = clock, screen, jitter
        self._lock = Lock()
        self._budget = Budget()
        self._paces: dict[str, Pace] = {}
        self._answers: dict[Place, _Answers] = {}

    def ask(self, place: Place, call: Callable[[], _Answer], *, again: bool = True) -> _Answer:
        """Makes a call, and makes it again while that may help.

        Args:
            place: What is asked.
            call: Asks it.
            again: Whether it is made again at all.

        Raises:
            AwsError: AWS refuses it.
            CredentialsError: AWS does not take the credentials, and there are no others.
            UnreachableError: AWS does not answer.
        """
        begun, number, trouble = self._clock.now(), 0, None
        was_told = self._at(place).told
        while True:
            self._keep_pace(place.region)
            try:
                answer = self.with_credentials(call)
            except (AwsError, UnreachableError) as error:
                trouble, number = trouble_of(error), number + 1
                self._note_failure(place, trouble, error)
                wait = min(LONGEST_WAIT, self._jitter() * 2 ** (number - 1))
                left = begun + (PATIENCE if self._at(place).ever else FIRST_PATIENCE) - self._clock.now()
                is_late = number > 1 and wait > left  # one time limit may be longer than all patience
                if was_told or not again or trouble is None or is_late or not self._take(trouble):
                    raise
                self._clock.sleep(wait)
            else:
                self._note_success(place, trouble)
                return answer

    def ask_quickly(self, call: Callable[[], _Answer]) -> _Answer:
        """Makes a call, twice at most and without a wait; it counts for nothing else.

        Errors as for `ask`.
        """
        try:
            return self.with_credentials(call)
        except (AwsError, UnreachableError) as error:
            if trouble_of(error) is None:
                raise
        return self.with_credentials(call)

    def with_credentials(self, call: Callable[[], _Answer]) -> _Answer:
        """Makes a call, and makes it again with other credentials when there are some."""
        renewed = False
        while True:
            generation = self.renewal.generation
            try:
                return call()
            except CredentialsError as error:
                self.renewal.after(error, generation, renewed=renewed)
                renewed = True

    def _at(self, place: Place) -> _Answers:
        with self._lock:
            return self._answers.setdefault(place, _Answers())

    def _keep_pace(self, region: str) -> None:
        with self._lock:
            wait = self._paces.setdefault(region, Pace()).reserve(self._clock.now())
        if wait > 0:
            self._clock.sleep(wait)

    def _take(self, trouble: Trouble) -> bool:
        with self._lock:
            return self._budget.take(trouble)

    def _note_success(self, place: Place, trouble: Trouble | None) -> None:
        with self._lock:
            self._budget.give_back(trouble)
            self._paces[place.region].succeeded()
        self._note_answer(place)

    def _note_failure(self, place: Place, trouble: Trouble | None, error: AwsError | UnreachableError) -> None:
        if trouble is None or trouble is Trouble.THROTTLED:
            if trouble:
                with self._lock:
                    self._paces[place.region].throttled()
            self._note_answer(place)
            return
        answers = self._at(place)
        with self._lock:
            answers.silences += 1
            tell = answers.silences >= SILENCES and not answers.told
            answers.told |= tell
        if tell:
            self._screen.tell(Warning_(f"{place.service} in {place.region} does not answer; asking again: {error}"))

    def _note_answer(self, place: Place) -> None:
        answers = self._at(place)
        with self._lock:
            tell, answers.ever, answers.silences, answers.told = answers.told, True, 0, False
        if tell:
            self._screen.tell(Note(f"{place.service} in {place.region} answers again"))
