"""The exit codes of `drift`: what counts, and what could not be read."""

import json
from dataclasses import replace

import pytest

from twinstack.cli import drift as command
from twinstack.cli.options import Settings
from twinstack.clock import SystemClock
from twinstack.errors import PartialError, UnreachableError

PRIMARY, SECONDARY = "pair-dev-primary", "pair-dev-secondary"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234"


@pytest.fixture
def drift(live, monkeypatch, capsys):
    """Runs the command on the deployed pair; returns its exit code and its events."""
    run = live.run()
    monkeypatch.setattr(command, "read_environment", lambda settings: (run.environment, run.planner))
    monkeypatch.setattr(command, "connect", lambda *arguments, **options: run.clients)
    monkeypatch.setattr(SystemClock, "now", lambda self: live.clock.now())
    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: live.clock.sleep(seconds))

    def drift(*, preview=False):
        code = command.run(Settings(format="json"), preview=preview)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return drift


def told(events, kind="drift"):
    return [event for event in events if event["event"] == kind]


def test_without_drift_it_is_0(drift):
    assert drift()[0] == 0


def test_with_drift_it_is_3(live, drift):
    live.drifts["secondary"].delete(SECONDARY, "Bucket")
    code, events = drift()
    assert code == 3
    assert [stack["drifted"] for stack in told(events)[0]["stacks"]] == [False, True]


def test_known_false_drift_alone_is_0_and_named(live, drift):
    live.drifts["primary"].tamper(PRIMARY, "Bucket", "/KmsKeyId", "1234", KEY)
    code, events = drift()
    assert code == 0
    (false,) = told(events)[0]["stacks"][0]["false_drifts"]
    assert false["why"] == "the template has the id of the key and AWS reads its ARN"


def test_real_drift_beside_a_false_one_is_3(live, drift):
    live.drifts["primary"].tamper(PRIMARY, "Bucket", "/KmsKeyId", "1234", KEY)
    live.drifts["primary"].tamper(PRIMARY, "Bucket", "/Versioning", "on", "off")
    assert drift()[0] == 3


def test_a_stack_that_could_not_be_read_is_7(live, drift):
    live.aws["secondary"].refuse("detect_stack_drift", "AccessDenied")
    with pytest.raises(PartialError, match=r"^partial: secondary could not be read: .*AccessDenied") as error:
        drift()
    assert error.value.exit_code == 7


def test_a_resource_that_aws_could_not_look_at_is_7(live, drift):
    live.drifts["primary"].failing = {"Bucket": "Access Denied"}
    with pytest.raises(PartialError, match=r"^partial: primary could not be read: .*Bucket"):
        drift()


def test_drift_beside_a_stack_that_could_not_be_read_is_3(live, drift):
    live.aws["secondary"].refuse("detect_stack_drift", "AccessDenied")
    live.drifts["primary"].delete(PRIMARY, "Bucket")
    assert drift()[0] == 3


def test_when_nothing_could_be_read_it_fails(live, drift):
    for aws in live.aws.values():
        aws.refuse("describe_stack", UnreachableError("no network"))
    with pytest.raises(UnreachableError):
        drift()


def test_a_preview_is_made_of_the_drifted_stack_only_and_hides_secrets(live, drift):
    from tests.drifting.test_preview import BACK

    secret = replace(BACK.details[0], name="MasterUserPassword", path="/Properties/MasterUserPassword")
    live.drifts["primary"].reverting[PRIMARY] = [replace(BACK, details=(secret,))]
    live.drifts["primary"].delete(PRIMARY, "Bucket")
    code, events = drift(preview=True)
    (preview,) = told(events, "revert-preview")
    assert (code, preview["stack"], preview["reason"]) == (3, "primary", "")
    assert preview["changes"][0]["details"] == [
        {"property": "/Properties/MasterUserPassword", "before": "****", "after": "****"}
    ]
    assert live.change_sets() == []
