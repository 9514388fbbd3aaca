"""What the tables are made of: a run that works undisturbed, and what is judged when something got in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TypeVar

from tests.simulation import rules
from tests.simulation.assembled import EVERYTHING_NAMED
from tests.simulation.deployer import Deployer
from tests.simulation.environments import BASE, FLAGSHIP, VARIANTS, Variant, schemas_of
from tests.simulation.line import Call
from tests.simulation.scheduler import EndlessError
from tests.simulation.world import World
from tests.small_pair import REGIONS
from twinstack.screen.events import Done, Failure

RUN, AGAIN = "run", "again"
_SEED = 7


@dataclass(frozen=True)
class Scene:
    """A run that something may happen to.

    Attributes:
        operation: What is run, and run again.
        variant: The files that it has.
        before: The files that were deployed before, if any.
        protected: Whether the environment is protected.
        protected_before: Whether it was when those files were deployed; None for as it is.
        share_of_time: By what stacks are quicker than usual: the fewer looks at them, the fewer calls.
    """

    operation: str = "deploy"
    variant: Variant = BASE
    before: Variant | None = None
    protected: bool = False
    protected_before: bool | None = None
    share_of_time: float = 1.0


_CHANGED = next(variant for variant in VARIANTS if variant.name == "other source")
SCENES = {
    "pair": Scene(),
    "pair changed": Scene(variant=_CHANGED, before=BASE, protected=True),
    "pair opened": Scene(before=BASE, protected_before=True),
    "pair destroyed": Scene(operation="destroy", before=BASE),
    "flagship": Scene(variant=FLAGSHIP, share_of_time=0.02),
    "flagship destroyed": Scene(operation="destroy", variant=FLAGSHIP, before=FLAGSHIP, share_of_time=0.02),
}


@dataclass(frozen=True)
class Result:
    """What came of a run that something happened to, and of the next one.

    Attributes:
        code: The exit code of the run, None when it was killed.
        last: The last thing that it said.
        warned: How often each warning was said.
        again: The exit code of the next run.
        then: The last thing that the next run said.
        wrong: What is not as it must be, '' when everything is.
    """

    code: int | None
    last: str
    warned: dict[str, int]
    again: int | None
    then: str
    wrong: str


@dataclass
class Play:
    """A scene that is being played."""

    scene: Scene
    world: World
    run: Deployer


def begin(scene: Scene) -> Play:
    """Sets a scene up, with all that was there before."""
    world = World(Random(_SEED), protected=scene.protected)
    world.lag_share = 0.0
    for site in world.sites.values():
        site.cloudformation.share_of_time = scene.share_of_time
    if scene.before is not None:
        world.protected = scene.protected if scene.protected_before is None else scene.protected_before
        first = world.add("first", "deploy", scene.before)
        world.run()
        assert first.code == 0, first.told[-1]
        world.protected = scene.protected
    return Play(scene, world, world.add(RUN, scene.operation, scene.variant, allowed=EVERYTHING_NAMED))


@cache
def calls_of(name: str) -> tuple[Call, ...]:
    """Returns the calls of a scene in which nothing happens."""
    with schemas_of(SCENES[name].variant):
        play = begin(SCENES[name])
        play.world.run()
    assert play.run.code == 0, play.run.told[-1]
    assert not play.world.broken, play.world.broken
    return tuple(play.run.line.calls)


def stack_of(call: Call) -> str:
    """Returns the stack that a call is about, the region where it is about none."""
    text = repr(call.arguments)
    role = next(role for role, region in REGIONS.items() if region == call.region)
    return "artifacts" if "-artifacts" in text else role if role in text else call.region


def played(name: str, prepare: Callable[[Play], None]) -> Result:
    """Plays a scene with something in its way; then, with nothing in the way, the same is run again.

    Args:
        name: The scene.
        prepare: Gets the scene before it begins.
    """
    scene = SCENES[name]
    with schemas_of(scene.variant):
        play = begin(scene)
        world = play.world
        prepare(play)
        again: Deployer | None = None
        try:
            world.run()
            world.calm = True
            world.weather.clear()
            world.scheduler.wait(1.0)
            again = world.add(AGAIN, scene.operation, scene.variant, allowed=EVERYTHING_NAMED)
            world.run()
        except EndlessError as error:
            world.breaks(rules.CONVERGES, str(error))
        else:
            world.scheduler.wait(5.0)
            rules.judge_the_end(world, again)
        finally:
            world.clear()
    return Result(
        play.run.code,
        _last(play.run),
        _warnings(play.run),
        again.code if again else None,
        _last(again) if again else "",
        "; ".join(map(str, world.broken)),
    )


def _last(deployer: Deployer) -> str:
    last = deployer.told[-1] if deployer.told else None
    return last.text if isinstance(last, (Done, Failure)) else ""


def _warnings(deployer: Deployer) -> dict[str, int]:
    said: dict[str, int] = {}
    for event in deployer.told:
        if type(event).__name__ == "Warning_":
            text = getattr(event, "text", "")
            said[text] = said.get(text, 0) + 1
    return said


_Case = TypeVar("_Case")
_Row = TypeVar("_Row")


def rows_of(play: Callable[[_Case], _Row], cases: list[_Case], jobs: int) -> Iterator[_Row]:
    """Yields what each case comes to, worked out in one or several processes."""
    if jobs == 1:
        yield from map(play, cases)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(play, cases, chunksize=8)
