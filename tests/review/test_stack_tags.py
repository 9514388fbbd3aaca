"""A change of the tags of the stack: certain for types that take them, possible for others, which AWS lists as well."""

from dataclasses import replace

from tests.systems import deployed, pair, planner
from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.planning.document import step_document
from twinstack.planning.passes import plan
from twinstack.planning.system import System
from twinstack.planning.world import Absent
from twinstack.review.comparison import Prediction, compare

TAGS = ChangeDetail("Tags", "", dynamic=False, cause="", recreation="Never")


def retagged():
    """The secondary, at rest, whose stack gets other tags."""
    system = pair()
    world = dict.fromkeys(system.stacks, Absent())
    while (planned := plan(planner(system), world)).passes:
        world |= {step.stack.role: deployed(step.after) for step in planned.passes[0]}
    stacks = {role: replace(stack, tags={"Owner": "trading"}) for role, stack in system.stacks.items()}
    return planner(System(stacks)).step(world, "secondary")


def listed(step, *others):
    certain = [ResourceChange("Modify", it.resource, it.type, "id", "False", (TAGS,)) for it in step.changes]
    return [*certain, *others]


def problems(step, real):
    rows = compare(Prediction(step_document(step)), real)
    return {row.resource: row.problems for row in rows if row.problems}


def test_each_resource_that_takes_tags_changes_for_certain_and_the_route_may_be_listed():
    step = retagged()
    assert {change.resource for change in step.changes} == {"Vpc", "Table", "Peering", "Cluster", "Bucket"}
    assert {entry.resource for entry in step.touched for detail in entry.details if detail.source == "StackTags"} == {
        "Route"
    }


def test_the_change_set_may_list_the_tags_of_the_route_and_need_not():
    step = retagged()
    route = ResourceChange("Modify", "Route", "AWS::EC2::Route", "id", "False", (TAGS,))
    assert problems(step, listed(step)) == {}
    assert problems(step, listed(step, route)) == {}


def test_nothing_else_of_the_route_may_change():
    step = retagged()
    other = replace(TAGS, attribute="Properties", name="RouteTableId", recreation="Always")
    route = ResourceChange("Modify", "Route", "AWS::EC2::Route", "id", "True", (TAGS, other))
    assert "RouteTableId is not predicted" in problems(step, listed(step, route))["Route"]


def test_a_resource_that_takes_tags_must_be_listed():
    step = retagged()
    assert problems(step, listed(step)[1:]) == {step.changes[0].resource: ("not in the change set",)}
