"""`plan`: every pass and every predicted change; reads only."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.false_drifts import known_false_drifts
from twinstack.cli.options import Settings
from twinstack.cli.working import connect, read_environment
from twinstack.planning.document import plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, World
from twinstack.screen.events import PlanMade, Printed

if TYPE_CHECKING:
    from twinstack.aws.api import Clients

CHANGES_PENDING = 3


def run(settings: Settings, *, offline: bool, detailed_exitcode: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.drifting.last_detected import last_detected
    from twinstack.rollout.artifacts import build_packages, existing_buckets, with_known_artifacts
    from twinstack.rollout.elsewhere import created_by, gone_roles, look_elsewhere

    screen = settings.screen()
    environment, planner = read_environment(settings)
    packages = build_packages(planner.system, Path.cwd())
    buckets: dict[str, str] = {}
    clients: Clients = {}
    world: World
    if offline:
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
    beside = (
        None if offline else look_elsewhere(environment, clients, created_by(made), gone_roles(planner.system, world))
    )
    drift = None if offline else last_detected(made, clients, known_false_drifts(settings, planner.system, screen))
    document = plan_document(
        made, environment.name, beside.as_data() if beside else None, drift.as_data() if drift else None
    ).as_data()
    if settings.format == "text":
        screen.tell(PlanMade(document))
    else:
        _print(settings.format, document)
    return CHANGES_PENDING if detailed_exitcode and made.passes else 0


def _print(form: str, document: dict[str, Any]) -> None:
    from twinstack.screen.plan_markdown import plan_markdown

    text = json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else plan_markdown(document)
    Settings().screen().tell(Printed(text))
