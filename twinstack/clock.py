"""The clock that waiting is done with; tests hand in one that does not wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

FIRST_WAIT, LONGEST_WAIT, GROWTH = 0.2, 3.0, 1.5


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> float:
        """Returns seconds since some fixed moment."""

    def sleep(self, seconds: float) -> None:
        """Waits for so many seconds."""

    def date(self) -> datetime:
        """Returns the date and time, in UTC; only for what is hours old, since other machines have other clocks."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Returns monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)

    def date(self) -> datetime:
        """Returns the date and time."""
        return datetime.now(UTC)


def growing_waits(first: float = FIRST_WAIT) -> Iterator[float]:
    """Yields how long to wait before each next look, in seconds: short at first, three at most."""
    seconds = first
    while True:
        yield seconds
        seconds = min(seconds * GROWTH, LONGEST_WAIT)
