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
from twinstack.screen.events import PhaseEnded


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


def test_a_way_back_that_is_refused_leaves_a_record_of_where_the_pair_stands(around):
    aws = Lasting(FakeClock())
    run = operated(aws)
    run.screen.react = lambda event: aws.lag.clear() if isinstance(event, PhaseEnded) else None
    record, failure = drill(run, None, around)
    assert isinstance(failure, RefusedError)
    assert (record.outcome, aws.writer) == ("refused", WEST)
    kept, page = written(around)
    assert kept.left == "eu-west-1 writes: the way back is not done. `failback` goes on."
    assert [leg.outcome for leg in kept.legs] == ["done", "refused"]
    assert "no value of the last 15 minutes" in page


def test_a_change_that_aws_gives_up_is_a_failure(around):
    record, failure = drill(operated(Lasting(FakeClock(), ends="gives up")), None, around)
    assert type(failure) is TwinStackError
    assert (record.outcome, record.legs[0].outcome) == ("failed", "failed")
    assert "did not end here" in record.left


def test_an_interrupted_drill_leaves_a_true_record(around):
    aws = Lasting(FakeClock())
    aws.clock.interrupted_at = 2
    with pytest.raises(KeyboardInterrupt):
        drill(operated(aws), None, around)
    kept, _ = written(around)
    assert (kept.outcome, kept.legs[0].outcome, kept.legs[1].outcome) == ("interrupted", "interrupted", "not reached")
    assert "look with `status`, then `failback`" in kept.left


def test_what_is_secret_is_not_written(around):
    around = replace(around, hidden=lambda data: json.loads(json.dumps(data).replace("ada", "****")))
    drill(operated(Lasting(FakeClock())), None, around)
    assert "ada" not in written(around)[1]


def test_a_record_that_says_more_than_its_models_is_none():
    with pytest.raises(ValueError, match="extra"):
        DrillRecord.model_validate({"more": SimpleNamespace()})
