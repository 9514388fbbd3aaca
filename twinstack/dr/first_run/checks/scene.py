"""What a first run works on, and what it has seen so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from twinstack.aws.errors import AwsError
from twinstack.aws.world_reading import read_world
from twinstack.clock import growing_waits
from twinstack.dr.aws.api import Region, Validated
from twinstack.errors import TwinStackError
from twinstack.expressions.values import as_text
from twinstack.planning.passes import Plan, plan
from twinstack.planning.prediction import Change
from twinstack.planning.steps import Planner
from twinstack.planning.system import Stack, System
from twinstack.rollout.run.run import Run
from twinstack.rollout.steps.artifacts import artifact_stack, existing_buckets, with_known_artifacts
from twinstack.screen.events import ChangeSetMade, Event, Screen, StepDone, Waiting

PRIMARY, SECONDARY = "primary", "secondary"
Found = TypeVar("Found")


class Memory:
    """A screen that passes everything on, and keeps what the checks look at.

    Args:
        screen: The screen that is passed on to.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.change_sets: list[ChangeSetMade] = []
        self.steps: list[StepDone] = []

    def tell(self, event: Event) -> None:
        """Shows the event and keeps it."""
        if isinstance(event, ChangeSetMade):
            self.change_sets.append(event)
        if isinstance(event, StepDone):
            self.steps.append(event)
        self._screen.tell(event)


@dataclass(frozen=True)
class FirstChangeSet:
    """What became of the change set that was made and not executed.

    Attributes:
        planned: How many resources the plan adds.
        added: How many the change set adds.
        failure: Why AWS could not make it, '' when it could.
        left: The status of the stack afterwards, '' when there is none.
    """

    planned: int
    added: int
    failure: str
    left: str


@dataclass
class Scene:
    """What the stages change and the checks look at.

    Attributes:
        run: The run of the whole pair; its screen is `memory`.
        regions: What the checks ask, by role.
        memory: What has been told.
        local: Whether this is the local AWS.
        switch_over: Whether the roles are to be switched over and back.
        stacks: The stacks that stand now: those of a part, or those of the pair.
        first: What became of the first change set.
        linking: What the plan said, just before, that the last pass changes.
        reader_health_check: The id of the readers' health check before the probes were switched.
        validated: What ValidateTemplate said of each template, or that AWS refused it.
    """

    run: Run
    regions: Mapping[str, Region]
    memory: Memory
    local: bool
    switch_over: bool = False
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    first: FirstChangeSet | None = None
    linking: tuple[Change, ...] = ()
    reader_health_check: str = ""
    validated: Mapping[str, Validated | AwsError] = field(default_factory=dict)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _types: dict[str, list[str]] = field(default_factory=dict)

    @property
    def pair(self) -> System:
        """The stacks of the environment."""
        return self.run.planner.system

    @property
    def name(self) -> str:
        """`<project>-<suffix>`, which the name of each stack begins with."""
        file = self.run.environment.file
        return f"{file.model.project}-{file.suffix}"

    def parameter(self, role: str, name: str) -> str:
        """Returns what the environment or the template gives for a parameter of the pair."""
        stack = self.pair.stacks[role]
        return as_text(stack.parameters.get(name, stack.template.parameters.get(name, {}).get("Default", "")))

    def part_run(self, system: System) -> Run:
        """Returns a run of other stacks in the same regions."""
        environment = replace(self.run.environment, system=system)
        return replace(
            self.run, environment=environment, planner=Planner(system, self.run.planner.schemas), packages={}
        )

    def look(self, stacks: Mapping[str, Stack]) -> None:
        """Takes these stacks for those that stand now, and reads the physical ids of their resources."""
        self.stacks = stacks
        for role, stack in stacks.items():
            cloudformation = self.run.cloudformation(role)
            if (found := cloudformation.describe_stack(stack.name)) is not None:
                listed = cloudformation.resources(found.stack_id)
                self._ids |= {(stack.name, entry.resource): entry.physical_id for entry in listed}
                self._types[stack.name] = [entry.type for entry in listed]

    def physical_id(self, role: str, resource: str) -> str:
        """Returns the id that AWS gave a resource, also after its deletion.

        Raises:
            TwinStackError: The stack never had it.
        """
        found = self._ids.get((self.stacks[role].name, resource))
        if not found:
            raise TwinStackError(f"{self.stacks[role].name} has no resource {resource}")
        return found

    def count(self, role: str, kind: str) -> int:
        """Returns how many resources of a type the stack has."""
        return self._types.get(self.stacks[role].name, []).count(kind)

    def plan_now(self) -> Plan:
        """Plans the pair from what AWS says now."""
        run = self.run
        buckets = existing_buckets(run.environment.file, self.pair, run.clients)
        system = with_known_artifacts(self.pair, run.packages, buckets)
        return plan(replace(run.planner, system=system), read_world(system, run.clients))

    def artifact_stacks(self) -> dict[str, Stack]:
        """Returns the deployer's own stacks, by the role that each serves."""
        return {role: artifact_stack(self.run.environment.file, stack) for role, stack in self.pair.stacks.items()}

    def wait(
        self,
        what: str,
        look: Callable[[], Found],
        done: Callable[[Found], bool],
        *,
        seconds: float,
        local_seconds: float = 2.0,
    ) -> Found:
        """Looks again and again until it is done or the time is up; returns what was seen last.

        The local AWS is given `local_seconds` at the most: nearly all that it does at all it does at once.
        """
        waited, patience = 0.0, min(seconds, local_seconds) if self.local else seconds
        waits = growing_waits(1.0)
        while not done(found := look()) and waited < patience:
            self.memory.tell(Waiting(f"waiting for {what}, {patience / 60:.0f} minutes at the most"))
            pause = next(waits)
            self.run.clock.sleep(pause)
            waited += pause
        return found
