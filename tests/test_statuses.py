"""What each status of a stack, a change set and an execution means, for every one that AWS can answer with."""

import botocore.session
import pytest

from twinstack.statuses import (
    CHANGE_SETS,
    EXECUTIONS,
    PLANNED,
    STACKS,
    Execution,
    Making,
    Outcome,
    Standing,
    execution,
    making,
    outcome,
    standing,
)

ABSENT, UPDATABLE, RECREATE = Standing.ABSENT, Standing.UPDATABLE, Standing.RECREATE
BUSY, STUCK, UNFINISHED = Standing.BUSY, Standing.STUCK, Standing.UNFINISHED
RUNNING, SUCCEEDED, FAILED = Outcome.RUNNING, Outcome.SUCCEEDED, Outcome.FAILED

EXPECTED = {
    "CREATE_IN_PROGRESS": (BUSY, RUNNING),
    "CREATE_FAILED": (UNFINISHED, FAILED),
    "CREATE_COMPLETE": (UPDATABLE, SUCCEEDED),
    "ROLLBACK_IN_PROGRESS": (BUSY, RUNNING),
    "ROLLBACK_FAILED": (STUCK, FAILED),
    "ROLLBACK_COMPLETE": (RECREATE, FAILED),
    "DELETE_IN_PROGRESS": (BUSY, RUNNING),
    "DELETE_FAILED": (STUCK, FAILED),
    "DELETE_COMPLETE": (ABSENT, SUCCEEDED),
    "UPDATE_IN_PROGRESS": (BUSY, RUNNING),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": (BUSY, RUNNING),
    "UPDATE_COMPLETE": (UPDATABLE, SUCCEEDED),
    "UPDATE_FAILED": (UNFINISHED, FAILED),
    "UPDATE_ROLLBACK_IN_PROGRESS": (BUSY, RUNNING),
    "UPDATE_ROLLBACK_FAILED": (Standing.HALF_ROLLED_BACK, FAILED),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": (BUSY, RUNNING),
    "UPDATE_ROLLBACK_COMPLETE": (UPDATABLE, FAILED),
    "REVIEW_IN_PROGRESS": (ABSENT, RUNNING),
    "IMPORT_IN_PROGRESS": (BUSY, RUNNING),
    "IMPORT_COMPLETE": (UPDATABLE, SUCCEEDED),
    "IMPORT_ROLLBACK_IN_PROGRESS": (BUSY, RUNNING),
    "IMPORT_ROLLBACK_FAILED": (STUCK, FAILED),
    "IMPORT_ROLLBACK_COMPLETE": (UPDATABLE, FAILED),
}


CHANGE_SET_MEANINGS = {
    "CREATE_PENDING": Making.WAIT,
    "CREATE_IN_PROGRESS": Making.WAIT,
    "CREATE_COMPLETE": Making.MADE,
    "FAILED": Making.FAILED,
    "DELETE_PENDING": Making.GONE,
    "DELETE_IN_PROGRESS": Making.GONE,
    "DELETE_COMPLETE": Making.GONE,
    "DELETE_FAILED": Making.FAILED,
}
EXECUTION_MEANINGS = {
    "UNAVAILABLE": Execution.CANNOT,
    "AVAILABLE": Execution.CAN_BEGIN,
    "EXECUTE_IN_PROGRESS": Execution.BEGUN,
    "EXECUTE_COMPLETE": Execution.BEGUN,
    "EXECUTE_FAILED": Execution.BEGUN,
    "OBSOLETE": Execution.CANNOT,
}


@pytest.mark.parametrize(
    ("shape", "table", "expected"),
    [
        ("StackStatus", STACKS, EXPECTED),
        ("ChangeSetStatus", CHANGE_SETS, CHANGE_SET_MEANINGS),
        ("ExecutionStatus", EXECUTIONS, EXECUTION_MEANINGS),
    ],
)
def test_every_status_that_the_installed_botocore_lists_is_in_its_table(shape, table, expected):
    model = botocore.session.get_session().get_service_model("cloudformation")
    assert set(model.shape_for(shape).enum) == set(table) == set(expected)


@pytest.mark.parametrize(("status", "meaning"), CHANGE_SET_MEANINGS.items())
def test_a_status_of_a_change_set_means(status, meaning):
    assert making(status) is meaning


@pytest.mark.parametrize(("status", "meaning"), EXECUTION_MEANINGS.items())
def test_a_status_of_an_execution_means(status, meaning):
    assert execution(status) is meaning


def test_a_change_set_in_an_unheard_of_status_is_left_alone():
    assert (making("SOMETHING_NEW"), execution("SOMETHING_NEW")) == (Making.GONE, Execution.BEGUN)


@pytest.mark.parametrize(("status", "meaning"), EXPECTED.items(), ids=list(EXPECTED))
def test_a_status_means(status, meaning):
    assert (standing(status), outcome(status)) == meaning


@pytest.mark.parametrize("status", ["SOMETHING_NEW", "SOMETHING_COMPLETE", ""])
def test_an_unheard_of_status_is_never_taken_for_success(status):
    assert (standing(status), outcome(status)) == (STUCK, FAILED)


def test_a_stack_that_the_plan_has_dealt_with_can_be_dealt_with_again():
    assert standing(PLANNED) is UPDATABLE
