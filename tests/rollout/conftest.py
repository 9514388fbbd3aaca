"""The pair, not yet deployed and deployed."""

import pytest

from tests.rollout.deployments import Deployments


@pytest.fixture
def pair(tmp_path):
    return Deployments(tmp_path)


@pytest.fixture
def live(tmp_path):
    """The pair, deployed and at rest."""
    pair = Deployments(tmp_path)
    pair.deploy()
    pair.forget_calls()
    pair.questions.clear()
    return pair


@pytest.fixture
def protected(tmp_path):
    return Deployments(tmp_path, protected=True)
