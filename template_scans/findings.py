"""What a scanner finds, what the project has accepted, and how the two compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

EVERY = "*"
_BLOCK = re.compile(r"^## Accepted findings$.*?^```yaml\n(?P<rows>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        tool: the scanner.
        rule: its name for the rule.
        template: the template's role.
        resource: the resource's logical id, or '' for the template as a whole.
        message: what the scanner says.
    """

    tool: str
    rule: str
    template: str
    resource: str
    message: str = ""

    def __str__(self) -> str:
        where = f"{self.template} {self.resource}".strip()
        return f"{self.tool} {self.rule}, {where}: {self.message}"


@dataclass(frozen=True)
class Accepted:
    """One accepted finding; `resource` may be `*` where a rule speaks about everything."""

    tool: str
    rule: str
    templates: tuple[str, ...]
    resource: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether this entry is about that finding."""
        same = (self.tool, self.rule) == (finding.tool, finding.rule) and finding.template in self.templates
        return same and self.resource in (EVERY, finding.resource)


def read_accepted(page: Path) -> list[Accepted]:
    """The entries in the YAML block of the page's section "Accepted findings".

    Raises:
        ValueError: the page has no such block, or an entry lacks something.
    """
    block = _BLOCK.search(page.read_text(encoding="utf-8"))
    if block is None:
        raise ValueError(f"{page}: no YAML block under the heading 'Accepted findings'")
    return [_entry(page, row) for row in yaml.safe_load(block["rows"])]


def _entry(page: Path, row: dict[str, object]) -> Accepted:
    missing = [name for name in ("tool", "rule", "templates", "resource", "reason") if not row.get(name)]
    if missing:
        raise ValueError(f"{page}: the accepted finding {row} has no {', '.join(missing)}")
    templates = row["templates"]
    if not isinstance(templates, list):
        raise TypeError(f"{page}: templates of {row} is not a list")
    return Accepted(
        str(row["tool"]), str(row["rule"]), tuple(map(str, templates)), str(row["resource"]), str(row["reason"])
    )


def compare(found: Sequence[Finding], accepted: Iterable[Accepted]) -> list[str]:
    """What is wrong, a line each: findings that nobody accepted, and entries that nothing needs any more."""
    entries = list(accepted)
    lines = [str(finding) for finding in found if not any(entry.covers(finding) for entry in entries)]
    for entry in entries:
        unneeded = [
            template
            for template in entry.templates
            if not any(entry.covers(finding) and finding.template == template for finding in found)
        ]
        if unneeded:
            what = f"{entry.tool} {entry.rule}, {entry.resource}"
            lines.append(f"accepted but not found any more in {', '.join(unneeded)}: {what}")
    return lines
