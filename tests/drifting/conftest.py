"""The pair, deployed and at rest, with what a person may have done to it by hand."""

import pytest

from tests.rollout.deployments import Deployments
from twinstack.drifting.detecting import detect


class Pair(Deployments):
    """A deployed pair that is looked at for drift."""

    def detect(self):
        """Looks for drift; returns what was found by role."""
        run = self.run()
        found = detect(run.planner.system, run.clients, run.clock, run.screen)
        return {each.stack: each for each in found}


@pytest.fixture
def live(tmp_path):
    pair = Pair(tmp_path)
    pair.deploy()
    pair.forget_calls()
    return pair


@pytest.fixture
def new(tmp_path):
    return Pair(tmp_path)
