"""The record of a first run: what was expected, and what AWS answered, row by row. Written anew after every stage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.dr.first_run.checks.answers import Verdict
from twinstack.files import write_whole
from twinstack.screen.markdown import code, prose, visible

if TYPE_CHECKING:
    from twinstack.screen.payloads import StandingRow

FOLDER = Path("records")
_LONGEST = 2000
_NOT_AWS = "Nothing of this is AWS: it was the local AWS, an emulator on one machine."


@dataclass(frozen=True)
class RowRecord:
    """What was learned about one row.

    Attributes:
        id: The row's id on the page.
        look_for: What the page says to look for.
        sure: How sure the page was before.
        expected: What was expected.
        answered: What AWS answered, or what a person noted.
        verdict: What that means.
        why: Why there is no answer, where there is none.
        by: `check`, or `person`.
    """

    id: str
    look_for: str
    sure: str
    expected: str
    answered: str
    verdict: str
    why: str
    by: str


@dataclass
class StageRecord:
    """One stage: its rows, and how it ended (`done`, `failed`, `interrupted`, `declined`, `not reached`)."""

    key: str
    title: str
    price: str
    begun: str = ""
    ended: str = ""
    outcome: str = "not reached"
    failure: str = ""
    rows: list[RowRecord] = field(default_factory=list)


@dataclass
class Record:
    """The whole record; it holds no secret.

    Attributes:
        environment: The environment's name.
        suffix: The suffix.
        regions: The region of each role.
        account: The account's number.
        local: Whether this was the local AWS.
        versions: The versions of what was used.
        begun: When, in UTC.
        stages: The stages in the order of the page.
        standing: The stacks that stand at the end of what is written, and what removes each.
    """

    environment: str
    suffix: str
    regions: Mapping[str, str]
    account: str
    local: bool
    versions: Mapping[str, str]
    begun: str
    stages: list[StageRecord]
    standing: list[StandingRow] = field(default_factory=list)

    def rows(self) -> Iterator[RowRecord]:
        """Yields the rows that were come to."""
        for stage in self.stages:
            yield from stage.rows

    def differing(self) -> list[RowRecord]:
        """Returns the rows where AWS does something else than expected."""
        return [row for row in self.rows() if row.verdict == Verdict.DIFFERS]


def paths(root: Path, suffix: str, begun: datetime) -> tuple[Path, Path]:
    """Returns where a record goes: as Markdown and as JSON."""
    stem = f"first-run-{suffix}-{begun:%Y%m%dT%H%M%SZ}"
    return root / FOLDER / f"{stem}.md", root / FOLDER / f"{stem}.json"


def write(record: Record, markdown: Path, data: Path) -> None:
    """Writes the record, each file at once or not at all: an interruption leaves the one before.

    Only its owner may read it: it names an account and what is in it.

    Raises:
        InputError: It cannot be written.
    """
    for path, text in (
        (data, json.dumps(asdict(record), indent=2) + "\n"),
        (markdown, as_markdown(record)),
    ):
        write_whole(path, text, private=True)


def as_markdown(record: Record) -> str:
    """Returns the record as a page."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    yield f"# First run of `{record.environment}`, suffix `{record.suffix}`, {record.begun}"
    yield ""
    if record.local:
        yield f"**{_NOT_AWS}**"
        yield ""
    yield f"- account {record.account}"
    yield "- " + ", ".join(f"{role} in {region}" for role, region in record.regions.items())
    yield "- " + ", ".join(f"{name} {version}" for name, version in record.versions.items())
    counts = ((verdict, sum(row.verdict == verdict for row in record.rows())) for verdict in Verdict)
    yield "- " + ", ".join(f"{count} {verdict}" for verdict, count in counts)
    for stage in record.stages:
        yield from _stage_lines(stage)
    yield ""
    yield "## What stands now"
    yield ""
    if not record.standing:
        yield "No stack of this run."
    for stack in record.standing:
        where = prose(f"{stack['name']} in {stack['region']}: {stack['status']}")
        yield f"- {where}. Remove it: {code(stack['removal'], _LONGEST)}"


def _stage_lines(stage: StageRecord) -> Iterator[str]:
    yield ""
    yield f"## {stage.key}: {stage.title} ({stage.price})"
    yield ""
    times = f", {stage.begun} to {stage.ended}" if stage.begun else ""
    yield f"{stage.outcome.capitalize()}{times}."
    if stage.failure:
        yield ""
        yield from (f"    {visible(line, _LONGEST)}" for line in stage.failure.splitlines())
    if not stage.rows:
        return
    yield ""
    yield "| row | look for | expected | answered | verdict | sure before |"
    yield "|---|---|---|---|---|---|"
    for row in stage.rows:
        verdict = f"{row.verdict}: {row.why}" if row.why else row.verdict
        answered = f"{row.answered} (seen by a person)" if row.by == "person" else row.answered
        yield "| " + " | ".join(map(_cell, (row.id, row.look_for, row.expected, answered, verdict, row.sure))) + " |"


def _cell(text: str) -> str:
    return prose(" ".join(text.split()), _LONGEST)
