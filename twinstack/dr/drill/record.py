"""The record of a drill. Its JSON keeps to these models; `as_markdown` in `page.py` makes the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from twinstack.dr.operations.moved import Moved
from twinstack.files import write_whole

FOLDER = Path("records")
Outcome = Literal["in progress", "done", "declined", "refused", "busy", "failed", "interrupted", "not reached"]
# The last thing that is certain of a way. Between "asking" and "moved" only AWS knows who writes.
Step = Literal["not asked", "asking", "moved", "done"]

# What no drill of this kind shows; an auditor should not have to guess.
NOT_PROVED = (
    "the loss of a region: both regions were there, and AWS moved the roles with the help of both",
    "how much data a failover would lose: a switchover loses none",
    "that applications find the new writer: none was part of this drill",
    "the restore of a backup",
)
NOT_AWS = "Nothing of this is AWS: it was the local AWS, an emulator on one machine. Its times say nothing of AWS's."


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CheckRecord(_Model):
    """Something that was looked at."""

    check: str
    verdict: Literal["ok", "failed", "unknown"]
    said: str
    fix: str = ""


class PhaseRecord(_Model):
    """A phase: when it ended, and how many seconds it took."""

    phase: str
    ended: datetime
    seconds: float
    said: str


class LagRecord(_Model):
    """How far the reader was behind before, in milliseconds; `age` is how old the value was, in seconds."""

    metric: str
    milliseconds: float
    age: float


class LegRecord(_Model):
    """One way: the switchover to the standby, or the one back."""

    way: Literal["there", "back"]
    target: str
    source: str = ""
    outcome: Outcome = "not reached"
    step: Step = "not asked"
    failure: str = ""
    begun: datetime | None = None
    ended: datetime | None = None
    rto_seconds: float | None = None
    measured_by: str = ""
    lag: LagRecord | None = None
    versions: dict[str, str] = {}
    before: list[CheckRecord] = []
    phases: list[PhaseRecord] = []
    after: list[CheckRecord] = []

    def take(self, moved: Moved) -> None:
        """Takes over what a switchover came to; its checks and phases have been told already."""
        self.source, self.begun = moved.source, moved.begun
        self.rto_seconds, self.measured_by = moved.rto_seconds, moved.measured_by
        self.versions = dict(moved.versions)
        if moved.lag is not None:
            self.lag = LagRecord(metric=moved.lag.metric, milliseconds=moved.lag.milliseconds, age=moved.lag.age)


class DrillRecord(_Model):
    """A drill.

    Attributes:
        caller: Who AWS says it was: the ARN of the caller.
        operator: The user of the machine.
        left: Who writes as far as this record knows, and what goes on from there.
    """

    version: Literal[1] = 1
    database: str
    environment: str
    suffix: str
    stacks: dict[str, str]
    regions: dict[str, str]
    account: str
    caller: str
    operator: str
    machine: str
    local: bool
    tools: dict[str, str]
    begun: datetime
    ended: datetime | None = None
    outcome: Outcome = "in progress"
    left: str = ""
    legs: list[LegRecord]
    not_proved: list[str] = list(NOT_PROVED)

    def standing(self) -> str:
        """Returns in which state the pair is, as far as this drill knows."""
        there, back = self.legs
        if back.step == "done":
            return f"{back.target} writes again, as before the drill."
        if back.step == "moved":
            return f"{back.target} writes again; the end of the way back was not seen: look with `status`."
        if "asking" in (there.step, back.step):
            asked = back if back.step == "asking" else there
            return (
                f"The way to {asked.target} was asked for, and what became of it was not seen: look with `status`, "
                "then `failback`."
            )
        if there.step == "not asked":
            return "Nothing was changed."
        return f"{there.target} writes: the way back is not done. `failback` goes on."

    def checks(self, verdict: str) -> list[tuple[str, CheckRecord]]:
        """Returns what was found afterwards with this verdict, each with its way."""
        return [(leg.way, check) for leg in self.legs for check in leg.after if check.verdict == verdict]


def paths(root: Path, suffix: str, begun: datetime) -> tuple[Path, Path]:
    """Returns where a record goes: as Markdown and as JSON."""
    stem = f"drill-{suffix}-{begun:%Y%m%dT%H%M%SZ}"
    return root / FOLDER / f"{stem}.md", root / FOLDER / f"{stem}.json"


def write(record: DrillRecord, page: str, markdown: Path, data: Path) -> None:
    """Writes the record, each file whole or not at all; only its owner may read it.

    Args:
        record: The record.
        page: The same as Markdown.
        markdown: Where the page goes.
        data: Where the JSON goes.

    Raises:
        InputError: It cannot be written.
    """
    write_whole(data, record.model_dump_json(indent=2) + "\n", private=True)
    write_whole(markdown, page, private=True)
