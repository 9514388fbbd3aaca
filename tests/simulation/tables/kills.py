"""SIGKILL, SIGINT and SIGTERM at every call of a run: `python -m tests.simulation.tables.kills`.

Each row is a run of its own. At one call of it the signal comes: before AWS has done what was asked, after that and
before the answer, or after the answer. A second later the same is run again by a new process on the same machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.simulation.line import MOMENTS
from tests.simulation.tables.scenes import SCENES, Play, Result, calls_of, played, rows_of, stack_of

SIGNALS = {"SIGKILL": None, "SIGINT": 130, "SIGTERM": 143}
_SAID = {"before": "before the deed", "lost": "answer lost", "after": "after"}


@dataclass(frozen=True)
class Case:
    """A signal at a moment of a call."""

    scene: str
    number: int
    signal: str
    moment: str


@dataclass(frozen=True)
class Row:
    """What came of a case."""

    case: Case
    result: Result
    came: bool

    @property
    def wrong(self) -> str:
        """What is not as it must be, '' when everything is."""
        if not self.came:
            return "the signal never came"
        if self.result.code != SIGNALS[self.case.signal]:
            return f"exit code {self.result.code}; {self.result.last}"
        if self.result.again != 0:
            return f"the next run ended with {self.result.again}: {self.result.then}"
        return self.result.wrong


def cases_of(scene: str, every: int = 1) -> list[Case]:
    """Returns a case for each call, signal and moment; of every so-manieth call only, then with the signals in turn."""
    numbers = range(1, len(calls_of(scene)) + 1)
    every_one = [Case(scene, number, signal, moment) for number in numbers for moment in MOMENTS for signal in SIGNALS]
    # 9 cases a call: a step that shares no divisor with 9 meets each signal and moment.
    return every_one[:: 1 if every == 1 else 9 * every + 1]


def play(case: Case) -> Row:
    """Plays a case."""
    came: list[bool] = []

    def prepare(play: Play) -> None:
        def signalled() -> None:
            came.append(True)
            if (code := SIGNALS[case.signal]) is None:
                play.world.kill(play.run)
            else:
                play.world.interrupt(play.run, code)

        play.run.ends[case.number, case.moment] = signalled

    return Row(case, played(case.scene, prepare), bool(came))


def line(row: Row) -> str:
    """Returns a row as it is printed."""
    case, call = row.case, calls_of(row.case.scene)[row.case.number - 1]
    code = "-" if row.result.code is None else str(row.result.code)
    then = f"WRONG: {row.wrong}" if row.wrong else f"{row.result.again}  {row.result.then}"
    asked = f"{call.service} {call.name}"
    return (
        f"{case.number:>5}  {asked:<36}{stack_of(call):<12}{case.signal:<9}{_SAID[case.moment]:<17}{code:>4}   {then}"
    )


HEADER = f"{'call':>5}  {'':<36}{'stack':<12}{'signal':<9}{'moment':<17}{'exit':>4}   the next run"


def summary(scene: str, rows: list[Row], seconds: float) -> str:
    """Returns the last line of a table."""
    wrong = sum(bool(row.wrong) for row in rows)
    calls = len({row.case.number for row in rows})
    return f"{scene}: {len(rows)} rows at {calls} of {len(calls_of(scene))} calls, {wrong} wrong, {seconds:.0f} s"


def table(scene: str, every: int, jobs: int, show: Callable[[str], None]) -> Iterator[Row]:
    """Yields the rows of a scene, and shows each."""
    show(HEADER)
    for row in rows_of(play, cases_of(scene, every), jobs):
        show(line(row))
        yield row


def main() -> int:
    """Prints the tables; returns 1 when a row is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.tables.kills", description=__doc__)
    parser.add_argument("--scene", action="append", choices=SCENES, help="only these")
    parser.add_argument("--every", type=int, default=1, help="a sample: about one case at every so-manieth call")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--summary", action="store_true", help="only the last lines, and what is wrong")
    options = parser.parse_args()
    ends, bad = [], False
    for scene in options.scene or SCENES:
        begun, rows = time.monotonic(), []
        for row in table(scene, options.every, options.jobs, print if not options.summary else lambda _line: None):
            rows.append(row)
            bad |= bool(row.wrong)
            if row.wrong and options.summary:
                print(line(row), flush=True)
        ends.append(summary(scene, rows, time.monotonic() - begun))
        print(ends[-1], flush=True)
    if len(ends) > 1:
        print("\n".join(["", *ends]))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
