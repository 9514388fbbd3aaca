"""What the world is, after what AWS answered: absent only when AWS says so."""

import pytest

from tests.fake_alarms import FakeAlarms
from tests.fake_cloudformation import FakeBuckets, FakeClock, FakeCloudFormation, FakeRegions
from tests.fake_drifts import FakeDrifts
from tests.systems import PRIMARY, pair, template
from twinstack.aws.api import ChangeSetRequest, StackClients, StackResource
from twinstack.aws.world_reading import read_stack, read_world
from twinstack.errors import InputError, UnreachableError
from twinstack.planning.world import Absent, Live, Unknown

NAME = "pair-dev-primary"


@pytest.fixture
def aws():
    """A region with the primary stack, created."""
    aws = FakeCloudFormation(FakeClock(), change_set_describes=1)
    text = template(PRIMARY).text
    request = ChangeSetRequest(NAME, "first", "CREATE", text, None, {}, {"Team": "trading"}, (), "t")
    arn = aws.create_change_set(request).arn
    aws.describe_change_set(arn)
    aws.execute_change_set(arn, "t")
    aws.clock.sleep(1000)
    assert aws.describe_stack(NAME).status == "CREATE_COMPLETE"
    return aws


def test_a_live_stack_has_its_submitted_template_and_values(aws):
    state = read_stack(aws, NAME)
    assert isinstance(state, Live)
    assert state.template.text == template(PRIMARY).text
    assert (state.status, state.tags) == ("CREATE_COMPLETE", {"Team": "trading"})
    assert state.parameters["VpcCidr"] == "10.0.0.0/16"
    assert set(state.outputs) == {"VpcId", "VpcCidr", "GlobalCluster", "Region"}


def test_a_stack_that_aws_does_not_know_is_absent(aws):
    assert read_stack(aws, "other") == Absent()


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_with_nothing_in_it_is_absent(aws, status):
    aws.stack(NAME).status = status
    assert read_stack(aws, NAME) == Absent()


@pytest.mark.parametrize("call", ["describe_stack", "get_template"])
@pytest.mark.parametrize("error", ["AccessDenied", "Throttling", "ExpiredToken", UnreachableError("no route to host")])
def test_every_other_trouble_makes_a_stack_unknown(aws, call, error):
    aws.refuse(call, error)
    state = read_stack(aws, NAME)
    assert isinstance(state, Unknown)
    assert str(error) in state.reason


def test_missing_credentials_are_no_state_of_a_stack(aws):
    aws.refuse("describe_stack", InputError("no usable AWS credentials"))
    with pytest.raises(InputError):
        read_stack(aws, NAME)


def test_a_world_in_which_one_stack_can_be_read_is_a_world(aws):
    other = FakeCloudFormation(FakeClock())
    other.refuse("describe_stack", "AccessDenied")
    world = read_world(
        pair(),
        {
            "primary": StackClients(aws, FakeDrifts(aws), FakeBuckets(), FakeRegions(), FakeAlarms(), aws.parameters),
            "secondary": StackClients(
                other, FakeDrifts(other), FakeBuckets(), FakeRegions(), FakeAlarms(), aws.parameters
            ),
        },
    )
    assert [type(state) for state in world.values()] == [Live, Unknown]


def test_a_world_of_which_nothing_can_be_read_is_unreachable(aws):
    clients = dict.fromkeys(
        ("primary", "secondary"),
        StackClients(aws, FakeDrifts(aws), FakeBuckets(), FakeRegions(), FakeAlarms(), aws.parameters),
    )
    aws.refuse("describe_stack", "AccessDenied", times=2)
    with pytest.raises(UnreachableError, match="none of the stacks could be read"):
        read_world(pair(), clients)


@pytest.mark.parametrize("status", ["CREATE_FAILED", "UPDATE_FAILED"])
def test_a_stack_that_stopped_half_way_has_what_was_made_of_it(aws, status):
    aws.put("pair", {}, status)
    stack = aws.stack("pair")
    stack.content.template = template(PRIMARY)
    for name, said in {
        "Vpc": "CREATE_COMPLETE",
        "Table": "UPDATE_FAILED",
        "Bucket": "CREATE_FAILED",
        "Route": "DELETE_COMPLETE",
    }.items():
        stack.listed[name] = StackResource(name, "T", "id", said)
    stack.listed["Cluster"] = StackResource("Cluster", "T", "", "UPDATE_FAILED")
    live = read_stack(aws, "pair")
    assert (live.made, live.failed) == ({"Vpc", "Table"}, {"Table"})
    assert [name for name in ("Vpc", "Table", "Bucket", "Cluster") if live.stopped_at(name)] == [
        "Table",
        "Bucket",
        "Cluster",
    ]


def test_the_resources_of_a_stack_that_is_complete_are_not_asked_for(aws):
    aws.put("pair", {})
    aws.stack("pair").content.template = template(PRIMARY)
    assert read_stack(aws, "pair").made is None
    assert "resources" not in [call for call, _, _ in aws.calls]


def test_a_stack_whose_import_was_rolled_back_has_no_template_and_is_deleted_before_it_is_made_again(aws):
    aws.put("pair", {}, "ROLLBACK_COMPLETE")
    state = read_stack(aws, "pair")
    assert (state.status, state.template.resources) == ("ROLLBACK_COMPLETE", {})


def test_a_stack_that_is_there_and_has_no_template_cannot_be_read(aws):
    aws.put("pair", {}, "UPDATE_COMPLETE")
    with pytest.raises(InputError, match="not a CloudFormation template"):
        read_stack(aws, "pair")
