"""Asks several things at once, and waits for none of them longer than it is worth.

A region that is lost may accept a connection and never answer. The threads are daemons: whoever has the answers it
needs goes on, and a call that never returns holds up neither the operation nor the end of the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from twinstack.aws.errors import AwsError
from twinstack.errors import CredentialsError, InputError, TwinStackError, UnreachableError

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Silence:
    """There is no answer.

    Attributes:
        why: What AWS said instead, or that it said nothing.
        refused: Whether AWS answered, with a refusal.
    """

    why: str
    refused: bool = False


def side_by_side(asked: Mapping[Key, Callable[[], Answer]], seconds: float) -> dict[Key, Answer | Silence]:
    """Asks everything at once.

    Args:
        asked: What to ask, by what it is about.
        seconds: How long to wait for all of it together; what has not answered by then is a silence.

    Returns:
        The answers in the order of what was asked.

    Raises:
        CredentialsError: AWS does not take the credentials: nobody else would be answered either.
    """
    answers: SimpleQueue[tuple[Key, Answer | Silence | BaseException]] = SimpleQueue()
    for key, ask in asked.items():
        threading.Thread(target=_ask, args=(answers, key, ask), name=f"asking {key}", daemon=True).start()
    found: dict[Key, Answer | Silence] = {}
    until = time.monotonic() + seconds
    while len(found) < len(asked):
        try:
            key, answer = answers.get(timeout=max(until - time.monotonic(), 0.001))
        except Empty:
            break
        if isinstance(answer, BaseException):
            raise answer
        found[key] = answer
    return {key: found.get(key, Silence(f"{_words(key)}: no answer within {seconds:.1f} s")) for key in asked}


class Ask(Protocol):
    """Asks something; the answer, or the error, is there at once or later."""

    def __call__(self, call: Callable[[], Answer]) -> Future[Answer]:
        """Makes the call."""


def in_turn(call: Callable[[], Answer]) -> Future[Answer]:
    """Makes a call and waits for it; whoever wants no threads asks like this."""
    answer: Future[Answer] = Future()
    try:
        answer.set_result(call())
    except TwinStackError as error:
        answer.set_exception(error)
    return answer


def beside(call: Callable[[], Answer]) -> Future[Answer]:
    """Makes a call in a thread of its own, which nobody has to wait for."""
    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  a defect in a thread belongs to who takes the answer
            answer.set_exception(error)

    threading.Thread(target=ask, name="asking beside others", daemon=True).start()
    return answer


def _words(key: Hashable) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _ask(
    answers: SimpleQueue[tuple[Key, Answer | Silence | BaseException]], key: Key, ask: Callable[[], Answer]
) -> None:
    try:
        answers.put((key, ask()))
    except CredentialsError as error:
        answers.put((key, error))
    except AwsError as error:
        answers.put((key, Silence(str(error), refused=True)))
    except (InputError, UnreachableError) as error:
        answers.put((key, Silence(str(error))))
    except BaseException as error:  # noqa: BLE001  a defect in a thread belongs into the thread that waits for it
        answers.put((key, error))
