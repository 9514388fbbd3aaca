"""A region that accepts and never answers holds up neither a failover nor a look."""

import time

import pytest

from tests.local.conftest import EAST, WEST
from twinstack.cli import failover


@pytest.fixture
def asked(monkeypatch):
    """When the person was asked."""
    times = []

    def confirmation(*, yes):
        del yes
        return lambda _question: times.append(time.monotonic()) or True

    monkeypatch.setattr(failover, "confirmation", confirmation)
    return times


def test_the_call_leaves_at_once_after_the_confirmation_and_the_run_ends_well(world, asked, monkeypatch, capsys):
    world.door.silence(EAST)
    code, told = world.deployer(["failover", "-e", "prod", "--to", WEST, "--allow-data-loss"], monkeypatch, capsys)
    assert code == 0, told
    (call,) = [it for it in world.door.asked if it.operation == "FailoverGlobalCluster"]
    assert call.region == WEST
    assert 0 <= call.at - asked[0] < 15
    assert world.writer() == [WEST]
