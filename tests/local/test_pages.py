"""A change set of 120 changes comes from the local AWS in pages, and is reviewed whole."""

from dataclasses import replace

import pytest

from tests.systems import template
from twinstack.aws.boto import BotoCloudFormation
from twinstack.clock import SystemClock
from twinstack.planning.document import step_document
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.planning.world import Absent, Live
from twinstack.review.comparison import Prediction, compare
from twinstack.review.rows import row_data
from twinstack.rollout.change_sets.preparing import prepare, request_for

NAMES = [f"Parameter{number}" for number in range(120)]


def parameters(value):
    lines = [
        f"  {name}: {{Type: 'AWS::SSM::Parameter', Properties: {{Type: String, Value: '{value}'}}}}" for name in NAMES
    ]
    return "\n".join(["Metadata: {TwinStack: {Role: primary}}", "Resources:", *lines])


@pytest.fixture
def pages(account):
    """The pages that were asked for."""
    seen = []
    client = account.client("cloudformation")

    def note(params, **_):
        seen.append(params["body"].get("NextToken"))

    client.meta.events.register("before-call.cloudformation.DescribeChangeSet", note)
    yield seen
    client.meta.events.unregister("before-call.cloudformation.DescribeChangeSet", note)


def test_all_120_changes_are_there_and_as_predicted(account, stack, pages):
    there = Stack("primary", stack.name, "us-east-1", template(parameters("one")))
    planner = Planner(System({"primary": there}), shipped_schemas)
    aws = BotoCloudFormation(account.client("cloudformation"), "local")
    first = planner.step({"primary": Absent()}, "primary")
    made = prepare(aws, request_for(first, lambda: f"{stack.name}-1"), SystemClock())
    assert rows_of(first, made) == [(name, "Add", []) for name in sorted(NAMES)]
    aws.execute_change_set(made.change_set.arn, made.token)
    stack.settled()
    edited = replace(there, template=template(parameters("two")))
    planner = Planner(System({"primary": edited}), shipped_schemas)
    live = Live("CREATE_COMPLETE", there.template, {}, {}, {})
    second = planner.step({"primary": live}, "primary")
    pages.clear()
    changed = prepare(aws, request_for(second, lambda: f"{stack.name}-2"), SystemClock())
    assert rows_of(second, changed) == [(name, "Modify", [("one", "two")]) for name in sorted(NAMES)]
    # worked out, then read once without values and once with them, each in pages
    assert len(pages) > 2
    assert len({token for token in pages if token}) > 1
    stack.delete()


def rows_of(step, prepared):
    """What is reviewed, by name; nothing of it differs from the prediction."""
    rows = compare(Prediction(step_document(step)), prepared.change_set.changes)
    assert [row.problems for row in rows] == [()] * 120
    told = [row_data(row) for row in rows]
    return sorted(
        (row["resource"], row["action"], [(v["before"], v["after"]) for v in row["values"] if v["before"]])
        for row in told
    )
