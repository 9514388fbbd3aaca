"""A change set of 120 changes in several pages is held to its prediction, and shown, whole."""

import io
import json

import boto3
import pytest
from botocore.stub import ANY, Stubber
from rich.console import Console

from tests.fake_cloudformation import FakeClock
from tests.review.steps import certain_detail, change, step
from twinstack.aws.api import ChangeSetRequest
from twinstack.aws.boto import BotoCloudFormation
from twinstack.review.comparison import Prediction, compare
from twinstack.review.rows import row_data
from twinstack.rollout.change_sets.preparing import prepare
from twinstack.screen.events import ChangeSetMade
from twinstack.screen.json_lines import JsonScreen
from twinstack.screen.text import TextScreen

ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/twinstack-1/11111111-2222"
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/pair-dev-primary/1111"
NAMES = [f"Topic{number}" for number in range(120)]
PAGES = [NAMES[start : start + 35] for start in range(0, 120, 35)]
REQUEST = ChangeSetRequest("pair-dev-primary", "twinstack-1", "UPDATE", "{}", None, {}, {}, (), "t")


def entry(name, *, values):
    target = {"Attribute": "Properties", "Name": "DisplayName", "RequiresRecreation": "Never"}
    if values:
        target |= {"Path": "/Properties/DisplayName", "BeforeValue": "one", "AfterValue": "two"}
    detail = {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    described = {"Action": "Modify", "LogicalResourceId": name, "ResourceType": "AWS::SNS::Topic"}
    return {"Type": "Resource", "ResourceChange": {**described, "Replacement": "False", "Details": [detail]}}


def add_pages(stub, *, values):
    """The answers to one reading, each asked for with the token of the one before."""
    for number, names in enumerate(PAGES):
        answer = {"ChangeSetId": ARN, "StackId": STACK_ID, "Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
        answer["Changes"] = [entry(name, values=values) for name in names]
        asked = {"ChangeSetName": ARN}
        if values:
            asked["IncludePropertyValues"] = True
        if number:
            asked["NextToken"] = str(number)
        if number < len(PAGES) - 1:
            answer["NextToken"] = str(number + 1)
        stub.add_response("describe_change_set", answer, asked)


@pytest.fixture
def changes():
    """What the deployer reads of it."""
    client = boto3.client("cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        made = {"Id": ARN, "StackId": STACK_ID}
        stub.add_response("create_change_set", made, dict.fromkeys(CREATED_WITH, ANY))
        add_pages(stub, values=False)
        add_pages(stub, values=True)
        prepared = prepare(BotoCloudFormation(client, "primary (us-east-1)"), REQUEST, FakeClock())
        stub.assert_no_pending_responses()
    return prepared.change_set.changes


CREATED_WITH = (
    "StackName", "ChangeSetName", "ChangeSetType", "TemplateBody", "Parameters", "Tags", "Capabilities", "ClientToken",
    "RollbackConfiguration",
)  # fmt: skip
PREDICTED = step(*(change("Modify", name, certain_detail("DisplayName")) for name in NAMES))


def told(changes):
    return ChangeSetMade("primary", "twinstack-1", tuple(map(row_data, compare(Prediction(PREDICTED), changes))))


def test_all_of_it_is_held_to_its_prediction(changes):
    assert [row["resource"] for row in told(changes).changes if not row["problems"]] == NAMES
    assert [row.resource for row in compare(Prediction(PREDICTED), changes[:-1]) if row.problems] == ["Topic119"]


def test_the_screen_shows_each_change_with_its_values(changes):
    written = io.StringIO()
    console = Console(file=written, width=80)
    TextScreen(console, console).tell(told(changes))
    lines = written.getvalue().splitlines()
    assert lines[0] == "  change set twinstack-1: 120 modified"
    assert lines[1::2] == [f"    ~ {name} AWS::SNS::Topic" for name in NAMES]
    assert lines[2::2] == ["        DisplayName: one → two"] * 120


def test_json_has_each_change(changes):
    written = io.StringIO()
    JsonScreen(written).tell(told(changes))
    (line,) = written.getvalue().splitlines()
    assert [(row["resource"], row["values"][0]["after"]) for row in json.loads(line)["changes"]] == [
        (name, "two") for name in NAMES
    ]
