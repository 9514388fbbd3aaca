"""A switchover: what is looked at before, how it goes, what is looked at after, and every way in which it ends."""

from dataclasses import replace

import pytest

from tests.dr.fake_database import EAST, LARGE, LOST, NEW, OLD, WEST, Database, arn
from tests.dr.operated import operated
from tests.dr.versions.pairs import PAIR, live
from tests.fake_cloudformation import FakeClock
from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import RoleChange
from twinstack.dr.operations.failback import fail_back
from twinstack.dr.operations.switchover import switch_over
from twinstack.errors import BusyError, InputError, RefusedError, TwinStackError, UnreachableError
from twinstack.planning.world import Unknown
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import ChecksMade, Note, PhaseEnded, RolesMoved


def refusal(kind=RefusedError, to=WEST, **given):
    """The sentence with which a switchover is refused, when nothing was changed."""
    run = operated(**given)
    with pytest.raises(kind) as refused:
        switch_over(run, to)
    assert run.region_of.calls == []
    return str(refused.value)


def test_it_is_asked_of_the_writer_and_ends_when_all_is_available_again():
    run = operated()
    moved = switch_over(run, WEST)
    assert run.region_of.calls == [("switchover", EAST, WEST)]
    assert (moved.kind, moved.source, moved.target) == ("switchover", EAST, WEST)
    assert [phase.phase for phase in run.screen.of(PhaseEnded)] == ["asked", "roles moved", "available"]
    assert moved.rto_seconds == sum(run.clock.waits) == 1.25
    assert (moved.lag.metric, moved.lag.milliseconds, moved.lag.age) == ("AuroraGlobalDBRPOLag", 120.0, 30.0)
    assert moved.versions == {EAST: OLD, WEST: OLD}
    assert run.under_way.operations == {}
    assert run.screen.checks("After")["writer"] == ("ok", f"trading-{WEST} in {WEST}, by AWS")
    (told,) = run.screen.of(RolesMoved)
    assert (told.rto_seconds, told.lag_milliseconds) == (moved.rto_seconds, 120.0)


def test_everything_that_is_looked_at_before_is_told():
    run = operated()
    switch_over(run, WEST)
    assert run.screen.checks("Before the switchover of global database trading to eu-west-1") == {
        "global database": ("ok", "available, and no change of roles is under way"),
        "regions": ("ok", "us-east-1, eu-west-1 answer"),
        "members": ("ok", "2, all known to their stacks"),
        "engine versions": ("ok", f"{OLD} in us-east-1, {OLD} in eu-west-1"),
        "lag": ("ok", "120 ms behind (AuroraGlobalDBRPOLag, 30 s old)"),
        "synchronisation": ("ok", "trading-eu-west-1 in eu-west-1 is connected"),
        "cluster in us-east-1": ("ok", "trading-us-east-1 is available"),
        "cluster in eu-west-1": ("ok", "trading-eu-west-1 is available"),
        "instances in eu-west-1": ("ok", "1 available, db.r6g.large"),
        "stack operations": ("ok", "none is running"),
        "deployments": ("ok", "no other run holds the lock"),
    }


def test_a_region_that_writes_already_needs_nothing():
    run = operated()
    assert switch_over(run, EAST) is None
    assert run.screen.events == []


def test_a_region_without_a_cluster_is_wrong_usage():
    assert refusal(InputError, to="eu-north-1") == (
        "--to eu-north-1: global database trading has no cluster there; it has clusters in us-east-1 (writes), "
        "eu-west-1 (reads)"
    )


def test_what_is_declined_changes_nothing():
    assert refusal(says=False) == "declined; nothing was changed"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "upgrading"}, "global database: it is upgrading"),
        (
            {"change": RoleChange("pending", arn(EAST), arn(WEST), may_lose_data=False), "lasts": None},
            "global database: a switchover to eu-west-1 is pending",
        ),
        ({"version": {EAST: OLD, WEST: NEW}}, f"engine versions: they differ: {OLD} in us-east-1"),
        (
            {"lag": {"AuroraGlobalDBRPOLag": 9000.0}},
            "lag: 9000 ms behind (AuroraGlobalDBRPOLag, 30 s old), more",
        ),
        ({"lag": {}}, "lag: no value of the last 15 minutes"),
        ({"lag_age": 400.0}, "lag: the newest value is 400 s old"),
        (
            {"synchronization": {EAST: "connected", WEST: "pending-resync"}},
            "synchronisation: trading-eu-west-1 in eu-west-1 is pending-resync",
        ),
        (
            {"cluster_status": {EAST: "available", WEST: "modifying"}},
            "cluster in eu-west-1: trading-eu-west-1 is modifying",
        ),
        (
            {"cluster_status": {EAST: "backing-up", WEST: "available"}},
            "cluster in us-east-1: trading-us-east-1 is backing-up",
        ),
        (
            {"instances": {EAST: [("available", LARGE)], WEST: []}},
            "instances in eu-west-1: trading-eu-west-1 has none: AWS promotes no headless one",
        ),
        (
            {"instances": {EAST: [("available", LARGE)], WEST: [("rebooting", LARGE)]}},
            "instances in eu-west-1: none of 1 is available",
        ),
        (
            {"instances": {EAST: [("available", LARGE)], WEST: [("available", "db.r6g.xlarge")]}},
            "instances in eu-west-1: db.r6g.xlarge there, db.r6g.large where it writes now",
        ),
        ({"views": {WEST: WEST}}, "members: us-east-1 and eu-west-1 disagree about who writes"),
        ({"members": (EAST, WEST), "lost": {EAST: LOST}}, "regions: us-east-1 does not answer: the region is lost"),
    ],
)
def test_each_thing_that_is_not_as_it_must_be_is_refused_with_its_reason(given, said):
    text = refusal(**given)
    assert any(line.startswith(said) for line in text.split("\n")), text
    assert text.endswith("nothing was changed")


def test_a_stack_with_an_operation_running_is_waited_for():
    busy = replace(live(PAIR, OLD)["secondary"], status="UPDATE_IN_PROGRESS")
    assert "stack operations: secondary is UPDATE_IN_PROGRESS" in refusal(world={"secondary": busy})


def test_a_stack_that_could_not_be_read_is_a_reason_too():
    assert "stack operations: primary: no answer" in refusal(world={"primary": Unknown("no answer")})


def test_a_lag_that_nobody_tells_is_no_lag_that_is_small():
    class Deaf(Database):
        def __call__(self, role, region):
            there = super().__call__(role, region)
            there.measured = lambda *_: (_ for _ in ()).throw(
                AwsError("GetMetricStatistics", "Throttling", "slow", "x")
            )
            return there

    assert "lag: eu-west-1 does not say" in refusal(aws=Deaf(FakeClock()))


def test_more_lag_may_be_allowed():
    run = operated(lag={"AuroraGlobalDBRPOLag": 9000.0})
    assert switch_over(run, WEST, 10_000.0) is not None


def test_without_the_better_metric_the_other_one_counts():
    moved = switch_over(operated(lag={"AuroraGlobalDBReplicationLag": 80.0}), WEST)
    assert (moved.lag.metric, moved.lag.milliseconds) == ("AuroraGlobalDBReplicationLag", 80.0)


def held(run, holder):
    run.clients["primary"].parameters.create("/twinstack/trading-dev/lock", holder.model_dump_json())
    return run


def test_a_deployment_at_work_is_not_waited_for():
    run = held(operated(), Holder(run="1", who="bob", what="deploy"))
    with pytest.raises(BusyError, match=r"another run is at work: bob .*: deploy"):
        switch_over(run, WEST)
    assert (run.region_of.calls, run.clock.waits) == ([], [])


def test_a_lock_that_a_dead_run_has_left_holds_nobody_up():
    run = held(operated(), Holder(run="1", who="bob"))
    assert switch_over(run, WEST, has_ended=lambda holder: holder.who == "bob") is not None


def test_a_lock_that_has_expired_holds_nobody_up():
    run = held(operated(), Holder(run="1", who="bob"))
    run.clock.time += 121
    assert switch_over(run, WEST) is not None


def test_several_reasons_are_told_at_once():
    text = refusal(lag={}, status="upgrading", instances={EAST: [("available", LARGE)], WEST: []})
    assert [line.partition(":")[0] for line in text.split("\n")] == [
        "global database",
        "lag",
        "instances in eu-west-1",
        "nothing was changed",
    ]


def test_what_aws_refuses_is_no_operation_under_way():
    run = operated(refuses=AwsError("SwitchoverGlobalCluster", "InvalidGlobalClusterStateFault", "not now", "x"))
    with pytest.raises(AwsError, match="not now"):
        switch_over(run, WEST)
    assert run.under_way.operations == {}


def test_a_call_whose_answer_is_lost_is_not_made_again_but_looked_for():
    run = operated(loses_the_answer=True)
    assert switch_over(run, WEST).target == WEST
    assert len(run.region_of.calls) == 1


def test_a_failure_of_aws_itself_may_have_been_heard_and_is_looked_for():
    """The call was begun although AWS answers 500; one that was not is told after a minute."""
    failed = AwsError("SwitchoverGlobalCluster", "InternalFailure", "try again", "x", 500)
    aws = Database(FakeClock())
    begin = aws.begin

    def begun(*asked):
        begin(*asked)
        raise failed

    aws.begin = begun
    run = operated(aws)
    assert switch_over(run, WEST).target == WEST
    assert len(aws.calls) == 1
    with pytest.raises(TwinStackError, match="AWS shows nothing of it after"):
        switch_over(operated(refuses=failed), WEST)


def test_a_call_that_never_arrived_is_told_after_a_minute():
    run = operated(refuses=UnreachableError("no way there"))
    with pytest.raises(TwinStackError, match=r"AWS shows nothing of it after 6\d s: trading-us-east-1 in us-east-1"):
        switch_over(run, WEST)
    assert run.under_way.operations == {}


def test_what_aws_gives_up_is_told():
    run = operated(ends="gives up")
    with pytest.raises(TwinStackError, match="AWS has ended it without moving the roles"):
        switch_over(run, WEST)


def test_between_two_stages_aws_may_seem_to_rest_for_a_while():
    """Ten looks, about 20 seconds, say that nothing goes on."""
    aws = Database(FakeClock(), lasts=25)
    run = operated(aws)
    aws.old_answers = [aws.looks + look for look in range(3, 23)]
    begun = aws.clock.now()
    assert switch_over(run, WEST).target == WEST
    assert aws.clock.now() - begun > 20


def test_one_old_answer_does_not_end_the_watching():
    aws = Database(FakeClock(), lasts=6)
    run = operated(aws)
    aws.old_answers = [aws.looks + 3]
    assert switch_over(run, WEST).target == WEST


def test_nothing_to_do_is_not_said_while_the_regions_disagree_about_who_writes():
    run = operated(views={EAST: WEST})
    with pytest.raises(RefusedError, match="disagree about who writes"):
        switch_over(run, WEST)
    assert run.region_of.calls == []


def test_the_call_that_changes_the_roles_has_a_client_of_its_own():
    aws, asked = Database(FakeClock()), []
    run = operated(aws)

    def asking(role, region):
        asked.append(region)
        return aws(role, region)

    assert switch_over(replace(run, asking=asking), WEST).target == WEST
    assert asked == [EAST]


def test_what_takes_too_long_goes_on_on_aws():
    run = operated(lasts=None)
    with pytest.raises(TwinStackError, match="the roles have not moved to eu-west-1; AWS goes on"):
        switch_over(run, WEST)
    assert list(run.under_way.operations.values()) == [
        "the switchover of global database trading from us-east-1 to eu-west-1"
    ]
    assert 1800 < run.clock.time < 1810
    assert max(run.clock.waits) <= 3


def test_an_interruption_says_what_goes_on():
    run = operated(lasts=None)
    run.clock.interrupted_at = 2
    with pytest.raises(KeyboardInterrupt):
        switch_over(run, WEST)
    assert len(run.under_way.operations) == 1


def test_a_region_that_is_silent_for_a_moment_ends_nothing():
    aws = Database(FakeClock(), lasts=4)
    run, sleep = operated(aws), aws.clock.sleep

    def flicker(seconds):
        sleep(seconds)
        aws.lost = {EAST: LOST, WEST: LOST} if len(aws.clock.waits) == 1 else {}

    aws.clock.sleep = flicker
    assert switch_over(run, WEST).target == WEST


def test_the_summary_says_who_becomes_what_before_it_is_asked():
    asked = []
    run = operated()
    run = replace(run, confirm=lambda question: asked.append((question, run.screen.of(Note)[-1].text)) or False)
    with pytest.raises(RefusedError):
        switch_over(run, WEST)
    ((question, summary),) = asked
    assert question == "Switch global database trading over from us-east-1 to eu-west-1?"
    assert (
        "trading-eu-west-1 in eu-west-1 becomes the writer, trading-us-east-1 in us-east-1 becomes a reader" in summary
    )
    assert "nothing is lost" in summary


def test_what_could_not_be_looked_at_afterwards_is_not_well():
    run = operated()
    switch_over(run, WEST)
    after = run.screen.checks("After")
    assert after["write probe"] == ("unknown", "probes are off in secondary (eu-west-1): ProbeEnabled is not true")
    assert after["records"][0] == "unknown"
    assert after["health check"][0] == "unknown"
    assert (after["one writer"][0], after["global endpoint"][0]) == ("ok", "ok")


def test_failback_goes_to_the_stack_that_owns_the_global_cluster():
    run = operated(writer=WEST)
    moved = fail_back(run)
    assert (moved.source, moved.target, run.region_of.calls) == (WEST, EAST, [("switchover", WEST, EAST)])


def test_failback_needs_nothing_while_the_roles_are_as_deployed():
    assert fail_back(operated()) is None


def test_failback_waits_for_the_old_primary_to_come_back():
    run = operated(writer=WEST, members=(WEST,))
    with pytest.raises(RefusedError, match="the old primary has not come back, or was detached"):
        fail_back(run)


def test_failback_is_refused_while_the_old_primary_is_not_in_step():
    run = operated(writer=WEST, synchronization={EAST: "pending-resync", WEST: "connected"})
    with pytest.raises(RefusedError, match="synchronisation: trading-us-east-1 in us-east-1 is pending-resync"):
        fail_back(run)


def test_a_database_that_does_not_exist_is_not_switched():
    run = operated(members=())
    with pytest.raises(RefusedError, match="global database trading does not exist"):
        switch_over(run, WEST)


def test_when_no_region_answers_it_is_not_known_who_writes():
    run = operated(lost={EAST: LOST, WEST: LOST})
    with pytest.raises(UnreachableError, match="who writes in global database trading could not be read"):
        switch_over(run, WEST)


def test_checks_are_told_once():
    run = operated()
    switch_over(run, WEST)
    assert len(run.screen.of(ChecksMade)) == 2
