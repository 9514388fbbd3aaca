"""How long the engine waits on the virtual clock, and how often it asks: the flagship with usual durations.

Measured is what a person would notice: the time from the moment in which AWS is done with a stack to the moment in
which the run says so; and the whole time over the critical path, which is what AWS alone takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from statistics import median
from unittest.mock import patch

from tests.fake_stacks import moment
from tests.simulation import line
from tests.simulation.deployer import Deployer
from tests.simulation.durations import CHANGE_SET_SECONDS
from tests.simulation.environments import FLAGSHIP, schemas_of
from tests.simulation.world import World
from twinstack.screen.events import Event, StepDone

# As many entries as a page of AWS has; the worlds have small ones to force several.
_PAGES = {"describe_stacks": 100, "resources": 100, "change_sets": 100, "describe_change_set": 50, "events": 100}
FOLLOWING = ("events", "describe_stack")


@dataclass(frozen=True)
class Step:
    """One step of a rollout.

    Attributes:
        stack: The stack.
        region: Where it is.
        executed: When AWS has begun the operation.
        done_by_aws: When AWS was done with the stack.
        noticed: When the run says so.
        asked: How often the stack was asked about in between.
    """

    stack: str
    region: str
    executed: float
    done_by_aws: float
    noticed: float
    asked: int

    @property
    def by_aws(self) -> float:
        """What AWS alone takes for it, in seconds: the change set and the operation."""
        return CHANGE_SET_SECONDS + self.done_by_aws - self.executed

    @property
    def waited(self) -> float:
        """How long the run waited after the stack was done, in seconds."""
        return self.noticed - self.done_by_aws

    @property
    def calls_a_minute(self) -> float:
        """How often the stack was asked about, a minute."""
        return self.asked * 60 / (self.noticed - self.executed)


@dataclass(frozen=True)
class Measured:
    """One rollout.

    Attributes:
        steps: Its steps; each is a pass of its own, save that the artifact buckets of both regions are one.
        whole: How long it took, in seconds.
    """

    steps: tuple[Step, ...]
    whole: float

    @property
    def over_critical(self) -> float:
        """The whole time over the critical path: the making of the change set and the operation, over all passes."""
        buckets = [step.by_aws for step in self.steps if step.stack.endswith("-artifacts")]
        return self.whole / (sum(step.by_aws for step in self.steps) - sum(buckets) + max(buckets))


class _FarAway(line.Line):
    """A line on which every call takes 150 to 300 ms."""

    def _latency(self) -> float:
        return 0.15 + self.random.random() * 0.15


def measure(seed: int) -> Measured:
    """Rolls the flagship out from nothing and measures."""
    told: list[tuple[float, Event]] = []
    with schemas_of(FLAGSHIP), patch.dict(line.PAGES, _PAGES):
        world = World(Random(seed))
        world.lag_share = 0.0
        run = world.add("run", "deploy", FLAGSHIP)
        run.line.__class__ = _FarAway
        judge = world.told

        def noted(deployer: Deployer, event: Event) -> None:
            told.append((world.scheduler.now(), event))
            judge(deployer, event)

        with patch.object(world, "told", noted):
            world.run()
        world.clear()
    assert run.code == 0, run.told[-1]
    assert run.ended is not None
    done = [time for time, event in told if isinstance(event, StepDone)]
    return Measured(tuple(_steps(world, run, done)), run.ended - run.begun)


def _steps(world: World, run: Deployer, done: list[float]) -> Iterator[Step]:
    """Yields the steps, each of which is a pass of its own, in order."""
    for call in (call for call in run.line.calls if call.name == "execute_change_set"):
        cloud = world.sites[call.region].cloudformation
        stack, _ = cloud._change_set(call.arguments[0], "")
        events = [event for event in stack.events if event.token == call.arguments[1] and event.resource == stack.name]
        begun, ended = (seconds_of(event.time) for event in (events[0], events[-1]))
        noticed = next(time for time in done if time >= ended)
        asked = sum(
            begun <= other.time < noticed and other.region == call.region and other.name in FOLLOWING
            for other in run.line.calls
        )
        yield Step(stack.name, call.region, begun, ended, noticed, asked)


def seconds_of(time: datetime) -> float:
    """Returns a moment as seconds of the virtual clock."""
    return (time - moment(0.0)).total_seconds()


def report(measured: list[Measured]) -> Iterator[str]:
    """Yields the lines of the report."""
    steps = [step for one in measured for step in one.steps]
    waited = [step.waited for step in steps]
    calls = [step.calls_a_minute for step in steps]
    over = [one.over_critical for one in measured]
    yield f"rollouts                            {len(measured):>8}"
    yield f"steps                               {len(steps):>8}"
    yield f"waited after a stack was done, s    {median(waited):>8.2f} median  {max(waited):>8.2f} at most"
    yield f"calls per stack and minute          {median(calls):>8.1f} median  {max(calls):>8.1f} at most"
    yield f"whole time over the critical path   {median(over):>8.4f} median  {max(over):>8.4f} at most"
