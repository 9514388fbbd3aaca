"""Several processes on one virtual clock. Who goes on, and when, follows from a seed and from nothing else.

Each process is a greenlet: ordinary code that waits in the middle of its work. Time passes only by waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from tests.fake_stacks import moment


class EndlessError(Exception):
    """Something goes round in a circle."""


class Process:
    """Work that goes on in between waits.

    Attributes:
        name: What it is called in a trace.
        dead: Whether it was killed: it is never resumed, and whatever it still tries does nothing.
        begun: Whether its work has begun.
        ended: Whether its work is over, by itself or by a kill.
        held_until: Until when it stands still, as a laptop does that was closed.
    """

    def __init__(self, name: str, work: Callable[[], Any], hub: Any) -> None:
        self.name = name
        self.dead = False
        self.begun = False
        self.ended = False
        self.held_until = 0.0
        self.ticket = 0
        self.raised: BaseException | None = None
        self._thread = greenlet(self._run, hub)
        self._work = work

    def _run(self) -> None:
        self.begun = True
        try:
            self._work()
        except GreenletExit:
            pass
        except BaseException as error:  # noqa: BLE001  whoever looks at the process judges it
            self.raised = error
        self.ended = True

    def resume(self, error: BaseException | None = None) -> None:
        """Lets it go on to its next wait; an error is raised where it waits."""
        self._thread.throw(error) if error else self._thread.switch()

    def is_running(self) -> bool:
        """Whether it is the one that runs now."""
        return getcurrent() is self._thread

    def clear(self) -> None:
        """Takes the rest of a killed process away, without letting it do anything."""
        if self._thread and not self._thread.dead:
            self.dead = True
            self._thread.throw(GreenletExit())


@dataclass
class Scheduler:
    """The virtual clock and what is due on it.

    Attributes:
        random: Where ties come from.
        ended: Called with each process that has come to its end by itself.
        steps: How many steps there were.
        longest: So many steps are the end of it: something goes round in a circle.
    """

    random: Random
    ended: Callable[[Process], None] = lambda _process: None
    time: float = 0.0
    steps: int = 0
    longest: int = 30_000
    _due: list[tuple[float, float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: count = field(default_factory=count)
    _hub: Any = field(default_factory=getcurrent)
    _running: Process | None = None

    def now(self) -> float:
        """Returns the seconds since the beginning: the clock that a run is given."""
        return self.time

    def date(self) -> datetime:
        """Returns the date and time."""
        return moment(self.time)

    def sleep(self, seconds: float) -> None:
        """Waits; others go on meanwhile. A killed process never comes back from here."""
        process = self._running
        assert process is not None, "only a process can wait"
        if process.dead:
            raise GreenletExit
        self._wake(process, self.time + max(seconds, 0.0))
        self._hub.switch()
        if process.dead:
            raise GreenletExit

    def spawn(self, name: str, work: Callable[[], Any], at: float = 0.0) -> Process:
        """Plans a process that begins at a time."""
        process = Process(name, work, self._hub)
        self._wake(process, max(at, self.time))
        return process

    def at(self, time: float, act: Callable[[], None]) -> None:
        """Plans an act that takes no time."""
        heappush(self._due, (max(time, self.time), self.random.random(), next(self._numbers), act))

    def kill(self, process: Process) -> None:
        """SIGKILL: the process never goes on."""
        process.dead = process.ended = True
        process.ticket += 1
        if process.is_running():
            raise GreenletExit

    def interrupt(self, process: Process, error: BaseException) -> None:
        """Raises an error where the process waits."""
        if process.ended or not process.begun:
            return
        if process.is_running():
            raise error
        process.ticket += 1
        self._step(process, error)

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Goes on until nothing is due, or until something holds.

        Raises:
            EndlessError: It does not come to an end.
        """
        while self._due and not until():
            time, _, _, act = heappop(self._due)
            self.time = max(self.time, time)
            act()
            self.steps += 1
            if self.steps > self.longest:
                raise EndlessError(f"after {self.steps} steps and {self.time:.0f} s it has not come to an end")

    def wait(self, seconds: float) -> None:
        """Lets time pass, with all that happens in it."""
        ends = self.time + seconds
        self.at(ends, lambda: None)
        self.run(until=lambda: self.time >= ends)

    def _wake(self, process: Process, time: float) -> None:
        process.ticket += 1
        ticket = process.ticket

        def go_on() -> None:
            if process.ticket != ticket or process.ended:
                return
            if process.held_until > self.time:
                self._wake(process, process.held_until)
                return
            self._step(process)

        self.at(time, go_on)

    def _step(self, process: Process, error: BaseException | None = None) -> None:
        self._running = process
        try:
            process.resume(error)
        finally:
            self._running = None
        if process.ended and not process.dead:
            self.ended(process)
