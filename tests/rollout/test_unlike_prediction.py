"""A change set that is not what was predicted is not executed, and neither is a pass that is not what was shown."""

from dataclasses import replace

import pytest

from tests.review.mutations import Mutations
from tests.rollout.deployments import Deployments, with_note
from twinstack.aws.api import ResourceChange
from twinstack.errors import RefusedError
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.planned import make_plan
from twinstack.screen.events import ChangeSetDiffers, ChangeSetMade, Note, StepDone

KINDS = ("action", "entry", "type", "replacement", "policy_action", "property", "detail")


def tamper(aws, mutate):
    """Has every change set of a region described otherwise than it is; returns what ends that."""
    describe = aws.describe_change_set

    def described(arn, *, values=False):
        found = describe(arn, values=values)
        return replace(found, changes=mutate(found.changes)) if found.changes else found

    aws.describe_change_set = described
    return lambda: setattr(aws, "describe_change_set", describe)


def executed(pair):
    return [role for role, call in pair.mutations() if call == "execute_change_set"]


def refusal(pair, **options):
    with pytest.raises(RefusedError) as error:
        pair.deploy(**options)
    assert error.value.exit_code == 4
    return str(error.value)


def made(pair):
    return [(event.stack, event.name) for event in pair.screen.of(ChangeSetMade)]


def test_a_creation_unlike_its_prediction_leaves_neither_change_set_nor_stack(pair):
    restore = tamper(pair.aws["primary"], lambda changes: (*changes, replace(changes[0], resource="Stranger")))
    assert refusal(pair).splitlines() == [
        "primary: Stranger: not predicted",
        "primary: the change set is not what was predicted; it is deleted, not executed",
    ]
    assert (pair.change_sets(), pair.stacks(), executed(pair), pair.questions) == ([], [], [], [])
    restore()
    pair.deploy()
    assert len(executed(pair)) == 3


def test_both_sides_are_shown_with_what_differs_marked(pair):
    tamper(pair.aws["primary"], lambda changes: (*changes[:-1], replace(changes[-1], type="AWS::S3::Other")))
    refusal(pair)
    (event,) = pair.screen.of(ChangeSetDiffers)
    told = [(row["resource"], row["type"], row["predicted"], row["problems"]) for row in event.changes]
    assert told == [
        ("Vpc", "AWS::EC2::VPC", "", []),
        ("Table", "AWS::EC2::RouteTable", "", []),
        ("Cluster", "AWS::RDS::GlobalCluster", "", []),
        ("Bucket", "AWS::S3::Other", "Add", ["of type AWS::S3::Other, not AWS::S3::Bucket"]),
    ]
    assert pair.screen.of(ChangeSetMade) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_with_one_thing_other_is_stopped_whatever_it_is(live, kind):
    pair = live
    pair.templates["primary"] = with_note(pair.templates["primary"])
    step = make_plan(pair.run()).shown.steps[0]
    pair.forget_calls()

    def mutate(changes):
        return next(it.changes for it in Mutations(step, changes).all() if it.what.startswith(kind))

    restore = tamper(pair.aws["primary"], mutate)
    before = pair.stack("primary").content
    assert "the change set is not what was predicted; it is deleted, not executed" in refusal(pair)
    assert (executed(pair), pair.change_sets(), pair.stack("primary").content) == ([], [], before)
    assert [call for _, call in pair.mutations()] == ["create_change_set", "delete_change_set"]
    restore()
    assert len(pair.deploy().steps) == 1
    assert executed(pair) == ["primary"]


ALONE = """
    Metadata: {{TwinStack: {{Role: {role}}}}}
    Resources:
      Topic: {{Type: 'AWS::SNS::Topic', Properties: {{DisplayName: one}}}}
"""


def test_the_other_change_sets_of_the_pass_are_deleted_too(tmp_path):
    both = Deployments(tmp_path, {role: ALONE.format(role=role) for role in ("primary", "secondary")})
    restore = tamper(both.aws["secondary"], lambda changes: (replace(changes[0], action="Import"),))
    assert refusal(both).startswith("secondary: Topic: Import, not Add\n")
    assert made(both) == [("primary", "twinstack-id-1")]
    assert (both.change_sets(), both.stacks(), executed(both)) == ([], [], [])
    restore()
    both.deploy()
    assert sorted(executed(both)) == ["primary", "secondary"]


def when(pair, kind, role, act):
    """Has something happen at the moment when an event of a stack is told."""
    done = []

    def react(event):
        if isinstance(event, kind) and event.stack == role and not done:
            done.append(True)
            act()

    pair.screen.react = react


def test_a_stack_that_somebody_changed_between_passes_is_left_alone(pair):
    when(
        pair,
        StepDone,
        "secondary",
        lambda: pair.aws["primary"].update_by_hand("pair-dev-primary", VpcCidr="10.9.0.0/16"),
    )
    assert "primary: Vpc: not predicted" in refusal(pair)
    assert sorted(executed(pair)) == ["primary", "secondary"]
    assert pair.change_sets() == []
    assert {pair.status("primary"), pair.status("secondary")} == {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    pair.forget_calls()
    assert pair.deploy(allowed=Allowed(replace=["Vpc", "Cluster"])).steps
    assert pair.deploy().steps == ()
    assert pair.stack("primary").content.values["VpcCidr"] == "10.0.0.0/16"


def test_an_output_that_went_away_between_passes_stops_the_pass_before_a_change_set_is_made(pair):
    def lose():
        del pair.stack("secondary").content.outputs["PeeringId"]

    when(pair, StepDone, "secondary", lose)
    assert refusal(pair).splitlines() == [
        "primary: parameter PeeringId would be '', since its wire gives no value any more",
        "primary: the plan showed Add Route, and it would not happen",
        "primary: not done, since it was not shown; plan again",
    ]
    assert (len(executed(pair)), pair.change_sets()) == (2, [])
    assert [call for role, call in pair.mutations() if role == "primary"].count("create_change_set") == 1


def test_an_output_that_became_another_between_passes_stops_what_does_more_than_was_shown(live):
    """The plan knows the value of a literal output; another one is not what was shown."""
    live.environment["parameter_overrides"] = {"us-east-1": {"VpcCidr": "10.9.0.0/16"}}

    def change():
        live.stack("primary").content.outputs["VpcCidr"] = "10.8.0.0/16"

    when(live, StepDone, "primary", change)
    said = refusal(live, allowed=Allowed(replace=["Vpc", "Cluster"]))
    assert "secondary: parameter PeerCidr would be '10.8.0.0/16', and the plan showed '10.9.0.0/16'" in said
    assert (set(executed(live)), live.change_sets()) == ({"primary"}, [])
    live.screen.react = lambda event: None
    live.stack("primary").content.outputs["VpcCidr"] = "10.9.0.0/16"
    live.forget_calls()
    live.deploy()
    assert "secondary" in executed(live)


MAKER = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters: {Cidr: {Type: String}}
    Resources: {Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}}
    Outputs: {Id: {Value: !Ref Vpc}, Cidr: {Value: !Ref Cidr}}
"""
TAKER = """
    Metadata: {TwinStack: {Role: secondary, Wiring: {Id: primary.Id, Word: primary.Cidr}}}
    Parameters: {Id: {Type: String}, Word: {Type: String}}
    Resources:
      ById: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Id}}
      ByBoth: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Word, KmsMasterKeyId: !Ref Id}}
"""


def test_a_value_that_came_out_as_it_was_makes_a_later_pass_do_less_and_that_is_said(tmp_path):
    pair = Deployments(tmp_path, {"primary": MAKER, "secondary": TAKER}, parameters={"Cidr": "10.0.0.0/16"})
    pair.deploy()
    number = pair.stack("primary").content.generations["Vpc"]
    pair.environment["parameters"] = {"Cidr": "10.9.0.0/16"}

    def keep():
        """The network that was made anew has the identifier of the old one."""
        content = pair.stack("primary").content
        content.generations["Vpc"] = number
        content.outputs["Id"] = content.physical_id("Vpc")

    when(pair, StepDone, "primary", keep)
    pair.deploy(allowed=Allowed(replace=["Vpc"]))
    assert [event.text for event in pair.screen.of(Note)] == [
        "  secondary: not changed after all, since AWS made the same value: ById, ByBoth.KmsMasterKeyId"
    ]
    assert [change["resource"] for change in pair.screen.of(ChangeSetMade)[-1].changes] == ["ByBoth"]
    assert pair.deploy().steps == ()


SECRETIVE = """
    Metadata: {TwinStack: {Role: primary}}
    Parameters: {Word: {Type: String, NoEcho: true}, Label: {Type: String}}
    Resources:
      Cluster: {Type: 'AWS::RDS::DBCluster', Properties: {SourceRegion: !Ref Word}}
      Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Label}}
"""


def test_a_secret_that_turns_out_to_replace_a_resource_is_shown_as_that_and_guarded(tmp_path):
    """AWS alone can compare it: the plan says that the cluster may be touched, the change set that it is replaced."""
    pair = Deployments(tmp_path, {"primary": SECRETIVE}, parameters={"Word": "old-word", "Label": "one"})
    pair.deploy()
    pair.environment["parameters"] = {"Word": "new-word", "Label": "two"}
    assert "--allow-replace Cluster" in refusal(pair)
    (event,) = pair.screen.of(ChangeSetMade)
    assert [(row["resource"], row["replacement"], row["foreseen"]) for row in event.changes] == [
        ("Cluster", "True", "its value could not be compared"),
        ("Topic", "False", "certain"),
    ]
    assert "-word" not in str(event.changes)
    pair.deploy(allowed=Allowed(replace=["Cluster"]))
    assert pair.stack("primary").content.values["Word"] == "new-word"


MODULAR = """
    Metadata: {TwinStack: {Role: primary}}
    Resources:
      Net: {Type: 'Our::Net::Zone::MODULE'}
      Topic: {Type: 'AWS::SNS::Topic'}
"""


@pytest.mark.parametrize(("listed", "problem"), [("NetVpc", ""), ("OtherVpc", "primary: OtherVpc: not predicted")])
def test_what_a_module_may_have_made_is_taken_by_its_name_and_nothing_else_is(tmp_path, listed, problem):
    pair = Deployments(tmp_path, {"primary": MODULAR})
    pair.aws["primary"].extra_changes["pair-dev-primary"] = [ResourceChange("Add", listed, "AWS::EC2::VPC")]
    if problem:
        assert refusal(pair).splitlines()[0] == problem
        return
    pair.screen.react = lambda event: (
        pair.aws["primary"].extra_changes.clear() if isinstance(event, ChangeSetMade) else None
    )
    pair.deploy()
    (made,) = pair.screen.of(ChangeSetMade)
    assert {row["resource"] for row in made.changes} == {"Net", "Topic", "NetVpc"}


def test_an_assertion_about_a_value_that_only_aws_made_is_looked_at_before_a_change_set_is(pair):
    rules = """
    Rules:
      Known:
        Assertions:
          - {Assert: !Equals [!Ref PeerVpc, vpc-of-ours], AssertDescription: it must be our network}
          - {Assert: !Equals [!Ref GlobalCluster, ours], AssertDescription: it must be our cluster}
    Resources:
"""
    pair.templates["secondary"] = pair.templates["secondary"].replace("    Resources:\n", rules, 1)
    said = refusal(pair).splitlines()
    assert [("network" in line, "cluster" in line) for line in said] == [(True, False), (False, True)]
    assert pair.aws["secondary"].mutations() == []
