"""`plan`: every pass and every predicted change; reads only."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.options import Settings
from twinstack.cli.working import connect, read_environment
from twinstack.errors import InputError, RefusedError
from twinstack.planning.document import RevisionDocument, plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, World
from twinstack.screen.events import PlanMade, Printed

if TYPE_CHECKING:
    from twinstack.aws.api import Clients
    from twinstack.rollout.since import Former

CHANGES_PENDING = 3


def run(
    settings: Settings,
    *,
    offline: bool,
    since: str | None,
    detailed_exitcode: bool,
    allow_replace: tuple[str, ...],
    allow_delete: tuple[str, ...],
    abandon: tuple[str, ...],
) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.rollout.artifacts import build_packages, existing_buckets, with_known_artifacts
    from twinstack.rollout.elsewhere import created_by, gone_roles, look_elsewhere
    from twinstack.rollout.guards import Allowed
    from twinstack.rollout.refusals import refusals

    if since is not None and not offline:
        raise InputError(f"--since {since} compares with what git holds and asks no AWS; give --offline with it")
    screen = settings.screen()
    environment, planner = read_environment(settings)
    packages = build_packages(planner.system, Path.cwd())
    buckets: dict[str, str] = {}
    clients: Clients = {}
    world: World
    former: Former | None = None
    if since is not None:
        from twinstack.rollout.since import deployed_from

        former = deployed_from(since, environment, Path.cwd(), settings.environment_suffix, os.environ)
        world = former.world_for(planner.system)
    elif offline:
        world = dict.fromkeys(planner.system.stacks, Absent())
    else:
        from twinstack.aws.world_reading import read_world
        from twinstack.rollout.readiness import refuse_unready

        clients = connect(settings, environment, screen, start_local=False)
        world = read_world(planner.system, clients)
        refuse_unready(planner, world)
        buckets = existing_buckets(environment.file, planner.system, clients)
    planner = replace(planner, system=with_known_artifacts(planner.system, packages, buckets))
    made = plan(planner, world)
    if former:
        beside = former.left_behind(planner.system)
    elif offline:
        beside = None
    else:
        beside = look_elsewhere(environment, clients, created_by(made), gone_roles(planner.system, world))
    refused = refusals(made, beside, environment.file, Allowed(allow_replace, allow_delete, abandon))
    document = plan_document(
        made,
        environment.name,
        beside.as_data() if beside else None,
        since=RevisionDocument.model_validate(former.revision) if former else None,
        refused=refused,
    ).as_data()
    if settings.format == "text":
        screen.tell(PlanMade(document))
    else:
        _print(settings.format, document)
    if refused:
        # told by an error of its own, so that a JSON document stays one
        return Settings(no_color=settings.no_color).fail(
            "\n".join(it.sentence for it in refused), RefusedError.exit_code
        )
    return CHANGES_PENDING if detailed_exitcode and made.passes else 0


def _print(form: str, document: dict[str, Any]) -> None:
    from twinstack.screen.plan_markdown import plan_markdown

    text = json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else plan_markdown(document)
    Settings().screen().tell(Printed(text))
