"""What earlier runs left behind, and who may delete it."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import Deployments, with_note
from twinstack.errors import BusyError
from twinstack.planning.world import Absent
from twinstack.rollout.change_sets.preparing import prepare, request_for
from twinstack.rollout.rest.following import bring_to_rest
from twinstack.screen.events import Note, Warning_

DAY = 24 * 3600


class Held:
    """A lock that this run holds."""

    is_held = True

    def check(self) -> None:
        pass

    def refresh(self) -> bool:
        return True


@pytest.fixture
def locked(live) -> Deployments:
    live.lock = Held()
    return live


@pytest.fixture
def fresh(pair) -> Deployments:
    pair.lock = Held()
    return pair


def left(pair: Deployments, name: str = "twinstack-of-a-killed-run", role: str = "primary") -> None:
    """Leaves a change set of the stack that nobody will execute."""
    aws, run = pair.aws[role], pair.run()
    step = run.planner.step(dict.fromkeys(pair.templates, Absent()), role)
    request = request_for(step, run.new_id)
    operation = "UPDATE" if pair.name(role) in aws.names() else "CREATE"
    prepare(aws, replace(request, name=name, operation=operation, tags={**request.tags, "Left": name}), pair.clock)
    pair.forget_calls()


def test_a_change_set_of_a_killed_run_is_deleted_by_the_next_one_although_it_has_nothing_to_do(locked):
    left(locked)
    assert locked.deploy().passes == ()
    assert locked.change_sets() == []
    assert locked.mutations() == [("primary", "delete_change_set")]
    assert "deleted change set twinstack-of-a-killed-run, which an earlier run left" in locked.told()


def test_those_of_other_tools_are_left_alone(locked):
    left(locked, "made-by-hand")
    locked.deploy()
    assert (locked.change_sets(), locked.mutations()) == (["made-by-hand"], [])


@pytest.mark.parametrize("name", ["twinstack-saved-0123-1", "twinstack-preview-1"])
def test_that_of_a_saved_plan_or_a_preview_is_left_alone_for_a_day(locked, name):
    left(locked, name)
    locked.clock.time += DAY - 60
    locked.deploy()
    assert locked.change_sets() == [name]
    locked.clock.time += 120
    locked.deploy()
    assert locked.change_sets() == []


def test_without_the_lock_they_may_be_a_colleagues_and_are_left_alone_for_a_day(live):
    left(live)
    live.deploy()
    assert live.change_sets() == ["twinstack-of-a-killed-run"]
    live.clock.time += DAY + 60
    live.deploy()
    assert live.change_sets() == []


def test_one_that_aws_still_works_on_is_waited_for_since_it_cannot_be_deleted_before(locked):
    left(locked)
    stack = locked.stack("primary")
    stack.change_sets["twinstack-of-a-killed-run"].describes_left = 5
    locked.deploy()
    assert locked.change_sets() == []
    assert locked.clock.waits != []


def test_an_empty_stack_that_came_with_one_goes_with_it_when_the_run_comes_to_nothing(fresh):
    left(fresh)
    assert fresh.status("primary") == "REVIEW_IN_PROGRESS"
    with pytest.raises(Exception, match="declined"):
        fresh.deploy(confirm=lambda question: False)
    assert (fresh.stacks(), fresh.change_sets()) == ([], [])


def to_rest(pair: Deployments) -> list[str]:
    """Brings the stacks to rest, as every run does first; returns what was said."""
    run = pair.run()
    bring_to_rest(run, run.planner.system.stacks.values())
    return [event.text for event in pair.screen.of(Note)]


@pytest.mark.parametrize("listed", ["no more", "still"])
def test_an_empty_stack_goes_with_the_change_set_that_it_came_with_which_aws_may_still_list(fresh, listed):
    left(fresh)
    aws = fresh.aws["primary"]
    if listed == "still":
        before = aws.change_sets(aws.stack("pair-dev-primary").id)
        aws.change_sets = lambda stack_id: before
    assert to_rest(fresh) == [
        "primary: deleted change set twinstack-of-a-killed-run, which an earlier run left",
        "primary: deleted pair-dev-primary, which held nothing",
    ]
    assert fresh.stacks() == []
    assert aws.tokens("delete_stack") == ["id-2"]


def test_an_empty_stack_is_left_to_the_run_that_has_taken_the_lock_meanwhile(fresh):
    left(fresh)
    checks = iter([None, BusyError("taken")])

    def check():
        if error := next(checks):
            raise error

    fresh.lock.check = check
    assert to_rest(fresh) == ["primary: deleted change set twinstack-of-a-killed-run, which an earlier run left"]
    assert fresh.stacks() == ["pair-dev-primary"]


def test_a_stack_that_holds_something_stays_when_its_change_set_goes(locked):
    left(locked)
    assert len(to_rest(locked)) == 1
    assert len(locked.stacks()) == 2


def test_an_empty_stack_that_holds_a_change_set_of_somebody_else_stays(fresh):
    left(fresh, "made-by-hand")
    with pytest.raises(Exception, match="declined"):
        fresh.deploy(confirm=lambda question: False)
    assert (fresh.stacks(), fresh.change_sets()) == (["pair-dev-primary"], ["made-by-hand"])


def test_a_stack_of_another_environment_is_not_cleared(locked):
    left(locked)
    locked.stack("primary").content.tags["EnvironmentSuffix"] = "pr-7"
    with pytest.raises(Exception, match="belongs to pair-pr-7"):
        locked.deploy()
    assert locked.change_sets() == ["twinstack-of-a-killed-run"]


def test_destroy_clears_them_too(locked):
    left(locked)
    locked.destroy()
    assert (locked.stacks(), locked.change_sets()) == ([], [])
    assert next(event.text for event in locked.screen.of(Note)).startswith("primary: deleted change set")


def test_what_cannot_be_listed_is_told_and_stops_nothing(locked):
    left(locked)
    locked.templates["primary"] = with_note(locked.templates["primary"])
    locked.aws["primary"].refuse("change_sets", "AccessDenied")
    locked.deploy()
    warnings = [event.text for event in locked.screen.of(Warning_)]
    assert warnings[0] == (
        "primary: change sets of earlier runs may be left: us-east-1: change_sets was refused: AccessDenied: the test "
        "says so"
    )
    assert locked.status("primary") == "UPDATE_COMPLETE"


def test_one_that_is_gone_meanwhile_is_no_trouble(locked):
    left(locked)
    locked.aws["primary"].refuse("delete_change_set", "ChangeSetNotFound")
    locked.deploy()
    assert locked.screen.of(Warning_) == []


def test_one_that_is_being_executed_is_left_to_the_stack(locked):
    left(locked)
    stack = locked.stack("primary")
    change_set = stack.change_sets["twinstack-of-a-killed-run"]
    stack.executed.append(change_set)
    locked.deploy()
    assert ("primary", "delete_change_set") not in locked.mutations()
