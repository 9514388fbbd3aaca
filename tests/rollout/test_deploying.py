"""Rolling the pair out: passes, change sets, and what a second run leaves alone."""

import pytest

from tests.rollout.deployments import with_note, with_output
from twinstack.errors import NotConvergedError, RefusedError, TwinStackError
from twinstack.rollout.deploying import deploy
from twinstack.screen.events import ChangeSetMade, NothingToChange, OutputsRead, PlanMade, StepDone, Warning_, WiresRead


def done(deployments):
    return [(event.stack, event.status) for event in deployments.screen.of(StepDone)]


def test_from_nothing_it_takes_three_passes_and_every_wire_matches(pair):
    pair.deploy()
    assert done(pair) == [
        ("primary", "CREATE_COMPLETE"),
        ("secondary", "CREATE_COMPLETE"),
        ("primary", "UPDATE_COMPLETE"),
    ]
    (wires,) = pair.screen.of(WiresRead)
    assert {wire["verdict"] for wire in wires.wires} == {"matches"}
    assert len(wires.wires) == 7


def test_the_primary_is_wired_to_what_the_secondary_really_put_out(pair):
    pair.deploy()
    assert pair.stack("primary").content.values["PeeringId"] == pair.stack("secondary").content.outputs["PeeringId"]
    (outputs,) = pair.screen.of(OutputsRead)
    assert outputs.outputs["secondary"]["PeeringId"].startswith("peering-")


def test_a_second_deployment_changes_nothing_and_asks_for_no_change_set(live):
    planned = live.deploy()
    assert planned.passes == ()
    assert (live.mutations(), live.change_sets(), live.questions, live.clock.waits) == ([], [], [], [])


def test_no_change_set_is_left_behind(pair):
    pair.deploy()
    assert pair.change_sets() == []


def test_an_empty_change_set_is_deleted_and_the_run_goes_on(live, monkeypatch):
    """AWS sees no change where the plan saw one: nothing is executed, and nothing of it is left."""
    live.templates["primary"] = with_output(live.templates["primary"])
    kept = live.stack("primary").content
    monkeypatch.setattr("tests.fake_cloudformation.content_after", lambda *arguments: kept)
    with pytest.raises(NotConvergedError, match="primary would change again"):
        live.deploy()
    assert live.screen.of(NothingToChange) == [NothingToChange("primary")]
    assert live.change_sets() == []
    assert ("primary", "execute_change_set") not in live.mutations()
    assert "change_set_events" not in [call for call, _, _ in live.aws["primary"].calls]  # nothing was found wrong


def test_change_sets_and_requests_have_names_and_tokens_of_their_own(pair):
    pair.deploy()
    requests = [request for aws in pair.aws.values() for request in aws.requests]
    assert len({request.name for request in requests}) == len({request.token for request in requests}) == 3
    assert all(request.name == f"twinstack-{request.token}" for request in requests)
    for aws in pair.aws.values():
        assert aws.tokens("execute_change_set") == [request.token for request in aws.requests]


def test_a_declined_creation_is_taken_back_by_the_token_of_its_change_set(pair):
    with pytest.raises(RefusedError, match="declined"):
        pair.deploy(confirm=lambda _question: False)
    assert pair.stacks() == []
    assert pair.aws["primary"].tokens("delete_stack") == [request.token for request in pair.aws["primary"].requests]


def test_each_step_is_shown_and_asked_for_before_it_is_executed(pair):
    pair.deploy()
    assert pair.questions == [
        "Create pair-dev-primary in us-east-1?",
        "Create pair-dev-secondary in eu-west-1?",
        "Update pair-dev-primary in us-east-1?",
    ]
    shown = [(event.stack, [change["resource"] for change in event.changes]) for event in pair.screen.of(ChangeSetMade)]
    assert shown == [
        ("primary", ["Vpc", "Table", "Cluster", "Bucket"]),
        ("secondary", ["Vpc", "Table", "Peering", "Route", "Cluster", "Bucket"]),
        ("primary", ["Route", "Bucket"]),
    ]


def test_stacks_carry_the_tags_of_their_environment(pair):
    pair.environment["tags"] = {"CostCenter": "trading"}
    pair.deploy()
    assert pair.stack("secondary").content.tags == {
        "CostCenter": "trading",
        "Project": "pair",
        "EnvironmentSuffix": "dev",
        "Role": "secondary",
    }


def test_the_service_role_of_a_stack_is_passed_on(pair):
    pair.entries["primary"] = {"role_arn": "arn:aws:iam::1:role/deploys"}
    pair.deploy()
    assert [request.role_arn for request in pair.aws["primary"].requests] == ["arn:aws:iam::1:role/deploys"] * 2
    assert [request.role_arn for request in pair.aws["secondary"].requests] == [None]


def test_the_service_role_of_a_stack_deletes_it_too_and_continues_its_rollback(live):
    live.entries["primary"] = {"role_arn": "arn:aws:iam::1:role/deploys"}
    asked, aws = [], live.aws["primary"]
    delete, go_on = aws.delete_stack, aws.continue_update_rollback
    aws.continue_update_rollback = lambda *given: (asked.append(given[2]), go_on(*given))
    aws.delete_stack = lambda *given: (asked.append(given[2]), delete(*given))
    live.templates["primary"] = with_note(live.templates["primary"])
    aws.fail("Table", "no", stuck=True)
    with pytest.raises(TwinStackError, match="UPDATE_ROLLBACK_FAILED"):
        live.deploy()
    live.deploy()
    live.destroy()
    assert asked == ["arn:aws:iam::1:role/deploys"] * 2


def test_a_secondary_deleted_by_hand_is_made_again_and_the_primary_is_wired_to_the_new_one(live):
    before = live.stack("primary").content.values["PeeringId"]
    live.aws["secondary"].delete_by_hand("pair-dev-secondary")
    live.deploy()
    assert done(live) == [("secondary", "CREATE_COMPLETE"), ("primary", "UPDATE_COMPLETE")]
    after = live.stack("primary").content.values["PeeringId"]
    assert after == live.stack("secondary").content.outputs["PeeringId"] != before


def test_a_live_pair_is_updated_standby_first(live):
    live.templates = {role: with_output(text) for role, text in live.templates.items()}
    live.deploy()
    assert done(live) == [("secondary", "UPDATE_COMPLETE"), ("primary", "UPDATE_COMPLETE")]


def test_a_stack_whose_last_update_was_rolled_back_is_updated_again(live):
    live.stack("secondary").status = "UPDATE_ROLLBACK_COMPLETE"
    live.templates["secondary"] = with_output(live.templates["secondary"])
    live.deploy()
    assert done(live) == [("secondary", "UPDATE_COMPLETE")]


def test_the_plan_is_told_before_anything_is_asked_for(pair):
    pair.deploy()
    assert isinstance(pair.screen.events[0], PlanMade)
    assert [len(each["steps"]) for each in pair.screen.events[0].plan["passes"]] == [1, 1, 1]


def test_of_some_passes_the_rest_is_left_and_nothing_is_read_back_or_waited_for(pair):
    waited = []
    pair.screen.react = lambda event: waited.append(len(pair.clock.waits)) if isinstance(event, StepDone) else None
    planned = deploy(pair.run(), passes=1)
    assert [len(steps) for steps in planned.passes] == [1, 1, 1]
    assert done(pair) == [("primary", "CREATE_COMPLETE")]
    assert pair.screen.of(WiresRead) == []
    assert [set(event.outputs) for event in pair.screen.of(OutputsRead)] == [{"primary"}]
    assert waited == [len(pair.clock.waits)]


def test_all_passes_by_number_are_the_whole(pair):
    deploy(pair.run(), passes=3)
    assert len(pair.screen.of(WiresRead)) == 1


def test_what_could_not_be_planned_and_would_change_is_left_to_the_next_run_with_a_word(live):
    live.templates["secondary"] = with_output(live.templates["secondary"])
    live.aws["secondary"].refuse("describe_stack", "AccessDenied", times=99)
    live.screen.react = lambda event: (
        live.aws["secondary"].allow("describe_stack") if isinstance(event, PlanMade) else None
    )
    assert live.deploy().partial
    assert [event.text for event in live.screen.of(Warning_)] == [
        "secondary would change, which could not be planned; `deploy` again"
    ]
