"""What our rules have in common.

Rules import this module and not its class: cfn-lint makes a rule of every rule class that it sees in a module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfnlint.rules._rule import CloudFormationLintRule, RuleMatch
from cfnlint.template.template import Template

Path = list[str | int]


class Rule(CloudFormationLintRule):
    """One mistake.

    Attributes:
        id: E95xx where AWS refuses or data is at risk, W95xx where it works badly.
        shortdesc: The mistake in a few words.
        description: Why it is one.
        fix: What to do instead.
        source_url: Where the fact comes from.
        tags: The services it is about.
    """

    fix = ""

    def match(self, cfn: Template) -> list[RuleMatch]:
        """What is wrong in a template, each finding once."""
        found: dict[tuple[Any, ...], str] = {}
        for path, message in self.findings(cfn):
            found.setdefault(tuple(path), message)
        return [RuleMatch(list(path), f"{message}: {self.fix}") for path, message in found.items()]

    def findings(self, cfn: Template) -> Iterator[tuple[Path, str]]:
        """The path of each mistake in the template, and what is wrong there."""
        raise NotImplementedError
