"""The fake CloudFormation does what its module says, so that tests on it say something of AWS."""

import json

import pytest

from tests.fake_cloudformation import FakeClock, FakeCloudFormation
from tests.systems import template
from twinstack.aws.api import ChangeSetRequest, ResourceChange
from twinstack.aws.errors import AwsError

TEMPLATE = """
    Parameters:
      Cidr: {Type: String, Default: 10.0.0.0/16}
      Size: {Type: String, Default: small, AllowedValues: [small, large]}
      Secret: {Type: String, Default: '', NoEcho: true}
    Resources:
      Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}
      Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc, Size: !Ref Size}}
      Bucket: {Type: 'AWS::S3::Bucket', DeletionPolicy: Retain}
    Outputs:
      VpcId: {Value: !Ref Vpc}
      Name: {Value: !Sub 'vpc-${Vpc}-${Bucket.Arn}'}
"""


@pytest.fixture
def aws():
    return FakeCloudFormation(FakeClock())


def request(operation="CREATE", text=TEMPLATE, name="first", parameters=None, tags=None):
    body = template(text).text
    return ChangeSetRequest("pair", name, operation, body, None, parameters or {}, tags or {}, (), "token-" + name)


def made(aws, asked):
    """The change set of a request, described until it is made."""
    arn = aws.create_change_set(asked).arn
    while (change_set := aws.describe_change_set(arn)).status == "CREATE_IN_PROGRESS":
        pass
    return change_set


def run(aws, asked):
    """Executes a change set to its end; returns the stack."""
    aws.execute_change_set(made(aws, asked).arn, asked.token)
    return ended(aws)


def ended(aws, name="pair"):
    aws.clock.sleep(1000)
    return aws.describe_stack(name)


def statuses(aws, stack_id):
    """Every event, the oldest first, as `resource status`."""
    return [f"{event.resource} {event.status}" for event in aws.events(stack_id)][::-1]


def refusal(call, *arguments):
    with pytest.raises(AwsError) as error:
        call(*arguments)
    return f"{error.value.code}: {error.value.reason}"


def test_a_stack_that_was_never_made_is_absent(aws):
    assert aws.describe_stack("pair") is None


def test_a_first_change_set_leaves_a_stack_in_review_in_progress(aws):
    aws.create_change_set(request())
    stack = aws.describe_stack("pair")
    assert (stack.status, stack.outputs) == ("REVIEW_IN_PROGRESS", {})
    assert statuses(aws, stack.stack_id) == ["pair REVIEW_IN_PROGRESS"]


def test_a_change_set_is_made_after_several_descriptions(aws):
    aws.change_set_describes = 3
    arn = aws.create_change_set(request()).arn
    seen = [aws.describe_change_set(arn) for _ in range(3)]
    assert [change_set.status for change_set in seen] == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert [change.resource for change in seen[0].changes] == []
    assert [(change.action, change.resource) for change in seen[2].changes] == [
        ("Add", "Vpc"),
        ("Add", "Table"),
        ("Add", "Bucket"),
    ]


def test_a_creation_takes_time_and_ends_with_outputs(aws):
    aws.execute_change_set(made(aws, request()).arn, "token")
    assert aws.describe_stack("pair").status == "CREATE_IN_PROGRESS"
    aws.clock.sleep(aws.pace)
    assert aws.describe_stack("pair").status == "CREATE_IN_PROGRESS"
    stack = ended(aws)
    assert stack.status == "CREATE_COMPLETE"
    assert stack.outputs == {"VpcId": "vpc-1", "Name": "vpc-vpc-1-bucket-3.Arn"}
    assert statuses(aws, stack.stack_id) == [
        "pair REVIEW_IN_PROGRESS",
        "pair CREATE_IN_PROGRESS",
        "Vpc CREATE_IN_PROGRESS",
        "Vpc CREATE_COMPLETE",
        "Table CREATE_IN_PROGRESS",
        "Table CREATE_COMPLETE",
        "Bucket CREATE_IN_PROGRESS",
        "Bucket CREATE_COMPLETE",
        "pair CREATE_COMPLETE",
    ]
    assert {event.token for event in aws.events(stack.stack_id)} == {"", "token"}


def test_the_submitted_template_is_given_back(aws):
    run(aws, request())
    assert aws.get_template("pair") == json.loads(template(TEMPLATE).text)


def test_an_update_modifies_and_replaces_and_follows_the_replacement(aws):
    before = run(aws, request())
    asked = request("UPDATE", name="second", parameters={"Cidr": "10.9.0.0/16"})
    changes = made(aws, asked).changes
    assert [(change.action, change.resource, change.replacement, change.properties) for change in changes] == [
        ("Modify", "Vpc", "True", ("CidrBlock",)),
        ("Modify", "Table", "True", ("VpcId",)),
    ]
    after = run(aws, request("UPDATE", name="third", parameters={"Cidr": "10.9.0.0/16"}))
    assert after.status == "UPDATE_COMPLETE"
    assert after.outputs["VpcId"] != before.outputs["VpcId"]


def test_an_update_removes_while_it_cleans_up(aws):
    run(aws, request())
    stack = run(aws, request("UPDATE", TEMPLATE.replace("      Table:", "      Other:"), "second"))
    assert statuses(aws, stack.stack_id)[-5:] == [
        "Other CREATE_IN_PROGRESS",
        "Other CREATE_COMPLETE",
        "pair UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "Table DELETE_COMPLETE",
        "pair UPDATE_COMPLETE",
    ]
    assert {entry.resource: entry.status for entry in aws.resources("pair")}["Table"] == "DELETE_COMPLETE"


def test_changed_tags_are_a_change(aws):
    run(aws, request())
    changes = made(aws, request("UPDATE", name="second", tags={"Team": "trading"})).changes
    assert {(change.resource, change.properties) for change in changes} == {
        (name, ("Tags",)) for name in ("Vpc", "Table", "Bucket")
    }


def test_a_change_set_without_changes_fails_as_aws_says_it(aws):
    run(aws, request())
    empty = made(aws, request("UPDATE", name="second"))
    assert (empty.status, empty.execution_status) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in empty.status_reason
    assert refusal(aws.execute_change_set, empty.arn, "t").startswith("InvalidChangeSetStatus")


def test_a_change_set_can_fail_for_a_reason_of_the_test(aws):
    aws.broken_change_sets["pair"] = "Transform is not known"
    broken = made(aws, request())
    assert (broken.status, broken.status_reason) == ("FAILED", "Transform is not known")


def test_a_changed_output_alone_is_a_change(aws):
    run(aws, request())
    only = made(aws, request("UPDATE", TEMPLATE + "      More: {Value: '1'}\n", "second"))
    assert (only.status, only.changes) == ("CREATE_COMPLETE", ())


def test_a_previous_value_is_kept_and_a_secret_is_not_shown(aws):
    run(aws, request(parameters={"Size": "large", "Secret": "hush"}))
    asked = request("UPDATE", name="second", parameters={"Size": None, "Secret": None}, tags={"Team": "trading"})
    stack = run(aws, asked)
    assert stack.parameters == {"Cidr": "10.0.0.0/16", "Size": "large", "Secret": "****"}
    assert aws.stack("pair").content.values["Secret"] == "hush"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        pytest.param(request(parameters={"Size": "huge"}), "AllowedValues", id="a value that is not allowed"),
        pytest.param(request(parameters={"Other": "x"}), "do not exist", id="an unknown parameter"),
        pytest.param(request(parameters={"Size": None}), "must have values", id="a previous value of nothing"),
        pytest.param(request(text=TEMPLATE.replace("vpc-", "v" * 52_000)), "51200", id="a large template"),
        pytest.param(request("UPDATE"), "absent", id="an update of nothing"),
    ],
)
def test_a_wrong_request_is_refused_and_makes_no_stack(aws, asked, reason):
    assert reason in refusal(aws.create_change_set, asked)
    assert aws.describe_stack("pair") is None


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_is_busy_or_broken_takes_no_update(aws, status):
    run(aws, request())
    aws.stack("pair").status = status
    assert "can not be updated" in refusal(aws.create_change_set, request("UPDATE", name="second"))


def test_a_stack_that_exists_is_not_created_again(aws):
    run(aws, request())
    assert "already exists" in refusal(aws.create_change_set, request(name="second"))


def test_a_name_is_taken_once_and_a_change_set_in_progress_is_not_deleted(aws):
    arn = aws.create_change_set(request()).arn
    assert refusal(aws.create_change_set, request()).startswith("AlreadyExistsException")
    assert refusal(aws.delete_change_set, arn).startswith("InvalidChangeSetStatus")


def test_executing_a_change_set_takes_all_others_with_it(aws):
    other = made(aws, request(name="other"))
    run(aws, request())
    assert aws.change_set_names() == []
    assert refusal(aws.describe_change_set, other.arn).startswith("ChangeSetNotFound")


def test_a_failed_creation_cancels_the_rest_and_rolls_back(aws):
    aws.fail("Table", "too many")
    stack = run(aws, request())
    assert stack.status == "ROLLBACK_COMPLETE"
    assert statuses(aws, stack.stack_id)[4:] == [
        "Table CREATE_IN_PROGRESS",
        "Table CREATE_FAILED",
        "Bucket CREATE_FAILED",
        "pair ROLLBACK_IN_PROGRESS",
        "Table DELETE_COMPLETE",
        "Vpc DELETE_COMPLETE",
        "pair ROLLBACK_COMPLETE",
    ]
    reasons = {event.resource: event.reason for event in aws.events(stack.stack_id) if event.status == "CREATE_FAILED"}
    assert reasons == {"Table": "too many", "Bucket": "Resource creation cancelled"}
    assert stack.outputs == {}


def test_a_failed_update_leaves_what_was_there(aws):
    before = run(aws, request())
    aws.fail("Table", "no")
    after = run(aws, request("UPDATE", name="second", parameters={"Size": "large"}))
    assert after.status == "UPDATE_ROLLBACK_COMPLETE"
    assert (after.parameters, after.outputs) == (before.parameters, before.outputs)
    assert {entry.status for entry in aws.resources("pair")} == {"CREATE_COMPLETE"}


@pytest.mark.parametrize(("operation", "status"), [("CREATE", "ROLLBACK_FAILED"), ("UPDATE", "UPDATE_ROLLBACK_FAILED")])
def test_a_rollback_can_get_stuck(aws, operation, status):
    if operation == "UPDATE":
        run(aws, request())
    aws.fail("Table", "no", stuck=True)
    assert run(aws, request(operation, name="second", parameters={"Size": "large"})).status == status


def test_a_deleted_stack_is_known_by_its_id_only_and_keeps_what_is_retained(aws):
    stack = run(aws, request())
    aws.delete_stack(stack.stack_id, "bye")
    assert aws.describe_stack("pair").status == "DELETE_IN_PROGRESS"
    assert ended(aws) is None
    assert aws.describe_stack(stack.stack_id).status == "DELETE_COMPLETE"
    assert statuses(aws, stack.stack_id)[-4:] == [
        "Bucket DELETE_SKIPPED",
        "Table DELETE_COMPLETE",
        "Vpc DELETE_COMPLETE",
        "pair DELETE_COMPLETE",
    ]
    assert next(aws.events(stack.stack_id)).token == "bye"


def test_a_stack_made_again_has_new_physical_ids(aws):
    before = run(aws, request())
    aws.delete_by_hand("pair")
    after = run(aws, request())
    assert before.stack_id != after.stack_id
    assert before.outputs["VpcId"] != after.outputs["VpcId"]


def test_a_protected_stack_is_not_deleted(aws):
    stack = run(aws, request())
    aws.set_termination_protection("pair", enabled=True)
    assert "TerminationProtection" in refusal(aws.delete_stack, stack.stack_id, "t")
    aws.set_termination_protection("pair", enabled=False)
    aws.fail("Table", "it is in use")
    aws.delete_stack(stack.stack_id, "t")
    assert ended(aws).status == "DELETE_FAILED"


def test_an_empty_stack_in_review_is_deleted_at_once(aws):
    created = aws.create_change_set(request())
    aws.delete_stack(created.stack_id, "t")
    assert (aws.describe_stack("pair"), aws.change_set_names()) == (None, [])


def test_calls_are_refused_as_often_as_is_said(aws):
    aws.refuse("describe_stack", "Throttling", times=2)
    assert [refusal(aws.describe_stack, "pair") for _ in range(2)] == ["Throttling: the test says so"] * 2
    assert aws.describe_stack("pair") is None


def test_calls_and_policies_are_recorded(aws):
    run(aws, request())
    aws.set_stack_policy("pair", "{}")
    assert aws.mutations() == ["create_change_set", "execute_change_set", "set_stack_policy"]
    assert aws.tokens("execute_change_set") == ["token-first"]
    assert aws.stack("pair").policies == ["{}"]
    assert aws.stack_policy("pair") == "{}"


def test_further_entries_of_a_change_set_have_no_effect(aws):
    aws.extra_changes["pair"] = [ResourceChange("Remove", "Ghost", "AWS::S3::Bucket")]
    assert made(aws, request()).changes[-1].resource == "Ghost"
    assert "Ghost" not in [entry.resource for entry in aws.resources(run(aws, request(name="again")).stack_id)]


def test_the_clock_only_notes_what_is_waited(aws):
    aws.clock.interrupted_at = 2
    aws.clock.sleep(3)
    with pytest.raises(KeyboardInterrupt):
        aws.clock.sleep(4)
    assert (aws.clock.now(), aws.clock.waits) == (7, [3, 4])
