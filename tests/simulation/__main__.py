"""Runs worlds: `python -m tests.simulation --worlds 2000 --jobs 2`, or one with its trace: `--seed 17 -v`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.defects import DEFECTS, planted
from tests.simulation.seeds import PARTS, run_seed
from tests.simulation.world import World

_CHUNK = 25


def report(world: World, *, verbose: bool) -> str:
    """Returns what is to be read about a world: its trace, and the rules that it broke."""
    lines = [f"{moment:9.2f}  {who:<10} {what}" for moment, who, what in world.trace] if verbose else []
    return "\n".join([*lines, *(f"BROKEN {one}" for one in world.broken)])


def run_chunk(defect: str, without: tuple[str, ...], seeds: range) -> list[tuple[int, list[tuple[str, str]]]]:
    """Runs some worlds; returns the rules that each of them broke."""
    parts = dict.fromkeys(without, False)
    with planted(defect):
        worlds = ((seed, run_seed(seed, **parts)) for seed in seeds)
        return [(seed, [(one.rule, str(one)) for one in world.broken]) for seed, world in worlds]


def chunks(first: int, worlds: int) -> list[range]:
    """Returns the seeds in chunks."""
    return [range(begin, min(begin + _CHUNK, first + worlds)) for begin in range(first, first + worlds, _CHUNK)]


def _results(options: argparse.Namespace) -> Iterator[list[tuple[int, list[tuple[str, str]]]]]:
    run = partial(run_chunk, options.defect, tuple(options.without))
    if options.jobs == 1:
        yield from map(run, chunks(options.first, options.worlds))
        return
    with ProcessPoolExecutor(options.jobs) as pool:
        yield from pool.map(run, chunks(options.first, options.worlds))


def run_many(options: argparse.Namespace) -> int:
    """Runs the worlds, tells of each broken rule, and sums up."""
    begun, done, broken, rules = time.monotonic(), 0, 0, Counter[str]()
    for results in _results(options):
        for seed, found in results:
            done += 1
            broken += bool(found)
            rules.update(rule for rule, _ in found)
            for _, sentence in found:
                print(f"seed {seed}: {sentence}", flush=True)
            if found and options.defect:
                seconds = time.monotonic() - begun
                print(f"{options.defect}: found after {seed - options.first + 1} worlds, {seconds:.0f} s")
                return 0
        if done % 500 < _CHUNK:
            print(f"… {done} worlds, {broken} broken, {time.monotonic() - begun:.0f} s", flush=True)
    for rule, times in sorted(rules.items()):
        print(f"{times:5}  {rule}")
    print(f"{done} worlds, {time.monotonic() - begun:.0f} s, {broken} broken")
    return 1 if broken or options.defect else 0


def main() -> int:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--worlds", type=int, default=300, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--seed", type=int, help="one world only")
    parser.add_argument("--without", action="append", default=[], choices=PARTS, help="leave something out")
    parser.add_argument("--defect", default="", choices=["", *DEFECTS], help="a defect to plant and to find")
    parser.add_argument("-v", "--verbose", action="store_true", help="the trace")
    options = parser.parse_args()
    if options.seed is None:
        return run_many(options)
    with planted(options.defect):
        world = run_seed(options.seed, **dict.fromkeys(options.without, False))
    print(report(world, verbose=options.verbose))
    return 1 if world.broken else 0


if __name__ == "__main__":
    sys.exit(main())
