"""The stacks as they will be when every wire has its value, and a plan that nobody has advice about."""

from tests.systems import pair, passes, planner, system
from twinstack.planning.advice import no_advice
from twinstack.planning.passes import plan
from twinstack.planning.settled import settle
from twinstack.planning.shown import text_of
from twinstack.planning.world import Absent

EXPORTING = """
    Metadata: {TwinStack: {Role: one}}
    Conditions: {Never: !Equals [a, b]}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    Outputs:
      Topic: {Value: !Ref Topic, Export: {Name: !Sub '${AWS::StackName}-topic'}}
      Region: {Value: !Ref 'AWS::Region', Export: {Name: {'Fn::Join': ['-', [region, !Ref 'AWS::Region']]}}}
      Not: {Value: x}
      Nameless: {Value: x, Export: {}}
      Untrue: {Value: x, Condition: Never, Export: {Name: untrue}}
"""


def test_a_settled_stack_names_the_stack_and_the_resource_that_a_value_comes_from():
    primary, secondary = settle(planner(pair()))
    assert (primary.stack.role, secondary.stack.role) == ("primary", "secondary")
    route = primary.resources["Route"]
    assert (route.type, text_of(route.attributes["Properties"])) == (
        "AWS::EC2::Route",
        '{"RouteTableId": "${primary:Table}", "VpcPeeringConnectionId": "${secondary:Peering}", '
        '"DestinationCidrBlock": "10.1.0.0/16"}',
    )
    assert {name: text_of(value) for name, value in secondary.outputs.items()} == {
        "PeeringId": "${secondary:Peering}",
        "VpcCidr": "10.1.0.0/16",
        "BucketArn": "${secondary:Bucket.Arn}",
        "Endpoint": "${secondary:Cluster.Endpoint.Address}",
    }
    assert secondary.exports == {}


def test_an_export_has_its_name_where_its_output_exists():
    (one,) = settle(planner(system({"one": EXPORTING})))
    assert one.exports == {"Topic": "pair-dev-one-topic", "Region": "region-eu-test-0"}


def test_a_stack_that_waits_for_what_nobody_makes_is_not_among_them():
    waiting = """
        Metadata: {TwinStack: {Role: two, Wiring: {X: one.Missing}}}
        Parameters: {X: {Type: String}}
        Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
    """
    assert [it.stack.role for it in settle(planner(system({"two": waiting, "one": EXPORTING})))] == ["one"]


def test_without_advice_a_plan_stays_as_it_is():
    asked, world = planner(pair()), dict.fromkeys(pair().stacks, Absent())
    planned = plan(asked, world)
    advised = no_advice(asked, world, planned)
    assert (advised.planner, passes(advised.plan)) == (asked, passes(planned))
    assert (advised.refused, advised.remarks) == ((), ())
