"""Steps of random systems with the change sets that the fake CloudFormation makes of them."""

from __future__ import annotations

from itertools import count

import yaml
from hypothesis import assume
from hypothesis import strategies as st

from tests.fake_alarms import FakeAlarms
from tests.fake_cloudformation import FakeClock, FakeCloudFormation, FakeRegions
from tests.fake_drifts import FakeDrifts
from tests.planning.test_random_systems import systems
from tests.review.recorded_steps import Recorded
from tests.systems import planner, system
from twinstack.aws.api import StackClients
from twinstack.aws.kept_reading import with_kept
from twinstack.aws.world_reading import read_world
from twinstack.errors import InputError
from twinstack.planning.document import step_document
from twinstack.planning.passes import plan
from twinstack.planning.steps import Planner
from twinstack.rollout.change_sets.preparing import prepare, request_for

# In place, by replacement, perhaps by replacement, and without tags of the stack: see `tests.systems`.
PROPERTIES = {
    "AWS::SNS::Topic": ("DisplayName", "Topic"),
    "AWS::EC2::VPC": ("CidrBlock", "Note"),
    "AWS::RDS::DBCluster": ("GlobalClusterIdentifier", "SourceRegion", "Engine"),
    "AWS::EC2::Route": ("RouteTableId", "Target"),
}
NAMES = ("One", "Two", "Three", "Four")
ATTRIBUTES = {
    "Metadata": st.sampled_from([{"Note": "a"}, {"Note": "b"}]),
    "DeletionPolicy": st.sampled_from(["Delete", "Retain", "RetainExceptOnCreate"]),
    "UpdateReplacePolicy": st.sampled_from(["Delete", "Retain"]),
    "Condition": st.just("Is"),
}


@st.composite
def stacks(draw, kinds):
    """A template whose resources refer to those before them and to parameters."""
    made = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=3, unique=True).map(sorted)):
        values = st.one_of(
            st.sampled_from(["a", "b"]),
            st.just({"Ref": "Word"}),
            *([st.sampled_from(sorted(made)).map(lambda it: {"Ref": it})] if made else []),
            *([st.sampled_from(sorted(made)).map(lambda it: {"Fn::GetAtt": [it, "Arn"]})] if made else []),
        )
        first, *others = PROPERTIES[kinds[name]]
        properties = st.fixed_dictionaries({first: values}, optional=dict.fromkeys(others, values))
        resource = {"Type": kinds[name], "Properties": draw(properties)}
        # What is conditional is referred to by nobody here, so that no template is wrong.
        made[name] = resource | draw(st.fixed_dictionaries({}, optional=dict(list(ATTRIBUTES.items())[:3])))
    last = list(made)[-1]
    if draw(st.booleans()):
        made[last]["Condition"] = "Is"
    return yaml.safe_dump(
        {
            "Metadata": {"TwinStack": {"Role": "a"}},
            "Parameters": {"Word": {"Type": "String", "Default": "word"}},
            "Conditions": {"Is": {"Fn::Equals": [{"Ref": "Word"}, "word"]}},
            "Resources": made,
        }
    )


@st.composite
def edited_stacks(draw):
    """A stack before and after a random edit of its template, its parameter and its tags."""
    kinds = {name: draw(st.sampled_from(sorted(PROPERTIES))) for name in NAMES}
    words, tags = st.sampled_from(["word", "other"]), st.sampled_from([{}, {"Owner": "one"}, {"Owner": "two"}])
    return tuple(
        planner(system({"a": draw(stacks(kinds))}, {"a": {"Word": draw(words)}}, tags=draw(tags))) for _ in range(2)
    )


class _Aws:
    """A fake AWS that a random system is deployed to, pass by pass."""

    def __init__(self, roles) -> None:
        self._clock, self._ids = FakeClock(), count(1)
        self._there = {role: FakeCloudFormation(self._clock, role, change_set_describes=1) for role in roles}
        self._clients = {
            role: StackClients(
                it, FakeDrifts(it), it.buckets, FakeRegions(dict(self._there)), FakeAlarms(), it.parameters, it.left
            )
            for role, it in self._there.items()
        }
        self.found: list[Recorded] = []

    def bring_to(self, wanted: Planner) -> None:
        """Deploys, and keeps each step with its change set."""
        for _ in range(10):
            world = with_kept(wanted, self._clients, read_world(wanted.system, self._clients)).world
            planned = plan(wanted, world)
            if not planned.passes:
                return
            for step in planned.passes[0]:
                self._carry_out(step)
        raise AssertionError("it does not settle")

    def delete(self) -> dict[tuple[str, str], str]:
        """Deletes every stack; returns the physical ids of what is kept, by role and logical id."""
        kept = {}
        for role, there in self._there.items():
            for name in there.names():
                stack_id = there.stack(name).id
                there.delete_stack(stack_id, "deletes")
                self._clock.sleep(600)
                skipped = [it for it in there.resources(stack_id) if it.status == "DELETE_SKIPPED"]
                kept |= {(role, it.resource): it.physical_id for it in skipped}
        return kept

    def has(self) -> dict[tuple[str, str], str]:
        """The physical ids of everything, by role and logical id."""
        return {
            (role, resource): content.physical_id(resource)
            for role, there in self._there.items()
            for name in there.names()
            for content in [there.stack(name).content]
            for resource in content.resources
        }

    def _carry_out(self, step) -> None:
        there = self._there[step.stack.role]
        prepared = prepare(there, request_for(step, lambda: f"id-{next(self._ids)}"), self._clock)
        if prepared is None:
            assert not step.changes, f"AWS has nothing to change, and the plan had {step.changes}"
            return
        self.found.append(Recorded(step.stack.role, step_document(step), prepared.change_set.changes))
        there.execute_change_set(prepared.change_set.arn, prepared.token)
        self._clock.sleep(1000)


@st.composite
def steps_of_random_systems(draw):
    """Every step of deploying a random system, and then of deploying it changed, with its change set."""
    first, later = draw(st.one_of(systems(), edited_stacks()))
    aws = _Aws(first.system.stacks)
    try:
        aws.bring_to(first)
        aws.bring_to(later)
    except InputError:
        assume(False)
    return aws.found


@st.composite
def systems_that_come_back(draw):
    """A random system that was deployed, deleted and deployed again, perhaps changed.

    Returns:
        Its steps with their change sets, what was kept, and what it has in the end.
    """
    first, later = draw(st.one_of(systems(), edited_stacks()))
    aws = _Aws(first.system.stacks)
    try:
        aws.bring_to(first)
        kept = aws.delete()
        aws.bring_to(draw(st.sampled_from([first, later])))
    except InputError:
        assume(False)
    return aws.found, kept, aws.has()
