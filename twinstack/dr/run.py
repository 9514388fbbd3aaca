"""What one look at a global database, or one operation on it, works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from twinstack.aws.api import Clients
from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.aws.world_reading import read_stack
from twinstack.clock import Clock
from twinstack.dr.database import Database
from twinstack.dr.roles import LOOK_SECONDS, RegionOf
from twinstack.environment.assembly import Environment
from twinstack.planning.steps import Planner
from twinstack.planning.world import Unknown, World
from twinstack.rollout.under_way import UnderWay
from twinstack.screen.events import Screen


@dataclass(frozen=True)
class DatabaseRun:
    """One look at a global database, or one operation on it.

    Attributes:
        environment: The environment.
        planner: The planner of the environment's system.
        world: What each stack is, read side by side within seconds; of a region that does not answer it is unknown.
        database: The global database of the environment.
        region_of: Returns a region to ask; its calls are made once and give up within seconds.
        clients: The clients of each stack; they give up within seconds too.
        clock: The clock that waiting is done with.
        screen: Where everything is told.
        confirm: Asks the person; says yes to everything with `--yes`.
        local: Whether this is the local AWS.
        under_way: What goes on on AWS because of this run.
    """

    environment: Environment
    planner: Planner
    world: World
    database: Database
    region_of: RegionOf
    clients: Clients
    clock: Clock
    screen: Screen
    confirm: Callable[[str], bool]
    local: bool = False
    under_way: UnderWay = field(default_factory=UnderWay)


def read_world_soon(planner: Planner, clients: Clients, seconds: float = LOOK_SECONDS) -> World:
    """Returns the state of every stack, all asked at once; unknown where AWS does not answer in time.

    Args:
        planner: The planner of the stacks.
        clients: Their clients.
        seconds: How long to wait for all of them together.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    found = side_by_side(
        {
            role: partial(read_stack, clients[role].cloudformation, stack.name)
            for role, stack in planner.system.stacks.items()
        },
        seconds,
    )
    return {role: Unknown(state.why) if isinstance(state, Silence) else state for role, state in found.items()}
