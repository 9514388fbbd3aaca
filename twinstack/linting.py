"""Runs cfn-lint as a library, with the project's `.cfnlintrc` and the project's own rules.

cfn-lint takes a second to import, so it is imported when it is used.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from twinstack.errors import InputError

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match

Level = Literal["error", "warning", "info"]

CONFIG = Path(".cfnlintrc")
RULES = Path("lint_rules")

_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "informational": "info"}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that cfn-lint found.

    Attributes:
        path: The template.
        line: The line in it, from 1.
        column: The column in it, from 1.
        rule: The rule's id, such as `E3002`.
        level: What the rule is: error, warning or info.
        message: What is wrong here.
        url: Where the rule is explained; empty when it does not say.
    """

    path: str
    line: int
    column: int
    rule: str
    level: Level
    message: str
    url: str = ""

    def __str__(self) -> str:
        """The finding on one line, in the form that editors jump to."""
        return f"{self.path}:{self.line}:{self.column}: {self.rule} {self.message}"


def lint(
    templates: Sequence[Path],
    regions: Sequence[str],
    *,
    config: Path | None = CONFIG,
    rules: Path | None = RULES,
) -> list[Finding]:
    """Lints templates for all the regions that they will be deployed to.

    Args:
        templates: The files.
        regions: The regions; they take the place of those in the config file.
        config: The cfn-lint configuration; None, or a file that does not exist, means cfn-lint's defaults.
        rules: The folder with the project's own rules; None, or a folder that does not exist, means none.

    Returns:
        What was found, warnings included, in the order of file and line.

    Raises:
        InputError: A template does not exist, or cfn-lint refuses its configuration, a region or a rule.
    """
    missing = [str(path) for path in templates if not path.is_file()]
    if missing:
        raise InputError(f"no template {', '.join(missing)}: generate it first, or correct the environment file")
    if not templates:
        return []
    return sorted({_finding(match) for match in _run(_arguments(templates, regions, config, rules))})


def _arguments(templates: Sequence[Path], regions: Sequence[str], config: Path | None, rules: Path | None) -> list[str]:
    # cfn-lint looks for a configuration by itself, in the home folder too, unless it is given one
    configured = config is not None and config.is_file()
    arguments = ["--config-file", str(config) if configured else os.devnull]
    if rules is not None and any(rules.glob("*.py")):
        arguments += ["--append-rules", str(rules)]
    if regions:
        arguments += ["--regions", *regions]
    return [*arguments, "--template", *map(str, templates)]


def _run(arguments: list[str]) -> list[Match]:
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415  # slow to import
    from cfnlint.exceptions import CfnLintExitException, UnexpectedRuleException  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    try:
        settings: ConfigMixIn = ConfigMixIn(arguments)
        return list(Runner(settings).run())
    except (CfnLintExitException, UnexpectedRuleException, ValueError, TypeError) as error:
        raise InputError(f"cfn-lint refuses to run with {' '.join(arguments)}: {error}") from error
    except SystemExit as error:
        # its argument parser ends the process, after printing why
        raise InputError(f"cfn-lint refuses to run with {' '.join(arguments)}") from error


def _finding(match: Match) -> Finding:
    rule = match.rule
    return Finding(
        path=str(match.filename),
        line=match.linenumber,
        column=match.columnnumber,
        rule=rule.id,
        level=_LEVELS.get(rule.severity, "error"),
        message=match.message,
        url=rule.source_url,
    )
