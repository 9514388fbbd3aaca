"""The record of a drill as a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twinstack.dr.drill.record import NOT_AWS, DrillRecord, LegRecord
from twinstack.screen.markdown import prose, visible

_LONGEST = 2000
_TITLES = {"there": "To the standby", "back": "Back"}


def as_markdown(record: DrillRecord) -> str:
    """Returns the record as a page."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: DrillRecord) -> Iterator[str]:
    yield f"# Switchover drill of `{record.database}`, {record.begun:%Y-%m-%d}"
    yield ""
    if record.local:
        yield f"**{NOT_AWS}**"
        yield ""
    yield f"**{record.outcome.capitalize()}.** {_cell(record.left)}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {_cell(said)} |" for name, said in _head(record))
    for leg in record.legs:
        yield from _leg(leg)
    yield from _listing("What was verified", [f"{way}: {it.check}: {it.said}" for way, it in record.checks("ok")])
    failed = [f"{way}: {it.check}: {it.said}" for way, it in record.checks("failed")]
    failures = [f"{leg.way}: {leg.failure}" for leg in record.legs if leg.failure]
    yield from _listing("Deviations", [*failed, *failures])
    yield from _listing(
        "What was not verified", [f"{way}: {it.check}: {it.said}" for way, it in record.checks("unknown")]
    )
    yield from _listing("What this drill does not prove", record.not_proved)


def _head(record: DrillRecord) -> Iterator[tuple[str, str]]:
    yield "who", f"{record.caller} (AWS account {record.account})"
    yield "at the machine", f"{record.operator} on {record.machine}"
    yield "begun", _time(record.begun)
    yield "ended", _time(record.ended)
    yield "environment", f"{record.environment}, suffix {record.suffix}"
    yield "stacks", ", ".join(f"{name} in {record.regions[role]}" for role, name in record.stacks.items())
    yield "tools", ", ".join(f"{name} {version}" for name, version in record.tools.items())
    for leg in record.legs:
        if leg.rto_seconds is not None:
            yield f"RTO {leg.way}", f"{leg.rto_seconds:.1f} s, {leg.measured_by}"


def _leg(leg: LegRecord) -> Iterator[str]:
    yield ""
    yield f"## {_TITLES[leg.way]}: {leg.target} writes"
    yield ""
    yield f"{leg.outcome.capitalize()}."
    if leg.failure:
        yield ""
        yield from (f"    {visible(line, _LONGEST)}" for line in leg.failure.splitlines())
    if leg.versions:
        yield ""
        yield f"Engine versions: {', '.join(f'{version} in {region}' for region, version in leg.versions.items())}."
    if leg.lag is not None:
        yield f"Lag before: {leg.lag.milliseconds:.0f} ms ({leg.lag.metric}, {leg.lag.age:.0f} s old)."
    if leg.phases:
        yield ""
        yield "| ended (UTC) | seconds | phase | what was seen |"
        yield "|---|---|---|---|"
        for it in leg.phases:
            yield f"| {_time(it.ended)} | {it.seconds:.1f} | {_cell(it.phase)} | {_cell(it.said)} |"
    for title, checks in (("Before", leg.before), ("After", leg.after)):
        if checks:
            yield ""
            yield f"| {title} | verdict | found |"
            yield "|---|---|---|"
            yield from (f"| {_cell(it.check)} | {it.verdict} | {_cell(it.said)} |" for it in checks)


def _listing(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from (f"- {_cell(line)}" for line in lines)
    if not lines:
        yield "Nothing."


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else "not yet"


def _cell(text: str) -> str:
    return prose(" ".join(text.split()), _LONGEST)
