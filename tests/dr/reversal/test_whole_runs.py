"""Deployments and deletions of a pair in a fake AWS, with the roles reversed behind CloudFormation's back."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.dr.fake_database import EAST, OLD, WEST, Aws
from tests.dr.reversal.pairs import BOTH, PAIR, changed
from tests.dr.reversal.test_roles_in_plans import PASSWORD, TOPIC
from tests.rollout.deployments import Deployments
from twinstack.cli.deploy import roll_out
from twinstack.cli.destroy import take_down
from twinstack.dr.plans.advice import advise
from twinstack.dr.plans.destroying import objections
from twinstack.rollout.destroying import DestroyOptions
from twinstack.screen.events import PlanMade


@pytest.fixture
def pair(tmp_path):
    pair = Deployments(tmp_path, PAIR, parameters={"EngineVersion": OLD})
    assert deployed(pair, EAST) == 0
    pair.forget_calls()
    pair.questions.clear()
    return pair


def run_with(pair, aws):
    def object_(planner, world, retained):
        return objections(planner, world, aws, retained)

    return replace(
        pair.run(), advise=lambda planner, world, made: advise(planner, world, made, aws), objections=object_
    )


def deployed(pair, writer):
    return roll_out(run_with(pair, Aws(writer, BOTH)), nullcontext)


def destroyed(pair, writer, members=BOTH, **options):
    return take_down(run_with(pair, Aws(writer, members)), nullcontext, DestroyOptions(**options))


def test_a_deployment_that_changes_nothing_says_that_the_roles_are_reversed(pair):
    assert deployed(pair, WEST) == 0
    assert pair.mutations() == []
    assert pair.screen.of(PlanMade)[0].plan["remarks"][0].startswith("Roles reversed: ")


def test_a_safe_change_is_carried_out(pair):
    pair.templates = changed("primary", TOPIC)
    assert deployed(pair, WEST) == 0
    assert ("primary", "execute_change_set") in pair.mutations()


@pytest.mark.parametrize(
    ("role", "edit"),
    [
        ("primary", PASSWORD),
        ("primary", ("MasterUsername: admin", "MasterUsername: root")),
        ("primary", ("DatabaseName: trading", "DatabaseName: other")),
        ("primary", ("Name: reader", "Name: writer")),
        ("secondary", ("SourceRegion: us-east-1", "SourceRegion: eu-west-1")),
        ("secondary", ("          GlobalClusterIdentifier: !Ref Global\n", "")),
    ],
)
def test_an_unsafe_change_exits_4_and_nothing_is_executed(pair, role, edit):
    pair.templates = changed(role, edit)
    assert deployed(pair, WEST) == 4
    assert pair.mutations() == []
    assert pair.change_sets() == []


def test_no_option_lets_it_through(pair):
    pair.templates = changed("secondary", ("SourceRegion: us-east-1", "SourceRegion: eu-west-1"))
    run = run_with(pair, Aws(WEST, BOTH))
    allowed = replace(run.allowed, replace=("Cluster", "Instance"))
    assert roll_out(replace(run, allowed=allowed), nullcontext) == 4


def test_destroy_with_reversed_roles_exits_4_before_it_asks_and_touches_nothing(pair):
    assert destroyed(pair, WEST, retain=("Cluster",)) == 4
    assert (pair.mutations(), pair.questions) == ([], [])


def test_destroy_goes_on_once_the_roles_are_back(pair):
    assert destroyed(pair, EAST) == 0
    assert pair.stacks() == []


def test_a_cluster_can_be_kept_with_all_that_it_needs_once_it_stands_alone(pair):
    kept = ("secondary.Cluster", "secondary.Instance")
    assert destroyed(pair, EAST, retain=kept) == 4
    assert (pair.mutations(), pair.questions) == ([], [])
    assert destroyed(pair, EAST, {EAST: OLD}, retain=kept) == 0
    (question,) = pair.questions[-1:]
    assert question == ("Delete pair-dev-secondary, pair-dev-primary, and keep secondary: Cluster, Instance, Group?")
