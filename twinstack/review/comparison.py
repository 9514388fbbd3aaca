"""Holds a real change set against the prediction of its step.

What is certain must match: the action, every property, and whether it replaces the resource. What a change set lists
besides is accepted only when each of its details is Dynamic and the cause of each is predicted. Six things cannot be
predicted, and the plan has named them: parameters whose value cannot be compared, what macros make, what is inside a
nested stack, what is listed of a resource that the stack stopped at half way, whether CloudFormation, which looks at
whole properties, calls the change of a part Conditional, and whether a custom resource is replaced.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from twinstack.aws.api import ChangeDetail, Recreation, ResourceChange
from twinstack.planning.document import ChangeDocument, DetailDocument, StepDocument, TouchedDocument
from twinstack.planning.touched import NESTED_STACK

_REAL_ACTIONS = {"Replace": "Modify", "Replace?": "Modify"}
_TRIED_AGAIN = "the stack stopped at it"
_RANK = ("Never", "Conditionally", "Always")
_Detail = TypeVar("_Detail", ChangeDetail, DetailDocument)
# Its provider replaces it by answering with another physical id, so nobody knows before.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


@dataclass(frozen=True)
class Row:
    """One resource in the prediction and in the change set.

    Attributes:
        resource: The logical id.
        predicted: What the plan says of it; None where it says nothing.
        touched: What the plan says may be touched of it.
        real: What the change set says of it; None where it says nothing.
        problems: What differs, a phrase each.
        unforeseen: Why the plan could not foresee it, '' where it did: made by a macro, inside a nested
            stack, replaced by a value that could not be compared.
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
        moving = (it.name for it in self.step.parameters if it.unknown or it.before != it.after)
        return name in {*self.changes, *self.touched, *moving, *self.step.not_comparable}


def compare(prediction: Prediction, real: Sequence[ResourceChange]) -> list[Row]:
    """Returns a row for each resource of the prediction and of the change set, in the order of the change set.

    Args:
        prediction: The prediction.
        real: Every entry of the change set, those inside nested stacks too.
    """
    times = Counter(change.resource for change in real)
    rows = [_row(prediction, change, times) for change in real]
    rows = [replace(row, problems=(*row.problems, "listed twice")) if times[row.resource] > 1 else row for row in rows]
    missing = [change for change in prediction.changes.values() if change.resource not in times]
    return [*rows, *(_missing(prediction, change) for change in missing)]


def _missing(prediction: Prediction, change: ChangeDocument) -> Row:
    if prediction.stopped_at(change.resource):
        return Row(change.resource, change, None, None, unforeseen=_TRIED_AGAIN)
    return Row(change.resource, change, None, None, ("not in the change set",))


def _row(prediction: Prediction, real: ResourceChange, listed: Collection[str]) -> Row:
    nested, slash, _ = real.resource.partition("/")
    predicted, touched = prediction.changes.get(real.resource), prediction.touched.get(real.resource)
    if slash and nested in listed and (nested in prediction.changes or nested in prediction.touched):
        return Row(real.resource, None, None, real, unforeseen="inside a nested stack")
    if predicted is None and touched is None and prediction.made_by_macro(real.resource):
        return Row(real.resource, None, None, real, unforeseen="made by a macro")
    if prediction.stopped_at(real.resource) and (predicted is None or predicted.action != "Replace"):
        return Row(real.resource, predicted, touched, real, unforeseen=_TRIED_AGAIN)
    problems = tuple(_problems(prediction, predicted, touched, real))
    lost = predicted is None and real.action == "Modify" and real.replacement == "True" and not problems
    unforeseen = "its value could not be compared" if lost else ""
    return Row(real.resource, predicted, touched, real, problems, unforeseen)


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
        if real.replacement != (expected := _replacement(real)) and not real.type.startswith(_CUSTOM):
            yield f"replacement {real.replacement}, not {expected}"
    elif predicted and action == "Import":
        yield from _import_problems(predicted, real)
    yield from _policy_problems(predicted, real)


def _import_problems(predicted: ChangeDocument, real: ResourceChange) -> Iterator[str]:
    """It must be the resource that was asked for, which AWS may name by a part of its id; an import changes nothing."""
    if real.physical_id not in ("", predicted.physical_id, *predicted.physical_id.split("|")):
        yield f"imports {real.physical_id}, not {predicted.physical_id}"
    if real.details or real.replacement != "False":
        yield f"changes {', '.join(real.properties) or 'it'}, which an import must not"


def _policy_problems(predicted: ChangeDocument | None, real: ResourceChange) -> Iterator[str]:
    """What becomes of a resource that goes must be what was said; AWS need not say it, and may say it of a perhaps."""
    if predicted and predicted.policy_action:
        allowed = real.policy_action in ("", predicted.policy_action)
    else:
        perhaps = real.replacement != "False" and real.policy_action.startswith("ReplaceAnd")
        allowed = not real.policy_action or (real.action == "Modify" and perhaps)
    if not allowed:
        yield f"policy action {real.policy_action}, not {(predicted and predicted.policy_action) or 'none'}"


def _detail_problems(
    prediction: Prediction, predicted: ChangeDocument | None, touched: TouchedDocument | None, real: ResourceChange
) -> Iterator[str]:
    certain = _by_label(predicted.details if predicted else ())
    may = {detail.name: detail.recreation for detail in touched.details} if touched else {}
    found = _by_label(real.details)
    yield from (f"{label} is predicted and not there" for label in certain if label not in found)
    if not found:
        yield "nothing said of what changes"
    for label, details in found.items():
        if label in certain:
            yield from _unexpected_causes(prediction, label, real, details)
        elif not _all_expected(prediction, real, details):
            yield f"{label} is not predicted"
            continue
        said = {it.recreation for it in certain[label]} if label in certain else {may[label]} if label in may else set()
        if said and not real.type.startswith(_CUSTOM):
            by_part = label in certain and any(it.by_part for it in certain[label])
            yield from _recreation_problems(label, details, said, by_part=by_part)


def _unexpected_causes(
    prediction: Prediction, label: str, real: ResourceChange, details: Iterable[ChangeDetail]
) -> Iterator[str]:
    """A property that changes for certain may have further causes, each of which must be predicted too."""
    if prediction.made_by_macro(real.resource):
        return
    for cause in dict.fromkeys(detail.cause for detail in details):
        if cause and not prediction.expects(cause):
            yield f"{label} changes with {cause}, which is not predicted"


def _recreation_problems(
    label: str, details: Iterable[ChangeDetail], predicted: Collection[Recreation], *, by_part: bool
) -> Iterator[str]:
    """Every detail must replace the resource as often as was said; of a part only the whole property need."""
    worst = max(predicted, key=_RANK.index)
    found = sorted({detail.recreation for detail in details}, key=_RANK.index)
    allowed = {*predicted, "Never", "Conditionally"} if by_part else predicted
    said = list(dict.fromkeys([worst, "Conditionally"])) if by_part else [worst]
    if found[-1] not in said or not set(found) <= set(allowed):
        words = [" and ".join(found), " or ".join(said)]
        yield f"{label} replaces it {words[0].lower()}, not {words[1].lower()}"


def _by_label(details: Iterable[_Detail]) -> dict[str, list[_Detail]]:
    """Returns the details of each property, and of each other attribute."""
    found: dict[str, list[_Detail]] = {}
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
    return all(_is_expected(prediction, touched, together) for together in _by_label(details).values())


def _is_expected(prediction: Prediction, touched: TouchedDocument | None, details: Sequence[ChangeDetail]) -> bool:
    """Whether a property stands there only because of something that is predicted.

    Read with values, a property whose value AWS has yet to make stands there once more, without a cause.
    """
    caused = [detail for detail in details if detail.cause]
    return bool(caused) and all(
        (detail.dynamic and (not detail.cause or prediction.expects(detail.cause)))
        or _is_not_comparable(prediction, touched, detail)
        for detail in details
    )


def _is_not_comparable(prediction: Prediction, touched: TouchedDocument | None, detail: ChangeDetail) -> bool:
    """Whether a property refers to a parameter whose value could not be compared, as the plan has it."""
    known = {(it.name, it.cause) for it in touched.details} if touched else set()
    return (
        detail.source == "ParameterReference"
        and detail.cause in prediction.step.not_comparable
        and (detail.name or detail.attribute, detail.cause) in known
    )


def _replacement(real: ResourceChange) -> str:
    """Returns what the details of an entry, which have been looked at, come to by AWS's rule.

    Where the new value of a property follows from something that changes, AWS is less certain than the plan.
    See https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html (Replacement)
    """
    if any(detail.recreation == "Always" and not detail.dynamic for detail in real.details):
        return "True"
    return "Conditional" if any(detail.recreates for detail in real.details) else "False"
