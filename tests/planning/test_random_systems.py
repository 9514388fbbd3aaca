"""Properties of every plan, on random systems of two and three stacks."""

from itertools import combinations

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.systems import deployed, planner, system
from twinstack.errors import InputError
from twinstack.planning.passes import pass_limit, plan, with_update_order
from twinstack.planning.wiring_checks import check_wiring
from twinstack.planning.world import Absent, Live, Unknown

OUTPUTS = ("Id", "Literal", "Guarded")
MANY = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@st.composite
def wirings(draw, roles):
    """For each role the wires it consumes: (producer, output, required, whether a resource is made anew by it)."""
    wires = {}
    for role in roles:
        others = [other for other in roles if other != role]
        wires[role] = draw(
            st.lists(
                st.tuples(
                    st.sampled_from(others),
                    st.sampled_from(OUTPUTS),
                    st.sampled_from([False, False, True]),
                    st.booleans(),
                ),
                max_size=3,
                unique_by=lambda wire: wire[:2],
            )
        )
    return wires


def template_of(role, wires, extra=""):
    """A stack with a thing of its own, a thing for each wire, and outputs of each kind."""
    parameters = {
        f"P{index}": {"Type": "String"} | ({} if required else {"Default": ""})
        for index, (_, _, required, _) in enumerate(wires)
    }
    conditions = {f"Has{name}": {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in parameters}
    things = {
        f"Thing{name}": {
            "Type": "AWS::EC2::VPC" if wires[index][3] else "AWS::SNS::Topic",
            "Condition": f"Has{name}",
            "Properties": {"CidrBlock": {"Ref": name}},
        }
        for index, name in enumerate(parameters)
    }
    guard = {"Condition": "HasP0", "Value": {"Ref": "ThingP0"}} if parameters else {"Value": {"Ref": "Own"}}
    body = {
        "Metadata": {
            "TwinStack": {"Role": role, "Wiring": {f"P{i}": f"{wire[0]}.{wire[1]}" for i, wire in enumerate(wires)}}
        },
        "Parameters": parameters,
        "Conditions": conditions,
        "Resources": {"Own": {"Type": "AWS::SNS::Topic", "Properties": {"Extra": extra}}, **things},
        "Outputs": {"Id": {"Value": {"Ref": "Own"}}, "Literal": {"Value": role}, "Guarded": guard},
    }
    return yaml.safe_dump(body)


@st.composite
def systems(draw):
    roles = draw(st.sampled_from([("a", "b"), ("a", "b", "c")]))
    wires = draw(wirings(roles))
    made = planner(system({role: template_of(role, wires[role]) for role in roles}))
    try:
        check_wiring(made)
    except InputError:
        assume(False)
    changed = {role: draw(st.sampled_from(["", "changed"])) for role in roles}
    later = planner(system({role: template_of(role, wires[role], changed[role]) for role in roles}))
    return made, later


def nothing(made):
    return dict.fromkeys(made.system.stacks, Absent())


def needed_in(made, world):
    steps = {role: made.step(world, role) for role, state in world.items() if not isinstance(state, Unknown)}
    return {role: step for role, step in steps.items() if step.needed}


def in_order(made, world, steps, chosen):
    """The rule of the update order, written out for one pass."""
    order = made.system.update_order
    for role in chosen:
        for other, step in steps.items():
            both_live = step.operation == steps[role].operation == "UPDATE"
            if both_live and order.index(other) < order.index(role):
                feeds = {w.output for w in made.system.stacks[other].template.wires if w.role == role}
                if not feeds & set(steps[role].changed_outputs):
                    return False
    return True


def settling(made, world, passes_left):
    """The step counts of every way to settle in exactly so many passes, by trying all of them."""
    steps = needed_in(made, world)
    if passes_left == 0 or not steps:
        return [0] if not steps and passes_left == 0 else []
    found = []
    for size in range(1, len(steps) + 1):
        for chosen in combinations(steps, size):
            if in_order(made, world, steps, chosen):
                then = world | {role: steps[role].after for role in chosen}
                found += [size + count for count in settling(made, then, passes_left - 1)]
    return found


@MANY
@given(systems())
def test_a_plan_has_the_fewest_passes_and_then_the_fewest_steps(made):
    made = with_update_order(made[0])
    planned = plan(made, nothing(made))
    length = len(planned.passes)
    assume(length <= 4)
    assert [settling(made, nothing(made), fewer) for fewer in range(length)] == [[]] * length
    assert len(planned.steps) == min(settling(made, nothing(made), length))


@MANY
@given(systems())
def test_a_plan_ends_within_its_limit_and_plans_nothing_once_done(made):
    made = made[0]
    planned = plan(made, nothing(made))
    assert len(planned.passes) <= pass_limit(made.system)
    done = {role: deployed(state) for role, state in planned.world.items()}
    # The real values arrive with the passes; what was promised and what came is the same thing.
    settled = {role: with_outputs_of(made, done, role) for role in done}
    assert plan(made, settled).passes == ()


def with_outputs_of(made, world, role):
    """The stack with the values that its producers really have."""
    state = world[role]
    values = {
        wire.parameter: world[wire.role].outputs.get(wire.output, state.parameters[wire.parameter])
        for wire in made.system.stacks[role].template.wires
    }
    return Live(state.status, state.template, {**state.parameters, **values}, state.outputs, state.tags)


@MANY
@given(systems())
def test_no_stack_runs_before_its_required_wires_have_values(made):
    made = made[0]
    made_so_far = set()
    for steps in plan(made, nothing(made)).passes:
        for step in steps:
            required = {(wire.role, wire.output) for wire in step.stack.template.wires if wire.required}
            assert required <= made_so_far
        made_so_far |= {(step.stack.role, output) for step in steps for output in step.after.outputs}


@MANY
@given(systems(), st.data())
def test_an_unknown_stack_is_never_planned_and_blanks_nothing_in_the_others(made, data):
    """Once deployed, whatever the templates do, nobody loses a value because a stack cannot be asked."""
    first, later = made
    planned = plan(first, nothing(first))
    done = {role: deployed(state) for role, state in planned.world.items()}
    done = {role: with_outputs_of(first, done, role) for role in done}
    hidden = data.draw(st.sampled_from(sorted(done)))
    again = plan(later, done | {hidden: Unknown("Throttling")})
    assert hidden not in {step.stack.role for step in again.steps}
    for step in again.steps:
        for wire in step.stack.template.wires:
            if wire.role == hidden:
                kept = {value.name: value.value for value in step.parameters}
                assert kept[wire.parameter] == done[step.stack.role].parameters[wire.parameter]


@MANY
@given(systems())
def test_a_plan_made_after_its_first_pass_is_the_rest_of_the_plan(made):
    made = made[0]
    planned = plan(made, nothing(made))
    assume(planned.passes)
    after_first = nothing(made) | {step.stack.role: step.after for step in planned.passes[0]}
    rest = plan(made, after_first)
    assert [len(steps) for steps in rest.passes] == [len(steps) for steps in planned.passes[1:]]
