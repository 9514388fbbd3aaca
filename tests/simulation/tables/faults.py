"""Every fault at every call, once and from then on: `python -m tests.simulation.tables.faults`.

Each row is a run of its own. At one call of it the fault begins: it happens once, or to every call of that name. Then
it is gone, and the same is run again. What the run must end with is written down in `expected.py`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.simulation import faults
from tests.simulation.faults import Fault, Kind
from tests.simulation.line import Call
from tests.simulation.tables.expected import at_every_call, expected
from tests.simulation.tables.scenes import SCENES, Play, Result, calls_of, played, rows_of

ONCE, LASTING = "once", "lasting"
_KINDS: dict[str, Kind] = {kind.name: kind for kind in faults.KINDS}
_SCENES = tuple(name for name in SCENES if not name.startswith("flagship"))


@dataclass(frozen=True)
class Case:
    """A fault that begins at a call; `by_name` when it stands for all calls of that name."""

    scene: str
    number: int
    kind: str
    how: str
    by_name: bool

    @property
    def call(self) -> Call:
        """The call."""
        return calls_of(self.scene)[self.number - 1]


@dataclass(frozen=True)
class Row:
    """What came of a case."""

    case: Case
    result: Result

    @property
    def wrong(self) -> str:
        """What is not as it must be, '' when everything is."""
        case, result = self.case, self.result
        codes = (
            expected(case.scene, case.call, case.kind, case.how)
            if case.by_name
            else at_every_call(case.scene, case.kind)
        )
        if result.code not in codes:
            return f"exit code {result.code}, not {' or '.join(map(str, codes))}: {result.last}"
        if result.code and not _says_what(result.last, case):
            return f"the last line does not say what failed: {result.last}"
        lock = [times for text, times in result.warned.items() if "has no lock" in text]
        if lock and lock != [1]:
            return "that there is no lock is said more than once"
        if result.again != 0:
            return f"the next run ended with {result.again}: {result.then}"
        return result.wrong


# What a last line holds that names a fault of a kind.
_WORDS = {
    "throttled": "Throttling",
    "internal": "InternalFailure",
    "reset": "cannot be reached",
    "lost": "cannot be reached",
    "timeout": "cannot be reached",
    "denied": "AccessDenied",
    "expired": "expired",
}


def _says_what(last: str, case: Case) -> bool:
    return _WORDS[case.kind] in last and "Traceback" not in last


def cases_of(scene: str, *, by_name: bool, every: int = 1) -> list[Case]:
    """Returns a case for every fault, once and lasting, at the first call of each name or at every call."""
    calls = calls_of(scene)
    first: dict[tuple[str, str], int] = {}
    for call in calls:
        first.setdefault((call.service, call.name), call.number)
    numbers = list(first.values()) if by_name else [call.number for call in calls]
    found = [
        Case(scene, number, kind, how, by_name) for number in numbers for kind in _KINDS for how in (ONCE, LASTING)
    ]
    return found[::every]


def play(case: Case) -> Row:
    """Plays a case."""

    def prepare(play: Play) -> None:
        fault = Fault(
            _KINDS[case.kind],
            deployer=play.run.name,
            call=case.call.name,
            service=case.call.service,
            times=1 if case.how == ONCE else float("inf"),
        )
        play.run.ends[case.number, "before"] = lambda: play.world.weather.faults.append(fault)

    return Row(case, played(case.scene, prepare))


def in_one_region(scene: str, region: str, call: str, kind: str) -> Result:
    """Returns what a run comes to when a fault happens to every call of a name in one region."""

    def prepare(play: Play) -> None:
        play.world.weather.faults.append(Fault(_KINDS[kind], deployer=play.run.name, region=region, call=call))

    return played(scene, prepare)


def line(row: Row) -> str:
    """Returns a row as it is printed."""
    case, result = row.case, row.result
    asked = f"{case.call.service} {case.call.name}"
    number = "" if case.by_name else str(case.number)
    then = f"WRONG: {row.wrong}" if row.wrong else f"again {result.again}   {' '.join(result.last.split())[:110]}"
    return f"{number:>5}  {asked:<44}{case.kind:<10}{case.how:<8}{result.code!s:>5}   {then}"


def summary(scene: str, what: str, rows: list[Row], seconds: float) -> str:
    """Returns the last line of a table."""
    codes: dict[str, int] = {}
    for row in rows:
        codes[str(row.result.code)] = codes.get(str(row.result.code), 0) + 1
    ends = ", ".join(f"{code} x {times}" for code, times in sorted(codes.items()))
    wrong = sum(bool(row.wrong) for row in rows)
    return f"{scene}, {what}: {len(rows)} rows, ended with {ends}; {wrong} wrong, {seconds:.0f} s"


def table(scene: str, *, by_name: bool, every: int = 1, jobs: int = 1) -> Iterator[Row]:
    """Yields the rows of a table."""
    yield from rows_of(play, cases_of(scene, by_name=by_name, every=every), jobs)


def main() -> int:
    """Prints the tables; returns 1 when a row is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.tables.faults", description=__doc__)
    parser.add_argument("--scene", action="append", choices=_SCENES, help="only these")
    parser.add_argument("--names", action="store_true", help="only at the first call of each name")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth case")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--summary", action="store_true", help="only the last lines, and what is wrong")
    options = parser.parse_args()
    ends, bad = [], False
    for scene in options.scene or _SCENES:
        for by_name in (True,) if options.names else (True, False):
            begun, rows = time.monotonic(), []
            for row in table(scene, by_name=by_name, every=options.every, jobs=options.jobs):
                rows.append(row)
                bad |= bool(row.wrong)
                if row.wrong or not options.summary:
                    print(line(row), flush=True)
            what = "at each name" if by_name else "at each call"
            ends.append(summary(scene, what, rows, time.monotonic() - begun))
            print(ends[-1], flush=True)
    print("\n".join(["", *ends]))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
