"""`lint`: the environment's templates under cfn-lint, for the regions they are deployed to, and as a pair."""

from __future__ import annotations

from pathlib import Path

from twinstack.cli.options import Settings
from twinstack.cli.working import read_environment
from twinstack.environment.assembly import Environment
from twinstack.errors import InputError
from twinstack.screen.events import Done, Screen, Waiting, Warning_
from twinstack.screen.events import Finding as Told


def run(settings: Settings) -> int:
    """Runs the command; returns the exit code."""
    screen = settings.screen()
    environment, _ = read_environment(settings)
    regions = lint_environment(environment, screen)
    screen.tell(Done(f"No findings in {len(environment.system.stacks)} templates for {', '.join(regions)}."))
    return 0


def lint_environment(environment: Environment, screen: Screen) -> list[str]:
    """Lints every template of an environment, and all of them together.

    Returns:
        The regions that were looked at.

    Raises:
        InputError: There are findings; each has been told.
    """
    from twinstack.linting import lint, lint_pairs
    from twinstack.planning.resource_schemas import shipped_schemas
    from twinstack.planning.settled import settle
    from twinstack.planning.steps import Planner

    entries = environment.file.model.stacks
    regions = sorted({entry.region for entry in entries.values()})
    screen.tell(Waiting(f"linting the templates for {', '.join(regions)}"))
    _warn_if_stale(screen)
    findings = lint(sorted({entry.template for entry in entries.values()}), regions)
    findings += lint_pairs(settle(Planner(environment.system, shipped_schemas)))
    for finding in findings:
        screen.tell(Told(finding.rule, finding.level, f"{finding.path}:{finding.line}", finding.message))
    if findings:
        count = "1 lint finding" if len(findings) == 1 else f"{len(findings)} lint findings"
        raise InputError(f"{count}; correct the templates, then `generate` and try again")
    return regions


def _warn_if_stale(screen: Screen) -> None:
    """Says when `generated/` is not what the modules make: whoever changed one expects to see it deployed.

    Raises:
        InputError: A module does not import, or its template cannot be built.
    """
    from twinstack.generating import is_current

    if not is_current(Path.cwd()):
        screen.tell(Warning_("generated/ is not what templates_src/ makes now; `generate` writes it"))
