"""Work that ends in time, whatever it waits for.

Timeouts of sockets do not bound a name lookup, nor a server that sends one byte at a time. Lambda bounds both, by
ending the function before it could say what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

T = TypeVar("T")


class Context(Protocol):
    """What is used of the context that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """Returns the milliseconds until Lambda ends the function."""


def attempt_all(seconds: float, works: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Runs all works side by side, and returns what each returned or raised, in their order.

    What is not done in time counts as a TimeoutError; it is left behind.
    """
    executor = ThreadPoolExecutor(max_workers=max(1, len(works)))
    futures = [executor.submit(work) for work in works]
    wait(futures, timeout=max(0.0, seconds))
    outcomes: list[T | BaseException] = []
    for future in futures:
        error = future.exception() if future.done() else TimeoutError("not done in time")
        outcomes.append(future.result() if error is None else error)
    executor.shutdown(wait=False, cancel_futures=True)
    return outcomes
