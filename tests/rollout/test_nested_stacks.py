"""Nested stacks: what changes inside is shown and guarded, and one that goes counts as all that it holds."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import with_note
from tests.systems import system
from twinstack.aws.api import ChangeDetail, ResourceChange, StackResource
from twinstack.errors import RefusedError
from twinstack.planning.touched import NESTED_STACK
from twinstack.planning.world import Live
from twinstack.rollout.guards.guarded_types import ADDED, TAKEN_OUT, guarded_types
from twinstack.rollout.guards.guards import Allowed, refused_changes
from twinstack.rollout.guards.nested_stacks import held_by_nested_stacks
from twinstack.rollout.steps.carrying_out import _types
from twinstack.screen.events import ChangeSetMade, Warning_

BUCKET, TOPIC = "AWS::S3::Bucket", "AWS::SNS::Topic"
NESTED = (
    "      Nested: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://b.s3.amazonaws.com/t'}}\n"
)
HELD = {"Nested": [StackResource("Nested/Bucket", BUCKET, "b", "CREATE_COMPLETE")]}
NO_DATA = {"Nested": [StackResource("Nested/Topic", TOPIC, "t", "CREATE_COMPLETE")]}


class Listing:
    """CloudFormation that only lists resources, by stack."""

    def __init__(self, **stacks):
        self.stacks = stacks

    def resources(self, stack_id):
        return self.stacks[stack_id]


def gone(action="Remove", replacement="False"):
    return ResourceChange(action, "Nested", NESTED_STACK, "nested", replacement)


def test_a_nested_stack_that_goes_counts_as_all_that_it_holds():
    assert refused_changes("hub", [gone()], Allowed(), held=HELD) == [
        "hub: Nested (AWS::CloudFormation::Stack) would be removed, and with it Nested/Bucket (AWS::S3::Bucket); "
        "--allow-delete Nested"
    ]
    assert refused_changes("hub", [gone("Modify", "True")], Allowed(), held=HELD) == [
        "hub: Nested (AWS::CloudFormation::Stack) would be replaced, and with it Nested/Bucket (AWS::S3::Bucket); "
        "--allow-replace Nested"
    ]


@pytest.mark.parametrize(
    ("change", "held", "allowed"),
    [
        pytest.param(gone(), HELD, Allowed(delete=["Nested"]), id="allowed by name"),
        pytest.param(gone(), HELD, Allowed(everything=True), id="on destroy"),
        pytest.param(replace(gone("Modify"), nested_change_set="arn"), HELD, Allowed(), id="changed in place, as seen"),
        pytest.param(gone(), NO_DATA, Allowed(), id="holds no data"),
    ],
)
def test_a_nested_stack_passes(change, held, allowed):
    assert refused_changes("hub", [change], allowed, held=held) == []


@pytest.mark.parametrize("allowed", [Allowed(), Allowed(delete=["Bucket", "Nested"])])
def test_a_loss_inside_a_nested_stack_needs_its_whole_name(allowed):
    inside = ResourceChange("Remove", "Nested/Bucket", BUCKET)
    assert refused_changes("hub", [gone("Modify"), inside], allowed) == [
        "hub: Nested/Bucket (AWS::S3::Bucket) would be removed and what it holds lost; --allow-delete Nested/Bucket"
    ]
    assert refused_changes("hub", [inside], Allowed(delete=["Nested/Bucket"])) == []


def test_everything_that_nested_stacks_hold_is_found_however_deep():
    listing = Listing(
        nested=[
            StackResource("Inner", NESTED_STACK, "inner", "CREATE_COMPLETE"),
            StackResource("Old", BUCKET, "old", "DELETE_COMPLETE"),
        ],
        inner=[StackResource("Files", "AWS::EFS::FileSystem", "fs-1", "CREATE_COMPLETE")],
    )
    changes = [
        gone(),
        ResourceChange("Modify", "Other", NESTED_STACK, "other", nested_change_set="arn"),
        ResourceChange("Remove", "T", TOPIC),
    ]
    assert held_by_nested_stacks(listing, changes) == {
        "Nested": [StackResource("Nested/Inner/Files", "AWS::EFS::FileSystem", "fs-1", "CREATE_COMPLETE")]
    }


def test_a_nested_stack_is_asked_for_with_its_changes_and_a_plain_template_without(pair):
    pair.templates["primary"] = pair.templates["primary"].replace("    Outputs:\n", NESTED + "    Outputs:\n")
    pair.deploy()
    asked = {request.stack_name: request for aws in pair.aws.values() for request in aws.requests}
    assert asked["pair-dev-primary"].include_nested_stacks
    assert "CAPABILITY_AUTO_EXPAND" in asked["pair-dev-primary"].capabilities
    assert not asked["pair-dev-secondary"].include_nested_stacks
    assert "CAPABILITY_AUTO_EXPAND" not in asked["pair-dev-secondary"].capabilities


AUTOMATIC = ChangeDetail("Properties", "", True, "", "Never", "Automatic")


def test_changes_inside_are_shown_and_a_loss_there_stops_the_step(live):
    live.templates["primary"] = live.templates["primary"].replace("    Outputs:\n", NESTED + "    Outputs:\n")
    live.deploy()
    live.forget_calls()
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].extra_changes["pair-dev-primary"] = [
        ResourceChange("Modify", "Nested", NESTED_STACK, "n", details=(AUTOMATIC,), nested_change_set="arn:nested"),
        ResourceChange("Remove", "Nested/Bucket", BUCKET, "b"),
    ]
    with pytest.raises(RefusedError, match="--allow-delete Nested/Bucket") as error:
        live.deploy()
    assert error.value.exit_code == 4
    assert live.screen.of(ChangeSetMade)[0].changes[-1]["resource"] == "Nested/Bucket"
    assert (live.change_sets(), "execute_change_set" in live.aws["primary"].mutations()) == ([], False)


def test_it_is_said_when_aws_does_not_tell_what_changes_inside(live):
    live.templates["primary"] = live.templates["primary"].replace("    Outputs:\n", NESTED + "    Outputs:\n")
    live.deploy()
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].put("inner", {}, nested=True)
    inner = live.aws["primary"].stack("inner").id
    nested = ResourceChange("Modify", "Nested", NESTED_STACK, inner, details=(AUTOMATIC,))
    live.aws["primary"].extra_changes["pair-dev-primary"] = [nested]
    live.deploy(allowed=Allowed(replace=["Nested"]))
    assert "primary: AWS does not say what would change inside the nested stack Nested" in [
        warning.text for warning in live.screen.of(Warning_)
    ]


def test_what_a_nested_stack_holds_of_which_aws_does_not_tell_the_changes_stops_the_step(live):
    live.templates["primary"] = live.templates["primary"].replace("    Outputs:\n", NESTED + "    Outputs:\n")
    live.deploy()
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].put("inner", {}, nested=True)
    inner = live.aws["primary"].stack("inner")
    inner.listed["Files"] = StackResource("Files", BUCKET, "files-1", "CREATE_COMPLETE")
    nested = ResourceChange("Modify", "Nested", NESTED_STACK, inner.id, details=(AUTOMATIC,))
    live.aws["primary"].extra_changes["pair-dev-primary"] = [nested]
    with pytest.raises(RefusedError) as error:
        live.deploy()
    assert str(error.value) == (
        "primary: Nested (AWS::CloudFormation::Stack) may, for all that AWS says, be replaced, and with it "
        "Nested/Files (AWS::S3::Bucket); --allow-replace Nested"
    )
    assert live.change_sets() == []


def test_a_type_that_changes_in_a_real_change_set_is_refused_whatever_is_allowed():
    change = ResourceChange("Modify", "It", TOPIC, "it", "True", (ChangeDetail("Properties", "Name", False, ""),))
    sentences = refused_changes("hub", [change], Allowed(replace=["It"], everything=True), {"It": BUCKET})
    assert sentences == [
        "hub: It is AWS::S3::Bucket and would become AWS::SNS::Topic: CloudFormation updates no resource to another "
        "type; give the new one another logical id"
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::Route53::HostedZone",
        "AWS::RDS::GlobalCluster",
        "AWS::KMS::ReplicaKey",
        "AWS::Cognito::UserPool",
        "AWS::ECR::Repository",
        "AWS::Backup::BackupVault",
        "AWS::EFS::FileSystem",
        "AWS::OpenSearchService::Domain",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
    ],
)
def test_what_holds_data_is_guarded(kind):
    assert kind in guarded_types()


def test_what_is_added_or_taken_out_has_a_reason_and_cfn_lint_has_not_done_it_itself():
    assert NESTED_STACK not in guarded_types()
    assert all(len(reason) > 3 for reason in {**ADDED, **TAKEN_OUT}.values())
    assert not ADDED.keys() & TAKEN_OUT.keys()


def test_what_aws_leaves_open_is_guarded_like_a_replacement():
    open_ = ResourceChange("Dynamic", "Nested/Bucket", BUCKET, "b")
    assert refused_changes("hub", [open_], Allowed()) == [
        "hub: Nested/Bucket (AWS::S3::Bucket) would be replaced and what it holds lost; --allow-replace Nested/Bucket"
    ]
    assert refused_changes("hub", [ResourceChange("Dynamic", "New", BUCKET)], Allowed()) == []


def test_a_nested_stack_that_changes_unseen_is_guarded_as_all_that_it_holds():
    assert refused_changes("hub", [gone("Modify")], Allowed(), held=HELD) == [
        "hub: Nested (AWS::CloudFormation::Stack) may, for all that AWS says, be replaced, and with it Nested/Bucket "
        "(AWS::S3::Bucket); --allow-replace Nested"
    ]
    assert refused_changes("hub", [gone("Modify")], Allowed(replace=["Nested"]), held=HELD) == []
    assert refused_changes("hub", [gone("Modify")], Allowed(), held=NO_DATA) == []


def test_what_a_macro_makes_of_a_resource_is_no_change_of_its_type():
    serverless = """
    Transform: AWS::Serverless-2016-10-31
    Metadata: {TwinStack: {Role: one}}
    Resources:
      Table: {Type: 'AWS::Serverless::SimpleTable'}
    """
    stack = system({"one": serverless}).stacks["one"]
    live = Live("UPDATE_COMPLETE", stack.template, {}, {}, {})
    assert _types(stack, live) == {}
    plain = system({"one": serverless.replace("    Transform: AWS::Serverless-2016-10-31\n", "")}).stacks["one"]
    assert _types(plain, replace(live, template=plain.template)) == {"Table": "AWS::Serverless::SimpleTable"}


def test_a_removed_resource_changes_no_type():
    removed = ResourceChange("Remove", "It", TOPIC, "it")
    assert refused_changes("hub", [removed], Allowed(), {"It": "AWS::Serverless::Function"}) == []
