"""Cuts a deployment of the small pair short at every call that it makes, and prints what came of it.

`python -m tests.interruptions.table [--every N] [--calls FIRST-LAST]`: each call, three signals, three moments; then
the same command once more, which must end with exit code 0, every wire as it should be and nothing left behind.
"""

import argparse
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local import process
from tests.interruptions.bench import ROOT, Bench, Call, Cut, Ran
from tests.interruptions.proxy import ANSWERED, MOMENTS
from twinstack.clock import SystemClock

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}
SECONDS = 1.0


@dataclass(frozen=True)
class Row:
    """What came of one cut: the run that was cut short, the next one, and what is wrong with either."""

    cut: Cut
    run: Ran
    again: Ran
    problems: tuple[str, ...]

    def __str__(self):
        call = self.run.hit or Call(self.cut.call, "", "never made")
        left = "; ".join(self.problems) or "converged"
        return (
            f"{call.number:>4}  {call.region:<10}  {call.action:<22}  {self.cut.signal.name:<7}  {self.cut.moment:<17}"
            f"  {self.run.code:>4}  {self.run.seconds:5.2f}  {self.again.code:>4}  {left}"
        )


HEADING = "call  region      action                  signal   when               exit  seconds  next  what came of it"


def cut_short(bench, suffix, cut):
    """Cuts one deployment short, deploys again, and says what is wrong."""
    run = bench.deploy(suffix, cut)
    again = bench.deploy(suffix)
    row = Row(cut, run, again, (*_wrong(cut, run), *_not_converged(bench, suffix, again)))
    bench.clear(suffix)
    return row


def _wrong(cut, run):
    """What is wrong with how the run ended."""
    # After the last answer there may be nothing left to cut short.
    expected = {SIGNALS[cut.signal]} | ({0} if cut.moment == ANSWERED or run.hit is None else set())
    if run.code not in expected:
        yield f"exit code {run.code}"
    if run.seconds > SECONDS:
        yield f"{run.seconds:.2f} s"
    if run.noise:
        yield f"noise: {run.noise}"
    if run.code > 0 and (run.events[-1]["event"], run.events[-1].get("exit_code")) != ("error", run.code):
        yield f"last words: {run.events[-1]}"


def _not_converged(bench, suffix, again):
    """What is wrong with how the next run left everything."""
    if again.code:
        yield f"next run: {again.code}: {again.events[-1] if again.events else again.noise}"
    if set(again.wires) != {"matches"}:
        yield f"wires: {again.wires}"
    values = bench.values(suffix)
    if len(values) != 2 or values["primary"] != values["secondary"][::-1] or None in values["primary"]:
        yield f"values: {values}"
    yield from bench.orphans(suffix)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="Only every Nth of the cuts.")
    parser.add_argument("--calls", default="1-", metavar="FIRST-LAST", help="Only these calls; the table in parts.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder, "state")
        emulator = process.start_in(state, ROOT / ".venv-local", print, SystemClock())
        try:
            bench = Bench(emulator.endpoint, Path(folder))
            rows = list(_rows(bench, given.every, *given.calls.split("-")))
            bench.close()
        finally:
            process.stop_in(state, SystemClock())
    wrong = [row for row in rows if row.problems]
    slowest = max(row.run.seconds for row in rows)
    print(f"\n{len(rows)} cuts, {len(wrong)} with problems; at most {slowest:.2f} s from the signal to the end")
    return 1 if wrong else 0


def _rows(bench, every, first="1", last=""):
    whole = bench.deploy("whole")
    assert whole.code == 0, whole
    bench.clear("whole")
    print(f"{len(whole.calls)} calls make up a whole run\n\n{HEADING}", flush=True)
    calls = whole.calls[int(first) - 1 : int(last or len(whole.calls))]
    cuts = [Cut(call.number, moment, number) for call in calls for moment in MOMENTS for number in SIGNALS]
    for place, cut in enumerate(cuts[::every]):
        row = cut_short(bench, f"c{place}", cut)
        print(row, flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
