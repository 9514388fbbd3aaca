"""Holds a real change set against the prediction of its step.

What is certain must match: the action, the replacement, every property. What a change set lists besides is accepted
only when each of its details is Dynamic and the cause of each is predicted. Five things cannot be predicted, and the
plan has named them: parameters whose value cannot be compared, what macros make, what is inside a nested stack,
what is listed of a resource that the stack stopped at half way, and whether CloudFormation, which looks at whole
properties, calls the change of a part Conditional.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import ChangeDocument, StepDocument, TouchedDocument
from twinstack.planning.touched import NESTED_STACK

_REAL_ACTIONS = {"Replace": "Modify", "Replace?": "Modify"}
_TRIED_AGAIN = "the stack stopped at it"
_RANK = ("Never", "Conditionally", "Always")


@dataclass(frozen=True)
class Row:
    """One resource in the prediction and in the change set.

    Attributes:
        resource: The logical id.
        predicted: What the plan says of it; None where it says nothing.
        touched: What the plan says may be touched of it.
        real: What the change set says of it; None where it says nothing.
        problems: What differs, a phrase each.
        unforeseen: Why the plan could not foresee it, '' where it did: made by a macro, inside a nested stack.
    """

    resource: str
    predicted: ChangeDocument | None
    touched: TouchedDocument | None
    real: ResourceChange | None
    problems: tuple[str, ...] = ()
    unforeseen: str = ""


@dataclass(frozen=True)
class Prediction:
    """What the change set of a step is held against.

    Attributes:
        step: The step, as the plan shows it.
        made_by_macro: Whether what a change set says of a resource may come from a macro.
        stopped_at: Whether the stack stopped half way at a resource. CloudFormation tries it again; what a change set
            lists of it is documented nowhere.
    """

    step: StepDocument
    made_by_macro: Callable[[str], bool] = lambda _resource: False
    stopped_at: Callable[[str], bool] = lambda _resource: False

    @property
    def changes(self) -> Mapping[str, ChangeDocument]:
        """The certain changes by logical id."""
        return {change.resource: change for change in self.step.changes}

    @property
    def touched(self) -> Mapping[str, TouchedDocument]:
        """What may be touched, by logical id."""
        return {entry.resource: entry for entry in self.step.may_be_touched}

    def expects(self, cause: str) -> bool:
        """Whether a cause is a resource that changes or may, or a parameter whose value changes or may."""
        name = cause.partition(".")[0]
        moving = (parameter.name for parameter in self.step.parameters if parameter.before != parameter.after)
        return name in {*self.changes, *self.touched, *moving, *self.step.not_comparable}


def compare(prediction: Prediction, real: Sequence[ResourceChange]) -> list[Row]:
    """Returns a row for each resource of the prediction and of the change set, in the order of the change set.

    Args:
        prediction: The prediction.
        real: Every entry of the change set, those inside nested stacks too.
    """
    rows = [_row(prediction, change) for change in real]
    twice = {change.resource for number, change in enumerate(real) if change.resource in _names(real[:number])}
    rows = [
        Row(row.resource, row.predicted, row.touched, row.real, (*row.problems, "listed twice"))
        if row.resource in twice
        else row
        for row in rows
    ]
    missing = [change for change in prediction.changes.values() if change.resource not in _names(real)]
    return [*rows, *(_missing(prediction, change) for change in missing)]


def _missing(prediction: Prediction, change: ChangeDocument) -> Row:
    if prediction.stopped_at(change.resource):
        return Row(change.resource, change, None, None, unforeseen=_TRIED_AGAIN)
    return Row(change.resource, change, None, None, ("not in the change set",))


def _names(changes: Iterable[ResourceChange]) -> set[str]:
    return {change.resource for change in changes}


def _row(prediction: Prediction, real: ResourceChange) -> Row:
    nested, slash, _ = real.resource.partition("/")
    predicted, touched = prediction.changes.get(real.resource), prediction.touched.get(real.resource)
    if slash and (nested in prediction.changes or nested in prediction.touched):
        return Row(real.resource, None, None, real, unforeseen="inside a nested stack")
    if predicted is None and touched is None and prediction.made_by_macro(real.resource):
        return Row(real.resource, None, None, real, unforeseen="made by a macro")
    if prediction.stopped_at(real.resource) and (predicted is None or predicted.action != "Replace"):
        return Row(real.resource, predicted, touched, real, unforeseen=_TRIED_AGAIN)
    return Row(real.resource, predicted, touched, real, tuple(_problems(prediction, predicted, touched, real)))


def _problems(
    prediction: Prediction, predicted: ChangeDocument | None, touched: TouchedDocument | None, real: ResourceChange
) -> Iterator[str]:
    known = predicted or touched
    if known is None and not (
        real.action == "Modify" and real.details and _all_expected(prediction, real, real.details)
    ):
        yield "not predicted"
        return
    if known is not None and known.type != real.type:
        yield f"of type {real.type}, not {known.type}"
    action = _REAL_ACTIONS.get(predicted.action, predicted.action) if predicted else "Modify"
    if real.action != action:
        yield f"{real.action}, not {action}"
    elif action == "Modify":
        yield from _detail_problems(prediction, predicted, touched, real)
        expected = _replacement(predicted, real)
        if real.replacement not in expected:
            yield f"replacement {real.replacement}, not {' or '.join(expected)}"
    if predicted and predicted.policy_action and real.policy_action not in ("", predicted.policy_action):
        yield f"policy action {real.policy_action}, not {predicted.policy_action}"


def _detail_problems(
    prediction: Prediction, predicted: ChangeDocument | None, touched: TouchedDocument | None, real: ResourceChange
) -> Iterator[str]:
    certain = {detail.label: detail for detail in predicted.details} if predicted else {}
    may = {detail.name: detail.recreation for detail in touched.details} if touched else {}
    found = _by_label(real.details)
    yield from (f"{label} is predicted and not there" for label in certain if label not in found)
    for label, details in found.items():
        recreation = max((detail.recreation for detail in details), key=_RANK.index)
        if label in certain:
            allowed = {certain[label].recreation} | ({"Conditionally"} if certain[label].by_part else set())
        elif _all_expected(prediction, real, details):
            allowed = {may.get(label, recreation)}
        else:
            yield f"{label} is not predicted"
            continue
        if recreation not in allowed:
            yield f"{label} replaces it {recreation.lower()}, not {' or '.join(sorted(allowed)).lower()}"


def _by_label(details: Iterable[ChangeDetail]) -> dict[str, list[ChangeDetail]]:
    found: dict[str, list[ChangeDetail]] = {}
    for detail in details:
        found.setdefault(detail.name or detail.attribute, []).append(detail)
    return found


def _all_expected(prediction: Prediction, real: ResourceChange, details: Iterable[ChangeDetail]) -> bool:
    """Whether all these details stand there only because of something that is predicted."""
    if prediction.made_by_macro(real.resource):
        return True
    touched = prediction.touched.get(real.resource)
    sources = {detail.source for detail in touched.details} if touched else set()
    if real.type == NESTED_STACK:
        details = [detail for detail in details if detail.source != "Automatic"]
    if "StackTags" in sources:
        details = [detail for detail in details if detail.attribute != "Tags"]
    return all(_is_expected(prediction, together) for together in _by_label(details).values())


def _is_expected(prediction: Prediction, details: Sequence[ChangeDetail]) -> bool:
    """Whether a property stands there only because of something that is predicted.

    Read with values, a property whose value AWS has yet to make stands there once more, without a cause.
    """
    caused = [detail for detail in details if detail.cause]
    return bool(caused) and all(
        (detail.dynamic and (not detail.cause or prediction.expects(detail.cause)))
        or (detail.source == "ParameterReference" and detail.cause in prediction.step.not_comparable)
        for detail in details
    )


def _replacement(predicted: ChangeDocument | None, real: ResourceChange) -> tuple[str, ...]:
    """Returns what the change set may say of the replacement, given what has been accepted of its details."""
    conditional = any(detail.recreates for detail in real.details)
    if predicted is None or predicted.action == "Modify":
        return ("Conditional",) if conditional else ("False",)
    if predicted.action == "Replace?":
        return ("Conditional",)
    always = [detail for detail in predicted.details if detail.recreation == "Always"]
    return ("True", "Conditional") if all(detail.by_part for detail in always) else ("True",)
