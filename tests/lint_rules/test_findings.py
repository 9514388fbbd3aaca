"""Our rules say the same things at the same places as they did, and nothing of what is right."""

import pytest

from tests.lint_rules.expected import FIXTURES, by_our_rules, expected

TEMPLATES = sorted(FIXTURES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_what_is_found_in_a_fixture_is_told_where_it_is(path):
    assert by_our_rules(path) == expected()["fixtures"].get(str(path.relative_to(FIXTURES)), [])


def test_what_was_expected_is_of_fixtures_that_are_there():
    assert set(expected()["fixtures"]) == {str(path.relative_to(FIXTURES)) for path in FIXTURES.glob("*/bad*.yaml")}


def changed(tmp_path, fixture, was, becomes):
    path = tmp_path / "template.yaml"
    path.write_text((FIXTURES / fixture).read_text().replace(was, becomes))
    return by_our_rules(path)


def test_instances_that_wait_for_each_other_are_read_to_the_end(tmp_path):
    """What is wrong with them cfn-lint says."""
    last = "Second:\n    Type: AWS::RDS::DBInstance\n"
    circle = f"{last}    DependsOn: Third\n"
    third = f"{last.replace('Second', 'Third')}    DependsOn: Second\n"
    found = changed(tmp_path, "W9560/bad.yaml", f"  {last}", f"  {third}  {circle}")
    assert [line.partition(": ")[2].partition(" of ")[0] for line in found] == ["First and Second"]


def test_a_lifecycle_rule_of_the_legacy_form_ends_versions_too(tmp_path):
    """That the form is a legacy one is another rule's finding."""
    was = "            ExpirationInDays: 365\n"
    legacy = (
        f"{was}          - Id: legacy\n            Status: Enabled\n            NoncurrentVersionExpirationInDays: 9\n"
    )
    said = changed(tmp_path, "W9562/bad_in_two_rules.yaml", was, legacy)
    assert {line.split()[0] for line in said} == {"W9546"}
