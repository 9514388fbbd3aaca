"""What the commands begin with that look at a global database or operate it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from twinstack.aws.errors import AwsError
from twinstack.clock import SystemClock
from twinstack.errors import TwinStackError
from twinstack.library.options import Options
from twinstack.library.working import access, read_environment
from twinstack.screen.events import Screen

if TYPE_CHECKING:
    from twinstack.aws.api import Clients
    from twinstack.aws.sessions import Access, Limits
    from twinstack.dr.roles import RegionOf
    from twinstack.dr.run import DatabaseRun
    from twinstack.environment.assembly import Environment
    from twinstack.planning.steps import Planner
    from twinstack.planning.system import System


def brief_clients(options: Options, screen: Screen, environment: Environment) -> Clients:
    """Makes the clients of every stack, for looks that give up within seconds.

    Raises:
        CredentialsError: There are no usable credentials.
        InputError: The local AWS does not run.
    """
    from twinstack.aws.secret_outputs import noticing
    from twinstack.aws.sessions import connect

    given = access(options, screen, start_local=False)
    return noticing(connect(environment.system, given, briefly=True), environment.system, options.secrets.add)


def make_database_run(
    options: Options,
    screen: Screen,
    confirm: Callable[[str], bool],
    begun: tuple[Environment, Planner, Clients] | None = None,
) -> DatabaseRun:
    """Reads the environment and its stacks, and finds the global database; no region holds it up for long.

    Args:
        options: What to work on.
        screen: Where everything is told.
        confirm: Asks the person.
        begun: The environment and brief clients of its stacks, where there are some already.

    Raises:
        CredentialsError: There are no usable credentials.
        InputError: The environment cannot work, or has not one global database.
    """
    from twinstack.aws.sessions import Limits
    from twinstack.dr.run import DatabaseRun, first_look

    if begun is None:
        environment, planner = read_environment(options)
        begun = environment, planner, brief_clients(options, screen, environment)
    environment, planner, clients = begun
    given = access(options, screen, start_local=False)
    region_of = regions(planner.system, lambda: given, Limits.BRIEF)
    world, database, roles = first_look(planner, clients, region_of)
    return DatabaseRun(
        environment,
        planner,
        world,
        database,
        region_of,
        regions(planner.system, lambda: given),
        regions(planner.system, lambda: given, Limits.ASKING),
        clients,
        SystemClock(),
        screen,
        confirm,
        roles,
        options.local,
        options.under_way,
    )


@contextmanager
def telling_what_goes_on(options: Options) -> Iterator[None]:
    """Adds to whatever ends an operation what AWS goes on with all the same.

    Raises:
        TwinStackError: What ended it.
    """
    try:
        yield
    except TwinStackError as error:
        if not options.under_way.operations:
            raise
        kind = TwinStackError if isinstance(error, AwsError) else type(error)
        raise kind(f"{options.roles_moving()}\n{error}") from error


def regions(system: System, given: Callable[[], Access], limits: Limits | None = None) -> RegionOf:
    """Returns what makes the regions that are asked; the first one that is asked for makes the sessions.

    Args:
        system: The stacks.
        given: Returns how AWS is reached.
        limits: What each call is given; None for that of looks that may be repeated.
    """
    from twinstack.dr.aws.boto import BotoRegion

    @cache
    def makers() -> dict[str, Callable[[str, str], Any]]:
        from twinstack.aws.sessions import Limits, looking_makers

        return looking_makers(system, given(), limits or Limits.LOOKING)

    @cache
    def region_of(role: str, region: str) -> BotoRegion:
        make = makers()[role]
        return BotoRegion(lambda service: make(service, region), f"{role} ({region})")

    return region_of
