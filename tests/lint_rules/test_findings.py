"""Our rules say the same things at the same places as they did, and nothing of what is right."""

import pytest

from tests.lint_rules.expected import FIXTURES, by_our_rules, expected

TEMPLATES = sorted(FIXTURES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_what_is_found_in_a_fixture_is_told_where_it_is(path):
    assert by_our_rules(path) == expected()["fixtures"].get(str(path.relative_to(FIXTURES)), [])


def test_what_was_expected_is_of_fixtures_that_are_there():
    assert set(expected()["fixtures"]) == {str(path.relative_to(FIXTURES)) for path in FIXTURES.glob("*/bad*.yaml")}
