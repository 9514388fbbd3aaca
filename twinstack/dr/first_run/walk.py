"""Walks the page of the first run: stage by stage, cheapest first, each asked for, with a record of every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from twinstack.dr.first_run.checks.answers import Answer
from twinstack.dr.first_run.checks.scene import PRIMARY, SECONDARY, Scene
from twinstack.dr.first_run.page import Page, Row
from twinstack.dr.first_run.page import Stage as PageStage
from twinstack.dr.first_run.parts import NETWORK, PARTS
from twinstack.dr.first_run.record import Record, RowRecord, StageRecord, paths, write
from twinstack.dr.first_run.stages import STAGES, Stage
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.screen.events import RecordWritten, RowAnswered, StacksStanding, StageBegun

if TYPE_CHECKING:
    from twinstack.screen.payloads import StandingRow


class Person(Protocol):
    """Who is asked."""

    def go_on(self, question: str) -> bool:
        """Whether to do what is asked; with `--yes` always."""

    def go_on_after_surprise(self, question: str) -> bool:
        """Whether to go on although a row differs; with `--yes` never."""

    def seen(self, row: Row) -> Answer:
        """What was seen of a row that AWS cannot be asked about."""


@dataclass(frozen=True)
class Walk:
    """One walk along the page.

    Attributes:
        scene: What is worked on.
        page: The page.
        person: Who is asked.
        now: The time, in UTC.
        root: The folder that the folder of records is in.
        versions: The versions of what is used, for the record.
        removal: The command that removes the pair.
        stages: The stages.
        hidden: Takes what is secret out of a text, before it is written down.
    """

    scene: Scene
    page: Page
    person: Person
    now: Callable[[], datetime]
    root: Path
    versions: dict[str, str]
    removal: str
    stages: Sequence[Stage] = STAGES
    hidden: Callable[[str], str] = str


def refuse_unfit(walk: Walk) -> None:
    """Refuses what no first run is for.

    Raises:
        InputError: The environment is not the pair that the page is about.
        RefusedError: The environment is protected, or stacks of its suffix are there already.
    """
    scene, file = walk.scene, walk.scene.run.environment.file
    templates = {role: stack.template for role, stack in scene.pair.stacks.items()}
    kinds = {str(it.get("Type")) for template in templates.values() for it in template.resources.values()}
    if set(templates) != {PRIMARY, SECONDARY} or "AWS::RDS::GlobalCluster" not in kinds:
        raise InputError(
            f"{file.where('stacks')}: first-run walks docs/first-real-run.md, which is about a global database in two "
            "stacks, primary and secondary; name an environment of that kind"
        )
    if scene.run.protected:
        raise RefusedError(
            f"{file.where('protected')}: the environment is protected, and first-run takes down what it makes; "
            "use one with `protected: false`"
        )
    if there := standing(walk):
        names = ", ".join(f"{it['name']} in {it['region']} ({it['status']})" for it in there)
        raise RefusedError(
            f"there are stacks of suffix {file.suffix} already: {names}; take a suffix of your own with "
            "--environment-suffix, or remove them first"
        )


def standing(walk: Walk) -> list[StandingRow]:
    """Returns the stacks of this suffix that are there, each with what removes it."""
    scene = walk.scene
    found: list[StandingRow] = []
    for role, stack in scene.pair.stacks.items():
        own = {stack.name: walk.removal, scene.artifact_stacks()[role].name: walk.removal}
        for part in (PARTS, NETWORK):
            name = scene.run.environment.file.stack_name(f"{part}-{role}")
            by_hand = f"aws cloudformation delete-stack --region {stack.region} --stack-name {name}"
            first = "empty its buckets before" if part == PARTS else "the secondary's before the primary's"
            own[name] = "python deploy.py local stop" if scene.local else f"{by_hand}  # {first}"
        for name, removal in own.items():
            described = scene.run.cloudformation(role).describe_stack(name)
            if described is not None and described.status != "DELETE_COMPLETE":
                status = described.status
                found.append({"name": name, "region": stack.region, "status": status, "removal": removal})
    return found


def walk_page(walk: Walk, up_to: str | None = None) -> Record:
    """Walks the page.

    Args:
        walk: The walk.
        up_to: The last stage; None for all.

    Returns:
        The record; it has been written.

    Raises:
        RefusedError: A person declined a stage, or `refuse_unfit` refused.
        TwinStackError: A row differs, and nobody said to go on; or a stage failed. What was done is recorded.
    """
    refuse_unfit(walk)
    begun = walk.now()
    record = _new_record(walk, begun)
    files = paths(walk.root, record.suffix, begun)
    try:
        for number, stage in enumerate(walk.stages):
            _walk_stage(walk, record, number, lambda: _keep(walk, record, files))
            if stage.key == up_to:
                break
    finally:
        _say_what_stands(walk, record)
        _keep(walk, record, files)
    if rows := record.differing():
        raise TwinStackError(_surprise(rows))
    return record


def _new_record(walk: Walk, begun: datetime) -> Record:
    scene = walk.scene
    return Record(
        environment=scene.run.environment.name,
        suffix=scene.run.environment.file.suffix,
        regions={role: stack.region for role, stack in scene.pair.stacks.items()},
        account=scene.regions[PRIMARY].account(),
        local=scene.local,
        versions=walk.versions,
        begun=_utc(begun),
        stages=[StageRecord(stage.key, stage.title, stage.price) for stage in walk.page.stages],
    )


def _walk_stage(walk: Walk, record: Record, number: int, keep: Callable[[], None]) -> None:
    """Walks one stage, from its question to its record."""
    stage, kept, page = walk.stages[number], record.stages[number], walk.page.stages[number]
    _ask_for(walk, stage, kept, record.differing())
    kept.begun, kept.outcome = _utc(walk.now()), "interrupted"
    try:
        stage.begin(walk.scene)
        _ask_rows(walk, stage, page, kept, afterwards=False)
        stage.end(walk.scene)
        _ask_rows(walk, stage, page, kept, afterwards=True)
        kept.outcome = "done"
    except TwinStackError as error:
        kept.outcome, kept.failure = "failed", walk.hidden(str(error))
        raise
    finally:
        kept.ended = _utc(walk.now())
    keep()


def _ask_for(walk: Walk, stage: Stage, kept: StageRecord, surprises: Sequence[RowRecord]) -> None:
    """Asks whether to begin a stage.

    Raises:
        TwinStackError: A row differs, and nobody said to go on.
        RefusedError: Declined.
    """
    question = f"Go on although {len(surprises)} of the answers differ? What comes next costs more"
    if surprises and not stage.free and not walk.person.go_on_after_surprise(question):
        raise TwinStackError(f"stopped before {stage.key}, which costs: {_surprise(surprises)}")
    walk.scene.memory.tell(StageBegun(stage.key, kept.title, kept.price))
    if not walk.person.go_on(f"Begin {stage.key} ({kept.price})?"):
        kept.outcome = "declined"
        raise RefusedError(f"declined; {stage.key} was not begun")


def _ask_rows(walk: Walk, stage: Stage, page: PageStage, kept: StageRecord, *, afterwards: bool) -> None:
    """Asks about each row of a stage: AWS where there is a check, and else a person."""
    rows = {row.id: row for row in walk.page.rows}
    asked = {check.row for it in walk.stages for check in it.checks}
    checks = {check.row: check for check in stage.checks if check.afterwards == afterwards}
    if not afterwards:
        for row in page.rows:
            if row.id in checks:
                _note(walk, kept, row, checks.pop(row.id).answer(walk.scene), by="check")
            elif row.id not in asked:
                _note(walk, kept, row, walk.person.seen(row), by="person")
    for check in checks.values():
        _note(walk, kept, rows[check.row], check.answer(walk.scene), by="check")


def _note(walk: Walk, kept: StageRecord, row: Row, answer: Answer, *, by: str) -> None:
    expected, answered, why = map(walk.hidden, (answer.expected, answer.answered, answer.why))
    kept.rows.append(RowRecord(row.id, row.look_for, row.sure, expected, answered, answer.verdict, why, by))
    walk.scene.memory.tell(
        RowAnswered(kept.key, row.id, row.look_for, answer.expected, answer.answered, answer.verdict, answer.why)
    )


def _say_what_stands(walk: Walk, record: Record) -> None:
    """Says what exists now and how to remove it, also while an error is on its way."""
    try:
        found = standing(walk)
    except TwinStackError as error:
        unknown = "could not be asked: " + str(error)
        found = [{"name": f"{walk.scene.name}-*", "region": "", "status": unknown, "removal": walk.removal}]
    record.standing = list(found)
    walk.scene.memory.tell(StacksStanding(tuple(found)))


def _keep(walk: Walk, record: Record, files: tuple[Path, Path]) -> None:
    write(record, *files)
    walk.scene.memory.tell(RecordWritten(*map(str, files)))


def _surprise(rows: Sequence[RowRecord]) -> str:
    return "AWS does something else than expected:\n" + "\n".join(
        f"{row.id}: expected {row.expected or row.look_for}; AWS answered {row.answered or 'otherwise'}" for row in rows
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
