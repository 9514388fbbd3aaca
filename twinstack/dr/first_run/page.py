"""The page of the first run as data, and `python -m twinstack.dr.first_run.page FILE`, which writes it for people."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from twinstack.files import write_whole

Sure = Literal["certain", "high", "medium", "low", "none"]
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s|()]+$")]

# Where an address leads, by how it begins or what is in it; the first that fits.
_KINDS = (
    (r"https://github\.com/[^/]+/[^/]+/(issues|pull)/", "an issue thread"),
    (r"https://(docs\.aws\.amazon\.com|docs\.amazonaws\.cn|github\.com/awsdocs)/", "AWS's documentation"),
    (r"https://(aws\.amazon\.com|(www\.)?repost\.aws|[a-z-]+\.workshop\.aws)/", "AWS's blogs, answers and workshops"),
    (r"https://github\.com/", "source code"),
    (r"https://", "another page"),
)

_HEAD = "<!-- Made by `make generate` from twinstack/dr/first_run/page.yaml; edit that. -->\n# The first run on AWS\n"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Strict):
    """One thing to look at.

    Attributes:
        id: Its name, which stays; the checks of `first-run` are bound to it.
        do: What to run, in Markdown; empty where the stage's own action is what is run.
        look_for: What is expected.
        why: Why it is uncertain, or what exactly is left open.
        sure: How sure we are that AWS does this.
        was: How sure we were before it was looked up; only where that moved.
        sources: The addresses that say so. The first is the one that settles it.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    do: str = ""
    look_for: str
    why: str = ""
    sure: Sure
    was: Sure | None = None
    sources: tuple[Address, ...] = ()

    @model_validator(mode="after")
    def _moved_for_a_reason(self) -> Self:
        if self.was == self.sure:
            raise ValueError(f"{self.id}: `was` is what `sure` is; leave it out")
        if self.was and not self.sources:
            raise ValueError(f"{self.id}: it moved, and no source says why")
        return self


class Stage(_Strict):
    """What is looked at in one go.

    Attributes:
        key: Its name for `first-run --up-to`.
        title: Its heading.
        price: What it costs, in words.
        intro: Markdown under the heading.
        rows: What to look at, in order.
    """

    key: str
    title: str
    price: str
    intro: str = ""
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]


class Page(_Strict):
    """The whole page: Markdown before, the stages from what costs nothing to what costs most, Markdown after."""

    intro: str = ""
    stages: tuple[Stage, ...]
    outro: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of every stage."""
        return tuple(row for stage in self.stages for row in stage.rows)

    @model_validator(mode="after")
    def _every_row_once(self) -> Self:
        twice = [name for name, count in Counter(row.id for row in self.rows).items() if count > 1]
        if twice:
            raise ValueError(f"more than one row is called {', '.join(twice)}")
        return self


def read_page() -> Page:
    """Returns the page that comes with the package."""
    return Page.model_validate(yaml.safe_load(Path(__file__).with_name("page.yaml").read_text(encoding="utf-8")))


def markdown(page: Page) -> str:
    """Returns the page for people, without a newline at its end."""
    stages = (line for number, stage in enumerate(page.stages, start=1) for line in _stage(number, stage))
    return "\n".join([_HEAD, page.intro, *stages, *_moved(page.rows), "", page.outro.rstrip()])


def kind(address: str) -> str:
    """Returns what stands behind an address, such as `AWS's documentation`."""
    return next(name for pattern, name in _KINDS if re.match(pattern, address))


def _stage(number: int, stage: Stage) -> Iterator[str]:
    yield f"## {number}. {stage.title} ({stage.price})\n"
    if stage.intro:
        yield stage.intro
    columns = ["look for", "why it is uncertain, or what is left open", "sure", "says so"]
    with_do = any(row.do for row in stage.rows)
    if with_do:
        columns.insert(0, "do")
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for row in stage.rows:
        cells = [row.look_for, row.why, f"{row.sure} (was {row.was})" if row.was else row.sure, _links(row.sources)]
        yield "| " + " | ".join([row.do, *cells] if with_do else cells) + " |"
    yield ""


def _links(addresses: tuple[str, ...]) -> str:
    return ", ".join(f"[{kind(address)}]({address})" for address in addresses)


def _moved(rows: tuple[Row, ...]) -> Iterator[str]:
    moved = [row for row in rows if row.was]
    kinds = Counter(kind(row.sources[0]) for row in moved)
    levels = Counter(row.sure for row in rows)
    yield "## What was settled without an account\n"
    yield f"Of {len(rows)} rows {len(moved)} moved, counted by the first source of each:\n"
    yield "| settled by | rows |\n|---|---|"
    for name, count in kinds.most_common():
        yield f"| {name} | {count} |"
    now = ", ".join(f"{levels[level]} {level}" for level in ("certain", "high", "medium", "low", "none"))
    yield f"\nNow {now}."


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), markdown(read_page()) + "\n")
