"""A failover: it needs the target alone, says what may be lost, and nothing of a lost region holds it up."""

from dataclasses import replace

import pytest

from tests.dr.fake_database import EAST, LARGE, LOST, NEW, OLD, WEST, Database, arn
from tests.dr.operated import operated
from tests.fake_cloudformation import FakeClock
from twinstack.dr.aws.api import RoleChange
from twinstack.dr.operations.failover import fail_over, refuse_data_loss
from twinstack.errors import RefusedError, TwinStackError
from twinstack.planning.world import Unknown
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import Note, PhaseEnded, RolesMoved, Warning_

UNREAD = {"primary": Unknown("no answer")}


def lost(**given):
    """A run while the region of the writer does not answer."""
    return operated(lost={EAST: LOST}, world=UNREAD, **given)


def test_it_is_asked_of_the_target_and_ends_well_without_the_lost_region():
    run = lost()
    moved = fail_over(run, WEST)
    assert run.region_of.calls == [("failover", WEST, WEST)]
    assert (moved.kind, moved.source, moved.target) == ("failover", EAST, WEST)
    assert [phase.phase for phase in run.screen.of(PhaseEnded)] == ["asked", "roles moved", "available"]
    (told,) = run.screen.of(RolesMoved)
    assert (told.kind, told.lag_milliseconds) == ("failover", 120.0)
    assert run.under_way.operations == {}


def test_a_lost_region_is_asked_again_only_when_the_roles_have_moved():
    aws = Database(FakeClock(), lost={EAST: LOST})
    asked = []

    def region_of(role, region):
        asked.append(region)
        return aws(role, region)

    run = operated(aws, world=UNREAD)
    fail_over(replace(run, region_of=region_of), WEST)
    # whether the old writer still takes writes
    assert asked.count(EAST) == 1


def test_it_needs_a_word_that_data_may_be_lost():
    with pytest.raises(RefusedError, match="--allow-data-loss"):
        refuse_data_loss(WEST, allowed=False)
    refuse_data_loss(WEST, allowed=True)


def test_what_may_be_lost_is_told_before_it_is_asked():
    run = lost(says=False)
    with pytest.raises(RefusedError, match="declined; nothing was changed"):
        fail_over(run, WEST)
    assert run.region_of.calls == []
    (note,) = run.screen.of(Note)
    assert "By AuroraGlobalDBRPOLag, eu-west-1 was 120 ms behind 30 s ago" in note.text


def test_where_no_region_tells_the_lag_nobody_knows_what_is_lost():
    run = lost(lag={})
    assert fail_over(run, WEST).lag is None
    assert "nobody can say what is lost" in run.screen.of(Note)[0].text


def test_the_regions_that_do_not_answer_are_named():
    run = lost()
    fail_over(run, WEST)
    assert "us-east-1 does not answer: the region is lost" in [warning.text for warning in run.screen.of(Warning_)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"version": {EAST: OLD, WEST: NEW}, "lost": {}}, "engine versions: they differ"),
        ({"instances": {EAST: [("available", LARGE)], WEST: []}}, "instances in eu-west-1: trading-eu-west-1 has none"),
        (
            {"cluster_status": {EAST: "available", WEST: "stopped"}},
            "cluster in eu-west-1: trading-eu-west-1 is stop",
        ),
        ({"views": {WEST: WEST}, "lost": {}}, "members: us-east-1 and eu-west-1 disagree"),
    ],
)
def test_a_target_that_cannot_take_over_is_refused(given, said):
    run = operated(**{"lost": {EAST: LOST}, **given})
    with pytest.raises(RefusedError, match=said):
        fail_over(run, WEST)
    assert run.region_of.calls == []


def test_a_switchover_that_hangs_does_not_hold_it_up():
    change = RoleChange("switching-over", arn(EAST), arn(WEST), may_lose_data=False)
    run = lost(change=change, status="switching-over")
    assert fail_over(run, WEST).target == WEST
    assert run.screen.checks("Before the failover")["change of roles"] == (
        "unknown",
        "a switchover to eu-west-1 is switching-over",
    )


def test_a_failover_that_goes_on_is_waited_for():
    run = lost(change=RoleChange("failing-over", arn(EAST), arn(WEST), may_lose_data=True), status="failing-over")
    with pytest.raises(RefusedError, match="change of roles"):
        fail_over(run, WEST)
    assert run.region_of.calls == []


def test_a_stack_without_a_member_does_not_hold_it_up():
    aws = Database(FakeClock(), members=(WEST,), writer=EAST)
    assert fail_over(operated(aws), WEST).target == WEST


def test_nothing_to_do_is_not_said_while_the_regions_disagree_about_who_writes():
    run = operated(views={EAST: WEST})
    with pytest.raises(RefusedError, match="disagree about who writes"):
        fail_over(run, WEST)
    assert run.region_of.calls == []


def test_versions_that_are_not_known_do_not_hold_it_up():
    run = lost()
    fail_over(run, WEST)
    assert run.screen.checks("Before the failover")["engine versions"] == ("unknown", "not known in us-east-1")


def test_a_healthy_pair_is_told_of_the_switchover_that_loses_nothing():
    run = operated()
    assert fail_over(run, WEST) is not None
    assert any("`switchover --to eu-west-1` would lose nothing" in it.text for it in run.screen.of(Warning_))


def test_it_does_not_wait_for_a_deployment():
    run = operated()
    run.clients["primary"].parameters.create(
        "/twinstack/trading-dev/lock", Holder(run="1", who="bob").model_dump_json()
    )
    assert fail_over(run, WEST) is not None
    assert any("another run is at work: bob" in it.text for it in run.screen.of(Warning_))


def test_a_region_that_writes_already_needs_nothing():
    assert fail_over(lost(writer=WEST), WEST) is None


def test_an_old_writer_that_still_thinks_it_writes_is_told_in_red():
    aws = Database(FakeClock())
    run = operated(aws)
    aws.views = {EAST: EAST}
    fail_over(run, WEST)
    assert run.screen.checks("After")["one writer"] == (
        "failed",
        "eu-west-1 says eu-west-1, us-east-1 says us-east-1",
    )


def test_whether_a_silent_region_still_writes_is_not_known():
    run = lost()
    fail_over(run, WEST)
    assert run.screen.checks("After")["one writer"] == ("unknown", "us-east-1 does not answer")


def test_the_snapshot_of_the_old_primary_is_looked_for():
    name = "rds:unplanned-global-failover-trading-us-east-1-2026"
    run = operated(snapshots={"trading-us-east-1": ["rds:trading-us-east-1-nightly", name]})
    fail_over(run, WEST)
    assert run.screen.checks("After")["snapshot of the old primary"][1].startswith(name)


def test_the_snapshot_of_a_region_that_is_lost_is_named_for_later():
    run = lost()
    fail_over(run, WEST)
    assert run.screen.checks("After")["snapshot of the old primary"] == ("unknown", "us-east-1 does not answer")


def test_what_aws_leaves_to_people_stands_at_the_end():
    run = lost()
    fail_over(run, WEST)
    last = run.screen.of(Note)[-1].text
    assert "keep the applications of us-east-1 off" in last
    assert "copy its unplanned-global-failover snapshot" in last
    assert "docs/runbook.md, lost region" in last


def test_a_call_whose_answer_is_lost_is_looked_for():
    run = lost(loses_the_answer=True)
    assert fail_over(run, WEST).target == WEST
    assert len(run.region_of.calls) == 1


def test_what_takes_too_long_goes_on_on_aws():
    run = lost(lasts=None)
    with pytest.raises(TwinStackError, match="AWS goes on"):
        fail_over(run, WEST)
    assert list(run.under_way.operations.values()) == ["the failover of global database trading to eu-west-1"]
