"""A run on a global database in memory, which has been looked at once."""

from dataclasses import replace
from types import SimpleNamespace

from tests.dr.fake_database import OLD, Database
from tests.dr.versions.pairs import PAIR, live, versioned
from tests.fake_cloudformation import FakeClock
from tests.fake_parameters import FakeParameterStore
from tests.rollout.deployments import Telling
from tests.systems import planner
from twinstack.dr.database import find_database
from twinstack.dr.roles import read_roles
from twinstack.dr.run import DatabaseRun
from twinstack.screen.events import ChecksMade


class Told(Telling):
    """A screen with words for what is asked of it most."""

    def checks(self, title):
        return {
            row["check"]: (row["verdict"], row["said"])
            for event in self.of(ChecksMade)
            if event.title.startswith(title)
            for row in event.checks
        }

    def failed(self):
        return [row["check"] for event in self.of(ChecksMade) for row in event.checks if row["verdict"] == "failed"]


def operated(aws=None, *, says=True, world=None, outputs=None, local=False, **given):
    """A run on the database, which has been looked at once.

    Args:
        aws: The database; made from what is given beside.
        says: What the person says.
        world: The state of some stacks instead of live ones.
        outputs: Outputs of the primary's stack beside those of its template.
    """
    aws = aws or Database(FakeClock(), **given)
    made = planner(versioned(PAIR, OLD))
    stacks = {**live(PAIR, OLD), **(world or {})}
    if outputs:
        stacks["primary"] = replace(stacks["primary"], outputs={**stacks["primary"].outputs, **outputs})
    database = find_database(made, stacks)
    environment = SimpleNamespace(
        file=SimpleNamespace(model=SimpleNamespace(project="trading"), suffix="dev"), system=made.system
    )
    clients = {role: SimpleNamespace(parameters=FakeParameterStore(aws.clock)) for role in made.system.stacks}
    return DatabaseRun(
        environment,
        made,
        stacks,
        database,
        aws,
        aws,
        aws,
        clients,
        aws.clock,
        Told(),
        lambda _question: says,
        read_roles(database, aws),
        local,
    )
