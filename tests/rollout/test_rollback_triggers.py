"""Alarms that roll an update back: which are sent with a change set, which are left out, what a breach is called."""

import json
from dataclasses import replace

import pytest

from tests.rollout.deployments import with_note
from twinstack.aws.errors import AwsError
from twinstack.errors import TwinStackError
from twinstack.screen.events import ChangeSetMade, Note, StepFailed, Warning_

ALARMS = """\
      Lag: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}
      Any: {Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {AlarmRule: x}}
    Outputs:
"""
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


@pytest.fixture
def watched(pair):
    """The linked pair, whose primary has two alarms in OK, both of them triggers."""
    pair.templates["primary"] = pair.templates["primary"].replace("    Outputs:\n", ALARMS)
    pair.environment["rollback_triggers"] = {"alarms": ["Lag", "Any"], "monitoring_minutes": 5}
    pair.deploy()
    names = {name: pair.stack("primary").listed[name].physical_id for name in ("Lag", "Any")}
    pair.names = names
    pair.aws["primary"].alarms.states.update(dict.fromkeys(names.values(), "OK"))
    pair.templates["primary"] = with_note(pair.templates["primary"])
    return pair


def sent(deployments, role="primary"):
    """The triggers of the last change set, and the monitoring time."""
    request = deployments.aws[role].requests[-1]
    return [(trigger.arn, trigger.type) for trigger in request.rollback_triggers], request.monitoring_minutes


def left_out(deployments):
    return [event.text for event in deployments.screen.of(Warning_) if "rollback trigger" in event.text]


def test_neither_a_creation_nor_the_update_that_links_has_any(watched):
    creation, linking = watched.aws["primary"].requests
    assert (creation.rollback_triggers, linking.rollback_triggers) == ((), ())
    assert watched.aws["primary"].alarms.asked == []


def test_the_update_that_links_says_that_it_has_none(pair):
    pair.templates["primary"] = pair.templates["primary"].replace("    Outputs:\n", ALARMS)
    pair.environment["rollback_triggers"] = {"alarms": ["Lag"]}
    pair.deploy()
    (note,) = [event.text for event in pair.screen.of(Note) if "rollback triggers" in event.text]
    assert note == (
        "  primary: no rollback triggers: the stack is not linked before this update (PeeringId, PeerCidr, PeerBucket)"
    )


def test_an_update_of_the_linked_stack_is_watched_over_by_its_alarms_that_are_ok(watched):
    watched.deploy()
    assert sent(watched) == (
        [
            (ARN + watched.names["Lag"], "AWS::CloudWatch::Alarm"),
            (ARN + watched.names["Any"], "AWS::CloudWatch::CompositeAlarm"),
        ],
        5,
    )
    assert left_out(watched) == []
    assert "primary: rolled back if Lag or Any goes into ALARM during this update and for 5 minutes after it" in (
        watched.told()
    )
    assert watched.aws["primary"].rollbacks_disabled[-1] is False


@pytest.mark.parametrize("state", ["ALARM", "INSUFFICIENT_DATA"])
def test_an_alarm_that_is_not_ok_is_left_out_with_its_state(watched, state):
    watched.aws["primary"].alarms.states[watched.names["Lag"]] = state
    watched.deploy()
    assert [arn for arn, _ in sent(watched)[0]] == [ARN + watched.names["Any"]]
    assert left_out(watched) == [f"primary: Lag is no rollback trigger of this update: it is {state} now"]


def test_an_alarm_that_the_update_changes_is_left_out_and_not_asked_about(watched):
    watched.templates["primary"] = watched.templates["primary"].replace("Threshold: 1", "Threshold: 2")
    watched.deploy()
    assert [arn for arn, _ in sent(watched)[0]] == [ARN + watched.names["Any"]]
    assert left_out(watched) == ["primary: Lag is no rollback trigger of this update: this update changes it, or may"]
    assert watched.aws["primary"].alarms.asked == [[watched.names["Any"]]]


def test_an_alarm_that_the_update_may_touch_is_left_out(watched):
    """It refers to what the update changes."""
    text = watched.templates["primary"].replace("AlarmRule: x", "AlarmRule: !GetAtt Table.Any")
    watched.templates["primary"] = text
    watched.deploy()
    watched.templates["primary"] = text.replace("Note: '1'", "Note: '2'")
    watched.deploy()
    assert left_out(watched) == ["primary: Any is no rollback trigger of this update: this update changes it, or may"]


def test_an_alarm_that_is_not_there_yet_or_gone_is_left_out(watched):
    text = watched.templates["primary"]
    watched.templates["primary"] = text.replace(
        "      Lag:", "      New: {Type: 'AWS::CloudWatch::Alarm'}\n      Lag:", 1
    )
    watched.environment["rollback_triggers"] = {"alarms": ["New", "Lag"], "monitoring_minutes": 5}
    del watched.aws["primary"].alarms.states[watched.names["Lag"]]
    watched.deploy()
    assert sent(watched)[0] == []
    assert left_out(watched) == [
        "primary: New is no rollback trigger of this update: it is not there yet",
        f"primary: Lag is no rollback trigger of this update: CloudWatch has no alarm {watched.names['Lag']}",
    ]


def test_an_alarm_that_was_deleted_is_not_there_yet(watched):
    stack = watched.stack("primary")
    stack.listed["Lag"] = replace(stack.listed["Lag"], status="DELETE_COMPLETE")
    watched.deploy()
    assert left_out(watched) == ["primary: Lag is no rollback trigger of this update: it is not there yet"]


def test_the_update_that_brings_a_new_link_has_none(watched):
    """The parameter is not on AWS yet, so the update turns on what hangs on it."""
    text = watched.templates["primary"].replace("Wiring: {", "Wiring: {PeerEndpoint: secondary.Endpoint, ")
    watched.templates["primary"] = text.replace(
        "    Parameters:\n", "    Parameters:\n      PeerEndpoint: {Type: String, Default: ''}\n"
    )
    watched.deploy()
    assert sent(watched) == ([], 0)
    assert "no rollback triggers: the stack is not linked before this update (PeerEndpoint)" in watched.told()


def test_a_stack_without_such_alarms_has_none_and_nothing_is_said(watched):
    watched.templates["secondary"] = with_note(watched.templates["secondary"])
    watched.deploy()
    assert sent(watched, "secondary") == ([], 0)
    assert watched.aws["secondary"].alarms.asked == []
    assert left_out(watched) == []


def test_without_the_key_no_alarm_is_looked_at_and_none_is_sent(watched):
    del watched.environment["rollback_triggers"]
    watched.deploy()
    assert sent(watched) == ([], 0)
    assert watched.aws["primary"].alarms.asked == []


def test_no_right_to_look_at_alarms_stops_the_step_that_was_to_have_triggers(watched):
    watched.aws["primary"].alarms.refusal = AwsError("DescribeAlarms", "AccessDenied", "no", "primary")
    with pytest.raises(TwinStackError, match="DescribeAlarms was refused: AccessDenied"):
        watched.deploy()
    assert watched.change_sets() == []


def test_taking_the_stacks_apart_is_not_rolled_back_by_the_alarms_that_it_sets_off(watched):
    watched.destroy()
    assert watched.stacks() == []
    assert sent(watched) == ([], 0)


def test_telling_a_stack_what_to_keep_is_not_watched_over_either(watched):
    watched.deploy()
    watched.destroy(retain=("primary.Bucket",))
    keeping, unlinking = watched.aws["primary"].requests[-2:]
    assert '"DeletionPolicy":"Retain"' in keeping.template
    assert (keeping.rollback_triggers, unlinking.rollback_triggers) == ((), ())


def test_a_breach_rolls_back_and_is_what_the_run_reports(watched):
    alarms = watched.aws["primary"].alarms

    def goes_off(event):
        if isinstance(event, ChangeSetMade):
            alarms.states[watched.names["Lag"]] = "ALARM"

    watched.screen.react = goes_off
    with pytest.raises(TwinStackError) as error:
        watched.deploy()
    lag, other = watched.names["Lag"], watched.names["Any"]
    assert str(error.value) == (
        "primary (us-east-1) ended in UPDATE_ROLLBACK_COMPLETE: rolled back by a rollback trigger: (the fake's words) "
        f"rollback trigger {lag} went into ALARM; the alarms: {lag} (ALARM now), {other} (OK now)"
    )
    assert watched.screen.of(StepFailed)[0].cause.startswith("rolled back by a rollback trigger")


def test_a_breach_is_reported_although_the_alarms_can_no_longer_be_asked_about(watched):
    alarms = watched.aws["primary"].alarms

    def goes_off(event):
        if isinstance(event, ChangeSetMade):
            alarms.states[watched.names["Lag"]] = "ALARM"
            alarms.refusal = AwsError("DescribeAlarms", "Throttling", "slow down", "primary")

    watched.screen.react = goes_off
    with pytest.raises(TwinStackError, match=r"rollback trigger: .*; the alarms: lag-\d+ \(state not known now\)"):
        watched.deploy()


def test_the_failure_of_a_resource_is_not_put_down_to_the_alarms(watched):
    watched.aws["primary"].fail("Table", "no")
    with pytest.raises(
        TwinStackError, match=r"UPDATE_ROLLBACK_COMPLETE: Table \(AWS::EC2::RouteTable\) UPDATE_FAILED: no"
    ):
        watched.deploy()


def test_a_saved_plan_has_them_too(watched):
    saved = watched.save()
    assert len(sent(watched)[0]) == 2
    watched.deploy(saved=saved)
    assert json.loads(watched.told().splitlines()[-1])["event"] == "wires"
