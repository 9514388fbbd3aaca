"""Route 53 goes on watching what an alarm was when its check was made: a changed alarm has to reach the check."""

from dataclasses import replace

import pytest

from templates_src import TEMPLATES, alarms
from templates_src.rendering import render
from tests.flagship.conftest import ROOT, Pair


@pytest.fixture
def changed(pair, tmp_path, monkeypatch):
    """The pair with alarms that take five periods, where those behind health checks took three."""
    add = alarms.add_for_health_check

    def slower(template, spec, stem, parameters):
        add(template, replace(spec, periods=5), stem, parameters)

    monkeypatch.setattr(alarms, "add_for_health_check", slower)
    environment = (ROOT / "environments" / "dev.yaml").read_text()
    for role in ("primary", "secondary"):
        path = tmp_path / f"{role}.yaml"
        path.write_text(render(TEMPLATES[path.name]()))
        environment = environment.replace(f"generated/{role}.yaml", str(path))
    file = tmp_path / "dev.yaml"
    file.write_text(environment)
    return Pair(pair.endpoint, pair.account, str(file))


def followed(pair, check):
    """The check, and the alarm that it follows."""
    found = pair.client("route53", "primary").get_health_check(HealthCheckId=check)["HealthCheck"]
    identifier = found["HealthCheckConfig"]["AlarmIdentifier"]
    role = {"us-east-1": "primary", "eu-west-1": "secondary"}[identifier["Region"]]
    (alarm,) = pair.client("cloudwatch", role).describe_alarms(AlarmNames=[identifier["Name"]])["MetricAlarms"]
    return alarm


def test_a_changed_alarm_reaches_the_check_without_another_check(pair, changed):
    check = pair.outputs("secondary")["OtherRegionHealthCheckId"]
    reader = pair.outputs("primary")["ReaderHealthCheckId"]
    before = followed(pair, check)
    assert before["EvaluationPeriods"] == 3

    changed.deploy()

    after = followed(pair, check)
    assert after["EvaluationPeriods"] == 5
    assert after["AlarmName"] != before["AlarmName"]
    assert pair.outputs("secondary")["OtherRegionHealthCheckId"] == check
    assert pair.outputs("primary")["ReaderHealthCheckId"] == reader
