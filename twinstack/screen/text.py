"""Draws events for a person: quiet, in order, colours only on a terminal, a live line while waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import singledispatchmethod
from itertools import zip_longest

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from twinstack.screen import events as told
from twinstack.screen.change_lines import kind_of, lines_of, side_by_side
from twinstack.screen.check_lines import check_lines, preflight_lines
from twinstack.screen.database_text import database_lines
from twinstack.screen.drift_text import drift_lines, preview_lines
from twinstack.screen.escaping import escaped, escaped_lines
from twinstack.screen.events import Event
from twinstack.screen.fitting import wrapped
from twinstack.screen.plan_text import plan_lines

_COUNTED = {
    "Replace": "replaced",
    "Remove": "removed",
    "Replace?": "perhaps replaced",
    "Dynamic": "left open",
    "Modify": "modified",
    "Import": "imported",
    "Add": "added",
}
_VERDICT_COLOURS = {"as expected": "green", "differs": "red", "not answered here": "yellow", "not looked at": "dim"}
_COLOURS = {"matches": "green", "differs": "red", "stale": "yellow", "unknown": "yellow"}


class TextScreen:
    """A screen for a person.

    Args:
        out: Where results and progress go.
        err: Where failures go.
        verbose: Whether to show every event of an operation, and every parameter of a plan.
    """

    def __init__(self, out: Console, err: Console, *, verbose: bool = False) -> None:
        self._out = out
        self._err = err
        self._verbose = verbose
        self._waiting: Status | None = None
        self._progress_shown: dict[str, int] = {}

    def tell(self, event: Event) -> None:
        """Draws the event."""
        if not isinstance(event, (told.ResourceProgress, told.Waiting)):
            self._stop_waiting()
        self._draw(event)

    def _line(self, text: str, style: str = "") -> None:
        self._out.print(escaped_lines(text), style=style, highlight=False, soft_wrap=True, markup=False)

    def _error_line(self, text: str, style: str) -> None:
        self._err.print(escaped(text), style=style, highlight=False, soft_wrap=True, markup=False)

    def _wait(self, text: Text) -> None:
        """Shows a live line, on a terminal only."""
        if not self._out.is_terminal:
            return
        waiting = self._waiting
        if waiting is None:
            waiting = self._waiting = self._out.status(text)
            waiting.start()
        waiting.update(text)

    def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None  # a thread that asks AWS may tell something too
        if waiting is not None:
            waiting.stop()

    @singledispatchmethod
    def _draw(self, event: Event) -> None:
        raise TypeError(f"no drawing for {type(event).__name__}")

    @_draw.register
    def _(self, event: told.Note) -> None:
        self._line(event.text)

    @_draw.register
    def _(self, event: told.Waiting) -> None:
        self._wait(_cell(event.text))

    @_draw.register
    def _(self, event: told.Warning_) -> None:
        self._line(f"Note: {event.text}", "yellow")

    @_draw.register
    def _(self, event: told.Done) -> None:
        self._line(event.text, "bold green")

    @_draw.register
    def _(self, event: told.Printed) -> None:
        # A document comes out as it is, but for a person's terminal. rich would turn its tabs into blanks.
        text = "\t".join(map(escaped_lines, event.text.split("\t"))) if self._out.is_terminal else event.text
        self._out.file.write(text if text.endswith("\n") else f"{text}\n")
        self._out.file.flush()

    @_draw.register
    def _(self, event: told.Failure) -> None:
        for line, hint in zip_longest(event.text.split("\n"), event.hints, fillvalue=""):
            self._error_line(f"Error: {line}", "bold red")
            if hint:
                self._error_line(f"  Hint: {hint}", "yellow")

    @_draw.register
    def _(self, event: told.Finding) -> None:
        self._line(f"{event.place}: {event.rule} {event.level}: {event.message}")

    @_draw.register
    def _(self, event: told.PlanMade) -> None:
        for line, style in plan_lines(event.plan, verbose=self._verbose):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.StepBegun) -> None:
        self._line("")
        self._line(
            f"Pass {event.number} of {event.passes}: {event.operation.lower()} {event.stack} in {event.region}", "bold"
        )

    @_draw.register
    def _(self, event: told.ChangeSetMade) -> None:
        certain = [change for change in event.changes if change["foreseen"] != "touched"]
        touched = [change for change in event.changes if change["foreseen"] == "touched"]
        counts = Counter(kind_of(change) for change in certain)
        words = [f"{counts[kind]} {word}" for kind, word in _COUNTED.items() if counts[kind]]
        words += [f"{len(touched)} may be touched"] if touched else []
        for line in wrapped(f"change set {event.name}: {', '.join(words) or 'outputs only'}", "  "):
            self._line(line)
        for line, style in lines_of(certain, touched, "    ", verbose=self._verbose, adds=event.asked):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.ChangeSetDiffers) -> None:
        for line in wrapped(f"change set {event.name} is not what was predicted:", "  "):
            self._line(line, "bold red")
        for line, style in side_by_side(event.changes, "    "):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.NothingToChange) -> None:
        self._line(f"  {event.stack}: nothing to change")

    @_draw.register
    def _(self, event: told.ResourceProgress) -> None:
        failed = event.status.endswith("_FAILED")
        if self._verbose or failed:
            self._stack_event(event, f"  {event.time[11:19]}")
        elif self._out.is_terminal:
            text = _cell(f"{event.stack} {event.done}/{event.total} · {event.resource} {event.status}")
            self._wait(text)
        elif event.total and (quarter := 4 * event.done // event.total) > self._progress_shown.get(event.stack, 0):
            self._progress_shown[event.stack] = quarter
            self._line(f"  {event.stack}: {event.done} of {event.total} resources")

    @_draw.register
    def _(self, event: told.StepDone) -> None:
        self._progress_shown.pop(event.stack, None)
        self._line(f"  {event.stack}: {event.status} after {event.seconds:.1f} s", "green")

    @_draw.register
    def _(self, event: told.StepFailed) -> None:
        self._progress_shown.pop(event.stack, None)
        self._line(f"  {event.stack}: {event.status}", "red")

    @_draw.register
    def _(self, event: told.StepSkipped) -> None:
        self._line(f"  {event.stack}: not run, because {event.because}", "yellow")

    @_draw.register
    def _(self, event: told.WiresRead) -> None:
        self._line("")
        verdicts = Counter(wire["verdict"] for wire in event.wires)
        counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        self._line(f"Wires read back: {counts or 'none'}", "bold")
        shown = [wire for wire in event.wires if self._verbose or wire["verdict"] not in ("matches", "empty")]
        if not shown:
            return
        table = _table("", "stack", "parameter", "from", "value", "")
        for wire in shown:
            colour = _COLOURS.get(wire["verdict"], "")
            value = wire["value"] if wire["verdict"] != "differs" else f"{wire['value']} (put out: {wire['produced']})"
            row = (wire["stack"], wire["parameter"], wire["source"], value, wire["verdict"])
            table.add_row(*map(_cell, row), style=colour)
        self._print_table(table)

    @_draw.register
    def _(self, event: told.OutputsRead) -> None:
        self._line("")
        table = _table("Outputs", "stack", "output", "value")
        for role, outputs in event.outputs.items():
            for name, value in outputs.items():
                table.add_row(*map(_cell, (role, name, value)))
        self._print_table(table)

    @_draw.register
    def _(self, event: told.StatusRead) -> None:
        table = _table("Stacks", "stack", "region", "name", "status", "resources", "protected")
        for stack in event.stacks:
            row = (
                stack["stack"],
                stack["region"],
                stack["name"],
                stack["status"],
                stack["resources"],
                stack["protected"],
            )
            table.add_row(*(_cell(str(value)) for value in row))
        self._print_table(table)
        for stack in event.stacks:
            if stack["reason"]:
                self._line(f"{stack['stack']}: {stack['reason']}", "yellow")

    @_draw.register
    def _(self, event: told.DatabaseRead) -> None:
        for line, style in database_lines(event, self._out.width):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.Refreshed) -> None:
        self._out.clear()  # does nothing but on a terminal
        self._line(event.time, "dim")

    @_draw.register
    def _(self, event: told.StackEventRead) -> None:
        self._stack_event(event, f"{event.time[:10]} {event.time[11:19]}")

    @_draw.register
    def _(self, event: told.DriftRead) -> None:
        for line, style in drift_lines(event.stacks, verbose=self._verbose):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.RevertPreviewed) -> None:
        for line, style in preview_lines(event, verbose=self._verbose):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.Left) -> None:
        self._listing(
            "Left behind:", (f"{r['stack']}: {r['resource']} {r['physical_id']}: {r['why']}" for r in event.resources)
        )

    @_draw.register
    def _(self, event: told.NotEmulated) -> None:
        self._listing(
            "Not emulated by the local AWS (accepted, without effect):",
            (f"{entry['type']}: {entry['property']} ({entry['where']}): {entry['reason']}" for entry in event.entries),
        )

    @_draw.register
    def _(self, event: told.LocalAwsRead) -> None:
        self._line(
            f"local AWS at {event.endpoint} (pid {event.pid})" if event.endpoint else "the local AWS is not running"
        )

    @_draw.register
    def _(self, event: told.StageBegun) -> None:
        self._line("")
        self._line(f"{event.stage}: {event.title} ({event.price})", "bold")

    @_draw.register
    def _(self, event: told.RowAnswered) -> None:
        said = "; ".join(filter(None, (event.why, event.answered))) or event.look_for
        self._line(f"  {event.verdict:<17} {event.row}: {said}", _VERDICT_COLOURS.get(event.verdict, ""))
        if event.verdict == "differs" and event.expected:
            self._line(f"  {'':<17} expected: {event.expected}", "red")

    @_draw.register
    def _(self, event: told.StacksStanding) -> None:
        self._listing(
            "These stacks stand now, and cost what is in them:" if event.stacks else "No stack of this run is left.",
            (f"{it['name']} in {it['region']}: {it['status']}; remove it: {it['removal']}" for it in event.stacks),
        )

    @_draw.register
    def _(self, event: told.RecordWritten) -> None:
        self._line(f"  record: {event.markdown} and {event.json}", "dim")

    @_draw.register
    def _(self, event: told.ChecksMade) -> None:
        self._line("")
        self._line(event.title, "bold")
        for line, style in check_lines(event.checks):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.PreflightDone) -> None:
        self._line("")
        for line, style in preflight_lines(event.checks, verbose=self._verbose):
            self._line(line, style)

    @_draw.register
    def _(self, event: told.PhaseEnded) -> None:
        for line in wrapped(f"{event.phase}: {event.said}", f"  {event.seconds:>6.1f} s ", further=" " * 12):
            self._line(line)

    @_draw.register
    def _(self, event: told.RolesMoved) -> None:
        self._line("")
        self._line(
            f"{event.target} writes in {event.database} now, by a {event.kind} from {event.source}", "bold green"
        )
        lag = "not known"
        if event.lag_milliseconds is not None:
            lag = f"{event.lag_milliseconds:.0f} ms ({event.lag_metric}, {event.lag_age or 0:.0f} s old)"
        for title, said in (("RTO", f"{event.rto_seconds:.1f} s, {event.measured_by}"), ("lag before", lag)):
            for line in wrapped(said, f"  {title:<12}", further=" " * 15):
                self._line(line)

    def _stack_event(self, event: told.ResourceProgress | told.StackEventRead, time: str) -> None:
        """One line for an event where it fits; its time and the stack in front, so that all regions read as one."""
        reason = f": {event.reason}" if event.reason else ""
        head = escaped(f"{time} {event.stack:<10} {event.status:<18}")
        for line in wrapped(f"{event.resource} ({event.type}){reason}", head, further=" " * 6):
            self._line(line.rstrip(), "red" if event.status.endswith("_FAILED") else "")

    def _listing(self, title: str, lines: Iterable[str]) -> None:
        self._line("")
        self._line(title, "bold")
        for line in lines:
            self._line(f"  {line}")

    def _print_table(self, table: Table) -> None:
        if not self._out.is_terminal:
            self._out.width = max(self._out.width, 200)
        self._out.print(table)


# Cells are `Text`: a string would be searched for markup and emoji, and a name or an ARN may look like either.
def _cell(text: str) -> Text:
    return Text(escaped_lines(text))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
