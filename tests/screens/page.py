"""docs/screens.md: what an operator sees, from written answers: `python -m tests.screens.page FILE` makes it."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from rich.console import Console

from tests.dr.fake_database import EAST, LOST, WEST, Database
from tests.dr.operated import operated
from tests.fake_cloudformation import FakeClock, moment
from twinstack.aws.api import Alarm, StackResource
from twinstack.dr.aws.api import Execution, HealthCheck, ReplicationRule, Secret, Snapshot, StackDrift
from twinstack.dr.operations.failover import fail_over
from twinstack.dr.operations.switchover import switch_over
from twinstack.dr.run import DatabaseRun
from twinstack.dr.status.reading import read_status
from twinstack.files import write_whole
from twinstack.planning.world import Unknown
from twinstack.screen.text import TextScreen

WIDTHS = (80, 140)
HEAD = """# The operator's screens

What `status`, `switchover` and `failover` say, on 80 and on 140 columns. Made by `make generate`: the real drawing,
from written-down answers of an AWS that does not exist. Names, times and figures are made up.
"""
_RESOURCES = {
    "Alarm": "AWS::CloudWatch::Alarm",
    "Bucket": "AWS::S3::Bucket",
    "Export": "AWS::StepFunctions::StateMachine",
    "Check": "AWS::Route53::HealthCheck",
    "Secret": "AWS::SecretsManager::Secret",
}


class Answering(Database):
    """The database with what stands around it."""

    def __call__(self, role, region):
        there, other = super().__call__(role, region), WEST if region == EAST else EAST
        there.replication = lambda _bucket: [ReplicationRule("everything", "Enabled", f"backups-{other}")]
        there.metric = lambda *_: None
        there.newest_execution = lambda _arn: Execution("SUCCEEDED", moment(-7200))
        there.newest_snapshot = lambda cluster: Snapshot(f"rds:{cluster}-nightly", moment(-10800))
        there.health_check = lambda _check: HealthCheck("CLOUDWATCH_METRIC")
        there.health_observations = lambda _check: ["Success: HTTP Status Code 200"] * 3
        there.secret = lambda _arn: Secret(deleted=False, replicas=((WEST, "key", "InSync"),))
        there.stack_drift = lambda _stack: StackDrift("IN_SYNC", moment(-90000))
        return there


def run_on(aws: Database, **given: object) -> DatabaseRun:
    """Returns a run with stacks that have resources."""
    run = operated(aws, **given)
    for role, clients in run.clients.items():
        kinds = {name: kind for name, kind in _RESOURCES.items() if role == "primary" or name != "Secret"}
        listed = [StackResource(name, kind, f"{role}-{name}", "CREATE_COMPLETE") for name, kind in kinds.items()]
        clients.cloudformation = SimpleNamespace(resources=lambda _stack, listed=listed: listed)
        clients.alarms = SimpleNamespace(describe=lambda names: {it: Alarm(it, it, "OK") for it in names})
    return run


def drawn(events: list, width: int) -> str:
    """Returns what a screen of a width shows of events."""
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, highlight=False, emoji=False)
    screen = TextScreen(console, console)
    for event in events:
        screen.tell(event)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n"))


def status_of(**given: object) -> list:
    """Returns what `status` tells of the database."""
    world = {"primary": Unknown("AWS cannot be reached: read timeout")} if given.get("lost") else None
    run = run_on(Answering(FakeClock(), **given), world=world)
    return [read_status(run, lambda _holder: False).as_event()]


def told_by(change: object, **given: object) -> list:
    """Returns what a change of roles tells."""
    world = {"primary": Unknown("AWS cannot be reached: read timeout")} if given.get("lost") else None
    run = run_on(Answering(FakeClock(), **given), world=world)
    change(run, WEST)
    return run.screen.events


SCREENS = {
    "status: all is well": status_of,
    "status: the roles are reversed": lambda: status_of(writer=WEST),
    "status: a region is lost": lambda: status_of(lost={EAST: LOST}),
    "switchover": lambda: told_by(switch_over),
    "failover: the writer's region is lost": lambda: told_by(fail_over, lost={EAST: LOST}),
}


def page() -> str:
    """Returns the page."""
    return "\n".join([HEAD, *_screens()])


def _screens() -> Iterator[str]:
    for title, tell in SCREENS.items():
        yield f"## {title[0].upper()}{title[1:]}\n"
        events = tell()
        for width in WIDTHS:
            yield f"{width} columns:\n\n```\n{drawn(events, width)}\n```\n"


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), page())
