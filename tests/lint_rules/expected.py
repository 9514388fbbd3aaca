"""What each mistake of the tests is told as: `python -m tests.lint_rules.expected` writes it to expected.yaml.

Of a fixture the places in the template, of an edit of the pair the line, each with the words. Read what changes in it:
people will.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import yaml
from cfnlint.decode import decode
from cfnlint.template import Template

from lint_rules import RULES
from tests.lint_rules.pair_edits import MISTAKES

FILE = Path(__file__).with_name("expected.yaml")
FIXTURES = Path(__file__).parent / "fixtures"
REGIONS = ["us-east-1", "eu-west-1"]


@cache
def expected():
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def by_our_rules(path):
    """What our rules alone find in a template, without what to do instead; cfn-lint's own take seconds."""
    body, _ = decode(str(path))
    cfn = Template(str(path), body, REGIONS)
    matches = [(rule, match) for rule in RULES for match in rule().match(cfn)]
    return [
        f"{rule.id} {'/'.join(map(str, match.path))}: {match.message.removesuffix(f': {rule.fix}')}"
        for rule, match in matches
    ]


def in_words(findings):
    return [f"{Path(it.path).stem} {it.line}: {it.message}" for it in findings]


def main():
    from tests.lint_rules.test_pair_rules import found  # which reads this module

    pair = {}
    for rule, _, edits, what in MISTAKES:
        with tempfile.TemporaryDirectory() as folder:
            pair[f"{rule} {what}"] = in_words(found(Path(folder), *edits))
    fixtures = {str(path.relative_to(FIXTURES)): by_our_rules(path) for path in sorted(FIXTURES.glob("*/bad*.yaml"))}
    text = yaml.safe_dump({"fixtures": fixtures, "pair": pair}, width=1000, sort_keys=False, allow_unicode=True)
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
