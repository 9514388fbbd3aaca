"""What CloudFormation would refuse is refused in the plan: a type that changes, an assertion of `Rules`."""

import pytest

from tests.systems import PRIMARY, SECONDARY, deployed, pair, passes, planner, system
from twinstack.errors import InputError
from twinstack.planning.passes import plan
from twinstack.planning.wiring_checks import check_wiring
from twinstack.planning.world import Absent

ONE = """
    Metadata: {{TwinStack: {{Role: one}}}}
    Parameters:
      Zone: {{Type: String, Default: internal}}
      Ids: {{Type: CommaDelimitedList, Default: 'a,b'}}
      Version: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /version}}
      Vpc: {{Type: 'AWS::EC2::VPC::Id', Default: vpc-1}}
    Rules:
      Checked:
        {condition}
        Assertions:
          - Assert: {assertion}
            AssertDescription: the zone must be internal
    Resources:
      Topic: {{Type: 'AWS::SNS::Topic'}}
"""


def one(assertion, condition="{}", **values):
    condition = f"RuleCondition: {condition}" if condition != "{}" else ""
    return system({"one": ONE.format(assertion=assertion, condition=condition)}, {"one": values})


def live(given):
    """The stacks as AWS would describe them after a first deployment."""
    world = dict.fromkeys(given.stacks, Absent())
    for _ in range(4):
        planned = plan(planner(given), world)
        for step in planned.passes[0] if planned.passes else ():
            world = world | {step.stack.role: deployed(step.after)}
    return world


def refusal(given, world=None):
    with pytest.raises(InputError) as error:
        plan(planner(given), world or dict.fromkeys(given.stacks, Absent()))
    return str(error.value)


def test_a_resource_of_another_type_under_the_same_logical_id_is_refused_with_its_line():
    world = live(pair())
    changed = PRIMARY.replace("Type: AWS::S3::Bucket", "Type: AWS::SNS::Topic")
    assert refusal(pair(primary=changed), world) == (
        "generated/primary.yaml:26: primary: Bucket is AWS::S3::Bucket on the stack and AWS::SNS::Topic here; "
        'CloudFormation refuses that ("Update of resource type is not permitted"): give the new resource another '
        "logical id"
    )


def test_a_type_that_changes_where_the_resource_does_not_exist_yet_is_an_addition():
    given = pair(primary=PRIMARY.replace("Condition: Linked", "Condition: Never").replace(
        "    Conditions:\n", "    Conditions:\n      Never: !Equals [a, b]\n"))  # fmt: skip
    changed = given.stacks["primary"].template.body["Resources"]["Route"]
    assert "Condition" in changed
    world = live(given)
    other = pair(primary=PRIMARY.replace("Type: AWS::EC2::Route\n", "Type: AWS::EC2::RouteTable\n"))
    assert [change.action for change in plan(planner(other), world).steps[0].changes if change.resource == "Route"] == [
        "Add"
    ]


@pytest.mark.parametrize(
    ("assertion", "values", "holds"),
    [
        ("!Equals [!Ref Zone, internal]", {}, True),
        ("!Equals [!Ref Zone, internal]", {"Zone": "public"}, False),
        ("!Not [!Equals [!Ref Zone, internal]]", {}, False),
        ("!And [!Equals [!Ref Zone, internal], !Equals [a, b]]", {}, False),
        ("!Or [!Equals [!Ref Zone, internal], !Equals [a, b]]", {}, True),
        ("Fn::Contains: [[internal, corp], !Ref Zone]", {}, True),
        ("Fn::Contains: [[internal, corp], !Ref Zone]", {"Zone": "public"}, False),
        ("Fn::EachMemberIn: [!Ref Ids, [a, b, c]]", {}, True),
        ("Fn::EachMemberIn: [!Ref Ids, [a, c]]", {}, False),
        ("Fn::EachMemberEquals: [!Ref Ids, a]", {"Ids": "a,a"}, True),
        ("Fn::EachMemberEquals: [!Ref Ids, a]", {}, False),
        ("Fn::EachMemberIn: [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, [vpc-1]]", {}, True),
        ("Fn::EachMemberIn: [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, [vpc-2]]", {}, False),
    ],
)
def test_an_assertion_is_evaluated(assertion, values, holds):
    given = one("{" + assertion + "}" if assertion.startswith("Fn::") else assertion, **values)
    if holds:
        assert passes(plan(planner(given), {"one": Absent()})) == [["one"]]
    else:
        assert refusal(given) == "generated/one.yaml:12: rule Checked: the zone must be internal"


@pytest.mark.parametrize(
    "assertion",
    [
        "!Not [{'Fn::Contains': [['1', '2'], !Ref Version]}]",
        "{'Fn::Equals': [{'Fn::ValueOf': [Vpc, Tags.Department]}, IT]}",
        "{'Fn::EachMemberEquals': [{'Fn::ValueOfAll': ['AWS::EC2::VPC::Id', Tags.Department]}, IT]}",
    ],
)
def test_an_assertion_about_what_only_aws_knows_is_left_to_aws(assertion):
    assert passes(plan(planner(one(assertion)), {"one": Absent()})) == [["one"]]


@pytest.mark.parametrize(("zone", "refused"), [("public", True), ("other", False)])
def test_an_assertion_counts_only_where_its_rule_applies(zone, refused):
    given = one("!Equals [!Ref Zone, internal]", "!Equals [!Ref Zone, public]", Zone=zone)
    if refused:
        assert "the zone must be internal" in refusal(given)
    else:
        assert plan(planner(given), {"one": Absent()}).passes


def test_each_rule_that_applies_is_held_and_each_broken_assertion_is_told():
    text = """
    Metadata: {TwinStack: {Role: one}}
    Rules:
      First: {RuleCondition: !Equals [a, b], Assertions: [{Assert: !Equals [a, b]}]}
      Second: {Assertions: [{Assert: !Equals [a, a]}, {Assert: !Equals [a, b]}, {Assert: !Not [!Equals [a, a]]}]}
    Resources: {Topic: {Type: 'AWS::SNS::Topic'}}
"""
    told = "generated/one.yaml:5: rule Second: an assertion does not hold"
    assert refusal(system({"one": text})) == f"{told}\n{told}"


def test_a_rule_of_no_known_form_is_an_error_with_its_line():
    assert refusal(one("!Select [0, a]")) == (
        "generated/one.yaml:9: rule Checked cannot be read "
        "(ValueError('Fn::Select is no function of conditions or rules')); correct its shape"
    )


def test_a_broken_rule_is_found_before_anything_is_asked():
    with pytest.raises(InputError, match="the zone must be internal"):
        check_wiring(planner(one("!Equals [!Ref Zone, internal]", Zone="public")))


PHASED = PRIMARY.replace(
    "    Conditions:\n",
    """    Rules:
      Together:
        RuleCondition: !Not [!Equals [!Ref PeeringId, '']]
        Assertions:
          - Assert: !Not [!Equals [!Ref PeerCidr, CIDR]]
            AssertDescription: the peer needs another network
    Conditions:
""",
)


def test_a_rule_is_asked_again_with_the_values_that_wires_bring():
    assert passes(
        plan(planner(pair(primary=PHASED.replace("CIDR", "''"))), {"primary": Absent(), "secondary": Absent()})
    )
    same = pair(primary=PHASED.replace("CIDR", "10.1.0.0/16"), secondary=SECONDARY)
    assert "the peer needs another network" in refusal(same)


def test_a_live_stack_that_does_not_change_is_not_held_against_its_rules():
    given = one("!Equals [!Ref Zone, internal]")
    world = live(given)
    broken = one("!Equals [!Ref Zone, corp]")
    assert plan(planner(broken), world).passes == ()
