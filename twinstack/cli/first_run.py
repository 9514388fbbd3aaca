"""`first-run`: walks docs/first-real-run.md, and records what AWS answered."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twinstack.cli.asking import confirmation
from twinstack.cli.options import Settings
from twinstack.library.locking import locked
from twinstack.library.working import access, make_run, read_environment
from twinstack.screen.events import Done

if TYPE_CHECKING:
    from twinstack.dr.first_run.checks.answers import Answer
    from twinstack.dr.first_run.checks.scene import Scene
    from twinstack.dr.first_run.page import Row


def run(settings: Settings, *, up_to: str | None, switchover: bool, yes: bool) -> int:
    """Runs the command; returns the exit code."""
    from twinstack.aws.sessions import client_makers
    from twinstack.dr.aws.boto import BotoRegion
    from twinstack.dr.first_run.checks.scene import Memory, Scene
    from twinstack.dr.first_run.page import read_page
    from twinstack.dr.first_run.walk import Walk, walk_page

    page = read_page()
    keys = [stage.key for stage in page.stages]
    if up_to is not None and up_to not in keys:
        raise click.UsageError(f"--up-to {up_to}: no such stage; the stages are {', '.join(keys)}")
    person = _Person(yes=yes)
    memory = Memory(settings.screen())
    # A stage is asked for as a whole, with its price; each change set in it is told.
    checked = read_environment(settings)
    rollout = make_run(settings, memory, checked, confirm=lambda _question: True, asks=False)
    makers = client_makers(rollout.environment.system, access(settings, memory, start_local=False))
    regions = {
        role: BotoRegion(make, f"{role} ({rollout.environment.system.stacks[role].region})")
        for role, make in makers.items()
    }
    settings.interrupted = lambda: f"{settings.going_on()}\nSee above for what stands and what removes it."
    versions = {name: version(name) for name in ("twinstack", "botocore", "cfn-lint")}
    with locked(rollout) as rollout:
        scene = Scene(rollout, regions, memory, settings.local, switchover)
        removal, hidden = _removal(settings, scene), settings.secrets.hidden
        walk = Walk(scene, page, person, lambda: datetime.now(UTC), Path(), versions, removal, hidden=hidden)
        record = walk_page(walk, up_to)
    memory.tell(Done(f"Done: {len(list(record.rows()))} rows of the page."))
    return 0


def _removal(settings: Settings, scene: Scene) -> str:
    """Returns the command that takes the pair down."""
    suffix = scene.run.environment.file.suffix
    words = ["python", "deploy.py", "destroy", "-e", settings.environment, "--environment-suffix", suffix]
    words += ["--profile", settings.profile] if settings.profile else []
    words += ["--endpoint-url", settings.endpoint_url] if settings.endpoint_url else []
    return shlex.join([*words, *(["--local"] if settings.local else []), "--empty-buckets"])


class _Person:
    """Who sits at the terminal; with `--yes` nobody does."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes
        self._confirm = confirmation(yes=yes)

    def go_on(self, question: str) -> bool:
        """Asks, or says yes with `--yes`."""
        return self._confirm(question)

    def go_on_after_surprise(self, question: str) -> bool:
        """Asks, or says no with `--yes`: a surprise is for a person to judge."""
        return not self._yes and self._confirm(question)

    def seen(self, row: Row) -> Answer:
        """Asks what was seen, or says with `--yes` that nobody looked."""
        from twinstack.dr.first_run.checks.answers import Answer, Verdict, not_looked_at

        if self._yes:
            return not_looked_at("it takes a person, and --yes asks none")
        click.echo(f"\n{row.id}: {row.do}\n  look for: {row.look_for}", err=True)
        answer = click.prompt("  seen?", type=click.Choice(["yes", "no", "skip"]), default="skip", err=True)
        if answer == "skip":
            return not_looked_at("skipped")
        note = click.prompt("  a note", default="", show_default=False, err=True)
        return Answer(row.look_for, note, Verdict.AS_EXPECTED if answer == "yes" else Verdict.DIFFERS)
