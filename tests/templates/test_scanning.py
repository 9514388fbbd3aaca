"""Other people's scanners find in the templates what docs/decisions.md accepts, and every entry there is needed."""

import json
import re
import subprocess
from dataclasses import replace

import pytest

from template_scans.findings import Accepted, Finding, compare, read_accepted
from tests.templates.pair import ROLES, ROOT

PAGE = ROOT / "docs" / "decisions.md"
PYTHON = ROOT / ".venv-scan" / "bin" / "python"
ENTRIES = [entry for entry in read_accepted(PAGE) if entry.tool != "cfn-lint"]  # which has a test of its own
BUCKET = Finding("checkov", "CKV_1", "primary", "Bucket", "no log")
ACCEPTED = Accepted("checkov", "CKV_1", ("primary",), "Bucket", "on purpose")


@pytest.fixture(scope="module")
def found():
    if not PYTHON.exists():
        pytest.skip("the scanners are not installed; `make lint` installs them")
    done = subprocess.run(
        [PYTHON, "-m", "template_scans", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Finding(**finding) for finding in json.loads(done.stdout)]


def test_the_scanners_find_what_is_accepted_and_nothing_else(found):
    assert {finding.template for finding in found} == set(ROLES)
    assert compare(found, ENTRIES) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.tool}-{entry.rule}-{entry.resource}")
def test_without_an_entry_its_findings_are_reported(found, entry):
    left = compare(found, [other for other in ENTRIES if other != entry])
    assert left
    assert all(line.startswith(f"{entry.tool} {entry.rule}, ") for line in left)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.tool}-{entry.rule}-{entry.resource}")
def test_an_entry_is_needed_in_every_template_that_it_names(found, entry):
    for role in entry.templates:
        kept = [f for f in found if not (entry.covers(f) and f.template == role)]
        assert compare(kept, ENTRIES) == [
            f"accepted but not found any more in {role}: {entry.tool} {entry.rule}, {entry.resource}"
        ]


def test_an_accepted_finding_is_quiet():
    assert compare([BUCKET], [ACCEPTED]) == []


@pytest.mark.parametrize(
    "change", [{"tool": "other"}, {"rule": "CKV_2"}, {"template": "secondary"}, {"resource": "Other"}]
)
def test_a_finding_that_differs_is_reported_and_leaves_the_entry_unneeded(change):
    lines = compare([replace(BUCKET, **change)], [ACCEPTED])
    assert len(lines) == 2
    assert lines[1] == "accepted but not found any more in primary: checkov CKV_1, Bucket"


def test_a_row_of_several_resources_is_an_entry_for_each(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "## Accepted findings\n\n```yaml\n"
        "- {tool: checkov, rule: CKV_1, templates: [primary], resource: [Bucket, Key], reason: on purpose}\n```\n"
    )
    assert read_accepted(page) == [ACCEPTED, replace(ACCEPTED, resource="Key")]


def test_an_entry_without_a_reason_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("## Accepted findings\n\n```yaml\n- {tool: a, rule: b, templates: [primary], resource: c}\n```\n")
    with pytest.raises(ValueError, match="has no reason"):
        read_accepted(page)


def test_a_page_without_the_list_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("## Other\n")
    with pytest.raises(ValueError, match="no YAML block"):
        read_accepted(page)


def test_every_file_that_the_decisions_name_exists():
    named = re.findall(r"`([a-z_]+/[a-z_./-]+\.(?:py|yaml|md))`", PAGE.read_text())
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
