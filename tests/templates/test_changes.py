"""A change shows in the generated templates where it was made, and nowhere else."""

import difflib

import pytest

from templates_src import TEMPLATES, alarms, database, monitoring, parameter_groups, parameters
from templates_src.rendering import render
from tests.templates.pair import ROLES, path


def changed(role):
    """The lines that differ between the committed template and the one rendered now."""
    now = render(TEMPLATES[f"{role}.yaml"]()).splitlines()
    diff = difflib.unified_diff(path(role).read_text().splitlines(), now, n=0, lineterm="")
    return [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("role", ROLES)
def test_without_a_change_no_line_differs(role):
    assert changed(role) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_setting_of_the_database_changes_its_own_line(role, monkeypatch):
    monkeypatch.setitem(parameter_groups.INSTANCE_SETTINGS, "long_query_time", "2")
    assert changed(role) == ["-        long_query_time: '1'", "+        long_query_time: '2'"]


@pytest.mark.parametrize("role", ROLES)
def test_a_new_setting_is_one_line(role, monkeypatch):
    monkeypatch.setitem(parameter_groups.CLUSTER_SETTINGS, "max_connections", "4000")
    assert changed(role) == ["+        max_connections: '4000'"]


@pytest.mark.parametrize("role", ROLES)
def test_the_seconds_of_monitoring_change_a_line_of_each_instance(role, monkeypatch):
    monkeypatch.setattr(database, "MONITORING_SECONDS", 60)
    assert changed(role) == ["-      MonitoringInterval: 15", "+      MonitoringInterval: 60"] * 2


def test_a_default_of_one_region_changes_that_region_alone(monkeypatch):
    monkeypatch.setitem(parameters._BY_ROLE["secondary"], "BackupWindow", "00:30-01:30")
    assert changed("primary") == []
    assert changed("secondary") == ["-    Default: 01:00-02:00", "+    Default: 00:30-01:30"]


@pytest.mark.parametrize("role", ROLES)
def test_the_limit_of_memory_changes_its_alarm(role, monkeypatch):
    monkeypatch.setattr(monitoring, "_GIBIBYTE", 1024**3 // 2)
    assert [line.strip("+- ").split(":")[0] for line in changed(role)] == ["Threshold"] * 4


@pytest.mark.parametrize("role", ROLES)
def test_other_words_for_an_alarm_change_its_words_alone(role, monkeypatch):
    without = alarms.add

    def reworded(template, spec, **named):
        text = "Busy" if spec.logical_id == "CpuHigh" else spec.description
        without(template, alarms.AlarmSpec(**{**vars(spec), "description": text}), **named)

    monkeypatch.setattr(alarms, "add", reworded)
    assert changed(role) == [
        "-      AlarmDescription: CPU is nearly used up",
        "+      AlarmDescription: Busy",
    ]
