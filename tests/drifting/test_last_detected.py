"""A plan says where it changes what was changed by hand."""

import pytest

from tests.rollout.deployments import with_note
from twinstack.drifting.report import FalseDrift
from twinstack.errors import UnreachableError
from twinstack.screen.events import PlanMade

PRIMARY, SECONDARY = "pair-dev-primary", "pair-dev-secondary"


@pytest.fixture
def edited(live):
    """The pair with an update of each route table to come."""
    live.templates = {role: with_note(text) for role, text in live.templates.items()}
    return live


def drift(pair, **options):
    """Deploys; returns what the plan said of drift."""
    run = pair.run(**options)
    from twinstack.rollout.deploying import deploy

    deploy(run)
    return pair.screen.of(PlanMade)[0].plan["drift"]


def test_a_drifted_resource_that_a_step_changes_is_named_with_the_day_on_which_aws_looked(edited):
    edited.drifts["primary"].tamper(PRIMARY, "Table", "/Tags/0/Value", "a", "b")
    edited.drifts["primary"].detect_at_once(PRIMARY)
    assert drift(edited) == {
        "resources": [
            {
                "stack": "primary",
                "resource": "Table",
                "type": "AWS::EC2::RouteTable",
                "status": "MODIFIED",
                "checked": "2026-11-20",
                "properties": ["/Tags/0/Value"],
                "passes": [2],
                "certain": True,
            }
        ],
        "not_read": [],
    }


def test_one_that_only_may_be_touched_is_said_to_be_uncertain(live):
    live.templates["primary"] = live.templates["primary"].replace("10.0.0.0/16", "10.9.0.0/16")
    live.drifts["primary"].tamper(PRIMARY, "Cluster", "/Engine", "a", "b")
    live.drifts["primary"].tamper(PRIMARY, "Table", "/Note", "a", "b")
    live.drifts["primary"].detect_at_once(PRIMARY)
    from twinstack.rollout.guards.guards import Allowed

    found = drift(live, allowed=Allowed(replace=("Vpc", "Table", "Route")))
    assert {entry["resource"] for entry in found["resources"]} == {"Table"}


def test_one_that_no_step_touches_is_not_named(edited):
    edited.drifts["primary"].tamper(PRIMARY, "Bucket", "/Size", "1", "2")
    edited.drifts["primary"].detect_at_once(PRIMARY)
    assert drift(edited)["resources"] == []


def test_known_false_drift_is_not_named(edited):
    edited.drifts["primary"].tamper(PRIMARY, "Table", "/KmsKeyId", "a", "b")
    edited.drifts["primary"].detect_at_once(PRIMARY)
    from dataclasses import replace

    from twinstack.rollout.deploying import deploy

    deploy(replace(edited.run(), known_false_drift=lambda drift, difference: FalseDrift("why", "source")))
    assert edited.screen.of(PlanMade)[0].plan["drift"]["resources"] == []


def test_planning_detects_nothing_and_asks_once_for_each_live_stack_with_a_step(edited):
    drift(edited)
    calls = [call for aws in edited.aws.values() for call, _, _ in aws.calls]
    assert calls.count("describe_stack_resource_drifts") == 2
    assert "detect_stack_drift" not in calls


def test_a_new_stack_is_not_asked_about(new):
    assert drift(new) == {"resources": [], "not_read": []}
    assert "describe_stack_resource_drifts" not in [call for call, _, _ in new.aws["primary"].calls]


def test_drift_that_could_not_be_read_is_said_and_stops_nothing(edited):
    edited.aws["secondary"].refuse("describe_stack_resource_drifts", UnreachableError("no network"))
    assert drift(edited)["not_read"] == ["no network"]
    assert edited.status("secondary") == "UPDATE_COMPLETE"
