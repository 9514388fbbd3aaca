"""A signal at every call of a rollout, and a fault at every call: `python -m tests.simulation.everywhere`.

Each time the pair, or the flagship, is rolled out from nothing; at one of the calls something happens; then, with
nothing in the way, the same is run again. What came of it is counted in tables.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.simulation import faults, rules
from tests.simulation.deployer import Deployer
from tests.simulation.environments import BASE, FLAGSHIP, Variant, schemas_of
from tests.simulation.faults import Fault
from tests.simulation.scheduler import EndlessError
from tests.simulation.world import World

SCENES = {"pair": (BASE, 1.0), "flagship": (FLAGSHIP, 0.05)}
SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM")
DURING_AND_AFTER = ("lost", "after")
"""A signal before a call is one after the call before it."""


@dataclass(frozen=True)
class Case:
    """One rollout with something in its way.

    Attributes:
        what: What happens: a signal or a kind of fault.
        how: The moment of the call, or "once" or "lasting".
        call: The number of the call.
    """

    what: str
    how: str
    call: int


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the exit code of the run, None when it was killed, and the rules that did not hold."""

    case: Case
    code: int | None
    again: int | None
    broken: tuple[str, ...] = ()


def _begun(scene: str) -> tuple[World, Deployer]:
    variant, pace = SCENES[scene]
    world = World(Random(7))
    world.lag_share = 0.0
    for site in world.sites.values():
        site.cloudformation.share_of_time = pace
    return world, world.add("run", "deploy", variant)


def calls_of(scene: str) -> int:
    """Returns how many calls an undisturbed rollout makes."""
    with schemas_of(SCENES[scene][0]):
        world, run = _begun(scene)
        world.run()
    assert run.code == 0, run.told[-1]
    return len(run.line.calls)


def play(scene: str, case: Case) -> Outcome:
    """Plays a case."""
    variant: Variant = SCENES[scene][0]
    with schemas_of(variant):
        world, run = _begun(scene)
        _plan(world, run, case)
        try:
            world.finish(variant)
        except EndlessError as error:
            world.breaks(rules.CONVERGES, str(error))
        finally:
            world.clear()
    last = world.deployers[-1]
    again = None if last.name != "last-1" else last.code
    return Outcome(case, run.code, again, tuple(map(str, world.broken)))


def _plan(world: World, run: Deployer, case: Case) -> None:
    if case.what in SIGNALS:
        acts: dict[str, Callable[[], None]] = {
            "SIGKILL": lambda: world.kill(run),
            "SIGINT": lambda: world.interrupt(run, 130),
            "SIGTERM": lambda: world.interrupt(run, 143),
        }
        run.ends[case.call, case.how] = acts[case.what]
        return
    kind = next(kind for kind in faults.KINDS if kind.name == case.what)
    fault = Fault(kind, deployer="run", times=1 if case.how == "once" else float("inf"))
    run.ends[case.call, "before"] = lambda: world.weather.faults.append(fault)


def signal_cases(calls: int, every: int) -> list[Case]:
    """Returns a case for every signal during and after every call."""
    return [
        Case(signal, moment, number)
        for signal in SIGNALS
        for moment in DURING_AND_AFTER
        for number in range(1, calls + 1, every)
    ]


def fault_cases(calls: int, every: int) -> list[Case]:
    """Returns a case for every fault at every call, once and from then on."""
    return [
        Case(kind.name, how, number)
        for kind in faults.KINDS
        for how in ("once", "lasting")
        for number in range(1, calls + 1, every)
    ]


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yields the lines of a table: what came of each kind of case."""
    rows: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        rows.setdefault((outcome.case.what, outcome.case.how), []).append(outcome)
    yield f"{'':<22}{'calls':>6}{'again: 0':>10}{'rules broken':>14}   the run itself ended with"
    for (what, how), found in rows.items():
        codes = Counter("killed" if one.code is None else str(one.code) for one in found)
        ends = ", ".join(f"{code} x {times}" for code, times in sorted(codes.items()))
        again, broken = sum(one.again == 0 for one in found), sum(bool(one.broken) for one in found)
        yield f"{f'{what}, {_HOW.get(how, how)}':<22}{len(found):>6}{again:>10}{broken:>14}   {ends}"


_HOW = {"lost": "during", "after": "after"}


def run(scene: str, cases: list[Case], jobs: int) -> list[Outcome]:
    """Plays all cases."""
    if jobs == 1:
        return [play(scene, case) for case in cases]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(partial(play, scene), cases, chunksize=5))


def main() -> int:
    """Reads the options, plays the cases, and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.everywhere", description=__doc__)
    parser.add_argument("--scene", choices=SCENES, default="pair")
    parser.add_argument("--only", choices=("signals", "faults"))
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth call")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    calls, bad = calls_of(options.scene), 0
    print(f"{options.scene}: {calls} calls")
    for name, make in (("signals", signal_cases), ("faults", fault_cases)):
        if options.only not in (None, name):
            continue
        begun = time.monotonic()
        outcomes = run(options.scene, make(calls, options.every), options.jobs)
        print(f"\n{name}, {time.monotonic() - begun:.0f} s")
        print("\n".join(table(outcomes)))
        for outcome in (one for one in outcomes if one.broken):
            bad += 1
            print(f"{outcome.case}: {'; '.join(outcome.broken)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
