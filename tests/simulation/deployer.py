"""One deployer: the real engine, from the point where the command line has read its files, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.simulation.environments import Variant, environment
from tests.simulation.line import Line, Regions
from tests.simulation.scheduler import Process
from twinstack.aws.api import StackClients
from twinstack.errors import Interrupted, TwinStackError
from twinstack.review.saved_plans import SavedPlan, as_text
from twinstack.rollout.deploying import deploy
from twinstack.rollout.destroying import DestroyOptions, destroy
from twinstack.rollout.guards import Allowed
from twinstack.rollout.run import Run
from twinstack.rollout.saving import save
from twinstack.screen.events import Done, Event, Failure

if TYPE_CHECKING:
    from tests.simulation.world import World

OPERATIONS = ("deploy", "destroy", "saved plan")


@dataclass(eq=False)
class Deployer:
    """A person or a pipeline that runs the deployer once.

    Attributes:
        name: What it is called.
        world: Where it runs.
        operation: What it does.
        variant: The files that it has.
        allowed: What it lets through.
        declines: The number of the question that is answered with no, 0 for none.
        told: What it has told, in order.
        code: Its exit code; None while it runs, or when it was killed.
        begun: When it began.
    """

    name: str
    world: World
    operation: str
    variant: Variant
    line: Line
    allowed: Allowed = field(default_factory=Allowed)
    declines: int = 0
    told: list[Event] = field(default_factory=list)
    code: int | None = None
    begun: float = 0.0
    ended: float | None = None
    process: Process | None = None
    run: Run | None = None
    _questions: int = 0

    @property
    def killed(self) -> bool:
        """Whether it never came to its end."""
        return self.process is not None and self.process.dead

    @property
    def lives(self) -> bool:
        """Whether it has begun and neither ended nor been killed."""
        return self.process is not None and self.process.begun and not self.process.ended

    def tell(self, event: Event) -> None:
        """Takes what is told, as a screen does."""
        if self.process is not None and self.process.dead:
            return
        self.told.append(event)
        self.world.told(self, event)

    def work(self) -> None:
        """Does what it is there for, and ends with an exit code as the command line does."""
        self.begun = self.world.scheduler.now()
        try:
            self.code = self._command()
        except TwinStackError as error:
            self.code = self._failed(str(error), error.exit_code)
        except Interrupted as error:
            self.code = self._failed("interrupted", error.exit_code)
        self.ended = self.world.scheduler.now()

    def _failed(self, text: str, code: int) -> int:
        self.tell(Failure(text, code))
        return code

    def _command(self) -> int:
        self.run = self._make_run()
        return _COMMANDS[self.operation](self, self.run)

    def _confirm(self, _question: str) -> bool:
        self._questions += 1
        return self._questions != self.declines

    def _make_run(self) -> Run:
        read, planner = environment(self.variant, protected=self.world.protected)
        clients = {role: self._clients(stack.region) for role, stack in planner.system.stacks.items()}
        ids = count(1)
        return Run(
            read,
            planner,
            clients,
            self.world.scheduler,
            self,
            self._confirm,
            lambda: f"{self.name}-{next(ids)}",
            allowed=self.allowed,
        )

    def _clients(self, region: str) -> StackClients:
        site, to = self.world.sites[region], self.line.to
        return StackClients(
            to("cloudformation", region, site.cloudformation),
            to("cloudformation", region, site.drifts),
            to("s3", region, site.cloudformation.buckets),
            Regions(self.line, "ec2", region, self.world.regions),
            to("cloudwatch", region, site.cloudformation.alarms),
            to("ssm", region, site.cloudformation.parameters),
        )


def _deploy(deployer: Deployer, run: Run, saved: SavedPlan | None = None) -> int:
    planned = deploy(run, saved=saved)
    run.screen.tell(Done("Nothing to do." if not planned.passes else f"Done: {len(planned.steps)} steps."))
    return 0


def _destroy(_deployer: Deployer, run: Run) -> int:
    name = f"{run.environment.file.model.project}-{run.environment.file.suffix}"
    deleted = destroy(run, DestroyOptions(confirmed_name=name, empty_buckets=True))
    run.screen.tell(Done("Every stack of the file is deleted." if deleted else "Nothing to delete."))
    return 0


def _saved_plan(deployer: Deployer, run: Run) -> int:
    kept: list[str] = []
    save(run, "2026-01-01T00:00:00+00:00", lambda saved: kept.append(as_text(saved)))
    deployer.world.scheduler.sleep(20.0)
    return _deploy(deployer, run, SavedPlan.model_validate_json(kept[0]))


_COMMANDS: dict[str, Callable[[Deployer, Run], int]] = {
    "deploy": _deploy,
    "destroy": _destroy,
    "saved plan": _saved_plan,
}
