"""A global database as text: its regions side by side where the screen is wide enough, else one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from twinstack.screen.fitting import filled, wrapped

if TYPE_CHECKING:
    from twinstack.screen.events import DatabaseRead
    from twinstack.screen.payloads import FactRow, RegionRow

Line = tuple[str, str]
_MARKS = {"ok": "", "failed": "! ", "unknown": "? "}
_STYLES = {"failed": "red", "unknown": "yellow"}
_WIDEST, _LABEL, _COLUMN = 140, 21, 29


def database_lines(event: DatabaseRead, width: int) -> Iterator[Line]:
    """Yields the lines, each with its style.

    Args:
        event: The database.
        width: How many columns the screen has; more than 140 are not used.
    """
    width = min(width, _WIDEST)
    for line in wrapped(f"Global database {event.database}: {event.state}", width=width):
        yield line, "bold yellow" if event.reversed else "bold"
    if event.endpoint:
        for line in wrapped(f"writer endpoint {event.endpoint}", "  ", width):
            yield line, ""
    room = (width - _LABEL) // max(len(event.regions), 1)
    lines = _beside(event.regions, room) if room >= _COLUMN else _below(event.regions, width)
    yield from lines
    yield "", ""
    for region in event.ready:
        yield f"Ready to switch to {region}.", "bold green"
    for problem in event.problems:
        for line in wrapped(f"Not ready to switch: {problem}", width=width):
            yield line, "bold red"


def _beside(regions: Sequence[RegionRow], room: int) -> Iterator[Line]:
    """Yields the facts as a table with a column for each region."""
    yield "", ""
    yield " " * _LABEL + "".join(filled(f"{it['region']} ({it['stack']})", room) for it in regions).rstrip(), "bold"
    yield filled("  role", _LABEL) + "".join(filled(it["role"], room) for it in regions).rstrip(), ""
    for name in _names(regions):
        cells = [[fact for fact in region["facts"] if fact["fact"] == name] for region in regions]
        for row in zip_longest(*cells):
            yield from _row(name, row, room)


def _names(regions: Sequence[RegionRow]) -> list[str]:
    """Returns the names of the facts in the order in which the regions have them, each once."""
    longest = sorted(regions, key=lambda region: -len(region["facts"]))
    return list(dict.fromkeys(fact["fact"] for region in longest for fact in region["facts"]))


def _row(name: str, row: Sequence[FactRow | None], room: int) -> Iterator[Line]:
    texts = [_text(fact, room - 1) for fact in row]
    verdicts = [fact["verdict"] for fact in row if fact is not None]
    style = next((_STYLES[verdict] for verdict in ("failed", "unknown") if verdict in verdicts), "")
    for number, parts in enumerate(zip_longest(*texts, fillvalue="")):
        label = filled(f"  {name}" if number == 0 else "", _LABEL)
        yield (label + "".join(filled(part, room) for part in parts)).rstrip(), style


def _text(fact: FactRow | None, room: int) -> list[str]:
    if fact is None:
        return ["-"]
    return wrapped(_MARKS[fact["verdict"]] + fact["said"], "", room, whole_words=False)


def _below(regions: Sequence[RegionRow], width: int) -> Iterator[Line]:
    for region in regions:
        yield "", ""
        yield f"{region['region']} ({region['stack']}): {region['role']}", "bold"
        for fact in region["facts"]:
            head = filled(f"  {fact['fact']}", _LABEL - 1)
            said = _MARKS[fact["verdict"]] + fact["said"]
            for line in wrapped(said, head, width, whole_words=False, further=" " * _LABEL):
                yield line, _STYLES.get(fact["verdict"], "")
