"""Every status that a stack can be found in, and what plan, deploy and destroy make of it: one table.

The secondary of a deployed pair is in that status when the command begins. An operation that is running there goes on
for a while and ends as it would on AWS.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import botocore.session
import pytest

from tests.rollout.deployments import Deployments, rolled_back, with_note
from twinstack.errors import TwinStackError
from twinstack.rollout.plans.planned import make_plan

GOES_ON = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_COMPLETE",
}

# What the stack is before; what `plan` says; the exit code of `deploy`, and what the stack is after it; the same of
# `destroy`. "gone": it does not exist.
FOLLOWED = "5 another operation is running"
TABLE = {
    "CREATE_IN_PROGRESS": (FOLLOWED, "0 CREATE_COMPLETE", "0 gone"),
    "CREATE_FAILED": ("0 UPDATE of secondary goes on", "0 UPDATE_COMPLETE", "0 gone"),
    "CREATE_COMPLETE": ("0 nothing", "0 CREATE_COMPLETE", "0 gone"),
    "ROLLBACK_IN_PROGRESS": (FOLLOWED, "0 CREATE_COMPLETE", "0 gone"),
    "ROLLBACK_FAILED": ("4 Vpc", "4 ROLLBACK_FAILED", "0 gone"),
    "ROLLBACK_COMPLETE": ("0 CREATE of secondary", "0 CREATE_COMPLETE", "0 gone"),
    "DELETE_IN_PROGRESS": (FOLLOWED, "0 CREATE_COMPLETE", "0 gone"),
    "DELETE_FAILED": ("4 Table", "4 DELETE_FAILED", "0 gone"),
    "DELETE_COMPLETE": ("0 CREATE of secondary", "0 CREATE_COMPLETE", "0 gone"),
    "UPDATE_IN_PROGRESS": (FOLLOWED, "0 UPDATE_COMPLETE", "0 gone"),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": (FOLLOWED, "0 UPDATE_COMPLETE", "0 gone"),
    "UPDATE_COMPLETE": ("0 nothing", "0 UPDATE_COMPLETE", "0 gone"),
    "UPDATE_FAILED": ("0 UPDATE of secondary goes on", "0 UPDATE_COMPLETE", "0 gone"),
    "UPDATE_ROLLBACK_IN_PROGRESS": (FOLLOWED, "0 UPDATE_ROLLBACK_COMPLETE", "0 gone"),
    "UPDATE_ROLLBACK_FAILED": ("4 Table", "0 UPDATE_COMPLETE", "0 gone"),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": (FOLLOWED, "0 UPDATE_ROLLBACK_COMPLETE", "0 gone"),
    "UPDATE_ROLLBACK_COMPLETE": ("0 nothing", "0 UPDATE_ROLLBACK_COMPLETE", "0 gone"),
    "REVIEW_IN_PROGRESS": ("0 CREATE of secondary", "0 CREATE_COMPLETE", "0 gone"),
    "IMPORT_IN_PROGRESS": (FOLLOWED, "0 IMPORT_COMPLETE", "0 gone"),
    "IMPORT_COMPLETE": ("0 nothing", "0 IMPORT_COMPLETE", "0 gone"),
    "IMPORT_ROLLBACK_IN_PROGRESS": (FOLLOWED, "0 IMPORT_ROLLBACK_COMPLETE", "0 gone"),
    "IMPORT_ROLLBACK_FAILED": ("4 destroy", "4 IMPORT_ROLLBACK_FAILED", "0 gone"),
    "IMPORT_ROLLBACK_COMPLETE": ("0 nothing", "0 IMPORT_ROLLBACK_COMPLETE", "0 gone"),
}


def test_every_status_of_the_service_model_has_a_row():
    model = botocore.session.get_session().get_service_model("cloudformation")
    assert set(model.shape_for("StackStatus").enum) == set(TABLE)


def goes_on(pair: Deployments, status: str) -> None:
    """Begins an operation by hand that is in a status now and ends well."""
    stack, end = pair.stack("secondary"), GOES_ON[status]

    def operation() -> Iterator[None]:
        yield stack.tell("theirs", "", status, "User Initiated")
        yield stack.tell("theirs", "Table", "UPDATE_IN_PROGRESS")
        yield stack.tell("theirs", "Table", "UPDATE_COMPLETE")
        if end == "ROLLBACK_COMPLETE":
            stack.content = replace(stack.content, resources={}, outputs={})
        stack.tell("theirs", "", end)

    stack.start(operation(), pair.clock.now())


def fails(pair: Deployments, act: Callable[[], object]) -> None:
    with pytest.raises(TwinStackError):
        act()


def creation_failed(pair: Deployments) -> None:
    pair.aws["secondary"].delete_by_hand("pair-dev-secondary")
    pair.aws["secondary"].fail("Table", "no more route tables")
    fails(pair, pair.deploy)


def creation_failed_again(pair: Deployments) -> None:
    creation_failed(pair)
    pair.aws["secondary"].fail("Table", "no more route tables")
    fails(pair, pair.deploy)


def creation_rolled_back(pair: Deployments, *, stuck: bool = False) -> None:
    pair.aws["secondary"].delete_by_hand("pair-dev-secondary")
    rolled_back(pair, "secondary", stuck=stuck)


def rollback_got_stuck(pair: Deployments) -> None:
    pair.templates["secondary"] = with_note(pair.templates["secondary"])
    pair.aws["secondary"].fail("Table", "no", stuck=True)
    fails(pair, pair.deploy)


def deletion_failed(pair: Deployments) -> None:
    pair.aws["secondary"].fail("Table", "has dependencies")
    fails(pair, pair.destroy)


def in_review(pair: Deployments) -> None:
    pair.aws["secondary"].delete_by_hand("pair-dev-secondary")
    pair.aws["secondary"].put("pair-dev-secondary", {}, "REVIEW_IN_PROGRESS")


PREPARED = {
    "CREATE_FAILED": creation_failed,
    "UPDATE_FAILED": creation_failed_again,
    "ROLLBACK_COMPLETE": creation_rolled_back,
    "ROLLBACK_FAILED": lambda pair: creation_rolled_back(pair, stuck=True),
    "UPDATE_ROLLBACK_FAILED": rollback_got_stuck,
    "DELETE_FAILED": deletion_failed,
    "DELETE_COMPLETE": lambda pair: pair.aws["secondary"].delete_by_hand("pair-dev-secondary"),
    "REVIEW_IN_PROGRESS": in_review,
}


@pytest.fixture
def found(live):
    """Returns the pair with its secondary in a status."""

    def make(status: str) -> Deployments:
        if status in GOES_ON:
            goes_on(live, status)
        elif status in PREPARED:
            PREPARED[status](live)
        else:
            live.stack("secondary").status = status
        if status != "DELETE_COMPLETE":
            assert live.status("secondary") == status
        live.forget_calls()
        return live

    return make


def is_there(pair: Deployments) -> str:
    return pair.status("secondary") if "pair-dev-secondary" in pair.stacks() else "gone"


def outcome(act: Callable[[], str]) -> str:
    try:
        return f"0 {act()}"
    except TwinStackError as error:
        return f"{error.exit_code} {error}"


def planned(pair: Deployments) -> str:
    steps = [step for step in make_plan(pair.run()).plan.steps if step.stack.role == "secondary"]
    return "; ".join(f"{it.operation} of secondary{' goes on' * it.unfinished}" for it in steps[:1]) or "nothing"


@pytest.mark.parametrize("status", TABLE)
def test_plan_says_what_there_is_to_do_and_changes_nothing(found, status):
    pair = found(status)
    code, _, words = TABLE[status][0].partition(" ")
    said = outcome(lambda: planned(pair))
    assert said.startswith(f"{code} ")
    assert words in said
    assert pair.mutations() == []


@pytest.mark.parametrize("status", TABLE)
def test_deploy_goes_on_follows_cleans_up_continues_or_refuses(found, status):
    pair = found(status)
    code, _, after = TABLE[status][1].partition(" ")
    said = outcome(lambda: str(pair.deploy()))
    assert (said[0], is_there(pair)) == (code, after)
    assert pair.change_sets() == []
    if code == "4":
        assert pair.mutations() == []
        assert f"stack pair-dev-secondary is {status}: " in said


@pytest.mark.parametrize("status", TABLE)
def test_destroy_takes_it_away(found, status):
    pair = found(status)
    said = outcome(lambda: str(pair.destroy()))
    assert (said[0], is_there(pair)) == tuple(TABLE[status][2].split())
    assert pair.stacks() == []


@pytest.mark.parametrize("status", GOES_ON)
def test_what_runs_is_told_as_it_happens(found, status):
    pair = found(status)
    outcome(lambda: str(pair.deploy()))
    told = pair.told()
    assert f"pair-dev-secondary is {status}; following that to its end first" in told
    assert told.index('"Table", "type": "AWS::EC2::RouteTable", "status": "UPDATE_COMPLETE"') < told.index('"plan"')


def test_what_ends_while_it_is_looked_at_is_not_waited_for(found):
    """The events say already that it has ended, when the description still says that it runs."""
    pair = found("UPDATE_IN_PROGRESS")
    aws = pair.aws["secondary"]
    before, describe = aws.describe_stack("pair-dev-secondary"), aws.describe_stack
    pair.clock.sleep(60)
    answers = [before]
    aws.describe_stack = lambda name: answers.pop() if answers else describe(name)
    pair.clock.waits.clear()
    pair.deploy()
    assert sum(pair.clock.waits) < 10


def test_a_stack_that_says_for_ever_that_it_is_busy_is_refused_in_the_end(live):
    live.stack("secondary").status = "UPDATE_IN_PROGRESS"
    assert outcome(lambda: str(live.deploy())) == (
        "5 secondary: the stack is UPDATE_IN_PROGRESS: another operation is running; wait for its end, or `deploy`, "
        "which follows it"
    )


# The rollback of an update that stopped half way


def test_the_resource_that_blocks_a_rollback_is_named_before_the_person_is_asked(found):
    pair = found("UPDATE_ROLLBACK_FAILED")
    asked = []
    pair.deploy(confirm=lambda question: asked.append((question, pair.told())) or True)
    question, told = asked[0]
    assert question == "Continue the rollback of pair-dev-secondary in eu-west-1?"
    assert "Table (AWS::EC2::RouteTable) is UPDATE_FAILED: it is in use" in told


def test_a_rollback_is_not_continued_when_the_person_declines(found):
    pair = found("UPDATE_ROLLBACK_FAILED")
    said = outcome(lambda: str(pair.deploy(confirm=lambda question: False)))
    assert said == (
        "4 secondary: declined; pair-dev-secondary is left in UPDATE_ROLLBACK_FAILED. What stopped it: "
        "Table (AWS::EC2::RouteTable) is UPDATE_FAILED: it is in use"
    )
    assert pair.mutations() == []


def test_a_rollback_that_fails_again_names_what_blocks_it_and_how_to_leave_it_out(found):
    pair = found("UPDATE_ROLLBACK_FAILED")
    pair.aws["secondary"].fail("Table", "still in use")
    said = outcome(lambda: str(pair.deploy()))
    assert said == (
        "1 secondary: the continued rollback of pair-dev-secondary ended in UPDATE_ROLLBACK_FAILED: "
        "Table (AWS::EC2::RouteTable) is UPDATE_FAILED: still in use. Mend that and `deploy` again. What cannot be "
        "mended can be left out of the rollback, and the stack no longer knows then what became of it: `aws "
        "cloudformation continue-update-rollback --stack-name pair-dev-secondary --region eu-west-1 "
        "--resources-to-skip LOGICAL_ID`"
    )
    assert is_there(pair) == "UPDATE_ROLLBACK_FAILED"


def test_a_rollback_of_somebody_elses_stack_is_left_alone(found):
    pair = found("UPDATE_ROLLBACK_FAILED")
    stack = pair.stack("secondary")
    stack.content = replace(stack.content, tags={**stack.content.tags, "EnvironmentSuffix": "pr-7"})
    assert outcome(lambda: str(pair.deploy())).startswith("4 ")
    assert pair.mutations() == []


def test_what_holds_a_deletion_is_named(found):
    said = outcome(lambda: str(found("DELETE_FAILED").deploy()))
    assert "Table (AWS::EC2::RouteTable) is DELETE_FAILED: has dependencies" in said
