"""Change sets as they were recorded from the local AWS, each with the step that predicted it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import StepDocument

FOLDER = Path(__file__).with_name("recorded")


@dataclass(frozen=True)
class Recorded:
    """A step and its change set.

    Attributes:
        name: What it is an example of.
        step: The step, as the plan showed it.
        changes: The entries of the change set.
    """

    name: str
    step: StepDocument
    changes: tuple[ResourceChange, ...]

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name.replace(' ', '-')}.json"


def write(recorded: Recorded) -> None:
    """Writes it to its file, an entry a line."""
    changes = ",\n".join(f"  {json.dumps(_plain(change))}" for change in recorded.changes)
    step = json.dumps(recorded.step.model_dump(mode="json", by_alias=True))
    recorded.file.write_text(
        f'{{"name": {json.dumps(recorded.name)},\n "step": {step},\n "changes": [\n{changes}]}}\n', encoding="utf-8"
    )


def read_all() -> list[Recorded]:
    """Returns everything that was recorded, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Recorded:
    found = json.loads(path.read_text(encoding="utf-8"))
    step = StepDocument.model_validate(found["step"])
    return Recorded(found["name"], step, tuple(map(_change, found["changes"])))


def _plain(change: ResourceChange) -> dict[str, object]:
    """An entry without what it does not say."""
    data = asdict(change)
    data["details"] = [{key: value for key, value in it.items() if value not in ("", None)} for it in data["details"]]
    return {key: value for key, value in data.items() if value not in ("", None, [], ())}


def _change(entry: dict) -> ResourceChange:
    return ResourceChange(**{**entry, "details": tuple(_details(entry.get("details", ())))})


def _details(entries: Iterable[dict]) -> Sequence[ChangeDetail]:
    return [ChangeDetail(**{"attribute": "", "name": "", "cause": "", **entry}) for entry in entries]
