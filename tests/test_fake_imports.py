"""The fake CloudFormation imports as its module says, so that tests on it say something of AWS."""

import pytest

from tests.fake_cloudformation import FakeClock, FakeCloudFormation
from tests.systems import template
from twinstack.aws.api import ChangeSetRequest, ResourceToImport
from twinstack.aws.errors import AwsError

KEPT = """
    Resources:
      Vpc: {Type: 'AWS::EC2::VPC', DeletionPolicy: Retain}
      Bucket: {Type: 'AWS::S3::Bucket', DeletionPolicy: RetainExceptOnCreate}
"""
TYPES = {"Vpc": "AWS::EC2::VPC", "Bucket": "AWS::S3::Bucket"}


@pytest.fixture
def aws():
    """A region with a stack that was deleted and has kept a network, `vpc-1`, and a bucket, `bucket-2`."""
    there = FakeCloudFormation(FakeClock(), change_set_describes=0)
    execute(there, request("CREATE"))
    there.delete_stack(there.stack("pair").id, "deletes")
    rest(there)
    return there


def request(operation="IMPORT", text=KEPT, name="first", tags=None, **ids):
    ids = {"Vpc": "vpc-1", "Bucket": "bucket-2", **ids} if operation == "IMPORT" else {}
    wanted = tuple(ResourceToImport(one, TYPES[one], {"Id": given}) for one, given in ids.items() if given)
    body = template(text).text
    return ChangeSetRequest(
        "pair", name, operation, body, None, {}, tags or {}, (), f"token-{name}", resources_to_import=wanted
    )


def execute(aws, asked):
    aws.execute_change_set(aws.create_change_set(asked).arn, asked.token)
    rest(aws)


def rest(aws):
    aws.clock.sleep(600)
    aws.describe_stacks()


def test_a_deleted_stack_is_remembered_with_what_it_kept(aws):
    (stack_id,) = aws.deleted_stacks("pair")
    kept = [(it.resource, it.physical_id, it.status) for it in aws.resources(stack_id)]
    assert kept == [("Vpc", "vpc-1", "DELETE_SKIPPED"), ("Bucket", "bucket-2", "DELETE_SKIPPED")]
    assert aws.deleted_stacks("other") == []


def test_what_was_kept_is_there_until_somebody_removes_it(aws):
    assert aws.left.exists("AWS::EC2::VPC", "vpc-1")
    aws.left.removed.add("vpc-1")
    assert not aws.left.exists("AWS::EC2::VPC", "vpc-1")
    assert not aws.left.exists("AWS::EC2::VPC", "vpc-7")


def test_an_import_takes_in_what_was_there_under_the_same_ids(aws):
    change_set = aws.describe_change_set(aws.create_change_set(request()).arn)
    found = [(it.action, it.resource, it.physical_id, it.details, it.replacement) for it in change_set.changes]
    assert found == [("Import", "Vpc", "vpc-1", (), "False"), ("Import", "Bucket", "bucket-2", (), "False")]
    aws.execute_change_set(change_set.arn, "token")
    rest(aws)
    stack = aws.stack("pair")
    assert stack.status == "IMPORT_COMPLETE"
    assert {name: stack.content.physical_id(name) for name in TYPES} == {"Vpc": "vpc-1", "Bucket": "bucket-2"}
    statuses = [event.status for event in aws.events(stack.id) if event.resource == "Vpc"][::-1]
    assert statuses == ["IMPORT_IN_PROGRESS", "IMPORT_COMPLETE", "UPDATE_COMPLETE"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (request(Vpc="", Bucket=""), "Must Provide at least one resource to import"),
        (request(tags={"a": "b"}), r"cannot modify or add \[Tags\]"),
        (request(text=KEPT + "    Outputs: {Name: {Value: !Ref Vpc}}\n"), r"cannot modify or add \[Outputs\]"),
        (request(Bucket=""), r"\['Bucket'\] is missing from ResourceToImport"),
        (request(text=KEPT.replace("Bucket: {", "Store: {"), Bucket=""), r"\['Store'\] is missing"),
        (request(text=KEPT.replace("DeletionPolicy: Retain}", "Metadata: {}}")), r"\['Vpc'\] must have DeletionPolicy"),
    ],
)
def test_what_an_import_must_not_have_is_refused(aws, asked, reason):
    with pytest.raises(AwsError, match=reason):
        aws.create_change_set(asked)


def test_what_is_not_there_fails_the_change_set(aws):
    aws.left.removed.add("vpc-1")
    change_set = aws.describe_change_set(aws.create_change_set(request()).arn)
    assert (change_set.status, change_set.execution_status) == ("FAILED", "UNAVAILABLE")
    assert "'vpc-1' was not found" in change_set.status_reason


def test_what_a_stack_has_cannot_be_imported_into_another(aws):
    execute(aws, request())
    asked = ChangeSetRequest(**{**vars(request(name="second")), "stack_name": "other"})
    assert "already exists in stack" in aws.describe_change_set(aws.create_change_set(asked).arn).status_reason


def test_a_failed_import_leaves_an_empty_stack_without_a_template(aws):
    aws.fail("Bucket", "it is in use")
    execute(aws, request())
    stack = aws.stack("pair")
    assert (stack.status, stack.content.resources, aws.get_template("pair")) == ("ROLLBACK_COMPLETE", {}, {})
    assert aws.left.owner("vpc-1") is None
