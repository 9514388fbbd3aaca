"""The line between one deployer and AWS: each call takes time, may fail, and may be the last thing that happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from tests.simulation.faults import Kind, Weather
from tests.simulation.scheduler import Scheduler

READING = frozenset(
    {
        "describe_stack",
        "describe_stacks",
        "get_template",
        "describe_change_set",
        "change_sets",
        "events",
        "resources",
    }
)
# How many entries a page has: few, so that there are several.
PAGES = {"describe_stacks": 2, "resources": 4, "change_sets": 2, "describe_change_set": 4, "events": 5}
Moment = str
MOMENTS: tuple[Moment, ...] = ("before", "lost", "after")
"""Before the deed; after it, with the answer lost; after the answer."""


@dataclass
class Call:
    """One call as it was made."""

    time: float
    number: int
    service: str
    region: str
    name: str
    arguments: tuple[Any, ...]
    result: str = ""


@dataclass
class Line:
    """What a deployer reaches AWS through.

    Attributes:
        owner: Whose line it is.
        scheduler: The clock that calls take their time from.
        random: Where latencies come from.
        weather: What goes wrong.
        calls: The calls that were made.
        on_call: Called with each call before it is made and with each moment in it; what it raises ends the call.
        on_deed: Called with each call that AWS has carried out and what it answers.
        lag_share: At which share of the reading calls the answer is old.
        alive: Whether the owner is.
    """

    owner: str
    scheduler: Scheduler
    random: Random
    weather: Weather
    calls: list[Call] = field(default_factory=list)
    on_call: Callable[[Call, Moment], None] = lambda _call, _moment: None
    on_deed: Callable[[Call, Any], None] = lambda _call, _answer: None
    lag_share: float = 0.1

    def to(self, service: str, region: str, target: Any) -> Any:
        """Returns a client that reaches a service by this line."""
        return Client(self, service, region, target)

    def call(self, service: str, region: str, name: str, deed: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Makes a call."""
        call = Call(self.scheduler.now(), len(self.calls) + 1, service, region, name, (*args, *options.values()))
        self.calls.append(call)
        self.on_call(call, "before")
        latency = self._latency()
        self.scheduler.sleep(latency / 2)
        fault = self._strikes(call)
        if fault and not fault.after_the_deed:
            self._fail(call, fault)
        answer = self._done(call, deed, *args, **options)
        self.on_call(call, "lost")
        self.scheduler.sleep(latency / 2)
        if fault:
            self._fail(call, fault)
        if name in PAGES and name != "events":
            entries = answer.changes if name == "describe_change_set" else answer
            for _ in range(PAGES[name], len(entries), PAGES[name]):
                self._next_page(call)
        self.on_call(call, "after")
        return self._by_pages(call, answer) if name == "events" else answer

    def _done(self, call: Call, deed: Callable[..., Any], *args: Any, **options: Any) -> Any:
        target = getattr(deed, "__self__", None)
        if call.service == "cloudformation":
            old = call.name in READING and self.random.random() < self.lag_share
            target.lag = self.random.uniform(0.0, 2.0) if old else 0.0
        try:
            answer = deed(*args, **options)
        except Exception as error:  # what AWS refuses, it refuses after the same time as it answers
            call.result = f"{type(error).__name__}: {error}"
            self.on_deed(call, error)
            self.on_call(call, "lost")
            self.scheduler.sleep(self._latency() / 2)
            self.on_call(call, "after")
            raise
        finally:
            if call.service == "cloudformation":
                target.lag = 0.0
        self.on_deed(call, answer)
        return answer

    def _by_pages(self, call: Call, entries: Iterator[Any]) -> Iterator[Any]:
        for number, entry in enumerate(entries):
            if number and number % PAGES["events"] == 0:
                self._next_page(call)
            yield entry

    def _next_page(self, call: Call) -> None:
        self.scheduler.sleep(self._latency())
        if fault := self._strikes(call):
            self._fail(call, fault)

    def _strikes(self, call: Call) -> Kind | None:
        return self.weather.strikes(self.scheduler.now(), self.owner, call.service, call.region, call.name)

    def _fail(self, call: Call, fault: Kind) -> None:
        call.result = f"fault: {fault.name}"
        self.on_deed(call, fault)
        self.scheduler.sleep(fault.seconds)
        raise fault.make(call.name, call.region)

    def _latency(self) -> float:
        return 0.02 + self.random.random() ** 3 * 0.5


class Client:
    """A service of one region, as a deployer sees it."""

    def __init__(self, line: Line, service: str, region: str, target: Any) -> None:
        self._line, self._service, self._region, self._target = line, service, region, target

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        bound = partial(self._line.call, self._service, self._region, name, found)
        self.__dict__[name] = bound
        return bound

    def at_once(self) -> Client:
        """To ask at once is no call."""
        return self


class Regions(Client):
    """The regions of the account; going to another region is no call."""

    def cloudformation(self, region: str) -> Client:
        return Client(self._line, "cloudformation", region, self._target.cloudformation(region))
