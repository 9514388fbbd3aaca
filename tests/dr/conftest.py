"""The flagship pair without any AWS, and a small pair in a fake one."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fake_cloudformation import FakeClock
from tests.rollout.deployments import Deployments, Telling
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.rollout.run.run import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def flagship_run():
    """A run of the flagship's `dev`, with no clients."""
    environment = assemble(read_environment_file("dev", ROOT, "first", {}), ROOT)
    planner = Planner(environment.system, shipped_schemas)
    return Run(environment, planner, {}, FakeClock(), Telling(), lambda _: True, lambda: "id")


@pytest.fixture
def flagship(flagship_run):
    """The same with a clock and a screen of the test's own."""
    return replace(flagship_run, clock=FakeClock(), screen=Telling())


@pytest.fixture
def pair(tmp_path):
    """A small pair in a fake AWS."""
    return Deployments(tmp_path)
