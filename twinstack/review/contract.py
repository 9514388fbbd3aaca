"""Holds what a step would do now against what the plan showed of it.

Between the plan and a later pass AWS has made the values that the plan could not know. So a step may do less than was
shown, where a value came out as it was before; it may not do more, or anything else.
"""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.planning.document import ChangeDocument, DetailDocument, StepDocument

_DANGER = ("Modify", "Replace?", "Replace")


def departures(shown: StepDocument, now: StepDocument) -> list[str]:
    """Returns a sentence for each thing that the step would do otherwise than it was shown.

    Args:
        shown: The step in the plan that was shown.
        now: The same step with the values that there are now.
    """
    return [f"{shown.stack}: {sentence}" for sentence in _departures(shown, now)]


def came_out_the_same(shown: StepDocument, now: StepDocument) -> list[str]:
    """Returns what was shown as changed and needs no change, since AWS made the value that was there.

    Args:
        shown: The step in the plan that was shown.
        now: The same step with the values that there are now.

    Returns:
        Logical ids, and `LogicalId.Property` where something else of the resource does change.
    """
    changed = {change.resource: set(change.properties) for change in now.changes}
    return [
        name
        for change in shown.changes
        for name in (
            [f"{change.resource}.{label}" for label in change.properties if label not in changed[change.resource]]
            if change.resource in changed
            else [change.resource]
        )
    ]


def _departures(shown: StepDocument, now: StepDocument) -> Iterator[str]:
    if shown.operation != now.operation:
        yield f"it would be {now.operation}, and the plan showed {shown.operation}"
    yield from _other_parameters(shown, now)
    yield from _other_changes(shown, now)
    yield from _further_touches(shown, now)
    for output in now.changed_outputs:
        if output not in (*shown.changed_outputs, *shown.may_change):
            yield f"output {output} would change, and the plan did not show it"
    if now.tags_changed and not shown.tags_changed:
        yield "the stack's tags would change, and the plan did not show it"
    for macro in sorted({*now.left_to_aws} - {*shown.left_to_aws}):
        yield f"{macro} would make resources, and the plan did not show it"


def _other_changes(shown: StepDocument, now: StepDocument) -> Iterator[str]:
    was, may = {change.resource: change for change in shown.changes}, _touched(shown)
    is_now = {change.resource: change for change in now.changes}
    for name, change in is_now.items():
        if _more(was.get(name), may.get(name, set()), change):
            yield f"{_said(change)}; the plan showed {_said(was[name]) if name in was else 'no such change'}"
    for name, change in was.items():
        if name not in is_now and not _may_vanish(change):
            yield f"the plan showed {_said(change)}, and it would not happen"


def _further_touches(shown: StepDocument, now: StepDocument) -> Iterator[str]:
    certain, may = {change.resource: set(change.properties) for change in shown.changes}, _touched(shown)
    for name, properties in _touched(now).items():
        if further := sorted(properties - may.get(name, set()) - certain.get(name, set())):
            yield f"{name} may be touched ({', '.join(further)}), and the plan did not show it"


def _touched(step: StepDocument) -> dict[str, set[str]]:
    """The properties that may be touched, by resource."""
    return {entry.resource: {detail.name for detail in entry.details} for entry in step.may_be_touched}


def _other_parameters(shown: StepDocument, now: StepDocument) -> Iterator[str]:
    was = {parameter.name: parameter for parameter in shown.parameters}
    for parameter in now.parameters:
        before = was.get(parameter.name)
        if before is None:
            yield f"parameter {parameter.name} is new"
        elif not before.unknown and before.after != parameter.after:
            yield f"parameter {parameter.name} would be {parameter.after!r}, and the plan showed {before.after!r}"
        elif before.unknown and before.source != parameter.source:
            yield f"parameter {parameter.name} would be {parameter.after!r}, since its wire gives no value any more"


def _more(shown: ChangeDocument | None, may: set[str], now: ChangeDocument) -> bool:
    """Whether a change does more than was shown, or something else."""
    if now.action not in _DANGER or (shown and shown.action not in _DANGER):
        return shown is None or _ends(shown) != _ends(now)
    properties = {detail.label for detail in now.details}
    if shown is None:  # shown as something that may be touched
        return now.action == "Replace" or not properties <= may
    certain = {detail.label: detail for detail in shown.details}
    gone = [detail for label, detail in certain.items() if label not in properties]
    return (
        shown.type != now.type
        or (now.policy_action or shown.policy_action) != shown.policy_action
        or not properties <= {*certain, *may}
        or _DANGER.index(now.action) > _DANGER.index(shown.action)
        or not all(map(_came_out_the_same, gone))
        or (now.action != shown.action and not all(map(_came_out_the_same, _replacing(shown))))
    )


def _ends(change: ChangeDocument) -> tuple[str, ...]:
    return change.action, change.type, change.policy_action, change.physical_id


def _replacing(change: ChangeDocument) -> list[DetailDocument]:
    return [detail for detail in change.details if detail.recreation != "Never"]


def _may_vanish(change: ChangeDocument) -> bool:
    return change.action in _DANGER and bool(change.details) and all(map(_came_out_the_same, change.details))


def _came_out_the_same(detail: DetailDocument) -> bool:
    """Whether a value that only AWS could make may be what it was before."""
    return bool(detail.values) and all(value.unknown and value.before is not None for value in detail.values)


def _said(change: ChangeDocument) -> str:
    properties = f" ({', '.join(change.properties)})" if change.properties else ""
    return f"{change.action} {change.resource}{properties}"
