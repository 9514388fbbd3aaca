"""What the review shows: each entry of the change set, with its values and with what the plan said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twinstack.aws.api import ResourceChange
from twinstack.planning.document import ChangeDocument
from twinstack.planning.shown import hidden
from twinstack.review.comparison import Row


def row_data(row: Row) -> dict[str, Any]:
    """Returns a row as JSON data.

    `foreseen` is `certain`, `touched` (only what it refers to changes), or why the plan could not foresee it.
    `problems` is empty unless the change set differs from the prediction there; `predicted` then is what the plan said.
    """
    shown: dict[str, Any] = _real(row.real) if row.real else {"action": "", "type": "", "properties": [], "values": []}
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


def _real(change: ResourceChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "type": change.type,
        "physical_id": change.physical_id,
        "replacement": change.replacement,
        "policy_action": change.policy_action,
        "properties": list(change.properties),
        "values": list(_values(change)),
    }


def _values(change: ResourceChange) -> Iterator[dict[str, Any]]:
    """Yields each place with a value once: every cause of its change has a detail of its own."""
    for path, detail in {detail.path: detail for detail in change.details if detail.path}.items():
        place = path.strip("/").removeprefix("Properties/").replace("/", ".")
        yield {
            "path": place,
            "before": hidden(place, detail.before, detail.beside),
            "after": hidden(place, detail.after, detail.beside),
            "recreation": detail.recreation,
        }


def _with_predicted(values: list[dict[str, Any]], change: ChangeDocument) -> list[dict[str, Any]]:
    """Returns the real values, or the predicted ones where AWS shows none.

    A change set calls it conditional when only a part of a property can replace the resource; which part changes is
    known better.
    """
    known = {detail.label: detail.recreation for detail in change.details if detail.by_part}
    return [
        {**value, "recreation": known.get(value["path"].partition(".")[0], value["recreation"])} for value in values
    ] or _predicted_values(change)


def _predicted_values(change: ChangeDocument) -> list[dict[str, Any]]:
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
