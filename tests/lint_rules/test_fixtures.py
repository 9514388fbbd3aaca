"""Each rule has templates that it finds a mistake in, and neighbours in which nobody finds anything.

A folder is named by its rule: in `bad*.yaml` exactly that rule fires, with all of cfn-lint's own rules on, and in
`good*.yaml` none does.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from lint_rules import RULES
from tests.templates.pair import ROOT
from twinstack.linting.lint import lint

FIXTURES = Path(__file__).parent / "fixtures"
TEMPLATES = sorted(FIXTURES.glob("*/*.yaml"))
FOLDERS = sorted(path.name for path in FIXTURES.iterdir())


@cache
def found():
    findings = {}
    for finding in lint(TEMPLATES, ["us-east-1", "eu-west-1"], config=ROOT / ".cfnlintrc"):
        findings.setdefault(finding.path, []).append(finding)
    return findings


def name(path):
    return os.fspath(path.relative_to(FIXTURES))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_fixture_shows_its_rule_and_nothing_else(path):
    rules = {finding.rule: finding.message for finding in found().get(str(path), [])}
    expected = {path.parent.name} if path.name.startswith("bad") else set()
    assert set(rules) == expected, rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_has_a_bad_template_a_good_neighbour_and_one_through_an_intrinsic_or_condition(rule):
    files = [path.name for path in FIXTURES.glob(f"{rule.id}/*.yaml")]
    assert "bad.yaml" in files
    assert any(file.startswith("bad_through_") for file in files)
    assert any(file.startswith("good") for file in files)


def test_each_folder_belongs_to_a_rule():
    assert set(FOLDERS) - {rule.id for rule in RULES} == set()
