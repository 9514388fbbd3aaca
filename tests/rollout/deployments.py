"""A pair of stacks in a fake AWS, and runs of the deployer on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from textwrap import dedent

import yaml

from tests.fake_cloudformation import FakeBuckets, FakeClock, FakeCloudFormation, FakeRegions
from tests.fake_drifts import FakeDrifts
from tests.systems import PRIMARY, REGIONS, SECONDARY, schemas
from twinstack.aws.api import StackClients
from twinstack.aws.side_by_side import Ask, in_turn
from twinstack.aws.world_reading import read_world
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.packaging import Package
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import Absent
from twinstack.review.saved_plans import SavedPlan, as_text, read_saved_plan
from twinstack.rollout.change_sets.preparing import request_for
from twinstack.rollout.deploying import deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.saving import save
from twinstack.rollout.run.lock import NO_LOCK, Lock
from twinstack.rollout.run.run import Run
from twinstack.screen.events import Event

OTHER_REGIONS = ("eu-west-2", "eu-central-1", "eu-north-1")
PAIR = {"primary": PRIMARY, "secondary": SECONDARY}


@dataclass
class Telling:
    """A screen that keeps what it is told.

    Attributes:
        events: What was told, in order.
        react: Called with each event, to change the fake AWS at that moment.
    """

    events: list[Event] = field(default_factory=list)
    react: Callable[[Event], None] = lambda event: None

    def tell(self, event: Event) -> None:
        self.events.append(event)
        self.react(event)

    def of(self, kind: type[Event]) -> list:
        return [event for event in self.events if isinstance(event, kind)]


class Deployments:
    """An environment on disk, a fake AWS for it, and what one deploys and destroys with.

    Args:
        folder: Where the environment and the templates are written.
        templates: The templates by role.
        regions: The regions by role, where they are others than the usual ones; stacks may share one.
        environment: Further keys of the environment file.
    """

    def __init__(
        self,
        folder: Path,
        templates: Mapping[str, str] = PAIR,
        regions: Mapping[str, str] | None = None,
        **environment: object,
    ) -> None:
        self.folder = folder
        self.templates = dict(templates)
        self.regions = dict(regions or {})
        self.environment = environment
        self.entries: dict[str, dict[str, object]] = {}
        self.clock = FakeClock()
        buckets = {self.region(role): FakeBuckets() for role in templates}
        clouds = {region: FakeCloudFormation(self.clock, region, there) for region, there in buckets.items()}
        self.buckets = {role: buckets[self.region(role)] for role in templates}
        self.aws = {role: clouds[self.region(role)] for role in templates}
        drifts = {region: FakeDrifts(aws) for region, aws in clouds.items()}
        self.drifts = {role: drifts[self.region(role)] for role in templates}
        self.account = FakeRegions(dict(clouds))
        self.screen = Telling()
        self.questions: list[str] = []
        self.packages: dict[str, Package] = {}
        self.lock: Lock = NO_LOCK
        self.ask: Ask = in_turn
        self._ids = count(1)

    def region(self, role: str) -> str:
        return self.regions.get(role) or REGIONS.get(role) or OTHER_REGIONS[list(self.templates).index(role)]

    def move(self, role: str, region: str) -> None:
        """Gives a stack another region in the environment file, as a person would."""
        self.regions[role] = region
        there = self.account.there
        self.aws[role] = there.setdefault(region, FakeCloudFormation(self.clock, region, FakeBuckets()))
        self.buckets[role] = self.aws[role].buckets
        self.drifts[role] = FakeDrifts(self.aws[role])

    def name(self, role: str) -> str:
        return str(self.entries.get(role, {}).get("stack_name", f"pair-dev-{role}"))

    def stack(self, role: str):
        return self.aws[role].stack(self.name(role))

    def status(self, role: str) -> str:
        return self.stack(role).status

    def run(
        self,
        confirm: Callable[[str], bool] = lambda question: True,
        allowed: Allowed | None = None,
        unlink: frozenset[tuple[str, str]] = frozenset(),
    ) -> Run:
        """Reads the environment and the templates as they are now."""
        for role, text in self.templates.items():
            self._write(f"generated/{role}.yaml", dedent(text))
        stacks = {
            role: {"template": f"generated/{role}.yaml", "region": self.region(role), **self.entries.get(role, {})}
            for role in self.templates
        }
        given = {"project": "pair", "stacks": stacks, **self.environment}
        path = self._write("environments/dev.yaml", yaml.safe_dump(given, sort_keys=False))
        environment = assemble(read_environment_file(str(path), self.folder, None, {}), self.folder)
        self.screen = Telling(react=self.screen.react)

        def asked(question: str) -> bool:
            self.questions.append(question)
            return confirm(question)

        return Run(
            environment,
            Planner(environment.system, schemas, unlink),
            {
                role: StackClients(
                    self.aws[role],
                    self.drifts[role],
                    self.buckets[role],
                    self.account,
                    self.aws[role].alarms,
                    self.aws[role].parameters,
                    self.aws[role].left,
                )
                for role in self.templates
            },
            self.clock,
            self.screen,
            asked,
            lambda: f"id-{next(self._ids)}",
            allowed=allowed or Allowed(),
            packages=self.packages,
            lock=self.lock,
            ask=self.ask,
        )

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def deploy(self, saved: SavedPlan | None = None, **options) -> Plan:
        return deploy(self.run(**options), saved=saved)

    def save(self, **options) -> SavedPlan:
        """Saves the plan, as a file would hold it."""
        path = self.folder / "plan.json"
        save(self.run(**options), "2026-01-01T00:00:00+00:00", lambda saved: path.write_text(as_text(saved)))
        return read_saved_plan(path)

    def destroy(self, confirm: Callable[[str], bool] = lambda question: True, **options) -> bool:
        return destroy(self.run(confirm), DestroyOptions(**options))

    def mutations(self) -> list[tuple[str, str]]:
        """Every call that changed something, as (role, call); of stacks that share a region, the first's role."""
        return [(role, call) for role, aws in self._clouds() for call in aws.mutations()]

    def forget_calls(self) -> None:
        for aws in self.aws.values():
            aws.calls.clear()
        self.clock.waits.clear()

    def change_sets(self) -> list[str]:
        """Every change set that was not executed, in all regions."""
        return [name for _, aws in self._clouds() for name in aws.change_set_names()]

    def stacks(self) -> list[str]:
        """The stacks that exist, in all regions."""
        return [name for _, aws in self._clouds() for name in aws.names()]

    def _clouds(self) -> list[tuple[str, FakeCloudFormation]]:
        """The CloudFormation of each region, with a role of a stack there."""
        first: dict[str, tuple[str, FakeCloudFormation]] = {}
        for role, aws in self.aws.items():
            first.setdefault(aws.region, (role, aws))
        return list(first.values())

    def told(self) -> str:
        """Everything told, as JSON lines."""
        return "\n".join(json.dumps({"event": e.code, **vars(e)}, default=str) for e in self.screen.events)


def rolled_back(deployments: Deployments, role: str, *, stuck: bool = False) -> None:
    """Leaves a stack in ROLLBACK_COMPLETE or ROLLBACK_FAILED, as a deployer that rolls failed creations back would."""
    aws, run = deployments.aws[role], deployments.run()
    world = read_world(run.planner.system, run.clients)
    step = run.planner.step({**world, role: Absent()}, role)
    request = request_for(step, run.new_id)
    aws.fail(next(iter(step.stack.template.resources)), "no", stuck=stuck)
    made = aws.create_change_set(request)
    while aws.describe_change_set(made.arn).status != "CREATE_COMPLETE":
        pass
    aws.execute_change_set(made.arn, request.token)
    while deployments.status(role).endswith("_IN_PROGRESS"):
        deployments.clock.sleep(5)
        aws.describe_stack(made.stack_id)
    deployments.forget_calls()


def with_output(text: str, name: str = "Extra", value: str = "1") -> str:
    """The template with one output more, which changes no resource."""
    return text + f"      {name}: {{Value: '{value}'}}\n"


def with_note(text: str, value: str = "1") -> str:
    """The template with a property of its route table changed in place."""
    return text.replace("Properties: {VpcId: !Ref Vpc}}", f"Properties: {{VpcId: !Ref Vpc, Note: '{value}'}}}}", 1)
