"""cfn-lint finds nothing in our templates, in any region they may go to, and finds what is planted elsewhere."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from template_scans.findings import read_accepted
from tests.templates.pair import ROLES, ROOT, path, template
from twinstack.errors import InputError
from twinstack.linting.lint import Finding, lint


def test_the_templates_are_clean_in_every_region_that_was_asked_for():
    regions = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"]
    assert lint([path(role) for role in ROLES], regions, config=ROOT / ".cfnlintrc", rules=None) == []


def test_plain_cfn_lint_in_the_project_folder_is_clean_too():
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_ignored_is_ignored_by_name_in_the_template():
    ignoring = [line.strip() for role in ROLES for line in path(role).read_text().splitlines() if "ignore_" in line]
    # a field of the global endpoint, as an output and as a record, and a check that is healthy without data on purpose
    assert sorted(ignoring) == ["ignore_checks: [E1010]", "ignore_checks: [E6101]", "ignore_checks: [W9526]"]
    assert "ignore_checks: []" in (ROOT / ".cfnlintrc").read_text()


@pytest.mark.parametrize("role", ROLES)
def test_without_what_is_ignored_cfn_lint_finds_what_the_decisions_accept_and_nothing_else(role, tmp_path):
    body = json.loads(json.dumps(template(role)))
    for part in (body, *body["Resources"].values()):
        part.get("Metadata", {}).pop("cfn-lint", None)
    bare = tmp_path / f"{role}.json"
    bare.write_text(json.dumps(body))
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "-c", "I", "--format", "json", "--", bare],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {(match["Rule"]["Id"], match["Location"]["Path"][1]) for match in json.loads(done.stdout)}
    accepted = read_accepted(ROOT / "docs" / "decisions.md")
    # our own rules are not run here
    accepted = [a for a in accepted if a.tool == "cfn-lint" and role in a.templates and not a.rule.startswith("W95")]
    assert found == {(a.rule, a.resource) for a in accepted}


@pytest.fixture
def broken(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text(
        dedent("""\
            Parameters:
              Unused: {Type: String}
            Resources:
              Bucket:
                Type: AWS::S3::Buckt
            """)
    )
    return file


def test_findings_carry_rule_level_place_and_message_and_warnings_are_among_them(broken):
    found = lint([broken], ["us-east-1"], config=None, rules=None)
    assert [(finding.rule, finding.level, finding.line) for finding in found] == [
        ("W2001", "warning", 2),
        ("E3006", "error", 5),
    ]
    assert found[1].path == str(broken)
    assert "AWS::S3::Buckt" in found[1].message


def test_a_finding_reads_as_an_editor_wants_it():
    finding = Finding("a.yaml", 3, 5, "E3006", "error", "no such type")
    assert str(finding) == "a.yaml:3:5: E3006 no such type"


def test_the_config_file_is_obeyed(broken, tmp_path):
    config = tmp_path / "rc"
    config.write_text("ignore_checks: [W2001]\n")
    assert [finding.rule for finding in lint([broken], ["us-east-1"], config=config, rules=None)] == ["E3006"]


def test_rules_of_the_project_are_run(broken, tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "NoBuckets.py").write_text(
        dedent("""\
            from cfnlint.rules import CloudFormationLintRule, RuleMatch


            class NoBuckets(CloudFormationLintRule):
                id = "E9901"
                shortdesc = "No buckets"
                description = "For the test"

                def match(self, cfn):
                    return [RuleMatch(["Resources", name], "a bucket") for name in cfn.get_resources()]
            """)
    )
    found = lint([broken], ["us-east-1"], config=None, rules=str(rules))
    assert ("E9901", 4) in [(finding.rule, finding.line) for finding in found]


def test_no_templates_are_no_findings():
    assert lint([], ["us-east-1"]) == []


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.yaml"):
        lint([tmp_path / "gone.yaml"], ["us-east-1"])


def test_an_unknown_region_is_named():
    with pytest.raises(InputError, match="mars-north-1"):
        lint([path("primary")], ["mars-north-1"], config=None, rules=None)
