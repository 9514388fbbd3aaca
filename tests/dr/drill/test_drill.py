"""A drill: there and back, with a record that is true whenever it ends."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.dr.fake_database import EAST, OLD, WEST, Database
from tests.dr.operated import operated
from tests.fake_cloudformation import FakeClock
from twinstack.dr.drill import drill as drilling
from twinstack.dr.drill.drill import Around, drill
from twinstack.dr.drill.record import DrillRecord
from twinstack.dr.roles import read_roles
from twinstack.errors import InputError, RefusedError, TwinStackError
from twinstack.rollout.run.parameter_lock import Holder
from twinstack.screen.events import PhaseEnded, Waiting


@pytest.fixture(autouse=True)
def roles_alone_are_read_again(monkeypatch):
    again = lambda run: replace(run, first_roles=read_roles(run.database, run.region_of))  # noqa: E731
    monkeypatch.setattr(drilling, "looked_again", again)


@pytest.fixture
def around(tmp_path):
    me = Holder(run="1", who="ada", host="desk")
    return Around("prod", me, {"twinstack": "0.1.0"}, tmp_path, lambda _holder: False, lambda data: data)


class Lasting(Database):
    """Each change takes two looks."""

    def begin(self, *asked):
        self.lasts = 2
        super().begin(*asked)


def written(around):
    (data,) = (around.root / "records").glob("*.json")
    (page,) = (around.root / "records").glob("*.md")
    assert oct(data.stat().st_mode)[-3:] == oct(page.stat().st_mode)[-3:] == "600"
    return DrillRecord.model_validate(json.loads(data.read_text())), page.read_text()


def test_it_goes_there_and_back_and_says_what_an_auditor_asks(around):
    run = operated(Lasting(FakeClock()))
    record, failure = drill(run, None, around)
    assert failure is None
    assert run.region_of.calls == [("switchover", EAST, WEST), ("switchover", WEST, EAST)]
    kept, page = written(around)
    assert kept == record
    assert (kept.outcome, kept.left) == ("done", "us-east-1 writes again, as before the drill.")
    assert (kept.caller, kept.account) == ("arn:aws:sts::111122223333:assumed-role/operator/ada", "111122223333")
    assert (kept.operator, kept.machine, kept.environment) == ("ada", "desk", "prod")
    assert [leg.versions for leg in kept.legs] == [{EAST: OLD, WEST: OLD}] * 2
    assert [[phase.phase for phase in leg.phases] for leg in kept.legs] == [["asked", "roles moved", "available"]] * 2
    assert all(leg.rto_seconds > 0 and leg.lag.milliseconds == 120 and leg.begun < leg.ended for leg in kept.legs)
    assert "write probe" in [check.check for _, check in kept.checks("unknown")]
    for heading in ("What was verified", "Deviations", "What was not verified", "What this drill does not prove"):
        assert f"## {heading}" in page


def test_it_begins_only_with_the_roles_as_deployed(around):
    run = operated(writer=WEST)
    with pytest.raises(RefusedError, match="a drill begins with the roles as deployed; `failback`"):
        drill(run, None, around)
    assert run.region_of.calls == []
    assert not (around.root / "records").exists()


def test_where_there_is_nobody_to_switch_to_a_region_is_asked_for(around):
    with pytest.raises(InputError, match="give --to REGION"):
        drill(operated(members=(EAST,)), None, around)


def test_a_refused_way_there_changes_nothing_and_is_written_down(around):
    record, failure = drill(operated(lag={}), None, around)
    assert isinstance(failure, RefusedError)
    assert (record.outcome, record.left) == ("refused", "Nothing was changed.")
    assert written(around)[0].legs[1].outcome == "not reached"


@pytest.mark.parametrize(("to", "why"), [(EAST, "has readers in eu-west-1"), ("mars-1", "has readers in eu-west-1")])
def test_a_region_to_which_no_drill_goes_is_refused_before_anything(to, why, around):
    run = operated()
    with pytest.raises(InputError, match=f"--to {to}: .*{why}"):
        drill(run, to, around)
    assert run.region_of.calls == []
    assert not (around.root / "records").exists()


def test_the_way_back_waits_for_the_lag_of_the_new_reader(around):
    aws = Lasting(FakeClock())
    run = operated(aws)
    lag = dict(aws.lag)
    told = []

    def react(event):
        if isinstance(event, PhaseEnded) and aws.writer == WEST:
            aws.lag.clear()
        if isinstance(event, Waiting) and "known to follow" in event.text:
            told.append(event.text)
            if len(told) == 3:
                aws.lag.update(lag)

    run.screen.react = react
    record, failure = drill(run, None, around)
    assert (failure, record.outcome) == (None, "done")
    assert told[0] == "until us-east-1 is known to follow: no value of the last 15 minutes"


def test_a_way_back_that_is_refused_leaves_a_record_of_where_the_pair_stands(around):
    aws = Lasting(FakeClock())
    run = operated(aws)
    run.screen.react = lambda event: aws.lag.clear() if isinstance(event, PhaseEnded) else None
    begun = aws.clock.now()
    record, failure = drill(run, None, around)
    assert isinstance(failure, RefusedError)
    assert (record.outcome, aws.writer) == ("refused", WEST)
    assert 900 <= aws.clock.now() - begun < 960
    kept, page = written(around)
    assert kept.left == "eu-west-1 writes: the way back is not done. `failback` goes on."
    assert [leg.outcome for leg in kept.legs] == ["done", "refused"]
    assert "no value of the last 15 minutes" in page


def test_a_change_that_aws_gives_up_is_a_failure(around):
    record, failure = drill(operated(Lasting(FakeClock(), ends="gives up")), None, around)
    assert type(failure) is TwinStackError
    assert (record.outcome, record.legs[0].outcome) == ("failed", "failed")
    assert record.left.startswith("The way to eu-west-1 was asked for, and what became of it was not seen")


@pytest.mark.parametrize(("way", "left"), [(1, "Nothing was changed."), (2, "eu-west-1 writes: the way back is not")])
def test_what_a_person_declines_is_told_from_what_is_refused(way, left, around):
    asked = []

    def says(question):
        asked.append(question)
        return len(asked) != way

    record, failure = drill(replace(operated(Lasting(FakeClock())), confirm=says), None, around)
    assert failure.exit_code == 4
    assert record.outcome == record.legs[way - 1].outcome == "declined"
    assert written(around)[0].left.startswith(left)


def test_a_pair_that_somebody_deploys_is_busy(around):
    run = operated()
    bob = Holder(run="2", who="bob", what="deploy")
    run.clients["primary"].parameters.create("/twinstack/trading-dev/lock", bob.model_dump_json())
    record, failure = drill(run, None, around)
    assert failure.exit_code == 5
    assert (record.outcome, record.legs[0].outcome, record.left) == ("busy", "busy", "Nothing was changed.")


@pytest.mark.parametrize(
    ("target", "left"),
    [
        (WEST, "The way to eu-west-1 was asked for, and what became of it was not seen"),
        (EAST, "The way to us-east-1 was asked for, and what became of it was not seen"),
    ],
)
def test_a_record_is_true_when_the_process_is_killed_during_a_call(target, left, around):
    aws = Lasting(FakeClock())
    found = []
    begin = aws.begin

    def killed(*asked):
        begin(*asked)
        if aws.calls[-1][-1] == target:
            found.append(written(around)[0])

    aws.begin = killed
    drill(operated(aws), None, around)
    assert [record.left[: len(left)] for record in found] == [left]
    assert found[0].outcome == "in progress"


@pytest.mark.parametrize(
    ("phase", "way", "left"),
    [
        ("asked", 1, "The way to eu-west-1 was asked for"),
        ("roles moved", 1, "eu-west-1 writes: the way back is not done"),
        ("available", 1, "eu-west-1 writes: the way back is not done"),
        ("asked", 2, "The way to us-east-1 was asked for"),
        ("roles moved", 2, "us-east-1 writes again; the end of the way back was not seen"),
    ],
)
def test_an_interrupted_drill_says_and_writes_what_is_certain(phase, way, left, around):
    """The screen is interrupted when it is told of a phase, and what is written then is of before it."""
    run = operated(Lasting(FakeClock()))
    seen, followed = [], []

    def react(event):
        if isinstance(event, PhaseEnded) and event.phase == phase:
            seen.append(event)
        elif len(seen) == way:
            raise KeyboardInterrupt

    run.screen.react = react
    with pytest.raises(KeyboardInterrupt):
        drill(run, None, replace(around, follow=followed.append))
    kept, _ = written(around)
    assert kept.outcome == "interrupted"
    assert kept.left.startswith(left)
    assert followed[0].standing() == kept.left


def test_a_look_that_fails_between_the_ways_leaves_the_roles_told(around, monkeypatch):
    def fails(_run):
        raise TwinStackError("no answer")

    monkeypatch.setattr(drilling, "looked_again", fails)
    record, failure = drill(operated(Lasting(FakeClock())), None, around)
    assert str(failure) == "no answer"
    assert (record.outcome, [leg.outcome for leg in record.legs]) == ("failed", ["done", "not reached"])
    assert written(around)[0].left.startswith("eu-west-1 writes: the way back is not done")


def test_nothing_is_looked_at_again_after_the_last_way(around, monkeypatch):
    looks = []
    again = drilling.looked_again
    monkeypatch.setattr(drilling, "looked_again", lambda run: looks.append(run) or again(run))
    drill(operated(Lasting(FakeClock())), None, around)
    assert len(looks) == 1


def test_a_record_that_can_no_longer_be_written_does_not_keep_the_roles_reversed(around, monkeypatch):
    run = operated(Lasting(FakeClock()))

    def full(*_args):
        raise InputError("records/drill.json: cannot be written: No space left on device")

    run.screen.react = lambda event: monkeypatch.setattr(drilling, "write", full)
    record, failure = drill(run, None, around)
    assert run.region_of.writer == EAST
    assert record.outcome == "done"
    assert (type(failure), failure.exit_code) == (TwinStackError, 1)
    assert "No space left on device" in str(failure)


def test_without_a_record_no_drill_begins(around, monkeypatch):
    (around.root / "records").write_text("a file in the place of the folder")
    run = operated()
    with pytest.raises(InputError, match="a drill without a record is none, and nothing was changed"):
        drill(run, None, around)
    assert run.region_of.calls == []


def test_what_is_secret_is_not_written(around):
    around = replace(around, hidden=lambda data: json.loads(json.dumps(data).replace("ada", "****")))
    drill(operated(Lasting(FakeClock())), None, around)
    assert "ada" not in written(around)[1]


def test_a_record_that_says_more_than_its_models_is_none():
    with pytest.raises(ValueError, match="extra"):
        DrillRecord.model_validate({"more": SimpleNamespace()})
