"""Drift of every stack, found side by side and by waiting."""

import pytest

from twinstack.aws.api import StackResource
from twinstack.drifting.report import Unchecked, as_data, nothing_known
from twinstack.errors import UnreachableError
from twinstack.planning.touched import NESTED_STACK
from twinstack.screen.events import Waiting

PRIMARY, SECONDARY = "pair-dev-primary", "pair-dev-secondary"


def test_nothing_has_drifted_in_a_pair_that_nobody_touched(live):
    found = live.detect()
    assert {role: each.status for role, each in found.items()} == {"primary": "IN_SYNC", "secondary": "IN_SYNC"}
    assert not any(each.has_drifted(nothing_known) or each.unread for each in found.values())


def test_what_was_changed_by_hand_is_found_with_both_values(live):
    live.drifts["primary"].tamper(PRIMARY, "Bucket", "/Versioning/Status", "Enabled", "Suspended")
    found = live.detect()
    assert found["secondary"].status == "IN_SYNC"
    (resource,) = as_data(found["primary"], nothing_known)["resources"]
    assert resource == {
        "resource": "Bucket",
        "type": "AWS::S3::Bucket",
        "physical_id": live.stack("primary").listed["Bucket"].physical_id,
        "status": "MODIFIED",
        "checked": "2026-11-20T09:30:00+00:00",
        "differences": [
            {
                "property": "/Versioning/Status",
                "difference": "NOT_EQUAL",
                "expected": "Enabled",
                "actual": "Suspended",
                "means": "",
                "source": "",
            }
        ],
    }


def test_what_was_deleted_by_hand_is_found(live):
    live.drifts["secondary"].delete(SECONDARY, "Bucket")
    (resource,) = as_data(live.detect()["secondary"], nothing_known)["resources"]
    assert (resource["resource"], resource["status"]) == ("Bucket", "DELETED")


def test_what_was_put_right_again_is_no_drift_any_more(live):
    live.drifts["primary"].delete(PRIMARY, "Bucket")
    assert live.detect()["primary"].has_drifted(nothing_known)
    live.drifts["primary"].repair(PRIMARY, "Bucket")
    assert not live.detect()["primary"].has_drifted(nothing_known)


def test_it_waits_longer_and_longer_for_all_stacks_at_once_and_says_for_which(live):
    live.drifts["primary"].detection_describes = 4
    live.detect()
    assert live.clock.waits == [1.0, 1.5, 2.25]
    assert [event.text for event in live.screen.of(Waiting)] == [
        "AWS is looking for drift: primary, secondary, 0 s",
        "AWS is looking for drift: primary, 1 s",
        "AWS is looking for drift: primary, 2 s",
    ]


def test_a_detection_that_never_ends_is_given_up_after_half_an_hour(live):
    live.drifts["primary"].detection_describes = 10_000
    found = live.detect()
    assert found["primary"].status == "unknown"
    assert found["primary"].reason == "AWS is still looking after 1800 s"
    assert found["secondary"].status == "IN_SYNC"


def test_looking_changes_nothing(live):
    live.drifts["primary"].delete(PRIMARY, "Bucket")
    live.detect()
    assert live.mutations() == []


def test_a_type_that_aws_does_not_look_at_is_named(live):
    live.drifts["primary"].without_detection = {"AWS::EC2::Route", "AWS::EC2::RouteTable"}
    found = live.detect()["primary"]
    assert found.unchecked == (
        Unchecked("Table", "AWS::EC2::RouteTable"),
        Unchecked("Route", "AWS::EC2::Route"),
    )
    assert not found.unread


def test_a_resource_that_aws_could_not_look_at_is_named_with_why_and_the_stack_is_not_read_whole(live):
    live.drifts["primary"].failing = {"Bucket": "Access Denied"}
    found = live.detect()["primary"]
    assert found.unchecked == (Unchecked("Bucket", "AWS::S3::Bucket", "Access Denied"),)
    assert found.reason == "Failed to detect drift on resources [Bucket]"
    assert found.unread


def test_a_stack_that_could_not_be_read_does_not_hide_the_others(live):
    live.aws["secondary"].refuse("detect_stack_drift", "AccessDenied")
    live.drifts["primary"].delete(PRIMARY, "Bucket")
    found = live.detect()
    assert found["secondary"].status == "unknown"
    assert "AccessDenied" in found["secondary"].reason
    assert found["primary"].has_drifted(nothing_known)


@pytest.mark.parametrize("call", ["describe_stack_drift_detection_status", "describe_stack_resource_drifts"])
def test_an_answer_that_is_refused_later_leaves_the_stack_unread(live, call):
    live.aws["secondary"].refuse(call, "Throttling")
    found = live.detect()
    assert (found["secondary"].status, found["primary"].status) == ("unknown", "IN_SYNC")
    assert found["secondary"].unread


def test_it_fails_when_not_one_stack_could_be_read(live):
    for aws in live.aws.values():
        aws.refuse("describe_stack", UnreachableError("no network"))
    with pytest.raises(UnreachableError, match="none of the stacks could be read:\nno network\nno network"):
        live.detect()


def test_a_stack_that_is_not_there_has_no_drift(new):
    found = new.detect()
    assert {each.status for each in found.values()} == {"absent"}
    assert not any(each.unread for each in found.values())


def test_a_stack_that_is_being_updated_is_left_unread(live):
    live.stack("primary").status = "UPDATE_IN_PROGRESS"
    assert "is in UPDATE_IN_PROGRESS state" in live.detect()["primary"].reason


def test_it_goes_into_nested_stacks_which_aws_leaves_out(live):
    aws = live.aws["primary"]
    aws.put("inner", {}, nested=True)
    inner = aws.stack("inner")
    inner.listed["Queue"] = StackResource("Queue", "AWS::SQS::Queue", "queue-1", "CREATE_COMPLETE")
    live.stack("primary").listed["Inner"] = StackResource("Inner", NESTED_STACK, inner.id, "CREATE_COMPLETE")
    live.drifts["primary"].without_detection = {NESTED_STACK}
    live.drifts["primary"].delete("inner", "Queue")
    found = live.detect()["primary"]
    assert [drift.resource for drift in found.drifts if drift.status == "DELETED"] == ["Inner/Queue"]
    assert (found.status, found.unchecked) == ("DRIFTED", ())
