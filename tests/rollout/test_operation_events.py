"""What AWS's newer events add to a run, and a run without them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.rollout.deployments import with_note
from twinstack.aws.api import OperationEvent, StackEvent
from twinstack.errors import TwinStackError
from twinstack.rollout.change_sets.operation_events import sentence
from twinstack.rollout.operations.operation import Operation
from twinstack.rollout.operations.watching import watch
from twinstack.screen.events import ChangeSetMade, ResourceProgress, StepFailed, Warning_

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
CONFLICT = OperationEvent(
    "VALIDATION_ERROR",
    MOMENT,
    "Bucket",
    "AWS::S3::Bucket",
    "FAILED",
    "it exists already",
    "NAME_CONFLICT_VALIDATION",
    "FAIL",
    "/Resources/Bucket/Properties/BucketName",
)
FULL = OperationEvent(
    "VALIDATION_ERROR", MOMENT, "Old", "AWS::S3::Bucket", "FAILED", "it holds objects", "BUCKET_EMPTINESS", "WARN"
)
SKIPPED = OperationEvent("VALIDATION_ERROR", MOMENT, "Vpc", "AWS::EC2::VPC", "SKIPPED", "not now", "QUOTA", "WARN")
HOOK = OperationEvent(
    "HOOK_INVOCATION_ERROR",
    MOMENT,
    "Bucket",
    "AWS::S3::Bucket",
    "HOOK_COMPLETE_FAILED",
    "not encrypted",
    "Our::Hook",
    "FAIL",
)


def warnings(pair):
    return [event.text for event in pair.screen.of(Warning_)]


def numbered(pair, role="primary"):
    """Has AWS say of each event which operation it belongs to: its token, as a number would."""
    aws, events = pair.aws[role], pair.aws[role].events
    aws.events = lambda stack_id: (
        replace(event, operation=f"operation of {event.token}") for event in events(stack_id)
    )


def test_what_validation_found_explains_a_change_set_that_aws_could_not_make(pair):
    pair.aws["primary"].broken_change_sets["pair-dev-primary"] = "Early validation failed"
    pair.aws["primary"].validation = [CONFLICT, FULL]
    with pytest.raises(TwinStackError) as failed:
        pair.deploy()
    assert str(failed.value).startswith(
        "pair-dev-primary: AWS could not make the change set (FAILED): Early validation failed\n"
        "Bucket (AWS::S3::Bucket) FAILED by NAME_CONFLICT_VALIDATION at /Resources/Bucket/Properties/BucketName: it "
        "exists already"
    )
    assert "it holds objects" not in str(failed.value)


def test_a_change_set_that_failed_is_told_also_when_validation_cannot_be_asked(pair):
    pair.aws["primary"].broken_change_sets["pair-dev-primary"] = "Early validation failed"
    pair.aws["primary"].refuse("change_set_events", "AccessDenied")
    with pytest.raises(TwinStackError, match=r"what validation found could not be read: .*AccessDenied"):
        pair.deploy()
    assert pair.stacks() == []


def test_what_validation_warns_of_is_shown_before_the_person_is_asked(pair):
    pair.aws["primary"].validation = [FULL, SKIPPED]
    seen = []

    def confirm(_question):
        seen.append(warnings(pair))
        return True

    pair.deploy(confirm=confirm)
    assert seen[0] == [
        "primary: AWS's validation warns: Old (AWS::S3::Bucket) FAILED by BUCKET_EMPTINESS: it holds objects"
    ]


def test_a_run_goes_on_without_the_newer_events_and_says_so(pair):
    for aws in pair.aws.values():
        aws.refuse("change_set_events", "AccessDenied")
    pair.deploy()
    assert pair.status("primary") == "UPDATE_COMPLETE"
    assert warnings(pair) == [
        f"AWS's events by operation could not be read; hooks and validation are not told of: {region}: "
        "change_set_events was refused: AccessDenied: the test says so"
        for region in ("us-east-1", "eu-west-1")
    ]


def test_a_hook_that_stopped_an_operation_is_the_cause(live):
    numbered(live)
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "Hook failed")
    live.aws["primary"].failures = [
        OperationEvent("PROVISIONING_ERROR", MOMENT, "Z", "T", "CREATE_FAILED", "Resource creation cancelled"),
        OperationEvent("PROVISIONING_ERROR", MOMENT + timedelta(1), "Late", "T", "CREATE_FAILED", "another failed"),
        OperationEvent("VALIDATION_ERROR", MOMENT - timedelta(1), "Early", "T", "FAILED", "only a warning", "", "WARN"),
        HOOK,
    ]
    with pytest.raises(TwinStackError):
        live.deploy()
    (failed,) = live.screen.of(StepFailed)
    assert failed.cause == "Bucket (AWS::S3::Bucket) HOOK_COMPLETE_FAILED by Our::Hook: not encrypted"


def test_without_newer_events_the_cause_is_read_from_the_older_ones(live):
    numbered(live)
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "no more tables")
    live.aws["primary"].refuse("failed_events", "InvalidAction")
    with pytest.raises(TwinStackError):
        live.deploy()
    (failed,) = live.screen.of(StepFailed)
    assert failed.cause == "Table (AWS::EC2::RouteTable) UPDATE_FAILED: no more tables"


def test_an_aws_without_operation_ids_is_not_asked_for_the_failures_of_one(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].fail("Table", "no more tables")
    with pytest.raises(TwinStackError):
        live.deploy()
    assert "failed_events" not in [call for call, _, _ in live.aws["primary"].calls]


@pytest.mark.parametrize(
    ("token", "operation", "ours"),
    [
        ("ours", "operation-1", True),
        ("ours", "rollback-2", True),
        ("", "operation-1", True),
        ("", "", True),
        ("", "somebody-else", False),
        ("theirs", "operation-1", False),
    ],
)
def test_an_event_belongs_to_the_operation_by_its_token_or_by_the_operation_that_aws_gave_it(
    live, token, operation, ours
):
    aws, stack_id = live.aws["primary"], live.stack("primary").id
    begun = StackEvent(
        "1", MOMENT, "x", stack_id, "AWS::CloudFormation::Stack", "UPDATE_COMPLETE", "", "ours", "operation-1"
    )
    other = StackEvent("2", MOMENT, "Other", "o-1", "T", "UPDATE_COMPLETE", "", token, operation)
    aws.events = lambda _stack_id: iter([other, begun])
    run = live.run()
    watch(run, [Operation("primary", aws, stack_id, "ours", frozenset(), None)])
    assert ("Other" in [event.resource for event in run.screen.of(ResourceProgress)]) is ours


def test_the_change_set_is_shown_after_its_warnings(pair):
    pair.aws["primary"].validation = [FULL]
    pair.deploy()
    kinds = [type(event) for event in pair.screen.events if isinstance(event, (Warning_, ChangeSetMade))]
    assert kinds[:2] == [Warning_, ChangeSetMade]


MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (OperationEvent("VALIDATION_ERROR", MOMENT), "the stack VALIDATION_ERROR: no reason given"),
        (
            OperationEvent("STACK_EVENT", MOMENT, "Bucket", "AWS::S3::Bucket", "CREATE_FAILED", "it\nexists"),
            "Bucket (AWS::S3::Bucket) CREATE_FAILED: it exists",
        ),
        (
            OperationEvent(
                "VALIDATION_ERROR",
                MOMENT,
                "Bucket",
                "AWS::S3::Bucket",
                "FAILED",
                "taken",
                "NAME_CONFLICT",
                "WARN",
                "/Name",
            ),
            "Bucket (AWS::S3::Bucket) FAILED by NAME_CONFLICT at /Name: taken",
        ),
    ],
)
def test_an_event_in_words_is_what_where_by_which_check_and_why(event, words):
    assert sentence(event) == words
