"""What a failed operation stops, what it lets run, and what is said of it."""

import pytest

from tests.rollout.deployments import Deployments, rolled_back, with_note
from twinstack.errors import NotConvergedError, TwinStackError
from twinstack.screen.events import StepBegun, StepDone, StepFailed, StepSkipped

THREE = {
    "network": """
        Metadata: {TwinStack: {Role: network}}
        Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}
        Outputs: {VpcId: {Value: !Ref Vpc}}
    """,
    "service": """
        Metadata: {TwinStack: {Role: service, Wiring: {VpcId: network.VpcId}}}
        Parameters: {VpcId: {Type: String}}
        Resources: {Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref VpcId}}}
        Outputs: {TableId: {Value: !Ref Table}}
    """,
    "archive": """
        Metadata: {TwinStack: {Role: archive}}
        Resources: {Bucket: {Type: 'AWS::S3::Bucket'}}
        Outputs: {Name: {Value: !Ref Bucket}}
    """,
}


# One takes values from two others, each of which takes one from another.
FIVE = {
    **THREE,
    "store": """
        Metadata: {TwinStack: {Role: store, Wiring: {Name: archive.Name}}}
        Parameters: {Name: {Type: String}}
        Resources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Name}}}
        Outputs: {Topic: {Value: !Ref Topic}}
    """,
    "front": """
        Metadata: {TwinStack: {Role: front, Wiring: {TableId: service.TableId, Topic: store.Topic}}}
        Parameters: {TableId: {Type: String}, Topic: {Type: String}}
        Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref TableId, Other: !Ref Topic}}}
    """,
}


@pytest.mark.parametrize(
    ("failed", "resource", "between"), [("network", "Vpc", "service"), ("archive", "Bucket", "store")]
)
def test_what_takes_values_from_a_failed_stack_through_one_of_several_does_not_run(tmp_path, failed, resource, between):
    five = Deployments(tmp_path, FIVE, dict.fromkeys(FIVE, "eu-west-1"))
    five.aws[failed].fail(resource, "no more of these")
    with pytest.raises(TwinStackError, match="no more of these"):
        five.deploy()
    skipped = [(event.stack, event.because) for event in five.screen.of(StepSkipped)]
    assert skipped == [(between, f"{failed} failed"), ("front", f"{failed} failed")]


def test_the_first_real_cause_is_the_error_and_cancelled_resources_are_not(pair):
    pair.aws["primary"].fail("Table", "The maximum number of route tables has been reached.")
    with pytest.raises(TwinStackError) as error:
        pair.deploy()
    assert error.value.exit_code == 1
    assert str(error.value) == (
        "primary (us-east-1) ended in CREATE_FAILED: Table (AWS::EC2::RouteTable) CREATE_FAILED: "
        "The maximum number of route tables has been reached."
    )
    assert "cancelled" in pair.told()


def test_a_failed_creation_stops_what_needs_it(pair):
    pair.aws["primary"].fail("Table", "no")
    with pytest.raises(TwinStackError, match="ended in CREATE_FAILED"):
        pair.deploy()
    assert [(event.stack, event.because) for event in pair.screen.of(StepSkipped)] == [
        ("secondary", "primary failed"),
        ("primary", "primary failed"),
    ]
    assert pair.aws["secondary"].mutations() == []


def test_a_failed_update_of_the_standby_stops_that_of_the_primary(live):
    live.templates = {role: with_note(text) for role, text in live.templates.items()}
    live.aws["secondary"].fail("Table", "no")
    with pytest.raises(TwinStackError, match=r"secondary \(eu-west-1\) ended in UPDATE_ROLLBACK_COMPLETE"):
        live.deploy()
    assert live.screen.of(StepSkipped) == [StepSkipped("primary", "secondary failed")]
    assert live.aws["primary"].mutations() == []


def test_a_failed_update_stops_every_later_one_and_no_creation(tmp_path):
    apart = {role: THREE[role] for role in ("network", "archive")}
    two = Deployments(tmp_path, apart | {"service": THREE["archive"].replace("archive", "service")})
    later = two.templates.pop("service")
    two.deploy()
    for role, kind in (("network", "'AWS::EC2::VPC'"), ("archive", "'AWS::S3::Bucket'")):
        two.templates[role] = apart[role].replace(kind, f"{kind}, Properties: {{Note: 1}}")
    two.templates["service"] = later
    two.forget_calls()
    two.aws["archive"].fail("Bucket", "no")
    two.environment["update_order"] = ["archive", "network", "service"]
    with pytest.raises(TwinStackError, match=r"archive .* ended in UPDATE_ROLLBACK_COMPLETE"):
        two.deploy()
    assert two.screen.of(StepSkipped) == [StepSkipped("network", "archive failed")]
    assert two.aws["network"].mutations() == []
    assert two.status("service") == "CREATE_COMPLETE"


def test_the_run_after_a_failed_update_does_what_was_left(live):
    live.templates = {role: with_note(text) for role, text in live.templates.items()}
    live.aws["secondary"].fail("Table", "no")
    with pytest.raises(TwinStackError):
        live.deploy()
    live.deploy()
    assert [event.stack for event in live.screen.of(StepDone)] == ["secondary", "primary"]


def test_an_independent_stack_runs_although_another_failed_and_a_dependant_does_not(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.aws["network"].fail("Vpc", "no more VPCs")
    with pytest.raises(TwinStackError, match="no more VPCs"):
        three.deploy()
    assert [event.stack for event in three.screen.of(StepBegun)] == ["network", "archive"]
    assert [event.stack for event in three.screen.of(StepDone)] == ["archive"]
    assert three.screen.of(StepSkipped) == [StepSkipped("service", "network failed")]
    assert three.status("archive") == "CREATE_COMPLETE"


def test_every_failure_is_told(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.aws["network"].fail("Vpc", "no more VPCs")
    three.aws["archive"].fail("Bucket", "the name is taken")
    with pytest.raises(TwinStackError) as error:
        three.deploy()
    # both fail at the same moment
    assert [line.rpartition(": ")[2] for line in str(error.value).splitlines()] == ["the name is taken", "no more VPCs"]
    assert [event.stack for event in three.screen.of(StepFailed)] == ["network", "archive"]


def test_a_stack_left_in_rollback_complete_is_deleted_and_created_again(pair):
    rolled_back(pair, "primary")
    failed = pair.stack("primary").id
    pair.deploy()
    assert pair.status("primary") == "UPDATE_COMPLETE"
    assert pair.stack("primary").id != failed
    calls = pair.aws["primary"].mutations()
    assert calls.index("delete_stack") < len(calls) - 1 - calls[::-1].index("create_change_set")
    assert "what is left of a creation that failed (ROLLBACK_COMPLETE) is deleted first" in pair.told()


def test_a_change_set_that_aws_refuses_fails_its_step(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].refuse("create_change_set", "LimitExceededException")
    with pytest.raises(TwinStackError, match="LimitExceededException"):
        live.deploy()
    assert live.change_sets() == []


def test_a_change_set_that_aws_cannot_make_is_deleted_with_the_empty_stack(pair):
    pair.aws["primary"].broken_change_sets["pair-dev-primary"] = "Transform is not known"
    with pytest.raises(TwinStackError) as error:
        pair.deploy()
    assert str(error.value) == ("pair-dev-primary: AWS could not make the change set (FAILED): Transform is not known")
    assert (pair.stacks(), pair.change_sets()) == ([], [])


def test_a_stack_that_cannot_be_read_after_its_pass_stops_the_run_and_says_why(pair):
    """Not a second creation, and not "an earlier pass should have made the values"."""

    def forget(event):
        if isinstance(event, StepDone):
            pair.aws["primary"].refuse("get_template", "Throttling", times=9)

    pair.screen.react = forget
    with pytest.raises(TwinStackError, match="get_template was refused: Throttling"):
        pair.deploy()
    assert len(pair.aws["primary"].requests) == 1
    assert pair.change_sets() == []


def when_first_done(deployments, change):
    """Calls `change` when the first step is done."""
    deployments.screen.react = lambda told: (
        change() if isinstance(told, StepDone) and len(deployments.screen.of(StepDone)) == 1 else None
    )


def test_a_stack_that_disappears_meanwhile_stops_what_needs_it(pair):
    when_first_done(pair, lambda: pair.aws["primary"].delete_by_hand("pair-dev-primary"))
    with pytest.raises(TwinStackError, match="primary: the stack has disappeared"):
        pair.deploy()
    assert [event.stack for event in pair.screen.of(StepSkipped)] == ["secondary", "primary"]


def test_an_output_that_was_promised_and_is_not_there_ends_the_run_and_is_named(pair):
    when_first_done(pair, lambda: pair.stack("primary").content.outputs.pop("VpcId"))
    with pytest.raises(NotConvergedError, match=r"secondary: .* PeerVpc <- primary\.VpcId, and did not"):
        pair.deploy()
    assert pair.change_sets() == []
    assert pair.aws["secondary"].mutations() == []


def test_a_failed_creation_that_cannot_be_deleted_stops_its_stack(pair):
    rolled_back(pair, "primary")
    pair.stack("primary").protected = True
    with pytest.raises(TwinStackError, match="TerminationProtection"):
        pair.deploy()
    assert pair.status("primary") == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("said", ["it is in use", ""])
def test_a_failed_creation_whose_deletion_fails_stops_its_stack_with_the_cause(pair, said):
    rolled_back(pair, "primary")
    stack = pair.stack("primary")

    def deletion(token):
        yield stack.tell(token, "", "DELETE_IN_PROGRESS")
        yield stack.tell(token, "Bucket", "DELETE_FAILED", said)
        stack.tell(token, "", "DELETE_FAILED", "The following resource(s) failed to delete: [Bucket].")

    pair.aws["primary"].delete_stack = lambda stack_id, token, *_: stack.start(deletion(token), pair.clock.now())
    with pytest.raises(TwinStackError, match=f"primary: Bucket .* DELETE_FAILED: {said or 'no reason given'}$"):
        pair.deploy()
    assert pair.aws["primary"].requests[1:] == []
