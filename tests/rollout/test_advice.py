"""Somebody who knows more than CloudFormation looks at the plan of a deployment before anything is done."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import with_note
from tests.systems import PRIMARY, SECONDARY
from twinstack.errors import RefusedError
from twinstack.planning.advice import Advised, Refusal
from twinstack.planning.passes import plan
from twinstack.rollout.deploying import deploy
from twinstack.screen.events import PlanMade, StepBegun


def advised(pair, advise):
    """Both stacks changed, and deployed with an adviser."""
    pair.templates.update(primary=with_note(PRIMARY), secondary=with_note(SECONDARY))
    return deploy(replace(pair.run(), advise=advise))


def test_what_is_refused_is_told_and_nothing_is_done(live):
    never = tuple(
        Refusal("primary", "Table", "AWS::EC2::RouteTable", "Modify", why) for why in ("not today", "nor tomorrow")
    )
    with pytest.raises(RefusedError, match="not today\nnor tomorrow"):
        advised(live, lambda planner, world, planned: Advised(planner, planned, never))
    assert live.mutations() == []
    assert live.screen.of(PlanMade)[0].plan["refused"] == [
        {
            "stack": "primary",
            "resource": "Table",
            "type": "AWS::EC2::RouteTable",
            "action": "Modify",
            "flag": "",
            "sentence": why,
        }
        for why in ("not today", "nor tomorrow")
    ]


def test_another_order_is_walked_and_the_remarks_are_told(live):
    def primary_first(planner, world, _planned):
        turned = replace(planner, system=replace(planner.system, update_order=("primary", "secondary")))
        return Advised(turned, plan(turned, world), remarks=("the primary first",))

    advised(live, primary_first)
    assert [event.stack for event in live.screen.of(StepBegun)] == ["primary", "secondary"]
    assert live.screen.of(PlanMade)[0].plan["remarks"] == ["the primary first"]
