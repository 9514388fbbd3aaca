"""A world: AWS, those who deploy to it, and what happens in between; all of it from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fake_cloudformation import FakeRegions
from tests.fake_drifts import FakeDrifts
from tests.fake_stacks import FakeStack
from tests.simulation import rules
from tests.simulation.assembled import EVERYTHING_NAMED
from tests.simulation.aws import SimulatedCloudFormation
from tests.simulation.deployer import Deployer
from tests.simulation.environments import BASE, Variant
from tests.simulation.faults import Kind, Weather
from tests.simulation.line import Call, Line, Moment
from tests.simulation.quickly import quickly
from tests.simulation.scheduler import Process, Scheduler
from tests.small_pair import REGIONS
from twinstack.aws.errors import AwsError
from twinstack.errors import Interrupted
from twinstack.rollout.guards.guards import Allowed
from twinstack.screen.events import Event

OPERATOR = "operator"
# A lock that is no longer refreshed is free after 120 s.
REST = 150.0
# An interrupted run has so long to put away what it is in the middle of (`twinstack.cli.interruptions`).
LAST_SECONDS = 0.7


@dataclass
class Site:
    """What is in one region."""

    cloudformation: SimulatedCloudFormation
    drifts: FakeDrifts


@dataclass(frozen=True)
class Broken:
    """A rule that did not hold."""

    rule: str
    time: float
    what: str

    def __str__(self) -> str:
        return f"{self.rule} (at {self.time:.1f} s): {self.what}"


@dataclass(eq=False)
class World:
    """A world; `tests.simulation.seeds` makes one from a seed.

    Attributes:
        random: Where everything that is drawn comes from.
        protected: Whether the environment is protected.
        trace: What happened: time, who, what.
        broken: The rules that did not hold.
        owners: Who began an operation, by stack and token.
        holder: Who wrote the lock last, by parameter.
        acts: What was done by hand, and when.
        failures: The resources that were told to fail.
        calm: Whether nothing more happens but deployers at work.
    """

    random: Random
    protected: bool = False
    trace: list[tuple[float, str, str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    deployers: list[Deployer] = field(default_factory=list)
    owners: dict[tuple[str, str], Deployer] = field(default_factory=dict)
    holder: dict[str, Deployer] = field(default_factory=dict)
    acts: list[tuple[float, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    calm: bool = False

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(Random(self.random.random()), ended=self._process_ended)
        self.weather = Weather(Random(self.random.random()))
        repeats = self.random.choice(("same", "token", "status"))
        clouds = {
            region: SimulatedCloudFormation(self.scheduler, region, watch=self._stack_event, repeats=repeats)
            for region in REGIONS.values()
        }
        self.sites = {region: Site(cloud, FakeDrifts(cloud)) for region, cloud in clouds.items()}
        self.regions = FakeRegions(dict(clouds))
        self.history = rules.History()
        self.lag_share = self.random.choice([0.0, 0.05, 0.3])

    # Setting up

    def add(
        self,
        name: str,
        operation: str = "deploy",
        variant: Variant = BASE,
        at: float = 0.0,
        allowed: Allowed | None = None,
        **options: Any,
    ) -> Deployer:
        """Plans a run of a deployer."""
        line = Line(name, self.scheduler, Random(self.random.random()), self.weather, lag_share=self.lag_share)
        deployer = Deployer(name, self, operation, variant, line, allowed or Allowed(), **options)
        line.on_call = lambda call, moment: self._on_call(deployer, call, moment)
        line.on_deed = lambda call, answer: self._on_deed(deployer, call, answer)
        deployer.process = self.scheduler.spawn(name, deployer.work, self.scheduler.now() + at)
        self.deployers.append(deployer)
        return deployer

    def act(self, at: float, name: str, deed: Callable[[], None]) -> None:
        """Plans something that a person does by hand; what cannot be done just then is left."""

        def done() -> None:
            if self.calm:
                return
            for site in self.sites.values():
                site.cloudformation.advance()
            try:
                deed()
            except (AssertionError, AwsError):
                return
            self.acts.append((self.scheduler.now(), name))
            self.note(OPERATOR, name)

        self.scheduler.at(at, done)

    def fail(self, at: float, region: str, resource: str, *, stuck: bool) -> None:
        """Plans that the next operation that touches a resource fails there."""

        def failing() -> None:
            if not self.calm:
                self.failures.append(resource)
                self.note(region, f"the next operation on {resource} fails{' and gets stuck' if stuck else ''}")
                self.sites[region].cloudformation.fail(resource, f"{resource} could not be made", stuck=stuck)

        self.scheduler.at(at, failing)

    def kill(self, deployer: Deployer) -> None:
        """SIGKILL."""
        if deployer.lives:
            self.note(deployer.name, "SIGKILL")
            deployer.kill()

    def interrupt(self, deployer: Deployer, code: int) -> None:
        """SIGINT (130) or SIGTERM (143): what it is in the middle of may be put away, but not for long."""
        if not deployer.lives or deployer.process is None or deployer.interrupted:
            return
        self.note(deployer.name, "SIGINT" if code == 130 else "SIGTERM")
        deployer.interrupted = code
        self.scheduler.at(self.scheduler.now() + LAST_SECONDS, lambda: deployer.leave(code))
        self.scheduler.interrupt(deployer.process, Interrupted(code))

    def hold(self, deployer: Deployer, seconds: float) -> None:
        """Has a deployer stand still, as on a laptop that is closed and opened again."""
        if deployer.lives:
            self.note(deployer.name, f"stands still for {seconds:.0f} s")
            deployer.hold(self.scheduler.now() + seconds)

    # Going on

    def run(self) -> None:
        """Lets everything happen until all deployers have come to their end."""
        with quickly():
            self.scheduler.run(until=lambda: all(it.process is None or it.process.ended for it in self.deployers))

    def finish(self, variant: Variant) -> None:
        """Ends the faults, runs once more, and judges what came of it all."""
        self.run()
        self.scheduler.wait(REST)
        self.calm = True
        self.weather.clear()
        for site in self.sites.values():
            site.cloudformation.end_failures()
        for number in (1, 2):
            last = self.add(f"last-{number}", "deploy", variant, allowed=EVERYTHING_NAMED)
            self.run()
            if last.code == 0 or not rules.help_by_hand(self):
                break
            self.scheduler.wait(REST)
        self.scheduler.wait(5.0)
        rules.judge_the_end(self, last)

    def clear(self) -> None:
        """Takes killed processes away."""
        for deployer in self.deployers:
            deployer.clear()

    # What is noted and judged

    def note(self, who: str, what: str) -> None:
        """Adds a line to the trace."""
        self.trace.append((self.scheduler.now(), who, what))

    def breaks(self, rule: str, what: str) -> None:
        """Notes a rule that does not hold."""
        found = Broken(rule, self.scheduler.now(), what)
        if all((it.rule, it.what) != (rule, what) for it in self.broken):
            self.broken.append(found)
            self.note("RULE BROKEN", str(found))

    def _process_ended(self, process: Process) -> None:
        for deployer in self.deployers:
            if deployer.process is process:
                self.ended(deployer)

    def ended(self, deployer: Deployer) -> None:
        """Called with each deployer that has come to its end, other than by a kill."""
        self.note(deployer.name, f"ends with exit code {deployer.code}")
        rules.judge_an_end(self, deployer)

    def told(self, deployer: Deployer, event: Event) -> None:
        """Called with everything that a deployer tells."""
        text = getattr(event, "text", "") or getattr(event, "stack", "")
        status = getattr(event, "status", "")
        self.note(deployer.name, f"says {event.code}: {text} {getattr(event, 'resource', '')} {status}".rstrip())
        rules.judge_what_is_told(self, deployer, event)

    def _on_call(self, deployer: Deployer, call: Call, moment: Moment) -> None:
        befalls = deployer.ends.pop((call.number, moment), None)
        if befalls is not None and deployer.lives:
            befalls()

    def _on_deed(self, deployer: Deployer, call: Call, answer: Any) -> None:
        failed = isinstance(answer, Exception | Kind)
        result = f" -> {answer.name if isinstance(answer, Kind) else answer}" if failed else ""
        self.note(deployer.name, f"{call.region} {call.service} {call.name}{_brief(call)}{result}")
        if not failed:
            rules.judge_a_deed(self, deployer, call, answer)

    def _stack_event(self, cloud: SimulatedCloudFormation, stack: FakeStack) -> None:
        event = stack.events[-1]
        self.note(cloud.region, f"{stack.name} {event.resource} {event.status} {event.reason}".rstrip())
        rules.judge_an_event(self, cloud, stack)


def _brief(call: Call) -> str:
    first = call.arguments[0] if call.arguments else ""
    name = getattr(first, "stack_name", first)
    return f" {name}" if isinstance(name, str) and name else ""
