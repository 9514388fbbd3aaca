"""What each stack status means, for every status that AWS can answer with."""

import botocore.session
import pytest

from twinstack.statuses import PLANNED, Outcome, Standing, outcome, standing

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


def test_every_status_of_the_service_model_is_in_the_table():
    model = botocore.session.get_session().get_service_model("cloudformation")
    assert set(model.shape_for("StackStatus").enum) == set(EXPECTED)


@pytest.mark.parametrize(("status", "meaning"), EXPECTED.items(), ids=list(EXPECTED))
def test_a_status_means(status, meaning):
    assert (standing(status), outcome(status)) == meaning


@pytest.mark.parametrize("status", ["SOMETHING_NEW", "SOMETHING_COMPLETE", ""])
def test_an_unheard_of_status_is_never_taken_for_success(status):
    assert (standing(status), outcome(status)) == (STUCK, FAILED)


def test_a_stack_that_the_plan_has_dealt_with_can_be_dealt_with_again():
    assert standing(PLANNED) is UPDATABLE
