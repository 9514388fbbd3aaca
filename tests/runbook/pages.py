"""The scenes of a page: what is run, in order, and what changes in the world in between.

A scene begins at a comment `<!-- scene: NAME -->` and ends at the next one, or at a heading of the second level. In it,
in order:

- each line of a block of `bash` is a command, which has to end with 0, or as a comment at its end says: `# exit 4`;
- each line of a block of `text` must stand in what the command above it said; `…` stands for anything;
- `<!-- then: NAME -->` is an event of the world, that a reader only waits for.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_PARTS = re.compile(
    r"^ *```(?P<kind>bash|text)\n(?P<block>.*?)^ *```$"
    r"|^ *<!-- (?P<mark>scene|then): (?P<name>[a-z0-9-]+) -->$"
    r"|^## (?P<heading>[^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
_EXIT = re.compile(r"\s+# exit (\d+)$")


@dataclass(frozen=True)
class Command:
    """A command of the page, the code that it ends with, and the lines that it says."""

    line: str
    code: int
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """Something that happens."""

    name: str


@dataclass(frozen=True)
class Scene:
    """A world, and what is done in it."""

    name: str
    steps: tuple[Command | Event, ...]


def scenes(page: Path) -> list[Scene]:
    """The scenes of a page; a command outside of any is an error."""
    found: list[tuple[str, list[Command | Event]]] = []
    inside = False
    for part in _PARTS.finditer(page.read_text(encoding="utf-8")):
        if part["heading"] is not None:
            inside = False
        elif part["mark"] == "scene":
            found.append((part["name"], []))
            inside = True
        elif not inside:
            raise AssertionError(f"{page.name}: no scene runs {(part['block'] or part['name'])!r}")
        elif part["mark"] == "then":
            found[-1][1].append(Event(part["name"]))
        elif part["kind"] == "text":
            (*before, last) = found[-1][1]
            found[-1][1][:] = [*before, Command(last.line, last.code, tuple(_lines(part["block"])))]
        else:
            found[-1][1].extend(_command(line) for line in _lines(part["block"].replace("\\\n", " ")))
    return [Scene(name, tuple(steps)) for name, steps in found]


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]


def _command(line: str) -> Command:
    ends = _EXIT.search(line)
    return Command(_EXIT.sub("", line), int(ends[1]) if ends else 0)


def says(told: str, line: str) -> bool:
    """Whether a line of a block of `text` stands in an output, however that was broken into lines."""
    words = [re.escape(word) if word != "…" else ".*?" for word in line.split()]
    return re.search(r"\s+".join(words).replace(r"\s+.*?\s+", r"\s.*?"), told, re.DOTALL) is not None
