"""What the local AWS's change set says of each case, against what AWS does by its documentation."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST
from tests.predictions.answers import said_by_change_set
from tests.predictions.cases import cases

BUCKET = "predictions"  # as the cases name it in a TemplateURL
ANSWERS = {"didn't contain changes": "no changes", "is not permitted": "refused"}


@pytest.fixture(scope="module")
def bucket(account):
    account.client("s3", EAST).create_bucket(Bucket=BUCKET)


@pytest.fixture
def surround(account, bucket):
    """Puts what stands outside a stack: SSM parameters and nested templates."""

    def put(side):
        for name, value in side.ssm.items():
            account.client("ssm", EAST).put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        for key, template in side.nested.items():
            account.client("s3", EAST).put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template).encode())

    return put


def change_set(stack, side):
    tags = [{"Key": key, "Value": value} for key, value in side.tags.items()]
    return stack.change_set(dict(side.template), side.parameters, Tags=tags)


def listed(stack, described):
    """The entries of a change set, read as a plain program does; their scope is that of their details."""
    pages = stack.api.get_paginator("describe_change_set").paginate(ChangeSetName=described["ChangeSetId"])
    entries = [entry for page in pages for entry in page["Changes"]]
    for change in (entry["ResourceChange"] for entry in entries):
        assert set(change["Scope"]) == {detail["Target"]["Attribute"] for detail in change["Details"]}
    return entries


def answer(stack, side):
    """What the change set of a side says, as lines."""
    try:
        described = change_set(stack, side)
    except ClientError as error:
        return [next(answer for text, answer in ANSWERS.items() if text in str(error))]
    if described["Status"] == "FAILED":
        return [next(answer for text, answer in ANSWERS.items() if text in described["StatusReason"])]
    return said_by_change_set(listed(stack, described))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_change_set_says_what_aws_does_or_what_is_named(stack, surround, case):
    if case.before:
        surround(case.before)
        stack.api.execute_change_set(ChangeSetName=change_set(stack, case.before)["ChangeSetId"])
        assert stack.settled() == "CREATE_COMPLETE", stack.failures()
    surround(case.after)
    assert answer(stack, case.after) == case.expected_of_emulator
    stack.delete()
