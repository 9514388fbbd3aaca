"""The comparison with other people's templates finds what it is there to find."""

import json

import pytest

from tests.public_templates.counting import count, parameters_of, read
from tests.public_templates.running import Outcome
from tests.public_templates.table import judge, row
from tests.public_templates.templates import Public
from tests.public_templates.values import values_for

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [prod, dev]}
  Key: {Type: AWS::EC2::KeyPair::KeyName}
  Traced: {Type: String, AllowedValues: [true, false]}
  Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>'}
  Block: {Type: String, AllowedPattern: '[0-9.]+/[0-9]+', MinLength: 9}
  Size: {Type: Number, MinValue: 5}
  Image: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>}
  Name: {Type: String, Default: queue}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Not [!Condition Prod]
  Tracing: !Equals [!Ref Traced, true]
  Here: !Equals [!Ref 'AWS::Region', us-east-1]
Resources:
  Always: {Type: AWS::SQS::Queue}
  InProd: {Type: AWS::SNS::Topic, Condition: Prod}
  InDev: {Type: AWS::SNS::Topic, Condition: Dev}
  Traces: {Type: AWS::S3::Bucket, Condition: Tracing}
  Hereabouts: {Type: AWS::S3::Bucket, Condition: Here}
  Hello: {Type: AWS::Serverless::Function}
"""
RESOURCES = {
    "Always": "AWS::SQS::Queue",
    "InProd": "AWS::SNS::Topic",
    "Traces": "AWS::S3::Bucket",
    "Hereabouts": "AWS::S3::Bucket",
}
LEFT = ["AWS::Serverless::Function in Hello"]
PUBLIC = Public("package-1.0/folder", "a.yaml", "a kind")


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return read(path)


@pytest.fixture
def counted(template):
    return count(template, values_for(parameters_of(template)))


def test_each_parameter_without_default_gets_a_value_that_fits_it(template):
    assert values_for(parameters_of(template)) == {
        "Stage": "prod",
        "Key": "key",
        "Traced": "true",
        "Zones": "us-east-1a,us-east-1a",
        "Block": "10.0.0.0/16",
        "Size": "5",
        "Image": "/name/of/a/parameter",
    }


def test_the_resources_whose_condition_holds_are_counted_and_those_of_macros_set_apart(counted):
    assert (counted.types, counted.macros, counted.unsure) == (RESOURCES, {"Hello"}, [])


@pytest.mark.parametrize(
    ("public", "outcome", "wrong"),
    [
        pytest.param(PUBLIC, Outcome(0, [], 0, 1, RESOURCES, LEFT), False, id="all there"),
        pytest.param(PUBLIC, Outcome(0, [], 0, 1, {**RESOURCES, "X": "T"}, LEFT), True, id="one too many"),
        pytest.param(PUBLIC, Outcome(0, [], 0, 1, {"Always": "AWS::SQS::Queue"}, LEFT), True, id="some missing"),
        pytest.param(PUBLIC, Outcome(0, [], 0, 1, {**RESOURCES, "Always": "T"}, LEFT), True, id="another type"),
        pytest.param(PUBLIC, Outcome(0, [], 0, 1, RESOURCES, []), True, id="nothing said of the macro"),
        pytest.param(PUBLIC, Outcome(2, [], 2, said="no"), True, id="refused without a reason"),
        pytest.param(PUBLIC, Outcome(1, [], 0, 1, RESOURCES, LEFT, traceback=True), True, id="a traceback"),
        pytest.param(
            Public("p", "a", "k", refused="no bucket"),
            Outcome(2, [], 2, said="a.yaml:1: no bucket"),
            False,
            id="refused",
        ),
        pytest.param(
            Public("p", "a", "k", refused="no bucket"),
            Outcome(2, [], 2, said="a.yaml:1: no topic"),
            True,
            id="refused otherwise",
        ),
        pytest.param(
            Public("p", "a", "k", refused="no bucket"), Outcome(0, [], 0, 1, RESOURCES, LEFT), True, id="not refused"
        ),
        pytest.param(
            Public("p", "a", "k", counted={"T": "AWS::SNS::Topic"}),
            Outcome(0, [], 0, 1, {"T": "AWS::SNS::Topic"}, LEFT),
            False,
            id="found by hand",
        ),
    ],
)
def test_a_difference_is_wrong_and_agreement_is_not(counted, public, outcome, wrong):
    verdict = judge(public, outcome, counted)
    assert verdict.wrong == wrong
    assert ("**wrong**" in row(public, verdict)) == wrong


def test_a_row_says_what_was_planned_what_is_left_to_aws_and_what_the_linter_found(counted):
    findings = json.loads('[{"rule": "W9534"}, {"rule": "E3002"}]')
    outcome = Outcome(2, findings, 0, 1, RESOURCES, LEFT)
    assert row(PUBLIC, judge(PUBLIC, outcome, counted)) == (
        "| package-1.0 | `a.yaml` | a kind | 1 pass, 4 resources; left to AWS: AWS::Serverless::Function in Hello "
        "| 2, of which ours: W9534 |"
    )
