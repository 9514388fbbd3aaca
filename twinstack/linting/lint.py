"""Runs cfn-lint as a library, with the project's `.cfnlintrc` and our own rules; and the rules on pairs of templates.

cfn-lint takes a second to import, so it is imported when it is used, and our rules with it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from twinstack.errors import InputError
from twinstack.templates import Template

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match

    from pair_rules import PairRule, Place
    from twinstack.planning.settled import SettledStack

Level = Literal["error", "warning", "informational"]

CONFIG = Path(".cfnlintrc")
RULES = "lint_rules"

LEVELS: tuple[Level, ...] = get_args(Level)
"""What a finding can be, the worst first; the words are cfn-lint's."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that cfn-lint found.

    Attributes:
        path: The template.
        line: The line in it, from 1.
        column: The column in it, from 1.
        rule: The rule's id, such as `E3002`.
        level: What the rule is.
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

    def is_at_least(self, level: Level) -> bool:
        """Whether it is as bad as this, or worse."""
        return LEVELS.index(self.level) <= LEVELS.index(level)


def counted(findings: Sequence[Finding]) -> str:
    """Returns how many findings there are of each level, such as `1 error, 2 warnings`."""
    names = {"error": ("error", "errors"), "warning": ("warning", "warnings")}
    counts = [(Counter(finding.level for finding in findings)[level], level) for level in LEVELS]
    return ", ".join(f"{count} {names.get(level, (level, level))[count != 1]}" for count, level in counts if count)


def lint(
    templates: Sequence[Path],
    regions: Sequence[str],
    *,
    config: Path | None = CONFIG,
    rules: str | None = RULES,
) -> list[Finding]:
    """Lints templates for all the regions that they will be deployed to.

    Args:
        templates: The files.
        regions: The regions; they take the place of those in the config file.
        config: The cfn-lint configuration; None, or a file that does not exist, means cfn-lint's defaults.
        rules: The folder or package of rules that are used whatever the configuration says; None for none.

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


def lint_pairs(stacks: Sequence[SettledStack], *, config: Path | None = CONFIG) -> list[Finding]:
    """Looks for the mistakes that only show when the stacks of an environment are read together.

    A rule is switched off as in cfn-lint: by `ignore_checks` of the configuration, or of the metadata of the
    template or of the resource.

    Args:
        stacks: The stacks as they are when every wire has its value.
        config: The cfn-lint configuration, as for `lint`.

    Returns:
        What was found, in the order of file and line.

    Raises:
        InputError: cfn-lint refuses its configuration.
    """
    from pair_rules import RULES as PAIR_RULES  # noqa: PLC0415  # slow to import

    ignored = tuple(_settings(_arguments((), (), config, None)).ignore_checks)
    templates = {settled.stack.role: settled.stack.template for settled in stacks}
    return sorted(
        {
            _pair_finding(rule, templates[place.role], place, message)
            for rule in PAIR_RULES
            for place, message in rule.findings(stacks)
            if not rule.id.startswith((*ignored, *_ignored_at(templates[place.role], place)))
        }
    )


def _ignored_at(template: Template, place: Place) -> tuple[str, ...]:
    """The checks that the template, or the resource of the place, says to ignore."""
    from pair_rules import dig  # noqa: PLC0415  # slow to import

    holders = [template.body]
    if place.path[0] == "Resources":
        holders.append(template.resources.get(str(place.path[1]), {}))
    ignored = [dig(holder, "Metadata", "cfn-lint", "config", "ignore_checks") for holder in holders]
    return tuple(str(check) for checks in ignored if isinstance(checks, list) for check in checks)


def _pair_finding(rule: PairRule, template: Template, place: Place, message: str) -> Finding:
    path, _, line = (place.where or template.where(*place.path)).rpartition(":")
    return Finding(
        path=path,
        line=int(line),
        column=1,
        rule=rule.id,
        level="error" if rule.id.startswith("E") else "warning",
        message=f"{message}: {rule.fix}",
        url=rule.source_url,
    )


def _arguments(templates: Sequence[Path], regions: Sequence[str], config: Path | None, rules: str | None) -> list[str]:
    # cfn-lint looks for a configuration by itself, in the home folder too, unless it is given one
    configured = config is not None and config.is_file()
    arguments = ["--config-file", str(config) if configured else os.devnull]
    if rules is not None:
        # what is given here takes the place of what the file says, so that is given again
        import cfnlint.rules  # noqa: PLC0415  # slow to import

        already = (rules, str(Path(cfnlint.rules.__file__).parent))
        others = [other for other in _settings(arguments).append_rules if other not in already]
        arguments += ["--append-rules", rules, *others]
    if regions:
        arguments += ["--regions", *regions]
    return [*arguments, "--template", *map(str, templates)] if templates else arguments


def _settings(arguments: list[str]) -> ConfigMixIn:
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415  # slow to import

    try:
        return ConfigMixIn(arguments)
    except (ValueError, TypeError) as error:
        raise InputError(f"cfn-lint refuses to run with {' '.join(arguments)}: {error}") from error
    except SystemExit as error:
        # its argument parser ends the process, after printing why
        raise InputError(f"cfn-lint refuses to run with {' '.join(arguments)}") from error


def _run(arguments: list[str]) -> list[Match]:
    from cfnlint.exceptions import CfnLintExitException, UnexpectedRuleException  # noqa: PLC0415  # slow to import
    from cfnlint.runner import Runner  # noqa: PLC0415

    try:
        return list(Runner(_settings(arguments)).run())
    except (CfnLintExitException, UnexpectedRuleException, ValueError, TypeError) as error:
        raise InputError(f"cfn-lint refuses to run with {' '.join(arguments)}: {error}") from error


def _finding(match: Match) -> Finding:
    rule = match.rule
    return Finding(
        path=str(match.filename),
        line=match.linenumber,
        column=match.columnnumber,
        rule=rule.id,
        level=next((level for level in LEVELS if level == rule.severity), "error"),
        message=match.message,
        url=rule.source_url,
    )
