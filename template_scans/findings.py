"""What a scanner finds, what the project has accepted, and how the two compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

TEMPLATE = "(template)"
_BLOCK = re.compile(r"^## Accepted findings$.*?^```yaml\n(?P<rows>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        tool: the scanner.
        rule: its name for the rule.
        template: the template's role.
        resource: the resource's logical id, or `(template)` for the template as a whole.
        message: what the scanner says.
    """

    tool: str
    rule: str
    template: str
    resource: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.tool} {self.rule}, {self.template} {self.resource}: {self.message}"


@dataclass(frozen=True)
class Accepted:
    """One accepted finding, in one or both templates."""

    tool: str
    rule: str
    templates: tuple[str, ...]
    resource: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether this entry is about that finding."""
        about = (finding.tool, finding.rule, finding.resource)
        return about == (self.tool, self.rule, self.resource) and finding.template in self.templates


def read_accepted(page: Path) -> list[Accepted]:
    """The entries in the YAML block of the page's section "Accepted findings".

    Where a row names several resources, each is an entry of its own.

    Raises:
        ValueError: the page has no such block, or an entry lacks something.
    """
    block = _BLOCK.search(page.read_text(encoding="utf-8"))
    if block is None:
        raise ValueError(f"{page}: no YAML block under the heading 'Accepted findings'")
    return [entry for row in yaml.safe_load(block["rows"]) for entry in _entries(page, row)]


def _entries(page: Path, row: dict[str, object]) -> list[Accepted]:
    missing = [name for name in ("tool", "rule", "templates", "resource", "reason") if not row.get(name)]
    if missing:
        raise ValueError(f"{page}: the accepted finding {row} has no {', '.join(missing)}")
    templates, resources = row["templates"], row["resource"]
    if not isinstance(templates, list):
        raise TypeError(f"{page}: templates of {row} is not a list")
    return [
        Accepted(str(row["tool"]), str(row["rule"]), tuple(map(str, templates)), str(resource), str(row["reason"]))
        for resource in (resources if isinstance(resources, list) else [resources])
    ]


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
