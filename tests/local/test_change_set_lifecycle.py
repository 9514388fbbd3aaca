"""How long a change set lasts."""

import json

import pytest
from botocore.exceptions import ClientError


def topic(name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def whole(name):
    return {"Resources": {"Topic": topic(name)}}


def executing(stack, change_set):
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])


def refusal(stack, change_set):
    with pytest.raises(ClientError) as refused:
        executing(stack, change_set)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def described(stack, change_set):
    return stack.api.describe_change_set(ChangeSetName=change_set["ChangeSetId"])


def test_a_change_set_is_executed_once(stack):
    change_set = stack.deploy_template(whole("one"), {})
    assert described(stack, change_set)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    arn = change_set["ChangeSetId"]
    assert refusal(stack, change_set) == (
        "InvalidChangeSetStatus",
        f"ChangeSet [{arn}] cannot be executed in its current execution status of [EXECUTE_COMPLETE]",
    )
    stack.delete()


def test_an_update_without_it_makes_a_change_set_obsolete(stack):
    stack.deploy_template(whole("one"), {})
    saved = stack.change_set(whole("two"))
    stack.api.update_stack(StackName=stack.name, TemplateBody=json.dumps(whole("three")))
    stack.settled()
    assert described(stack, saved)["ExecutionStatus"] == "OBSOLETE"
    arn = saved["ChangeSetId"]
    assert refusal(stack, saved) == (
        "InvalidChangeSetStatus",
        f"ChangeSet [{arn}] cannot be executed in its current execution status of [OBSOLETE]",
    )
    stack.delete()


def test_executing_one_change_set_deletes_the_others(stack):
    stack.deploy_template(whole("one"), {})
    first, second = stack.change_set(whole("two")), stack.change_set(whole("three"))
    executing(stack, second)
    stack.settled()
    assert refusal(stack, first)[0] == "ChangeSetNotFound"
    stack.delete()


def test_a_second_change_set_of_a_stack_that_is_not_there_yet_is_one_more_of_the_same_stack(stack):
    first, second = stack.change_set(whole("one")), stack.change_set(whole("two"))
    assert first["StackId"] == second["StackId"]
    listed = stack.api.list_change_sets(StackName=stack.name)["Summaries"]
    assert {entry["ChangeSetId"] for entry in listed} == {first["ChangeSetId"], second["ChangeSetId"]}
    assert stack.api.list_change_sets(StackName=first["StackId"])["Summaries"] == listed
    executing(stack, first)
    assert stack.settled() == "CREATE_COMPLETE"
    assert refusal(stack, second)[0] == "ChangeSetNotFound"
    stack.delete()


def test_a_refused_change_set_leaves_a_stack_in_review_as_it_was(stack):
    kept = stack.change_set(whole("one"))
    with pytest.raises(ClientError):
        stack.change_set({"Resources": {"Topic": {"Type": "AWS::No::Such"}}})
    assert stack.status() == "REVIEW_IN_PROGRESS"
    executing(stack, kept)
    assert stack.settled() == "CREATE_COMPLETE"
    stack.delete()


def test_a_deleted_stack_takes_its_change_sets_along(stack):
    stack.deploy_template(whole("one"), {})
    saved = stack.change_set(whole("two"))
    stack.delete()
    with pytest.raises(ClientError, match="does not exist"):
        described(stack, saved)


def test_a_change_set_without_changes_cannot_be_executed(stack):
    stack.deploy_template(whole("one"), {})
    empty = stack.change_set(whole("one"))
    arn = empty["ChangeSetId"]
    assert refusal(stack, empty) == (
        "InvalidChangeSetStatus",
        f"ChangeSet [{arn}] cannot be executed in its current status of [FAILED]",
    )
    stack.delete()
