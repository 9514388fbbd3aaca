"""`plan`: every pass and every predicted change; reads only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.options import Settings
from twinstack.cli.working import connect, make_run, read_environment
from twinstack.errors import InputError
from twinstack.planning.document import plan_document
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, World
from twinstack.screen.events import Done, PlanMade, Printed

if TYPE_CHECKING:
    from twinstack.aws.api import Clients

CHANGES_PENDING = 3


def run(settings: Settings, *, out: str | None, offline: bool, detailed_exitcode: bool) -> int:
    """Runs the command; returns the exit code."""
    if out:
        return _save(settings, Path(out), offline=offline, detailed_exitcode=detailed_exitcode)
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
    document = plan_document(made, environment.name, beside.as_data() if beside else None).as_data()
    if settings.format == "text":
        screen.tell(PlanMade(document))
    else:
        _print(settings.format, document)
    return CHANGES_PENDING if detailed_exitcode and made.passes else 0


def _save(settings: Settings, file: Path, *, offline: bool, detailed_exitcode: bool) -> int:
    from twinstack.review.saved_plans import as_text
    from twinstack.rollout.saving import save

    if offline or settings.format not in ("text", "json"):
        raise InputError("--out asks AWS for change sets: it goes neither with --offline nor with --format markdown")
    if not file.parent.is_dir() or file.is_dir():
        raise InputError(f"--out {file}: there is no such folder, or it is one")
    screen = settings.screen()
    run = make_run(settings, screen, read_environment(settings), confirm=lambda _question: True, asks=False)
    saved = save(run, datetime.now(UTC).isoformat(timespec="seconds"))
    file.write_text(as_text(saved), encoding="utf-8")
    names = ", ".join(it.name for it in saved.change_sets)
    made = f"waiting on AWS: {names}" if names else "AWS has nothing to change"
    screen.tell(Done(f"Saved as {file}; {made}. `deploy --plan {file}` executes exactly what was shown."))
    return CHANGES_PENDING if detailed_exitcode and saved.plan.passes else 0


def _print(form: str, document: dict[str, Any]) -> None:
    from twinstack.screen.plan_markdown import plan_markdown

    text = json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else plan_markdown(document)
    Settings().screen().tell(Printed(text))
