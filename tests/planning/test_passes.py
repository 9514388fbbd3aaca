"""In which passes the stacks are deployed: the table of the design, and systems of other roles."""

from functools import cache

import pytest

from tests.systems import PRIMARY, SECONDARY, deployed, pair, passes, planner, system
from twinstack.planning.passes import creation_order, pass_limit, plan, with_update_order
from twinstack.planning.world import Absent, Live, Unknown

NOTHING = {"primary": Absent(), "secondary": Absent()}


@cache
def worlds(secondary=SECONDARY):
    """The worlds that a deployment from nothing goes through, as AWS would describe them."""
    given = pair(secondary=secondary)
    world, seen = dict.fromkeys(given.stacks, Absent()), []
    seen.append(world)
    while (planned := plan(planner(given), world)).passes:
        world = world | {step.stack.role: deployed(step.after) for step in planned.passes[0]}
        seen.append(world)
    return seen


def test_a_pair_from_nothing_takes_three_passes():
    assert passes(plan(planner(pair()), NOTHING)) == [["primary"], ["secondary"], ["primary"]]


def test_each_pass_done_leaves_one_less():
    assert [len(plan(planner(pair()), world).passes) for world in worlds()] == [3, 2, 1, 0]


def test_a_secondary_deleted_by_hand_is_restored_and_wired_again_in_two_passes():
    world = worlds()[-1] | {"secondary": Absent()}
    assert passes(plan(planner(pair()), world)) == [["secondary"], ["primary"]]


def test_an_unknown_secondary_leaves_a_live_primary_as_it_is_and_the_plan_is_partial():
    world = worlds()[-1] | {"secondary": Unknown("AccessDenied")}
    planned = plan(planner(pair()), world)
    assert (planned.passes, planned.partial, planned.unknown) == ((), True, {"secondary": "AccessDenied"})


def test_an_unknown_secondary_does_not_stop_the_first_deployment_of_the_primary():
    planned = plan(planner(pair()), NOTHING | {"secondary": Unknown("Throttling")})
    assert (passes(planned), planned.partial) == ([["primary"]], True)


def test_two_changed_templates_are_updated_standby_first_when_no_wired_value_changes():
    changed = pair(primary=PRIMARY + "      Extra: {Value: '1'}\n", secondary=SECONDARY + "      Extra: {Value: '1'}\n")
    assert passes(plan(planner(changed), worlds()[-1])) == [["secondary"], ["primary"]]


def test_a_given_update_order_is_followed():
    changed = {
        role: text + "      Extra: {Value: '1'}\n" for role, text in (("primary", PRIMARY), ("secondary", SECONDARY))
    }
    given = system(changed, update_order=("primary", "secondary"))
    assert passes(plan(planner(given), worlds()[-1])) == [["primary"], ["secondary"]]


def test_the_update_order_is_waived_when_the_earlier_stack_would_have_to_run_again():
    """The primary's new CIDR changes what the secondary consumes, so the secondary waits for it."""
    changed = pair({"primary": {"VpcCidr": "10.9.0.0/16"}}, secondary=SECONDARY + "      Extra: {Value: '1'}\n")
    assert passes(plan(planner(changed), worlds()[-1])) == [["primary"], ["secondary"], ["primary"]]


def test_a_stack_in_rollback_complete_is_created_anew():
    failed = Live("ROLLBACK_COMPLETE", pair().stacks["primary"].template, {}, {}, {})
    planned = plan(planner(pair()), NOTHING | {"primary": failed})
    assert [step.operation for step in planned.steps] == ["CREATE", "CREATE", "UPDATE"]


def test_a_flag_turned_off_in_the_producer_blanks_nothing_and_is_said_to_be_stale():
    world = worlds()[-1]
    planned = plan(planner(pair({"secondary": {"Replicate": "false"}})), world)
    assert passes(planned) == [["secondary"]]
    primary = next(step for step in planned.idle if step.stack.role == "primary")
    kept = {value.name: (value.value, value.source, value.stale) for value in primary.parameters}
    assert kept["PeerBucket"] == (world["primary"].parameters["PeerBucket"], "previous", True)


def test_a_wired_value_that_alters_no_resource_plans_no_step_and_is_said_to_be_unused():
    unused = SECONDARY.replace(", SourceRegion: !Ref SourceRegion", "")
    given = pair(secondary=unused)
    world = worlds(unused)[-1]
    other = Live(**(vars(world["primary"]) | {"outputs": {**world["primary"].outputs, "Region": "moved"}}))
    planned = plan(planner(given), world | {"primary": other})
    assert planned.passes == ()
    secondary = next(step for step in planned.idle if step.stack.role == "secondary")
    assert [value.name for value in secondary.unused] == ["SourceRegion"]


def test_changed_stack_tags_change_every_resource_that_carries_tags():
    tagged = system({"primary": PRIMARY, "secondary": SECONDARY}, tags={"Team": "trading"})
    planned = plan(planner(tagged), worlds()[-1])
    assert passes(planned) == [["secondary"], ["primary"]]
    assert {(change.action, change.properties) for change in planned.steps[0].changes} == {("Modify", ("Tags",))}
    assert "Route" not in {change.resource for change in planned.steps[0].changes}


CHAIN = {
    "network": """
        Metadata: {TwinStack: {Role: network}}
        Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}
        Outputs: {VpcId: {Value: !Ref Vpc}}
    """,
    "left": """
        Metadata: {TwinStack: {Role: left, Wiring: {VpcId: network.VpcId}}}
        Parameters: {VpcId: {Type: String}}
        Resources: {Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref VpcId}}}
        Outputs: {TableId: {Value: !Ref Table}}
    """,
    "right": """
        Metadata: {TwinStack: {Role: right, Wiring: {VpcId: network.VpcId, TableId: left.TableId}}}
        Parameters: {VpcId: {Type: String}, TableId: {Type: String, Default: ''}}
        Resources: {Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref VpcId, Peer: !Ref TableId}}}
    """,
}


def test_three_stacks_of_other_roles_take_the_fewest_passes_and_then_the_fewest_steps():
    """Running `right` beside `left` would save no pass and cost a second run of it."""
    given = system(CHAIN)
    assert passes(plan(planner(given), dict.fromkeys(CHAIN, Absent()))) == [["network"], ["left"], ["right"]]


def test_the_fewest_steps_are_taken_where_the_longer_way_ends_with_other_resources_too():
    """Beside `left`, `right` would make its network at once, and make it anew in its second run."""
    net = "Net: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref TableId}}"
    anew = CHAIN["right"].replace("Peer: !Ref TableId}}}", f"Peer: !Ref TableId}}}}, {net}}}")
    given = system(CHAIN | {"right": anew})
    planned = plan(planner(given), dict.fromkeys(CHAIN, Absent()))
    assert (passes(planned), planned.searched) == ([["network"], ["left"], ["right"]], True)


def test_stacks_that_need_nothing_of_each_other_run_side_by_side():
    given = system(
        {"network": CHAIN["network"], "left": CHAIN["left"], "other": CHAIN["left"].replace("left", "other")}
    )
    assert passes(plan(planner(given), dict.fromkeys(given.stacks, Absent()))) == [["network"], ["left", "other"]]


def test_up_to_six_stacks_every_choice_is_looked_at():
    roles = ["network", *(f"leaf{index}" for index in range(5))]
    given = system(
        {role: (CHAIN["left"] if role != "network" else CHAIN[role]).replace("left", role) for role in roles}
    )
    assert plan(planner(given), dict.fromkeys(roles, Absent())).searched


def test_above_six_stacks_every_runnable_stack_runs_and_the_plan_says_that_it_did_not_search():
    many = {f"leaf{index}": CHAIN["left"].replace("left", f"leaf{index}") for index in range(6)}
    given = system({"network": CHAIN["network"], **many})
    planned = plan(planner(given), dict.fromkeys(given.stacks, Absent()))
    assert (passes(planned), planned.searched) == ([["network"], [*many]], False)


LEAF = """
    Metadata: {TwinStack: {Role: ROLE}}
    Resources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: NAME}}}
"""


def leaves(name, *roles, update_order=()):
    texts = {role: LEAF.replace("ROLE", role).replace("NAME", name) for role in roles}
    return system(texts, update_order=update_order)


def lived(given):
    """All stacks as AWS would describe them, once deployed."""
    planned = plan(planner(given), dict.fromkeys(given.stacks, Absent()))
    return {step.stack.role: deployed(step.after) for step in planned.steps}


def test_without_an_order_updates_go_back_from_the_last_stack_that_is_created():
    given = leaves("new", "b", "a", "c")
    assert with_update_order(planner(given)).system.update_order == ("c", "a", "b")
    assert passes(plan(planner(given), lived(leaves("old", "b", "a", "c")))) == [["c"], ["a"], ["b"]]


def test_a_stack_that_can_never_be_created_is_updated_first():
    waiting = CHAIN["left"].replace("left", "waiting").replace("network.VpcId", "network.Nothing")
    given = system({"waiting": waiting, "network": CHAIN["network"]})
    assert creation_order(planner(given)) == ["network", "waiting"]


def test_a_creation_waits_for_no_update_and_no_update_for_it():
    order = ("a", "b", "c")
    world = lived(leaves("old", *order))
    given = leaves("new", *order, update_order=order)
    assert passes(plan(planner(given), world | {"a": Absent()})) == [["a", "b"], ["c"]]
    assert passes(plan(planner(given), world | {"c": Absent()})) == [["a"], ["b", "c"]]


@pytest.mark.parametrize(("number", "limit"), [(1, 2), (3, 4)])
def test_a_system_without_wires_may_take_a_pass_more_than_it_has_stacks(number, limit):
    assert pass_limit(leaves("new", *"abc"[:number])) == limit


def test_a_system_may_take_a_pass_more_for_each_wire():
    assert pass_limit(system(CHAIN)) == 3 + 3 + 1


def test_the_plan_leaves_each_stack_with_its_steps_counted():
    planned = plan(planner(pair()), NOTHING)
    assert {role: live.runs for role, live in planned.world.items()} == {"primary": 2, "secondary": 1}
    assert {step.stack.role for step in planned.idle} == {"primary", "secondary"}
    assert (planned.waiting, planned.searched, planned.partial) == ((), True, False)


def test_a_stack_that_waits_for_an_unknown_producer_is_named_with_its_wires():
    planned = plan(planner(pair()), NOTHING | {"primary": Unknown("denied")})
    assert [(step.stack.role, [wire.source for wire in step.missing]) for step in planned.waiting] == [
        ("secondary", ["primary.VpcId", "primary.VpcCidr", "primary.GlobalCluster", "primary.Region"])
    ]
    assert (planned.passes, planned.idle, planned.unknown) == ((), (), {"primary": "denied"})


def test_beyond_so_many_worlds_every_runnable_stack_runs_and_the_plan_says_so(monkeypatch):
    monkeypatch.setattr("twinstack.planning.passes.SEARCHED_WORLDS", 3)
    planned = plan(planner(system(CHAIN)), dict.fromkeys(CHAIN, Absent()))
    assert planned.searched
    monkeypatch.setattr("twinstack.planning.passes.SEARCHED_WORLDS", 2)
    planned = plan(planner(system(CHAIN)), dict.fromkeys(CHAIN, Absent()))
    assert (passes(planned), planned.searched) == ([["network"], ["left", "right"], ["right"]], False)
