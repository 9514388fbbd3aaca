"""`plan`: every pass and every predicted change; reads only."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.ending import partial, refuse_partial
from twinstack.cli.global_databases import adviser
from twinstack.cli.locking import locked
from twinstack.cli.options import Settings
from twinstack.cli.working import make_run, read_environment
from twinstack.errors import InputError, PartialError, RefusedError
from twinstack.files import write_whole
from twinstack.screen.events import Done, PlanMade, Printed, Screen
from twinstack.screen.json_lines import json_text

if TYPE_CHECKING:
    from twinstack.review.saved_plans import SavedPlan
    from twinstack.rollout.guards.guards import Allowed
    from twinstack.rollout.plans.planned import Planned
    from twinstack.rollout.run.run import Run

CHANGES_PENDING = 3


def run(
    settings: Settings,
    *,
    out: str | None,
    offline: bool,
    since: str | None,
    detailed_exitcode: bool,
    allow_replace: tuple[str, ...],
    allow_delete: tuple[str, ...],
    abandon: tuple[str, ...],
) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.rollout.guards.guards import Allowed

    if since is not None and not offline:
        raise InputError(f"--since {since} compares with what git holds and asks no AWS; give --offline with it")
    allowed = Allowed(allow_replace, allow_delete, abandon)
    if out:
        return _save(settings, Path(out), offline=offline, detailed_exitcode=detailed_exitcode, allowed=allowed)
    screen = settings.screen()
    made = _planned_offline(settings, since, allowed) if offline else _planned(settings, screen, allowed)
    document = settings.secrets.hidden_in(made.shown.as_data())
    # told by an error of its own, so that a JSON document stays one
    beside = Settings(no_color=settings.no_color, secrets=settings.secrets)
    if settings.format == "text":
        screen.tell(PlanMade(document))
    else:
        beside.screen().tell(Printed(_document(settings.format, document)))
    if made.shown.refused:
        return beside.fail("\n".join(it.sentence for it in made.shown.refused), RefusedError.exit_code)
    if unread := partial(made.plan.unknown):
        return beside.fail(unread, PartialError.exit_code)
    return CHANGES_PENDING if detailed_exitcode and made.is_due else 0


def _run(settings: Settings, screen: Screen, allowed: Allowed) -> Run:
    return make_run(
        settings,
        screen,
        read_environment(settings),
        confirm=lambda _question: True,
        asks=False,
        allowed=allowed,
        start_local=False,
    )


def _planned(settings: Settings, screen: Screen, allowed: Allowed) -> Planned:
    from twinstack.rollout.plans.planned import make_plan

    return make_plan(_run(settings, screen, allowed))


def _planned_offline(settings: Settings, since: str | None, allowed: Allowed) -> Planned:
    """Plans a first deployment, or what changes for a pair that was deployed from a git revision."""
    from twinstack.planning.document import RevisionDocument
    from twinstack.planning.world import Absent
    from twinstack.rollout.plans.planned import plan_from
    from twinstack.rollout.plans.since import deployed_from
    from twinstack.rollout.steps.artifacts import build_packages, with_known_artifacts

    environment, planner = read_environment(settings)
    system = with_known_artifacts(planner.system, build_packages(planner.system, Path.cwd()))
    planner = replace(planner, system=system)
    advise = adviser(system, None)
    if since is None:
        nothing = dict.fromkeys(system.stacks, Absent())
        return plan_from(environment, planner, nothing, allowed, beside=lambda _: None, advise=advise)
    former = deployed_from(since, environment, Path.cwd(), settings.environment_suffix, os.environ)
    return plan_from(
        environment,
        planner,
        former.world_for(system),
        allowed,
        beside=lambda _: former.left_behind(system),
        since=RevisionDocument.model_validate(former.revision),
        advise=advise,
    )


def _save(settings: Settings, file: Path, *, offline: bool, detailed_exitcode: bool, allowed: Allowed) -> int:
    from twinstack.review.saved_plans import as_text
    from twinstack.rollout.plans.saving import save

    if offline or settings.format not in ("text", "json"):
        raise InputError("--out asks AWS for change sets: it goes neither with --offline nor with --format markdown")
    if not file.parent.is_dir() or file.is_dir():
        raise InputError(f"--out {file}: there is no such folder, or it is one")
    screen = settings.screen()
    settings.interrupted = settings.going_on

    def keep(plan: SavedPlan) -> None:
        try:
            write_whole(file, settings.secrets.hidden(as_text(plan)), private=True)
        except InputError as error:
            raise InputError(f"--out {error}; no change set is left") from None

    with locked(_run(settings, screen, allowed)) as run:
        saved = save(run, datetime.now(UTC).isoformat(timespec="seconds"), keep)
    names = ", ".join(it.name for it in saved.change_sets)
    made = f"waiting on AWS: {names}" if names else "AWS has nothing to change"
    screen.tell(Done(f"Saved as {file}; {made}. `deploy --plan {file}` executes exactly what was shown."))
    refuse_partial(saved.plan.unknown)
    return CHANGES_PENDING if detailed_exitcode and saved.plan.passes else 0


def _document(form: str, document: dict[str, Any]) -> str:
    from twinstack.screen.plan_markdown import plan_markdown

    return json_text(document, indent=2) if form == "json" else plan_markdown(document)
