"""The plan as a document: what a program reads of it."""

from tests.systems import SECONDARY, pair, planner, system
from twinstack.planning.document import WireDocument, plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, Live, Unknown

NOTHING = {"primary": Absent(), "secondary": Absent()}


def document(world=None, **others):
    return plan_document(plan(planner(pair()), world or NOTHING), "dev", **others)


def test_each_step_has_its_stack_its_name_and_what_it_does():
    steps = document().steps
    assert [(it.stack, it.name, it.region, it.operation) for it in steps] == [
        ("primary", "pair-dev-primary", "us-east-1", "CREATE"),
        ("secondary", "pair-dev-secondary", "eu-west-1", "CREATE"),
        ("primary", "pair-dev-primary", "us-east-1", "UPDATE"),
    ]


def test_a_parameter_has_its_values_where_they_are_known():
    (first, _, last) = document().steps
    values = {it.name: (it.before, it.after, it.unknown, it.source) for it in last.parameters}
    assert values == {
        "VpcCidr": ("10.0.0.0/16", "10.0.0.0/16", False, "default"),
        "PeeringId": ("", None, True, "wire"),
        "PeerCidr": ("", "10.1.0.0/16", False, "wire"),
        "PeerBucket": ("", None, True, "wire"),
    }
    assert {it.before for it in first.parameters} == {None}
    assert [(it.parameter, it.source, it.reason) for it in last.because] == [
        ("PeeringId", "secondary.PeeringId", "new"),
        ("PeerCidr", "secondary.VpcCidr", "new"),
        ("PeerBucket", "secondary.BucketArn", "new"),
    ]


def test_a_change_says_each_place_that_differs():
    given = pair({"primary": {"VpcCidr": "10.9.0.0/16"}})
    first = document()
    live = plan(planner(pair()), NOTHING).world
    (step,) = plan_document(plan(planner(given), live), "dev").steps[:1]
    (change,) = [it for it in step.changes if it.resource == "Vpc"]
    (detail,) = change.details
    assert (change.action, detail.label, detail.recreation, detail.unknown) == ("Replace", "CidrBlock", "Always", False)
    assert [it.model_dump() for it in detail.values] == [
        {"path": "CidrBlock", "before": "10.0.0.0/16", "after": "10.9.0.0/16", "unknown": False}
    ]
    assert all(it.details == () for it in first.steps[0].changes)
    (table,) = [it for it in step.changes if it.resource == "Table"]
    assert table.details[0].unknown


def test_what_waits_for_a_stack_that_could_not_be_read_is_named():
    data = document(NOTHING | {"primary": Unknown("denied")}).as_data()
    assert (data["partial"], data["unknown"], data["passes"]) == (True, {"primary": "denied"}, [])
    assert data["waiting"][0] == {"stack": "secondary", "parameter": "PeerVpc", "from": "primary.VpcId"}


def test_what_stands_elsewhere_is_in_it_where_somebody_looked():
    assert document().elsewhere is None
    assert document(elsewhere={"moved": []}).elsewhere == {"moved": []}


def test_what_is_stale_or_unused_is_named_once():
    emptied = """
        Metadata: {TwinStack: {Role: primary}}
        Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    """
    given = system({"primary": emptied, "secondary": SECONDARY})
    kept = {"PeerVpc": "vpc", "PeerCidr": "10.0.0.0/16", "GlobalCluster": "g", "SourceRegion": "us-east-1"}
    world = {
        "primary": Live("CREATE_COMPLETE", given.stacks["primary"].template, {}, {}, {}),
        "secondary": Live("CREATE_COMPLETE", given.stacks["secondary"].template, kept, {}, {}),
    }
    found = plan_document(plan(planner(given), world), "dev")
    assert found.stale == tuple(WireDocument(stack="secondary", parameter=name) for name in kept)
    assert (found.unused, found.version, found.environment, found.fewest_passes) == ((), 1, "dev", True)
