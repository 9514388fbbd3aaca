"""docs/rules.md says of each rule what it is, and of each known mistake which rule sees it or why none can."""

import cfnlint.core
import pytest

from lint_rules import RULES
from pair_rules import RULES as PAIR_RULES
from tests.templates.pair import ROOT
from twinstack.linting import page

EVERY = [*RULES, *PAIR_RULES]
FACTS = [(topic["topic"], row) for topic in page.coverage() for row in topic["facts"]]


def test_the_page_is_current():
    assert (ROOT / "docs" / "rules.md").read_text() == page.page() + "\n"


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_a_rule_says_what_why_where_from_and_what_to_do(rule):
    assert rule.shortdesc
    assert rule.fix
    assert rule.tags
    assert rule.source_url.startswith("https://")
    assert rule.description.endswith(".")
    assert not rule.fix.endswith(".")


def test_the_ids_are_in_a_range_of_their_own_and_differ():
    ids = [rule.id for rule in EVERY]
    assert len(ids) == len(set(ids))
    assert {rule.id[1:3] for rule in RULES} == {"95"}
    assert {rule.id[1:3] for rule in PAIR_RULES} == {"97"}
    assert {name[0] for name in ids} == {"E", "W"}


@pytest.mark.parametrize(("topic", "row"), FACTS, ids=[f"{topic}: {row['fact']}" for topic, row in FACTS])
def test_each_mistake_is_seen_by_rules_or_has_a_reason(topic, row):
    assert ("rules" in row) != ("reason" in row)


def test_the_rules_that_are_named_exist_and_each_of_ours_is_named():
    named = {rule for _, row in FACTS for rule in row.get("rules", ())}
    ours = {rule.id for rule in EVERY}
    theirs = set(cfnlint.core.get_rules([], [], ["I", "W", "E"]).all_rules)
    assert named - ours - theirs == set()
    assert ours - named == set()
