"""docs/inventory.md has every resource of both templates once, as the templates have it."""

import re

import pytest

from templates_src.inventory import page
from tests.templates.pair import ROLES, ROOT, properties, resources

PAGE = (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8")
LISTED, _, ALARMS = PAGE.partition("## The alarms in a row")


def rows(text):
    """The rows of the tables of a text, by what stands in their first cell."""
    lines = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `"))
    return [(cells[0].strip("`"), *cells[1:]) for cells in lines]


def test_the_page_is_current():
    assert page() + "\n" == PAGE


def test_every_resource_of_both_templates_stands_there_once_with_its_type_and_template():
    there = {role: resources(role) for role in ROLES}
    found = [row[:3] for row in rows(LISTED)]
    assert len({name for name, *_ in found}) == len(found)
    assert {name: (kind, where) for name, kind, where in found} == {
        name: (body["Type"], "both" if all(name in it for it in there.values()) else role)
        for role, listed in there.items()
        for name, body in listed.items()
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_condition_is_named_where_it_decides(role):
    said = {name: when for name, _, _, when, _ in rows(LISTED)}
    for name, body in resources(role).items():
        assert set(re.findall(r"`(\w+)`", said[name])) >= ({body["Condition"]} if "Condition" in body else set()), name


def test_every_resource_says_what_it_is_for():
    assert [name for name, *_, purpose in rows(LISTED) if not purpose.strip()] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_alarm_is_in_a_row_with_metric_statistic_threshold_and_silence(role):
    said = {name: cells for name, *cells in rows(ALARMS)}
    for name in resources(role, "AWS::CloudWatch::Alarm"):
        found = properties(role, name)
        _, metric, statistic, fires, silence = said[name]
        assert metric == f"{found['Namespace']} {found['MetricName']}"
        assert statistic == f"{found['Statistic']} of {found['Period']} s"
        threshold = found["Threshold"]
        assert (threshold["Ref"] if isinstance(threshold, dict) else f"{threshold:,}") in fires
        missing = found["TreatMissingData"]
        assert all(word in silence for word in (missing["Fn::If"][1:] if isinstance(missing, dict) else [missing]))
    assert set(said) == {name for each in ROLES for name in resources(each, "AWS::CloudWatch::Alarm")}
