"""Threads of the engine, one after another: a process of the simulation waits in its own thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from twinstack.aws import elsewhere_reading


class OneAfterAnother:
    """Stands for a pool of threads."""

    def __init__(self, _threads: int) -> None:
        pass

    def __enter__(self) -> OneAfterAnother:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Does the work on each item in turn."""
        return [work(item) for item in items]


@contextmanager
def one_thread() -> Iterator[None]:
    """Has the looks into other regions taken in turn."""
    with patch.object(elsewhere_reading, "ThreadPoolExecutor", OneAfterAnother):
        yield
