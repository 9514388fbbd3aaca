"""`docs/rules.md`, made from the rules themselves: `python -m twinstack.linting.page FILE` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lint_rules import RULES, _rule
from pair_rules import RULES as PAIR_RULES
from pair_rules import PairRule
from twinstack.files import write_whole

COVERAGE = Path(__file__).with_name("coverage.yaml")

_HEAD = """\
<!-- Made by `make generate` from lint_rules/ and pair_rules/; edit the rules. -->
# Lint rules for databases that have to survive the loss of a region

cfn-lint and the policy scanners know the schema of a template. They do not know what breaks a global database.
These rules do.
E is what AWS refuses, or what puts data at risk; W is what works badly.

## Using them

In a project of your own, with the package installed (`pip install` and the path of a checkout), `.cfnlintrc` needs
three lines:

```yaml
templates: ['*.yaml']
append_rules: [lint_rules]
regions: [us-east-1, eu-west-1]
```

then `cfn-lint`. A rule is switched off as any other: `ignore_checks` in that file, or in a resource's metadata.
The rules on pairs need to know which stack is which, and run in `python deploy.py lint` and before every deployment.

A finding in a template that is right is a mistake of ours. The rules read through conditions, `Fn::If`, parameters with
defaults and nested intrinsics, and stay silent about a value that only a deployment knows.
What they found in 251 templates of other people is in [rules-on-other-templates.md](rules-on-other-templates.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join(
        [_HEAD, *_section("Rules on one template", RULES), *_section("Rules on a pair", PAIR_RULES), *_map()]
    )


def coverage() -> list[dict[str, Any]]:
    """What goes wrong, by topic: each fact with the rules that see it, or the reason why none can."""
    topics: list[dict[str, Any]] = yaml.safe_load(COVERAGE.read_text(encoding="utf-8"))
    return topics


def _section(title: str, rules: tuple[type[_rule.Rule] | PairRule, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| rule | finds |\n|---|---|"
    for rule in rules:
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.shortdesc} |"
    for rule in rules:
        yield f"\n### {rule.id}\n\n**{rule.shortdesc}.** {rule.description}\n"
        yield f"To do: {rule.fix}.\n\n[Source]({rule.source_url}) · {', '.join(rule.tags)}"
    yield ""


def _map() -> Iterator[str]:
    yield "## What goes wrong, and which rule sees it\n"
    yield "Where no template can show a mistake, the reason stands in place of a rule. Rules without link: cfn-lint's."
    for topic in coverage():
        yield f"\n### {topic['topic']}\n\n| what | seen by |\n|---|---|"
        for row in topic["facts"]:
            seen = ", ".join(map(_link, row["rules"])) if "rules" in row else f"*not in a template:* {row['reason']}"
            yield f"| {row['fact']} | {seen} |"


def _link(rule: str) -> str:
    return f"[{rule}](#{rule.lower()})" if rule[1:3] in ("95", "97") else rule


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), page() + "\n")
