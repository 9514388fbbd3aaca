"""`plan` and `deploy` for a program, without the command line; the README has an example.

`screen` is told everything that the command shows, as the events of `twinstack.screen.events`: any object with a method
`tell(event)`. What goes wrong is raised, one class of `twinstack.errors` a kind, with the exit code of the command.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.library.global_databases import adviser
from twinstack.library.linting import lint_environment
from twinstack.library.locking import locked
from twinstack.library.options import Options
from twinstack.library.working import make_run, read_environment
from twinstack.screen.events import Screen

if TYPE_CHECKING:
    from twinstack.planning.passes import Plan
    from twinstack.review.saved_plans import SavedPlan
    from twinstack.rollout.guards.guards import Allowed
    from twinstack.rollout.plans.planned import Planned
    from twinstack.rollout.run.run import Run


def plan(options: Options, screen: Screen, *, allowed: Allowed | None = None) -> Planned:
    """Plans from what is on AWS now; reads only.

    Args:
        options: What to work on.
        screen: Told what is worth knowing while AWS is asked.
        allowed: What may be replaced, deleted or left behind.

    Returns:
        The plan, and `shown`: the document that `plan --format json` writes.

    Raises:
        BusyError: Another operation is running on a stack.
        CredentialsError: There are no usable credentials.
        InputError: Something in the file, the templates or the wiring cannot work.
        TwinStackError: AWS could not be asked.
    """
    from twinstack.rollout.plans.planned import make_plan

    return make_plan(looking_run(options, screen, allowed))


def planned_offline(options: Options, since: str | None = None, allowed: Allowed | None = None) -> Planned:
    """Plans a first deployment, or what changes for a pair that was deployed from a git revision; asks no AWS.

    Args:
        options: What to work on.
        since: The git revision; None for a first deployment.
        allowed: What may be replaced, deleted or left behind.

    Raises:
        InputError: Something in the file, the templates or the wiring cannot work, here or at the revision.
    """
    from twinstack.planning.document import RevisionDocument
    from twinstack.planning.world import Absent
    from twinstack.rollout.guards.guards import Allowed as Nothing
    from twinstack.rollout.plans.planned import plan_from
    from twinstack.rollout.plans.since import deployed_from
    from twinstack.rollout.steps.artifacts import build_packages, with_known_artifacts

    environment, planner = read_environment(options)
    system = with_known_artifacts(planner.system, build_packages(planner.system, Path.cwd()))
    planner = replace(planner, system=system)
    advise, allowed = adviser(system, None), allowed or Nothing()
    if since is None:
        nothing = dict.fromkeys(system.stacks, Absent())
        return plan_from(environment, planner, nothing, allowed, beside=lambda _: None, advise=advise)
    former = deployed_from(since, environment, Path.cwd(), options.environment_suffix, os.environ)
    return plan_from(
        environment,
        planner,
        former.world_for(system),
        allowed,
        beside=lambda _: former.left_behind(system),
        since=RevisionDocument.model_validate(former.revision),
        advise=advise,
    )


def deploy(
    options: Options,
    screen: Screen,
    confirm: Callable[[str], bool],
    *,
    allowed: Allowed | None = None,
    unlink: tuple[str, ...] = (),
    saved: SavedPlan | None = None,
    break_lock: bool = False,
) -> Plan:
    """Lints, plans and rolls out, under the lock of the environment; every wire is read back.

    Args:
        options: What to work on.
        screen: Told what happens.
        confirm: Asked before each step, once its change set was told; returns whether to go on.
        allowed: What may be replaced, deleted or left behind.
        unlink: Optional wired parameters to empty.
        saved: A saved plan: exactly what it shows is done.
        break_lock: Whether to take the lock from another run.

    Returns:
        What was done; `unknown` in it are the stacks that could not be read, with the reason.

    Raises:
        BusyError: Another run holds the lock, or an operation is running.
        InputError: Lint found an error, or something in the file, the templates or the wiring cannot work.
        NotConvergedError: After the last pass something still differs.
        RefusedError: A guard refused, or what was looked at before, or `confirm` did.
        TwinStackError: A step failed.
    """
    from twinstack.rollout.deploying import deploy as roll_out

    run = linted_run(options, screen, confirm, asks=True, allowed=allowed, unlink=unlink, saved=saved)
    with locked(run, break_lock=break_lock) as holding:
        return roll_out(holding, saved=saved)


def looking_run(options: Options, screen: Screen, allowed: Allowed | None) -> Run:
    """Returns a run that asks nobody and starts nothing.

    Raises:
        CredentialsError: There are no usable credentials.
        InputError: Something in the file, the templates or the wiring cannot work.
    """
    checked = read_environment(options)
    return make_run(
        options, screen, checked, confirm=lambda _question: True, asks=False, allowed=allowed, start_local=False
    )


def linted_run(
    options: Options,
    screen: Screen,
    confirm: Callable[[str], bool],
    *,
    asks: bool,
    allowed: Allowed | None,
    unlink: tuple[str, ...],
    saved: SavedPlan | None,
) -> Run:
    """Returns the run of a deployment, once lint has found no error; arguments and errors as for `deploy`.

    Args:
        options: What to work on.
        screen: Told what happens.
        confirm: Asked before each step.
        asks: Whether `confirm` asks a person, who has to see the whole change set for it.
        allowed: What may be replaced, deleted or left behind.
        unlink: Optional wired parameters to empty.
        saved: A saved plan, which has to be one of this environment.
    """
    from twinstack.review.saved_plans import refuse_other_environment

    checked = lint_environment(options, screen, fail_on="error")
    if saved:
        refuse_other_environment(saved, checked[0].name, checked[0].system)
    return make_run(options, screen, checked, confirm=confirm, asks=asks, allowed=allowed, unlink=unlink)
