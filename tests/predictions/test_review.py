"""The change set that AWS makes of each case passes the review; one that says anything else does not."""

import dataclasses

import pytest

from tests.predictions.answers import step_of
from tests.predictions.cases import cases
from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import step_document
from twinstack.review.comparison import Prediction, compare

ACTIONS = ("Add", "Modify", "Replace", "Replace?", "Remove")
EXECUTABLE = [case for case in cases() if case.aws.answer == "executable"]


def change_set(case):
    """What AWS's change set of a case lists, as it is read."""
    return [
        ResourceChange(
            change.action,
            change.resource,
            change.type,
            replacement=change.replacement or "False",
            details=tuple(
                ChangeDetail(d.attribute, d.name, d.evaluation == "Dynamic", d.cause, d.recreation, d.source)
                for d in change.details_on_aws
            ),
            policy_action=change.policy,
        )
        for change in case.aws.changes
    ]


def problems(case, listed):
    rows = compare(Prediction(step_document(step_of(case))), listed)
    return [f"{row.resource}: {problem}" for row in rows for problem in row.problems]


@pytest.mark.parametrize("case", EXECUTABLE, ids=lambda case: case.name)
def test_review_accepts_what_aws_lists_or_what_it_stops_is_named(case):
    assert problems(case, change_set(case)) == list(case.plan.stops if case.plan else ())


def others(change):
    """The entry as a change set could have it besides, each of which means something else."""
    words = {"Add": "Remove", "Remove": "Modify", "Modify": "Remove"}
    yield dataclasses.replace(change, action=words[change.action], details=())
    if change.action == "Modify":
        edit = ChangeDetail("Properties", "Other", False, "", "Never", "DirectModification")
        yield dataclasses.replace(change, details=(*change.details, edit))
        known = not change.type.startswith("Custom::")  # its provider decides
        for replacement in {"False", "Conditional", "True"} - {change.replacement} if known else ():
            yield dataclasses.replace(change, replacement=replacement)
    else:
        yield dataclasses.replace(change, type="AWS::SNS::Other")
    if any(detail.source == "DirectModification" and not detail.dynamic for detail in change.details):
        yield dataclasses.replace(change, resource="Another")


@pytest.mark.parametrize("case", EXECUTABLE, ids=lambda case: case.name)
def test_review_accepts_nothing_else(case):
    listed = change_set(case)
    for number, change in enumerate(listed):
        for other in others(change):
            assert problems(case, [*listed[:number], other, *listed[number + 1 :]]), other


@pytest.mark.parametrize("case", EXECUTABLE, ids=lambda case: case.name)
def test_review_misses_what_is_certain(case):
    listed = change_set(case)
    for number, change in enumerate(listed):
        if any(line.startswith(f"{action} {change.resource} ") for line in case.expected_of_plan for action in ACTIONS):
            assert problems(case, [*listed[:number], *listed[number + 1 :]]), change.resource
