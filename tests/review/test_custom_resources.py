"""A custom resource: its provider decides whether an update replaces it, so a change set may say anything of that."""

from dataclasses import replace

import pytest

from tests.predictions.answers import step_of
from tests.predictions.cases import cases
from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import step_document
from twinstack.planning.touched import Touched, TouchedDetail
from twinstack.review.comparison import Prediction, compare

REPLACEMENTS = [("Never", "False"), ("Conditionally", "Conditional"), ("Always", "True")]
CASE = next(case for case in cases() if case.name == "custom-resource-property")


def problems(step, *real):
    return [problem for row in compare(Prediction(step_document(step)), real) for problem in row.problems]


def thing(recreation, replacement, *others):
    size = ChangeDetail("Properties", "Size", False, "", recreation, "DirectModification")
    return ResourceChange("Modify", "Thing", "Custom::Thing", "id", replacement, (size, *others))


@pytest.mark.parametrize(("recreation", "replacement"), REPLACEMENTS)
def test_a_property_of_it_may_replace_it(recreation, replacement):
    assert problems(step_of(CASE), thing(recreation, replacement)) == []


@pytest.mark.parametrize(("recreation", "replacement"), REPLACEMENTS)
def test_so_may_the_function_behind_it_when_that_changes(recreation, replacement):
    provider = TouchedDetail("ServiceToken", "Provider.Arn", "ResourceAttribute", "Never")
    function = replace(step_of(CASE).changes[0], resource="Provider", type="AWS::Lambda::Function")
    step = replace(step_of(CASE), changes=(function,), touched=(Touched("Thing", "Custom::Thing", (provider,)),))
    token = ChangeDetail("Properties", "ServiceToken", True, "Provider.Arn", recreation, "ResourceAttribute")
    real = ResourceChange("Modify", "Thing", "Custom::Thing", "id", replacement, (token,))
    size = ChangeDetail("Properties", "Size", False, "", "Never", "DirectModification")
    changed = ResourceChange("Modify", "Provider", "AWS::Lambda::Function", "id", "False", (size,))
    assert problems(step, changed, real) == []


def test_another_property_of_it_must_be_predicted_all_the_same():
    other = ChangeDetail("Properties", "Colour", False, "", "Never", "DirectModification")
    assert problems(step_of(CASE), thing("Never", "False", other)) == ["Colour is not predicted"]
