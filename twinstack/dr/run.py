"""What one look at a global database, or one operation on it, works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from twinstack.aws.api import Clients
from twinstack.aws.side_by_side import Silence, side_by_side
from twinstack.aws.world_reading import read_stack
from twinstack.clock import Clock
from twinstack.dr.database import Database, find_database
from twinstack.dr.roles import LOOK_SECONDS, RegionOf, Roles, read_roles
from twinstack.environment.assembly import Environment
from twinstack.errors import InputError
from twinstack.planning.steps import Planner
from twinstack.planning.world import Absent, Live, StackState, Unknown, World
from twinstack.rollout.run.under_way import UnderWay
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
        slowly: The same with more time for each call, for what is looked at when nothing hurries any more.
        asking: The same for the one call that changes the roles: it is made once too, and its answer waited for longer.
        clients: The clients of each stack; they give up within seconds too.
        clock: The clock that waiting is done with.
        screen: Where everything is told.
        confirm: Asks the person; says yes to everything with `--yes`.
        first_roles: The roles as they were read at the beginning, beside the stacks.
        local: Whether this is the local AWS.
        under_way: What goes on on AWS because of this run.
    """

    environment: Environment
    planner: Planner
    world: World
    database: Database
    region_of: RegionOf
    slowly: RegionOf
    asking: RegionOf
    clients: Clients
    clock: Clock
    screen: Screen
    confirm: Callable[[str], bool]
    first_roles: Roles | Silence
    local: bool = False
    under_way: UnderWay = field(default_factory=UnderWay)


def first_look(
    planner: Planner, clients: Clients, region_of: RegionOf, seconds: float = LOOK_SECONDS
) -> tuple[World, Database, Roles | Silence]:
    """Reads every stack and the roles in the global database, all at once, within about twice the given time.

    Of a stack that does not answer in time the world says unknown.

    Args:
        planner: The planner of the stacks.
        clients: Their clients.
        region_of: Returns a region to ask.
        seconds: How long each look may take.

    Returns:
        The world, the global database, and who writes in it.

    Raises:
        CredentialsError: AWS does not take the credentials.
        InputError: The environment has not one global database.
    """
    try:  # in most environments the files say what it is called, so nothing has to be read first
        database = find_database(planner, dict.fromkeys(planner.system.stacks, Absent()))
    except InputError:
        world = read_world_soon(planner, clients, seconds)
        database = find_database(planner, world)
        return world, database, read_roles(database, region_of, seconds)
    roles: Callable[[], StackState | Roles | Silence] = partial(read_roles, database, region_of, seconds)
    found = side_by_side({**_stack_looks(planner, clients), "": roles}, 2 * seconds)
    told = found.pop("")
    world = {role: _state(state) for role, state in found.items()}
    known = find_database(planner, world)
    if known == database and isinstance(told, (Roles, Silence)):
        return world, database, told
    return world, known, read_roles(known, region_of, seconds)


def looked_again(run: DatabaseRun) -> DatabaseRun:
    """Returns the run with its stacks and roles as they are now.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    world, database, roles = first_look(run.planner, run.clients, run.region_of)
    return replace(run, world=world, database=database, first_roles=roles)


def read_world_soon(planner: Planner, clients: Clients, seconds: float = LOOK_SECONDS) -> World:
    """Returns the state of every stack, all asked at once; unknown where AWS does not answer in time.

    Args:
        planner: The planner of the stacks.
        clients: Their clients.
        seconds: How long to wait for all of them together.

    Raises:
        CredentialsError: AWS does not take the credentials.
    """
    return {role: _state(state) for role, state in side_by_side(_stack_looks(planner, clients), seconds).items()}


def _stack_looks(planner: Planner, clients: Clients) -> dict[str, Callable[[], StackState | Roles | Silence]]:
    stacks = planner.system.stacks.items()
    return {role: partial(read_stack, clients[role].cloudformation, stack.name) for role, stack in stacks}


def _state(answer: StackState | Roles | Silence) -> StackState:
    """Returns what a look at a stack has told; a silence makes it unknown."""
    return answer if isinstance(answer, (Live, Absent, Unknown)) else Unknown(getattr(answer, "why", "not read"))
