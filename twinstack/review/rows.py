"""What the review shows: each entry of the change set, with its values and with what the plan said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twinstack.aws.api import ResourceChange
from twinstack.planning.document import ChangeDocument
from twinstack.planning.shown import HIDDEN, hidden
from twinstack.review.comparison import Row

if TYPE_CHECKING:
    from twinstack.screen.payloads import ChangeRow, EntryRow, ValueRow


def row_data(row: Row) -> ChangeRow:
    """Returns a row as JSON data.

    `foreseen` is `certain`, `touched` (only what it refers to changes), or why the plan could not foresee it.
    `problems` is empty unless the change set differs from the prediction there; `predicted` then is what the plan said.
    """
    shown = _real(row.real) if row.real else _not_listed(row)
    if row.predicted:
        shown["values"] = _with_predicted(shown["values"], row.predicted)
    foreseen = row.unforeseen or ("certain" if row.predicted else "touched")
    return {
        "resource": row.resource,
        **shown,
        "foreseen": foreseen,
        "predicted": _said(row) if row.problems else "",
        "problems": list(row.problems),
    }


def _not_listed(row: Row) -> EntryRow:
    """Returns what stands for an entry that the change set has not: nothing, or the plan's word where that counts."""
    known = row.predicted if row.unforeseen else None
    return {
        "action": known.action if known else "",
        "type": known.type if known else "",
        "physical_id": "",
        "replacement": known.replacement if known else "False",
        "policy_action": known.policy_action if known else "",
        "properties": list(known.properties) if known else [],
        "values": [],
    }


def _real(change: ResourceChange) -> EntryRow:
    return {
        "action": change.action,
        "type": change.type,
        "physical_id": change.physical_id,
        "replacement": change.replacement,
        "policy_action": change.policy_action,
        "properties": list(change.properties),
        "values": list(_values(change)),
    }


def _values(change: ResourceChange) -> Iterator[ValueRow]:
    """Yields each place with a value once: every cause of its change has a detail of its own."""
    for path, detail in {detail.path: detail for detail in change.details if detail.path}.items():
        place = path.strip("/").removeprefix("Properties/").replace("/", ".")
        yield {
            "path": place,
            "before": hidden(place, detail.before, detail.beside),
            "after": hidden(place, detail.after, detail.beside),
            "recreation": detail.recreation,
        }


def _with_predicted(values: list[ValueRow], change: ChangeDocument) -> list[ValueRow]:
    """Returns the real values, and the predicted ones of each property of which AWS shows none.

    A change set calls it conditional when only a part of a property can replace the resource; which part changes is
    known better.
    """
    known = {detail.label: detail.recreation for detail in change.details if detail.by_part}
    predicted = _predicted_values(change)
    there = {value["path"].partition(".")[0] for value in values}
    real: list[ValueRow] = [
        {
            **_as_secret_as_predicted(value, predicted),
            "recreation": known.get(value["path"].partition(".")[0], value["recreation"]),
        }
        for value in values
    ]
    return [*real, *(value for value in predicted if value["path"].partition(".")[0] not in there)]


def _as_secret_as_predicted(value: ValueRow, predicted: list[ValueRow]) -> ValueRow:
    """Returns a real value, hidden where the plan hides it: `Environment.0.Value` does not say that it is secret."""
    place = value["path"]
    for other in predicted:
        sides = (other["before"], other["after"])
        within = place.startswith(f"{other['path']}.") and place.endswith("Value")
        if (place == other["path"] and HIDDEN in sides) or (within and any(HIDDEN in side for side in sides if side)):
            return {**value, "before": value["before"] and HIDDEN, "after": value["after"] and HIDDEN}
    return value


def _predicted_values(change: ChangeDocument) -> list[ValueRow]:
    return [
        {"path": value.path, "before": value.before, "after": value.after, "recreation": detail.recreation}
        for detail in change.details
        for value in detail.values
    ]


def _said(row: Row) -> str:
    """Returns what the plan says of a resource, in a phrase."""
    if row.predicted:
        properties = f": {', '.join(row.predicted.properties)}" if row.predicted.properties else ""
        return f"{row.predicted.action}{properties}"
    if row.touched:
        return f"may be touched: {', '.join(dict.fromkeys(detail.name for detail in row.touched.details))}"
    return "nothing"
