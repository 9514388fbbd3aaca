"""How a global database is, in one picture: what is read, what could not be, and whether the roles could be moved."""

import pytest

from tests.dr.fake_database import EAST, LARGE, LOST, OLD, WEST
from tests.fake_cloudformation import FakeClock
from tests.screens.page import Answering, run_on, status_of
from twinstack.aws.api import Alarm
from twinstack.aws.errors import AwsError
from twinstack.cli import status
from twinstack.cli.options import Settings
from twinstack.dr.aws.api import ReplicationRule, Secret, StackDrift
from twinstack.dr.status.reading import read_status
from twinstack.errors import PartialError


def picture(**given):
    (event,) = status_of(**given)
    return event


def facts(event, region):
    (found,) = [row for row in event.regions if row["region"] == region]
    return {fact["fact"]: (fact["verdict"], fact["said"]) for fact in found["facts"]}


def test_a_healthy_pair_is_ready():
    event = picture()
    assert (event.state, event.reversed) == ("us-east-1 writes, as deployed", False)
    assert (event.ready, event.problems, event.endpoint) == ((WEST,), (), "trading.global")
    assert [row["role"] for row in event.regions] == ["writer", "reader"]
    assert facts(event, WEST)["RPO lag"] == ("ok", "120 ms, 30 s ago")
    assert facts(event, EAST)["cluster"] == ("ok", f"trading-us-east-1: available, {OLD}")
    assert facts(event, EAST)["secret replicas"] == ("ok", "1 InSync in eu-west-1")


def test_reversed_roles_are_said_first():
    event = picture(writer=WEST)
    assert event.reversed
    assert event.state == "eu-west-1 writes: the roles are reversed (primary (us-east-1) was deployed as the writer)"
    assert event.ready == (EAST,)


def test_why_it_is_not_ready_is_what_a_switchover_would_refuse():
    event = picture(lag={"AuroraGlobalDBRPOLag": 9000.0}, instances={EAST: [("available", LARGE)], WEST: []})
    assert event.ready == ()
    assert event.problems == (
        "eu-west-1: lag: 9000 ms behind (AuroraGlobalDBRPOLag, 30 s old), more than 5000",
        "eu-west-1: instances in eu-west-1: trading-eu-west-1 has none: AWS promotes no headless one",
    )
    assert facts(event, WEST)["RPO lag"][0] == "failed"
    assert facts(event, WEST)["instances"] == ("failed", "0 of 0 available")


def test_a_lost_region_hides_nothing_of_the_other_one():
    event = picture(lost={EAST: LOST})
    assert facts(event, EAST)["region"] == ("unknown", "does not answer: the region is lost")
    assert facts(event, WEST)["last export"] == ("ok", "SUCCEEDED, 2 h ago")
    assert event.ready == ()


def test_when_no_region_answers_that_is_the_picture():
    event = picture(lost={EAST: LOST, WEST: LOST})
    assert event.state == "who writes could not be read: no region answers"
    assert [(row["region"], row["role"]) for row in event.regions] == [(EAST, "unknown"), (WEST, "unknown")]
    assert facts(event, WEST) == {"region": ("unknown", "does not answer: no answer to the question who writes")}


def test_a_lost_region_is_said_once_and_is_the_only_reason():
    event = picture(lost={EAST: LOST})
    assert event.problems == ("us-east-1 does not answer: the region is lost",)
    assert {fact: row for fact, row in facts(event, EAST).items() if row[0] == "unknown"} == {
        "region": ("unknown", "does not answer: the region is lost")
    }


def test_regions_that_disagree_are_named():
    event = picture(views={WEST: WEST})
    assert event.state == "the regions disagree about who writes: us-east-1 says us-east-1, eu-west-1 says eu-west-1"


def test_a_change_of_roles_that_goes_on_is_the_state():
    aws = Answering(FakeClock(), lasts=None)
    aws.begin("switchover", EAST, f"arn:aws:rds:{WEST}:1:cluster:trading-{WEST}")
    assert read_status(run_on(aws), lambda _: False).state == "a switchover to eu-west-1 is pending"


def test_a_cluster_that_was_detached_is_no_member():
    event = picture(members=(EAST,))
    assert facts(event, WEST)["cluster"][0] == "failed"
    assert event.regions[1]["role"] == "no member"


@pytest.mark.parametrize(
    ("call", "answer", "fact", "said"),
    [
        ("replication", [ReplicationRule("r", "Disabled", "other")], "bucket replication", ("failed", "Disabled")),
        ("replication", [], "bucket replication", ("failed", "no bucket is copied")),
        ("newest_execution", None, "last export", ("unknown", "none yet")),
        ("newest_snapshot", None, "last snapshot", ("failed", "there is none")),
        (
            "health_observations",
            ["Failure: x"],
            "health check",
            ("failed", "0 of 1 checkers see it healthy: Failure: x"),
        ),
        ("secret", Secret(False, ((WEST, "k", "Failed"),)), "secret replicas", ("failed", "1 Failed in eu-west-1")),
        ("secret", None, "secret replicas", ("failed", "1 no replica")),
        ("stack_drift", StackDrift("NOT_CHECKED", None), "drift", ("unknown", "never looked for: `drift` does")),
        ("stack_drift", AwsError("x", "AccessDenied", "no", "here"), "drift", ("unknown", None)),
    ],
)
def test_each_fact_says_how_it_is(call, answer, fact, said):
    class Told(Answering):
        def __call__(self, role, region):
            there = super().__call__(role, region)

            def tell(*_asked):
                if isinstance(answer, Exception):
                    raise answer
                return answer

            setattr(there, call, tell)
            return there

    found = facts(read_status(run_on(Told(FakeClock())), lambda _: False).as_event(), EAST)[fact]
    assert found[0] == said[0]
    assert said[1] is None or found[1] == said[1]


def test_an_alarm_that_rings_is_named():
    run = run_on(Answering(FakeClock()))
    run.clients["primary"].alarms.describe = lambda names: {it: Alarm("LagHigh", it, "ALARM") for it in names}
    event = read_status(run, lambda _: False).as_event()
    assert facts(event, EAST)["alarms"] == ("failed", "1 in ALARM: LagHigh; 0 OK, 0 without data")


def test_watching_goes_on_over_what_cannot_be_read(monkeypatch, capsys):
    clock, seen = FakeClock(interrupted_at=2), []

    def show(*_given):
        seen.append(1)
        raise PartialError("partial: primary could not be read")

    monkeypatch.setattr(status, "read_environment", lambda _settings: None)
    monkeypatch.setattr(status, "_show", show)
    with pytest.raises(KeyboardInterrupt):
        status.run(Settings(), watch=5.0, clock=clock)
    assert (len(seen), clock.waits) == (2, [5.0, 5.0])
    assert capsys.readouterr().out.count("primary could not be read") == 2
