"""Change sets that were really made are accepted, and each of them with one thing other than it was is not.

Those of the flagship were recorded from the local AWS (`python -m tests.review.recording` records them anew); those of
random systems are made by the fake CloudFormation on the spot. Neither asks the planner what a change set lists.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.review.mutations import Mutations
from tests.review.random_steps import steps_of_random_systems, systems_that_come_back
from tests.review.recorded_steps import read_all
from twinstack.review.comparison import Prediction, compare

RECORDED = {recorded.name: recorded for recorded in read_all()}
MANY = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def problems(recorded, changes):
    return [(row.resource, row.problems) for row in compare(Prediction(recorded.step), changes) if row.problems]


def test_everything_is_recorded():
    assert sorted(RECORDED) == [
        "change in place",
        "conditional replacement",
        "every danger",
        "other network",
        "part of a property",
        "pass 1",
        "pass 2",
        "pass 3",
        "removal",
        "replacement",
        "tag of the stack",
        "tenancy of the network",
    ]
    kinds = Counter((it.action, it.replacement) for recorded in RECORDED.values() for it in recorded.changes)
    assert set(kinds) == {
        ("Add", "False"),
        ("Modify", "False"),
        ("Modify", "Conditional"),
        ("Modify", "True"),
        ("Remove", "False"),
    }


@pytest.mark.parametrize("name", RECORDED)
def test_what_aws_made_is_accepted(name):
    assert problems(RECORDED[name], RECORDED[name].changes) == []


@pytest.mark.parametrize("name", [name for name, recorded in RECORDED.items() if len(recorded.changes) < 30])
def test_each_mutation_of_a_small_change_set_is_noticed(name):
    recorded = RECORDED[name]
    unnoticed = [
        it.what for it in Mutations(recorded.step, recorded.changes).all() if not problems(recorded, it.changes)
    ]
    assert unnoticed == []


@settings(MANY, max_examples=400)
@given(st.data())
def test_a_mutation_of_a_large_change_set_is_noticed(data):
    recorded = data.draw(st.sampled_from([it for it in RECORDED.values() if len(it.changes) >= 30]))
    number = data.draw(st.integers(0, len(recorded.changes) - 1))
    mutation = data.draw(st.sampled_from(list(Mutations(recorded.step, recorded.changes).of(number))))
    assert problems(recorded, mutation.changes), mutation.what


@settings(MANY, max_examples=60)
@given(steps_of_random_systems())
def test_what_the_fake_makes_of_a_random_system_is_accepted(steps):
    assert [problems(step, step.changes) for step in steps] == [[]] * len(steps)


@settings(MANY, max_examples=200)
@given(steps_of_random_systems(), st.data())
def test_a_mutation_of_what_the_fake_makes_is_noticed(steps, data):
    steps = [step for step in steps if step.changes]
    assume(steps)
    step = data.draw(st.sampled_from(steps))
    mutation = data.draw(st.sampled_from(list(Mutations(step.step, step.changes).all())))
    assert problems(step, mutation.changes), mutation.what


@settings(MANY, max_examples=15)
@given(systems_that_come_back())
def test_a_system_that_comes_back_has_what_was_kept_of_it_and_nothing_else_of_its_names(found):
    steps, kept, there = found
    assert [problems(step, step.changes) for step in steps] == [[]] * len(steps)
    taken = {(step.name, it.resource): it.physical_id for step in steps for it in step.changes if it.action == "Import"}
    assert taken.items() <= kept.items()
    assert taken.items() <= there.items() or any(it.replacement == "True" for step in steps for it in step.changes)


@settings(MANY, max_examples=15)
@given(systems_that_come_back(), st.data())
def test_a_mutation_of_an_import_is_noticed(found, data):
    imports = [step for step in found[0] if any(it.action == "Import" for it in step.changes)]
    assume(imports)
    step = data.draw(st.sampled_from(imports))
    mutation = data.draw(st.sampled_from(list(Mutations(step.step, step.changes).all())))
    assert problems(step, mutation.changes), mutation.what
