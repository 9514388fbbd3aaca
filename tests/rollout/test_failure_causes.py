"""The first real cause of a failed operation: which one it is, and where it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.rollout.deployments import Deployments, with_note
from twinstack.aws.api import OperationEvent, StackEvent
from twinstack.aws.errors import AwsError
from twinstack.errors import TwinStackError
from twinstack.rollout.operations.failure_causes import cause_of, failed_at, first_failure, words
from twinstack.rollout.operations.operation import Operation
from twinstack.screen.events import StepFailed, Warning_

STACK = "AWS::CloudFormation::Stack"
OWN = "arn:aws:cloudformation:us-east-1:1:stack/pair/1"
INNER = "arn:aws:cloudformation:us-east-1:1:stack/pair-Network/2"
INNERMOST = "arn:aws:cloudformation:us-east-1:1:stack/pair-Network-Zone/3"


def event(resource, status, reason="", kind="AWS::EC2::VPC", *, at=0, of="", hook=""):
    return StackEvent("id", moment(at), resource, of, kind, status, reason, "token", hook=hook)


def moment(seconds):
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


class Screen:
    def __init__(self):
        self.told = []

    def tell(self, told):
        self.told.append(told)


class Cloud:
    """CloudFormation with the events of some stacks, as lists with the oldest first."""

    def __init__(self, nested=None, newer=()):
        self.nested, self.newer = nested or {}, newer

    def events(self, stack_id):
        if stack_id not in self.nested:
            raise AwsError("DescribeStackEvents", "AccessDenied", "no", "primary")
        return iter(self.nested[stack_id][::-1])

    def failed_events(self, _operation):
        return list(self.newer)


def cause(events, nested=None, newer=(), screen=None):
    operation = Operation("primary", Cloud(nested, newer), OWN, "token", frozenset(), None, events=list(events))
    if newer:
        operation.events = [replace(each, operation="operation-1") for each in operation.events]
    return cause_of(operation, screen or Screen())


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], None, id="nothing happened"),
        pytest.param([event("Vpc", "CREATE_COMPLETE")], None, id="nothing failed"),
        pytest.param(
            [
                event("Table", "CREATE_FAILED", "Resource creation cancelled", at=1),
                event("Vpc", "CREATE_FAILED", "no more VPCs", at=2),
                event("Route", "CREATE_FAILED", "a later one", at=3),
            ],
            "Vpc (AWS::EC2::VPC) CREATE_FAILED: no more VPCs",
            id="a cancelled one comes first",
        ),
        pytest.param(
            [
                event("Table", "CREATE_FAILED", "a later one", at=9),
                event("Vpc", "CREATE_FAILED", "the first one", at=2),
            ],
            "Vpc (AWS::EC2::VPC) CREATE_FAILED: the first one",
            id="told in another order than it happened",
        ),
        pytest.param(
            [
                event("Fleet", "CREATE_FAILED", "The spot request was canceled by a person"),
                event("Vpc", "CREATE_FAILED", "x", at=1),
            ],
            "Fleet (AWS::EC2::VPC) CREATE_FAILED: The spot request was canceled by a person",
            id="its own reason speaks of something cancelled",
        ),
        pytest.param(
            [
                event("pair", "UPDATE_FAILED", "The following failed: [Vpc]", STACK, of=OWN),
                event("Vpc", "UPDATE_FAILED", "refused", at=1),
            ],
            "Vpc (AWS::EC2::VPC) UPDATE_FAILED: refused",
            id="the summary of the stack comes first",
        ),
        pytest.param(
            [event("Vpc", "CREATE_FAILED", "Resource creation cancelled")],
            "Vpc (AWS::EC2::VPC) CREATE_FAILED: Resource creation cancelled",
            id="there is nothing else",
        ),
        pytest.param(
            [event("Vpc", "CREATE_FAILED")], "Vpc (AWS::EC2::VPC) CREATE_FAILED: no reason given", id="without a reason"
        ),
        pytest.param(
            [
                event("Group", "DELETE_FAILED", "has a dependent object", at=1),
                event("Subnet", "DELETE_FAILED", "has dependencies", at=2),
                event("Group", "DELETE_COMPLETE", at=3),
            ],
            "Subnet (AWS::EC2::VPC) DELETE_FAILED: has dependencies",
            id="a deletion that went well when it was tried again",
        ),
        pytest.param(
            [event("Vpc", "CREATE_FAILED", "no more VPCs", at=1), event("Vpc", "DELETE_COMPLETE", at=2)],
            "Vpc (AWS::EC2::VPC) CREATE_FAILED: no more VPCs",
            id="what failed is deleted by the rollback",
        ),
        pytest.param(
            [event("Vpc", "CREATE_FAILED", "first\r\n  second\n\nthird")],
            "Vpc (AWS::EC2::VPC) CREATE_FAILED: first second third",
            id="a reason of several lines",
        ),
        pytest.param(
            [
                event(
                    "pair",
                    "UPDATE_ROLLBACK_IN_PROGRESS",
                    "Export a cannot be deleted as it is in use by b",
                    STACK,
                    of=OWN,
                )
            ],
            "UPDATE_ROLLBACK_IN_PROGRESS: Export a cannot be deleted as it is in use by b",
            id="rolled back although no resource failed",
        ),
        pytest.param(
            [
                event("Bucket", "CREATE_IN_PROGRESS", hook="Our::Hook: not encrypted", at=1),
                event("Bucket", "CREATE_FAILED", "The following hook(s) failed: [Our::Hook]", at=2),
            ],
            "Bucket (AWS::EC2::VPC) CREATE_FAILED: The following hook(s) failed: [Our::Hook]; Our::Hook: not encrypted",
            id="a hook, which says why in an event of its own",
        ),
    ],
)
def test_the_first_cause(events, expected):
    assert cause(events) == expected


def nested(name, reason="Embedded stack was not successfully created", *, of, at):
    return event(name, "CREATE_FAILED", reason, STACK, of=of, at=at)


def begun():
    return event("pair", "CREATE_IN_PROGRESS", "User Initiated", STACK, of=OWN, at=1)


def test_the_cause_is_looked_for_inside_nested_stacks_as_deep_as_they_go():
    inside = {
        INNER: [
            event("Old", "CREATE_FAILED", "of an operation before this one"),
            event("Table", "CREATE_FAILED", "Resource creation cancelled", at=5),
            nested("Zone", of=INNERMOST, at=6),
            event("pair-Network", "CREATE_FAILED", "The following failed: [Zone]", STACK, of=INNER, at=7),
        ],
        INNERMOST: [event("Record", "CREATE_FAILED", "it exists already", "AWS::Route53::RecordSet", at=4)],
    }
    assert cause([begun(), nested("Network", of=INNER, at=8)], inside) == (
        "Network/Zone/Record (AWS::Route53::RecordSet) CREATE_FAILED: it exists already"
    )


def test_what_failed_in_a_nested_stack_before_a_resource_beside_it_is_the_cause_though_the_stack_fails_later():
    inside = {INNER: [event("Vpc", "CREATE_FAILED", "no more VPCs", at=3)]}
    events = [begun(), event("Bucket", "CREATE_FAILED", "taken", at=5), nested("Network", of=INNER, at=8)]
    assert cause(events, inside) == "Network/Vpc (AWS::EC2::VPC) CREATE_FAILED: no more VPCs"
    inside = {INNER: [event("Vpc", "CREATE_FAILED", "no more VPCs", at=6)]}
    assert cause(events, inside) == "Bucket (AWS::EC2::VPC) CREATE_FAILED: taken"


def test_a_nested_stack_that_was_never_made_or_says_nothing_is_itself_the_cause():
    never = nested("Network", "Template error", of="", at=2)
    assert cause([begun(), never]) == f"Network ({STACK}) CREATE_FAILED: Template error"
    assert cause([begun(), nested("Network", of=INNER, at=2)], {INNER: []}).endswith("was not successfully created")


def test_a_nested_stack_whose_events_cannot_be_read_is_named_and_that_is_told():
    screen = Screen()
    told = cause([begun(), nested("Network", of=INNER, at=2)], screen=screen)
    assert told == f"Network ({STACK}) CREATE_FAILED: Embedded stack was not successfully created"
    (warning,) = screen.told
    assert isinstance(warning, Warning_)
    assert "nested stack Network could not be read" in warning.text


def test_a_hook_among_the_newer_events_counts_where_it_was_before_what_failed_in_a_nested_stack():
    hook = OperationEvent(
        "HOOK_INVOCATION_ERROR", moment(2), "Bucket", "AWS::S3::Bucket", "HOOK_FAILED", "no", "Our", "FAIL"
    )
    inside = {INNER: [event("Vpc", "CREATE_FAILED", "no more VPCs", at=3)]}
    events = [begun(), nested("Network", of=INNER, at=8)]
    assert cause(events, inside, [hook]) == "Bucket (AWS::S3::Bucket) HOOK_FAILED by Our: no"
    assert cause(events, inside, [replace(hook, time=moment(4))]).startswith("Network/Vpc ")


def test_a_hook_among_the_newer_events_counts_before_the_stacks_own_resources_whenever_it_was():
    """Its sentence is the fuller one of the two about the same failure."""
    hook = OperationEvent(
        "HOOK_INVOCATION_ERROR", moment(4), "Bucket", "AWS::S3::Bucket", "HOOK_FAILED", "no", "Our", "FAIL"
    )
    own = [begun(), event("Bucket", "CREATE_FAILED", "The following hook(s) failed: [Our]", at=3)]
    assert cause(own, newer=[hook]) == "Bucket (AWS::S3::Bucket) HOOK_FAILED by Our: no"
    assert cause([begun()], newer=[hook]) == "Bucket (AWS::S3::Bucket) HOOK_FAILED by Our: no"


def test_the_moment_of_a_failure_is_that_of_the_resource_and_of_the_stack_only_where_there_is_no_other():
    summary = event("pair", "UPDATE_FAILED", "The following failed: [Vpc]", STACK, of=OWN, at=2)
    refused = event("Vpc", "UPDATE_FAILED", "refused", at=5)
    network = nested("Network", of=INNER, at=4)

    def moments(*events):
        return failed_at(Operation("primary", Cloud(), OWN, "token", frozenset(), None, events=list(events)))

    assert moments(summary, refused) == moment(5)
    assert moments(summary, refused, network) == moment(4)
    assert moments(begun(), summary) == moment(2)
    assert moments(begun()) == datetime.max.replace(tzinfo=UTC)


def test_the_cause_of_several_stacks_that_fail_in_one_pass_is_the_one_that_failed_first_and_stands_last(tmp_path):
    one = {"Resources": "{Vpc: {Type: 'AWS::EC2::VPC'}, Table: {Type: 'AWS::EC2::RouteTable'}}"}
    templates = {
        role: f"Metadata: {{TwinStack: {{Role: {role}}}}}\nResources: {one['Resources']}\n" for role in ("one", "two")
    }
    both = Deployments(tmp_path, templates)
    both.aws["one"].fail("Table", "failed later")
    both.aws["two"].fail("Vpc", "failed first")
    with pytest.raises(TwinStackError) as failed:
        both.deploy()
    assert [line.rpartition(": ")[2] for line in str(failed.value).splitlines()] == ["failed later", "failed first"]
    assert [step.stack for step in both.screen.of(StepFailed)] == ["two", "one"]


def test_what_failed_in_an_earlier_pass_stands_after_the_error_that_came_of_it(live):
    live.templates = {role: with_note(text) for role, text in live.templates.items()}
    live.aws["secondary"].fail("Table", "the cause")
    with pytest.raises(TwinStackError) as failed:
        live.deploy()
    assert str(failed.value).splitlines()[-1].endswith("the cause")


REASONS = some.sampled_from(["", "Resource creation cancelled", "Resource update canceled", "no", "cancelled by hand"])
STATUSES = some.sampled_from(["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_FAILED", "DELETE_COMPLETE"])
EVENTS = some.lists(
    some.builds(
        lambda name, status, reason, at: event(name, status, reason, at=at),
        some.sampled_from("ABCD"),
        STATUSES,
        REASONS,
        some.integers(0, 5),
    ),
    max_size=8,
)


@given(EVENTS)
def test_in_any_list_of_events_the_cause_failed_and_nothing_that_really_failed_was_before_it(events):
    found = first_failure(events, OWN)
    failures = [each for each in events if each.status.endswith("_FAILED")]
    assert (found is None) == (not failures)
    if found is None:
        return
    assert found in failures
    gone = {each.resource for each in events if each.status == "DELETE_COMPLETE"}
    own = [
        each
        for each in failures
        if not each.reason.startswith("Resource ") and not (each.status == "DELETE_FAILED" and each.resource in gone)
    ]
    assert not own or (found in own and found.time == min(each.time for each in own))


@given(EVENTS, some.randoms(use_true_random=False))
def test_the_moment_of_the_cause_does_not_hang_on_the_order_in_which_events_are_told(events, order):
    other = list(events)
    order.shuffle(other)
    one, two = first_failure(events, OWN), first_failure(other, OWN)
    assert (one and one.time) == (two and two.time)


@given(some.text())
def test_a_reason_of_any_text_makes_one_line_that_names_the_resource(reason):
    (line,) = words(event("Vpc", "CREATE_FAILED", reason)).splitlines()
    assert line.startswith("Vpc (AWS::EC2::VPC) CREATE_FAILED: ")
