"""What was looked at before a deployment is told, and what is not as it must be stops it."""

from dataclasses import replace

import pytest

from twinstack.errors import RefusedError
from twinstack.preflight.checked import Checked
from twinstack.rollout.plans.planned import make_plan
from twinstack.rollout.plans.preflight import refuse_what_would_fail
from twinstack.screen.events import PreflightDone

WELL = Checked("a quota", "ok", "3 of 5")
OPEN = Checked("a name", "unknown", "AWS does not say")
WRONG = Checked("a class", "failed", "not offered", "take another one")
TOO = Checked("a key", "failed", "disabled")


def looked(pair, *checks):
    """Looks at the plan of the pair; the checks are told with what they were given."""
    made, given = make_plan(pair.run()), []
    run = replace(pair.run(), preflight=lambda *what: given.append(what) or checks)
    refuse_what_would_fail(run, made.planner, made.plan)
    assert given == [(made.planner, made.plan)]
    return pair.screen.of(PreflightDone)


def test_everything_that_was_looked_at_is_told(pair):
    assert looked(pair, WELL, OPEN) == [PreflightDone((WELL.as_row(), OPEN.as_row()))]


def test_where_nothing_is_looked_at_nothing_is_told(pair):
    assert looked(pair) == []


def test_all_that_is_not_as_it_must_be_is_told_at_once(pair):
    with pytest.raises(RefusedError) as error:
        looked(pair, WRONG, WELL, TOO)
    assert str(error.value).splitlines() == [
        "nothing was changed, since AWS would not do this:",
        "a class: not offered; take another one",
        "a key: disabled",
    ]
    (told,) = pair.screen.of(PreflightDone)
    assert len(told.checks) == 3
