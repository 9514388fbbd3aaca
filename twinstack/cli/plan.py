"""`plan`: every pass and every predicted change; reads only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.ending import partial, refuse_partial
from twinstack.cli.options import Settings
from twinstack.errors import InputError, PartialError, RefusedError
from twinstack.files import write_whole
from twinstack.library.deployer import looking_run, plan, planned_offline
from twinstack.library.locking import locked
from twinstack.screen.events import Done, PlanMade, Printed
from twinstack.screen.json_lines import json_text

if TYPE_CHECKING:
    from twinstack.review.saved_plans import SavedPlan
    from twinstack.rollout.guards.guards import Allowed

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
    made = planned_offline(settings, since, allowed) if offline else plan(settings, screen, allowed=allowed)
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


def _save(settings: Settings, file: Path, *, offline: bool, detailed_exitcode: bool, allowed: Allowed) -> int:
    from twinstack.review.saved_plans import as_text
    from twinstack.rollout.plans.saving import save

    if offline or settings.format not in ("text", "json"):
        raise InputError("--out asks AWS for change sets: it goes neither with --offline nor with --format markdown")
    if not file.parent.is_dir() or file.is_dir():
        raise InputError(f"--out {file}: there is no such folder, or it is one")
    screen = settings.screen()
    settings.interrupted = settings.going_on

    def keep(saved: SavedPlan) -> None:
        try:
            write_whole(file, settings.secrets.hidden(as_text(saved)), private=True)
        except InputError as error:
            raise InputError(f"--out {error}; no change set is left") from None

    with locked(looking_run(settings, screen, allowed)) as run:
        saved = save(run, datetime.now(UTC).isoformat(timespec="seconds"), keep)
    names = ", ".join(it.name for it in saved.change_sets)
    made = f"waiting on AWS: {names}" if names else "AWS has nothing to change"
    screen.tell(Done(f"Saved as {file}; {made}. `deploy --plan {file}` executes exactly what was shown."))
    refuse_partial(saved.plan.unknown)
    return CHANGES_PENDING if detailed_exitcode and saved.plan.passes else 0


def _document(form: str, document: dict[str, Any]) -> str:
    from twinstack.screen.plan_markdown import plan_markdown

    return json_text(document, indent=2) if form == "json" else plan_markdown(document)
