"""One deployer: the real engine, from the point where the command line has read its files, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from tests.simulation.assembled import environment
from tests.simulation.environments import Variant
from tests.simulation.line import Client, Line, Regions
from tests.simulation.scheduler import Process
from twinstack.aws.api import StackClients
from twinstack.aws.patience import patient
from twinstack.cli.deploy import roll_out
from twinstack.cli.destroy import take_down
from twinstack.cli.ending import refuse_partial
from twinstack.errors import Interrupted, TwinStackError
from twinstack.library.locking import LAST_BEAT, LAST_BEAT_INTERRUPTED
from twinstack.packaging import Package
from twinstack.review.saved_plans import SavedPlan, as_text
from twinstack.rollout.destroying import DestroyOptions
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.saving import save
from twinstack.rollout.run.lock import Holder, Lock, held, place_of
from twinstack.rollout.run.parameter_lock import REFRESH_EVERY
from twinstack.rollout.run.run import Run
from twinstack.rollout.run.under_way import UnderWay
from twinstack.rollout.steps.artifacts import code_folders
from twinstack.screen.events import Event, Failure

if TYPE_CHECKING:
    from tests.simulation.world import World

_CODE = Package(b"code", "0" * 64)
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
        ended: When it ended.
        process: The run.
        heart: What refreshes its lock.
        machine: Where it runs; a run knows whether another one on the same machine still lives.
        ends: What befalls it at a moment of one of its calls, by the call's number.
        interrupted: The exit code of the signal that it was sent, 0 without.
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
    heart: Process | None = None
    run: Run | None = None
    machine: str = "a laptop"
    interrupted: int = 0
    ends: dict[tuple[int, str], Callable[[], None]] = field(default_factory=dict)
    _questions: int = 0
    _beats: bool = False

    @property
    def killed(self) -> bool:
        """Whether it never came to its end."""
        return self.process is not None and self.process.dead and self.code is None

    @property
    def lives(self) -> bool:
        """Whether it has begun and neither ended nor been killed."""
        return self.process is not None and self.process.begun and not self.process.ended

    def kill(self) -> None:
        """SIGKILL."""
        for process in sorted(self.processes, key=Process.is_running):  # a kill of the one that runs does not return
            self.world.scheduler.kill(process)

    def leave(self, code: int) -> None:
        """Ends it some time after an interruption, wherever it is."""
        if self.lives:
            self.code = code
            self.kill()
            self.world.ended(self)

    def hold(self, until: float) -> None:
        """Has it stand still."""
        for process in self.processes:
            process.held_until = until

    def clear(self) -> None:
        """Takes away what is left of it."""
        for process in self.processes:
            process.clear()

    @property
    def processes(self) -> list[Process]:
        """The run itself and the heart of its lock."""
        return [process for process in (self.heart, self.process) if process is not None]

    @contextmanager
    def lock(self, run: Run) -> Iterator[Run]:
        """Holds the lock of the environment, as `twinstack.library.locking` does, with a heart on the virtual clock."""
        held_by = Holder(run=self.name, machine=self.machine, who=self.name)
        place = place_of(run.environment, run.clients)
        with held(place, held_by, run.clock, run.screen, has_ended=self._has_ended) as lock:
            done: list[bool] = []
            if lock.is_held:
                now = self.world.scheduler.now()
                self.heart = self.world.scheduler.spawn(f"{self.name} heart", lambda: self._beat(lock, done), now)
            try:
                yield replace(run, lock=lock)
            finally:
                done.append(True)
                interrupted = isinstance(sys.exception(), KeyboardInterrupt)
                until = run.clock.now() + (LAST_BEAT_INTERRUPTED if interrupted else LAST_BEAT)
                while self._beats and run.clock.now() < until:
                    run.clock.sleep(0.05)

    def _beat(self, lock: Lock, done: list[bool]) -> None:
        while True:
            self.world.scheduler.sleep(REFRESH_EVERY)
            if done:
                return
            self._beats = True
            try:
                if not lock.refresh():
                    return
            except TwinStackError:
                continue
            finally:
                self._beats = False

    def _has_ended(self, holder: Holder) -> bool:
        known = {deployer.name: deployer for deployer in self.world.deployers}
        return holder.machine == self.machine and not known[holder.run].lives

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
        patient_ones = patient(
            clients,
            planner.system,
            self.world.scheduler,
            self,
            jitter=self.line.random.random,
            renew=lambda: clients,
        )
        ids = count(1)
        return Run(
            read,
            planner,
            patient_ones,
            self.world.scheduler,
            self,
            self._confirm,
            lambda: f"{self.name}-{next(ids)}",
            packages={folder: _CODE for stack in planner.system.stacks.values() for folder in code_folders(stack)},
            under_way=UnderWay(),
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
            Client(self.line, "ssm", region, site.cloudformation.parameters),
        )


def _deploy(deployer: Deployer, run: Run, saved: SavedPlan | None = None) -> int:
    return roll_out(run, deployer.lock, saved=saved)


def _destroy(deployer: Deployer, run: Run) -> int:
    name = f"{run.environment.file.model.project}-{run.environment.file.suffix}"
    return take_down(run, deployer.lock, DestroyOptions(confirmed_name=name, empty_buckets=True))


def _saved_plan(deployer: Deployer, run: Run) -> int:
    kept: list[str] = []
    with deployer.lock(run) as holding:
        saved = save(holding, deployer.world.scheduler.date().isoformat(), lambda plan: kept.append(as_text(plan)))
    refuse_partial(saved.plan.unknown)
    run.clock.sleep(20.0)
    return _deploy(deployer, run, SavedPlan.model_validate_json(kept[0]))


_COMMANDS: dict[str, Callable[[Deployer, Run], int]] = {
    "deploy": _deploy,
    "destroy": _destroy,
    "saved plan": _saved_plan,
}
