"""What one run of the deployer works on, and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from twinstack.aws.api import Clients, CloudFormation
from twinstack.aws.side_by_side import Ask, in_turn
from twinstack.clock import Clock
from twinstack.drifting.report import Known, nothing_known
from twinstack.environment.assembly import Environment
from twinstack.packaging import Package
from twinstack.planning.advice import Adviser, no_advice
from twinstack.planning.passes import Plan
from twinstack.planning.steps import Planner
from twinstack.planning.world import World
from twinstack.preflight.checked import Checked
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.run.lock import NO_LOCK, Lock
from twinstack.rollout.run.under_way import UnderWay
from twinstack.screen.events import Screen

Confirm = Callable[[str], bool]
Preflight = Callable[[Planner, Plan], Sequence[Checked]]
# Planner, what is known of each stack, and the names of what a person wants kept.
Objections = Callable[[Planner, World, Sequence[str]], Sequence[str]]


def no_objections(_planner: Planner, _world: World, _retained: Sequence[str]) -> Sequence[str]:
    """Lets every stack be taken down."""
    return ()


def no_preflight(_planner: Planner, _planned: Plan) -> Sequence[Checked]:
    """Looks at nothing."""
    return ()


@dataclass(frozen=True)
class Run:
    """One run of the deployer.

    Attributes:
        environment: The environment.
        planner: The planner of the environment's system.
        clients: The clients of each stack.
        clock: The clock that waiting is done with.
        screen: Where everything is told.
        confirm: Asks the person before each step; says yes to everything with `--yes`.
        asks: Whether `confirm` asks a person, who has to see the whole change set for it.
        new_id: Makes unique names and tokens.
        allowed: What may be replaced or deleted.
        packages: The code that templates name, by folder.
        advise: Looks at the plan before it is told, with what the planner does not know.
        objections: Says why the stacks must not be taken down now, a sentence each, before anything is touched.
        preflight: Looks at what the plan needs of the account and the regions, before anything is done.
        template_urls: Where the templates stand that are too large for a request, by their text.
        under_way: What goes on on AWS because of this run.
        lock: What keeps other runs out; it is read back before anything is executed or deleted.
        known_false_drift: Tells from drift what only looks like it.
        ask: Makes the calls by which operations are followed: in a thread each, where one must not hold up the others.
    """

    environment: Environment
    planner: Planner
    clients: Clients
    clock: Clock
    screen: Screen
    confirm: Confirm
    new_id: Callable[[], str]
    asks: bool = False
    allowed: Allowed = field(default_factory=Allowed)
    packages: Mapping[str, Package] = field(default_factory=dict)
    advise: Adviser = no_advice
    objections: Objections = no_objections
    preflight: Preflight = no_preflight
    template_urls: Mapping[str, str] = field(default_factory=dict)
    known_false_drift: Known = nothing_known
    under_way: UnderWay = field(default_factory=UnderWay)
    lock: Lock = NO_LOCK
    ask: Ask = in_turn

    @property
    def protected(self) -> bool:
        """Whether the environment is protected."""
        return self.environment.file.model.protected

    def cloudformation(self, role: str) -> CloudFormation:
        """Returns CloudFormation where the stack of this role lives."""
        return self.clients[role].cloudformation
