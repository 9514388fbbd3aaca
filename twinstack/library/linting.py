"""Lints an environment: each template under cfn-lint, for its regions, and all of them together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.errors import InputError
from twinstack.library.options import Options
from twinstack.library.working import check_environment, read_file
from twinstack.screen.events import Finding as Told
from twinstack.screen.events import Note, Screen, Waiting, Warning_

if TYPE_CHECKING:
    from twinstack.environment.assembly import Environment
    from twinstack.environment.file import EnvironmentFile
    from twinstack.linting.lint import Finding, Level
    from twinstack.planning.steps import Planner


def lint_environment(options: Options, screen: Screen, *, fail_on: Level) -> tuple[Environment, Planner]:
    """Lints every template of an environment, and all of them together.

    Everything that is wrong is told at once: cfn-lint also looks at templates beside one that cannot be read, and at
    those that the wiring or the parameters do not fit.

    Args:
        options: What to work on.
        screen: Told every finding.
        fail_on: The least that is an error.

    Returns:
        The environment, read and checked.

    Raises:
        InputError: There are findings of that level or above it, or the environment cannot work.
    """
    from twinstack.linting.lint import counted, lint_pairs
    from twinstack.planning.settled import settle

    file = read_file(options)
    findings = _lint_templates(file, screen)
    problems = []
    try:
        _warn_if_stale(screen)
    except InputError as error:
        problems.append(str(error))
    try:
        environment, planner = check_environment(options, file)
        findings += lint_pairs(settle(planner))
    except InputError as error:
        problems.append(str(error))
    for finding in findings:
        screen.tell(Told(finding.rule, finding.level, f"{finding.path}:{finding.line}", finding.message))
    failing = [finding for finding in findings if finding.is_at_least(fail_on)]
    if failing:
        problems.insert(0, f"lint found {counted(failing)}; correct the templates, then `generate` and try again")
    if problems:
        raise InputError("\n".join(problems))
    if findings:
        screen.tell(Note(f"Lint found {counted(findings)}, which stops nothing here."))
    return environment, planner


def _lint_templates(file: EnvironmentFile, screen: Screen) -> list[Finding]:
    """Runs cfn-lint on what is there; what is not is told when the environment is checked."""
    from twinstack.linting.lint import lint
    from twinstack.planning.resource_schemas import known_regions

    regions: dict[Path, set[str]] = {}
    for entry in file.model.stacks.values():
        if entry.template.is_file() and entry.region in known_regions():
            regions.setdefault(entry.template, set()).add(entry.region)
    together: dict[tuple[str, ...], list[Path]] = {}
    for template, there in sorted(regions.items()):
        together.setdefault(tuple(sorted(there)), []).append(template)
    screen.tell(Waiting(f"linting the templates for {', '.join(sorted(set().union(*regions.values())))}"))
    return [finding for there, templates in together.items() for finding in lint(templates, there)]


def _warn_if_stale(screen: Screen) -> None:
    """Says when `generated/` is not what the modules make: whoever changed one expects to see it deployed.

    Raises:
        InputError: A module does not import, or its template cannot be built.
    """
    from twinstack.generating.generated import is_current

    if not is_current(Path.cwd()):
        screen.tell(Warning_("generated/ is not what templates_src/ makes now; `generate` writes it"))
