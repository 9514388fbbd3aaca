"""What of a template is a change when it differs alone, how it changes the resource, and what an update may move."""

import pytest

from tests.small_pair import PRIMARY, SECONDARY
from tests.systems import deployed, pair, planner, system
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent

TEMPLATE = """
    Metadata: {{TwinStack: {{Role: one}}}}
    Conditions: {{Always: !Equals [a, a]}}
    Resources:
      Other: {{Type: 'AWS::SNS::Topic'}}
      Cluster:
        Type: AWS::RDS::DBCluster
        {attribute}
        Properties: {{SourceRegion: {source}, GlobalClusterIdentifier: {member}, Port: {port}}}
    Outputs:
      Endpoint: {{Value: !GetAtt Cluster.Endpoint.Address}}
      Arn: {{Value: !GetAtt Cluster.DBClusterArn}}
"""


def one(attribute="", source="a", member="a", port=1):
    return system({"one": TEMPLATE.format(attribute=attribute, source=source, member=member, port=port)})


def live(given):
    world = plan(planner(given), dict.fromkeys(given.stacks, Absent())).world
    return {role: deployed(state) for role, state in world.items()}


@pytest.mark.parametrize(
    ("attribute", "written", "counts"),
    [
        ("DeletionPolicy", "Retain", True),
        ("UpdateReplacePolicy", "Retain", True),
        ("Metadata", "{Note: a}", True),
        ("CreationPolicy", "{ResourceSignal: {Count: 1}}", True),
        ("UpdatePolicy", "{EnableVersionUpgrade: true}", True),
        ("DependsOn", "Other", False),
        ("Condition", "Always", False),
    ],
)
def test_an_attribute_that_comes_or_goes_alone_is_a_change_where_aws_counts_it(attribute, written, counts):
    without, with_it = one(), one(f"{attribute}: {written}")
    for before, after in ((without, with_it), (with_it, without)):
        step = planner(after).step(live(before), "one")
        assert step.needed is counts
        assert [
            (change.resource, change.action, [detail.attribute for detail in change.details]) for change in step.changes
        ] == ([("Cluster", "Modify", [attribute])] if counts else [])


@pytest.mark.parametrize(
    ("changed", "action"),
    [
        ({"port": 2}, "Modify"),
        ({"member": "b"}, "Replace?"),
        ({"source": "b"}, "Replace"),
        ({"member": "b", "port": 2}, "Replace?"),
        ({"member": "b", "source": "b"}, "Replace"),
    ],
    ids=["in place", "perhaps", "for certain", "perhaps and in place", "perhaps and for certain"],
)
def test_a_property_replaces_as_its_schema_says(changed, action):
    (change,) = planner(one(**changed)).step(live(one()), "one").changes
    assert (change.resource, change.action) == ("Cluster", action)


@pytest.mark.parametrize(
    ("changed", "may_change", "changed_outputs"),
    [
        ({}, (), ()),
        ({"port": 2}, ("Endpoint",), ()),
        ({"member": "b"}, ("Endpoint",), ()),
        ({"source": "b"}, (), ("Endpoint", "Arn")),
    ],
    ids=["nothing", "in place", "perhaps another one", "another one"],
)
def test_an_update_may_move_an_endpoint_and_only_a_replacement_makes_it_another(changed, may_change, changed_outputs):
    step = planner(one(**changed)).step(live(one()), "one")
    assert (step.may_change, step.changed_outputs) == (may_change, changed_outputs)


def test_a_creation_moves_nothing():
    assert planner(one()).step({"one": Absent()}, "one").may_change == ()


def test_what_may_move_makes_no_step_for_the_stack_that_takes_it():
    taking = PRIMARY.replace("Wiring: {PeeringId: secondary.PeeringId,", "Wiring: {PeeringId: secondary.Endpoint,")
    changed = SECONDARY.replace("SourceRegion: !Ref SourceRegion}", "SourceRegion: !Ref SourceRegion, Port: 2}")
    found = plan(planner(pair(primary=taking, secondary=changed)), live(pair(primary=taking)))
    assert [[(step.stack.role, step.may_change) for step in steps] for steps in found.passes] == [
        [("secondary", ("Endpoint",))]
    ]
