"""What most commands begin with: the environment, the local AWS if it is wanted, and the clients."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.clock import SystemClock
from twinstack.environment.assembly import Environment, assemble
from twinstack.environment.file import EnvironmentFile, read_environment_file
from twinstack.environment.secret_values import readable_templates, secret_values
from twinstack.errors import InputError
from twinstack.library.global_databases import adviser, objector
from twinstack.library.options import Options
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.wiring_checks import check_wiring
from twinstack.screen.events import Note, Screen

if TYPE_CHECKING:
    from twinstack.aws.api import Clients
    from twinstack.aws.sessions import Access
    from twinstack.rollout.guards.guards import Allowed
    from twinstack.rollout.run.run import Run


def read_environment(options: Options) -> tuple[Environment, Planner]:
    """Reads and checks the environment and its wiring; asks no AWS.

    Raises:
        InputError: Something in the file, the templates or the wiring cannot work.
    """
    return check_environment(options, read_file(options))


def read_file(options: Options) -> EnvironmentFile:
    """Reads the environment file alone.

    Raises:
        InputError: It is missing or unreadable, has an unknown key or a value of the wrong form.
    """
    return read_environment_file(options.environment, Path.cwd(), options.environment_suffix, os.environ)


def check_environment(options: Options, file: EnvironmentFile) -> tuple[Environment, Planner]:
    """Reads the templates of an environment and checks that they fit it and each other; asks no AWS.

    From here on the values of NoEcho parameters are not shown.

    Raises:
        InputError: They do not.
    """
    try:
        environment = assemble(file, Path.cwd())
    except InputError:
        options.secrets.add(secret_values(file, readable_templates(file, Path.cwd())))
        raise
    options.secrets.add(secret_values(file, (stack.template for stack in environment.system.stacks.values())))
    return environment, check_wiring(Planner(environment.system, shipped_schemas))


def connect(options: Options, environment: Environment, screen: Screen, *, start_local: bool) -> Clients:
    """Makes the clients of every stack.

    Args:
        options: What to work on.
        environment: The environment.
        screen: Told when the local AWS has to be started.
        start_local: Whether to start the local AWS when it is wanted and does not run.

    Raises:
        CredentialsError: There are no usable credentials.
        InputError: The local AWS does not run.
    """
    from twinstack.aws import sessions
    from twinstack.aws.patience import patient
    from twinstack.aws.secret_outputs import noticing

    given = access(options, screen, start_local=start_local)
    renew = partial(sessions.connect, environment.system, given)
    clients = patient(
        renew(),
        environment.system,
        SystemClock(),
        screen,
        renew=None if given.local else renew,
        signed_in=partial(options.sign_in_again, screen),
    )
    return noticing(clients, environment.system, options.secrets.add)


def access(options: Options, screen: Screen, *, start_local: bool) -> Access:
    """Returns how AWS is reached; arguments and errors as for `connect`."""
    from twinstack.aws.sessions import Access

    endpoint = options.endpoint_url
    if options.local:
        endpoint = _local_endpoint(screen, start=start_local)
    return Access(options.profile, endpoint, options.local)


def _local_endpoint(screen: Screen, *, start: bool) -> str:
    from local import process

    root = Path.cwd()
    found = process.running(root)
    if found is None and start:
        found = process.start(root, lambda text: screen.tell(Note(text)), SystemClock())
        screen.tell(Note(f"The local AWS runs at {found.endpoint} (pid {found.pid}); `local stop` ends it"))
    if found is None:
        raise InputError("the local AWS is not running; start it with `local start` or `deploy --local`")
    return found.endpoint


def make_run(
    options: Options,
    screen: Screen,
    checked: tuple[Environment, Planner],
    *,
    confirm: Callable[[str], bool],
    asks: bool,
    allowed: Allowed | None = None,
    unlink: tuple[str, ...] = (),
    start_local: bool = True,
    with_code: bool = True,
) -> Run:
    """Puts together what a deployment or a deletion works with.

    Raises:
        InputError: There are no usable credentials, or what was named on the command line is not there.
    """
    from twinstack.aws.side_by_side import beside
    from twinstack.library.false_drifts import known_false_drifts
    from twinstack.library.preflight import preflight
    from twinstack.rollout.guards.guards import Allowed as Nothing
    from twinstack.rollout.run.run import Run
    from twinstack.rollout.steps.artifacts import build_packages

    environment, planner = checked
    planner = Planner(planner.system, planner.schemas, unlinked(planner, unlink))
    clients = connect(options, environment, screen, start_local=start_local)
    packages = build_packages(planner.system, Path.cwd()) if with_code else {}
    reached = partial(access, options, screen, start_local=False)
    return Run(
        environment,
        planner,
        clients,
        SystemClock(),
        screen,
        confirm,
        lambda: uuid.uuid4().hex,
        asks=asks,
        allowed=allowed or Nothing(),
        packages=packages,
        under_way=options.under_way,
        known_false_drift=known_false_drifts(options, planner.system, screen),
        advise=adviser(planner.system, reached),
        objections=objector(reached),
        preflight=preflight(environment, reached),
        ask=beside,
    )


def unlinked(planner: Planner, names: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Returns the wires to empty, as (role, parameter).

    Raises:
        InputError: A name is not an optional wired parameter of any stack.
    """
    optional = {(role, wire.parameter) for role, wire in planner.system.wires() if not wire.required}
    for name in names:
        if name not in {parameter for _, parameter in optional}:
            there = ", ".join(sorted({parameter for _, parameter in optional})) or "none"
            raise InputError(f"--unlink {name}: no optional wired parameter of that name; there are: {there}")
    return frozenset((role, parameter) for role, parameter in optional if parameter in names)
