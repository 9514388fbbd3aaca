"""Stacks that the file does not name where they are: moved to another region, or forgotten."""

import json
from dataclasses import replace

import pytest

from tests.fake_cloudformation import FakeCloudFormation, FakeRegions
from tests.rollout.deployments import Deployments, with_output
from twinstack.aws.elsewhere_reading import Sighting
from twinstack.aws.errors import AwsError
from twinstack.errors import InputError, RefusedError, TwinStackError, UnreachableError
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.elsewhere import look_elsewhere, strays
from twinstack.screen.events import PlanMade, Warning_

OURS = {"Project": "pair", "EnvironmentSuffix": "dev"}
ALONE = """
    Metadata:
      TwinStack: {Role: alone}
    Resources:
      Bucket: {Type: 'AWS::S3::Bucket'}
"""
MOVED = (
    "secondary: stack pair-dev-secondary in eu-west-1 (CREATE_COMPLETE) would be left to nobody, with what it holds; "
    "it has moved: the file has it in eu-west-2. Put its region back ({file}:8), or leave it behind on purpose with "
    "--abandon secondary"
)
FORGOTTEN = (
    "audit: stack pair-dev-audit in us-east-1 (UPDATE_COMPLETE) would be left to nobody, with what it holds; it is "
    "forgotten: it belongs to this environment and the file does not name it. Put it back under stacks "
    "({file}:2), or leave it behind on purpose with --abandon audit"
)


def refused(deployments, **options):
    with pytest.raises(RefusedError) as caught:
        deployments.deploy(**options)
    assert caught.value.exit_code == 4
    assert deployments.mutations() == []
    return str(caught.value).replace(str(deployments.folder / "environments/dev.yaml"), "{file}")


def warnings(deployments):
    return [event.text for event in deployments.screen.of(Warning_)]


def elsewhere(deployments):
    (made,) = deployments.screen.of(PlanMade)
    return made.plan["elsewhere"]


def calls(aws):
    return [(call, subject) for call, subject, _ in aws.calls]


def add_region(deployments, region):
    deployments.account.there[region] = FakeCloudFormation(deployments.clock, region)
    return deployments.account.there[region]


# Moved


def test_a_stack_that_the_file_has_in_another_region_is_refused_before_anything_is_changed(live):
    old = live.aws["secondary"]
    live.move("secondary", "eu-west-2")
    assert refused(live) == MOVED
    assert old.mutations() == []
    assert live.questions == []


def test_the_plan_tells_where_the_stack_is(live):
    live.move("secondary", "eu-west-2")
    refused(live)
    assert elsewhere(live) == {
        "stacks": [
            {
                "stack": "secondary",
                "name": "pair-dev-secondary",
                "region": "eu-west-1",
                "status": "CREATE_COMPLETE",
                "region_of_file": "eu-west-2",
            }
        ],
        "not_looked_at": [],
    }


def test_a_moved_stack_is_left_behind_on_purpose_and_named(live):
    old = live.aws["secondary"]
    live.move("secondary", "eu-west-2")
    live.deploy(allowed=Allowed(abandon=["secondary"]))
    assert live.status("secondary") == "CREATE_COMPLETE"
    assert old.mutations() == []
    assert warnings(live) == [
        "secondary: stack pair-dev-secondary in eu-west-1 (CREATE_COMPLETE) is left behind on purpose, with what it "
        "holds"
    ]


def test_once_the_new_stack_is_there_the_old_region_is_no_longer_asked(live):
    old = live.aws["secondary"]
    live.move("secondary", "eu-west-2")
    live.deploy(allowed=Allowed(abandon=["secondary"]))
    old.calls.clear()
    live.deploy()
    assert calls(old) == []


def test_a_stack_whose_first_creation_goes_on_is_looked_for_as_one_that_is_created(live):
    live.move("secondary", "eu-west-2")
    live.aws["secondary"].fail("Peering", "no")
    with pytest.raises(TwinStackError, match="CREATE_FAILED"):
        live.deploy(allowed=Allowed(abandon=["secondary"]))
    live.forget_calls()
    assert refused(live) == MOVED


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_elsewhere_that_holds_nothing_does_not_count(pair, status):
    add_region(pair, "ap-south-1").put("pair-dev-secondary", {**OURS, "Role": "secondary"}, status)
    pair.deploy()
    assert elsewhere(pair)["stacks"] == []


def test_a_stack_of_the_same_name_that_another_environment_tagged_is_not_ours(pair):
    add_region(pair, "ap-south-1").put("pair-dev-secondary", {"Project": "pair", "EnvironmentSuffix": "test"})
    pair.deploy()
    assert elsewhere(pair)["stacks"] == []


def test_a_stack_of_the_same_name_without_tags_may_be_ours(pair):
    add_region(pair, "ap-south-1").put("pair-dev-secondary", {})
    assert refused(pair).startswith(
        "secondary: stack pair-dev-secondary in ap-south-1 (CREATE_COMPLETE) would be left to nobody, with what it "
        "holds; it has moved: the file has it in eu-west-1."
    )


# Forgotten


def test_a_stack_of_this_environment_that_is_not_in_the_file_is_refused(live):
    live.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"}, "UPDATE_COMPLETE")
    assert refused(live) == FORGOTTEN


def test_a_forgotten_stack_is_left_behind_on_purpose_and_named(live):
    live.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"}, "UPDATE_COMPLETE")
    live.deploy(allowed=Allowed(abandon=["audit"]))
    assert warnings(live) == [
        "audit: stack pair-dev-audit in us-east-1 (UPDATE_COMPLETE) is left behind on purpose, with what it holds"
    ]


def test_a_stack_without_a_role_is_abandoned_by_its_name(live):
    live.aws["primary"].put("pair-dev-audit", OURS)
    assert refused(live).endswith("--abandon pair-dev-audit")
    live.deploy(allowed=Allowed(abandon=["pair-dev-audit"]))


def test_every_stack_is_named_in_one_refusal(live):
    live.move("secondary", "eu-west-2")
    live.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"}, "UPDATE_COMPLETE")
    assert refused(live).splitlines() == [MOVED, FORGOTTEN]
    assert refused(live, allowed=Allowed(abandon=["audit"])) == MOVED


NOT_FORGOTTEN = {
    "the deployer's own": ("pair-dev-artifacts", {**OURS, "Role": "artifacts"}, "CREATE_COMPLETE", False),
    "nested": ("pair-dev-primary-Nested-1A2B", {**OURS, "Role": "primary"}, "CREATE_COMPLETE", True),
    "of another suffix": ("pair-test-audit", {**OURS, "EnvironmentSuffix": "test"}, "CREATE_COMPLETE", False),
    "of another project": ("other-dev-audit", {**OURS, "Project": "other"}, "CREATE_COMPLETE", False),
    "of nobody": ("pair-dev-audit", {}, "CREATE_COMPLETE", False),
    "not yet made": ("pair-dev-audit", {**OURS, "Role": "audit"}, "REVIEW_IN_PROGRESS", False),
    "deleted": ("pair-dev-audit", {**OURS, "Role": "audit"}, "DELETE_COMPLETE", False),
}


@pytest.mark.parametrize("kind", NOT_FORGOTTEN)
def test_what_is_not_forgotten(live, kind):
    name, tags, status, nested = NOT_FORGOTTEN[kind]
    live.aws["primary"].put(name, tags, status, nested=nested)
    live.deploy()
    assert elsewhere(live) == {"stacks": [], "not_looked_at": []}


def test_a_stack_whose_region_went_from_the_file_with_it_is_found_by_what_takes_its_outputs(live):
    """The live primary still names the secondary; the new template, which does not, is not deployed yet."""
    live.templates = {"primary": ALONE.replace("alone", "primary")}
    with pytest.raises(RefusedError, match=r"secondary: stack pair-dev-secondary in eu-west-1 .*it is forgotten"):
        live.deploy()
    assert live.mutations() == []


# What is let through


@pytest.mark.parametrize("found", ["none", "audit"])
def test_abandoning_what_neither_moved_nor_is_forgotten_is_an_error_of_the_caller(live, found):
    if found == "audit":
        live.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"})
    with pytest.raises(InputError) as caught:
        live.deploy(allowed=Allowed(abandon=["secondary"]))
    assert str(caught.value) == (
        f"--abandon secondary: no stack of that role has moved or is forgotten; found: {found}"
    )
    assert live.mutations() == []


def test_a_protected_pair_is_not_touched_either_when_it_is_refused(protected):
    protected.deploy()
    protected.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"}, "UPDATE_COMPLETE")
    protected.forget_calls()
    assert refused(protected) == FORGOTTEN


# How often it is asked


def test_no_other_region_is_asked_when_nothing_is_created(live):
    third, live.account.asked = add_region(live, "ap-south-1"), 0
    live.templates = {role: with_output(text) for role, text in live.templates.items()}
    live.deploy()
    assert (calls(third), live.account.asked) == ([], 0)


def test_each_other_region_is_asked_once_for_each_creation_and_each_own_region_once(pair):
    third, fourth = add_region(pair, "ap-south-1"), add_region(pair, "ap-south-2")
    pair.deploy()
    assert pair.account.asked == 1
    for region in (third, fourth):
        assert calls(region) == [("describe_stack", "pair-dev-primary"), ("describe_stack", "pair-dev-secondary")]
    for aws in pair.aws.values():
        assert calls(aws).count(("describe_stacks", "")) == 1
    assert ("describe_stack", "pair-dev-secondary") not in calls(pair.aws["primary"])


def test_only_the_stack_that_is_created_is_looked_for(live):
    third = add_region(live, "ap-south-1")
    live.aws["secondary"].delete_by_hand("pair-dev-secondary")
    live.deploy()
    assert calls(third) == [("describe_stack", "pair-dev-secondary")]


def test_stacks_that_share_a_region_are_listed_together(tmp_path):
    shared = Deployments(tmp_path, regions={"primary": "us-east-1", "secondary": "us-east-1"})
    shared.deploy()
    assert calls(shared.aws["primary"]).count(("describe_stacks", "")) == 1
    assert elsewhere(shared) == {"stacks": [], "not_looked_at": []}


def test_a_stack_of_the_same_name_that_the_file_has_in_another_region_has_not_moved(live):
    """The primary is made again, and the secondary has its name; either is where the file has it."""
    live.entries = {"secondary": {"stack_name": "shared"}, "primary": {"stack_name": "shared"}}
    live.deploy(allowed=Allowed(abandon=["primary", "secondary"]))
    live.aws["primary"].delete_by_hand("shared")
    # another global cluster may replace the standby's cluster
    live.deploy(allowed=Allowed(replace=["Cluster"], abandon=["primary", "secondary"]))
    assert {entry["name"] for entry in elsewhere(live)["stacks"]} == {"pair-dev-primary", "pair-dev-secondary"}


def test_a_stack_that_gets_another_name_is_forgotten_under_the_old_one(live):
    live.entries = {"secondary": {"stack_name": "standby"}}
    assert refused(live).startswith(
        "secondary: stack pair-dev-secondary in eu-west-1 (CREATE_COMPLETE) would be left to nobody, with what it "
        "holds; it is forgotten:"
    )


# What cannot be looked at


def test_where_the_regions_may_not_be_listed_it_is_said_once_and_the_run_goes_on(pair):
    pair.account.refusal = AwsError("DescribeRegions", "UnauthorizedOperation", "not you", "primary (us-east-1)")
    pair.deploy()
    assert elsewhere(pair)["not_looked_at"] == [
        "the account's other regions: pair-dev-primary or pair-dev-secondary would not be seen there: primary "
        "(us-east-1): DescribeRegions was refused: UnauthorizedOperation: not you"
    ]
    assert pair.status("secondary") == "CREATE_COMPLETE"


def test_regions_that_do_not_answer_are_said_in_one_sentence(pair):
    add_region(pair, "ap-south-1").refuse("describe_stack", UnreachableError("ap-south-1: no route"), times=2)
    add_region(pair, "ap-south-2").refuse("describe_stack", "AccessDenied", times=2)
    pair.deploy()
    assert elsewhere(pair)["not_looked_at"] == [
        "ap-south-1, ap-south-2: pair-dev-primary or pair-dev-secondary would not be seen there: ap-south-1: no route"
    ]


def test_where_stacks_may_not_be_listed_it_is_said_once_and_the_run_goes_on(live):
    for aws in live.aws.values():
        aws.refuse("describe_stacks", "AccessDenied")
    assert live.deploy().passes == ()
    assert elsewhere(live)["not_looked_at"] == [
        "us-east-1, eu-west-1: a forgotten stack would not be seen there: us-east-1: describe_stacks was refused: "
        "AccessDenied: the test says so"
    ]


def test_a_region_whose_stacks_may_not_be_listed_is_asked_by_name(live):
    live.templates["third"] = ALONE.replace("alone", "third")
    live.move("third", "eu-west-1")
    live.move("secondary", "eu-west-2")
    live.aws["third"].refuse("describe_stacks", "AccessDenied")
    assert refused(live) == MOVED
    assert len(elsewhere(live)["not_looked_at"]) == 1


# Accounts


def test_a_stack_in_another_account_is_looked_for_there(pair):
    pair.entries["secondary"] = {"assume_role": "arn:aws:iam::222222222222:role/deploys"}
    run, mine = pair.run(), add_region(pair, "ap-south-1")
    theirs = FakeCloudFormation(pair.clock, "ap-south-1")
    theirs.put("pair-dev-secondary", {**OURS, "Role": "secondary"})
    there = replace(run.clients["secondary"], regions=FakeRegions({"ap-south-1": theirs}))
    found = look_elsewhere(run.environment, {**run.clients, "secondary": there}, ["primary", "secondary"])
    assert [(stray.role, stray.sighting.cloudformation) for stray in found.strays] == [("secondary", theirs)]
    assert (calls(mine), calls(theirs)) == (
        [("describe_stack", "pair-dev-primary")],
        [("describe_stack", "pair-dev-secondary")],
    )


def test_an_account_that_is_entered_in_two_ways_is_still_one(live):
    """The role that is assumed for the secondary sees the primary too, which the file has without that role."""
    role = "arn:aws:iam::123456789012:role/deploys"
    live.entries["secondary"] = {"assume_role": role}
    primary, secondary = (aws.describe_stacks()[0] for aws in live.aws.values())
    seen = [
        Sighting("", "us-east-1", primary, live.aws["primary"]),
        Sighting(role, "us-east-1", primary, live.aws["primary"]),
        Sighting(role, "eu-west-1", secondary, live.aws["secondary"]),
    ]
    assert strays(live.run().environment, seen, ()) == []


# Taking down


def test_destroy_says_which_stacks_it_leaves(live):
    live.aws["primary"].put("pair-dev-audit", {**OURS, "Role": "audit"}, "UPDATE_COMPLETE")
    assert live.destroy()
    assert live.stacks() == ["pair-dev-audit"]
    assert warnings(live) == [
        "audit: stack pair-dev-audit in us-east-1 (UPDATE_COMPLETE) is not deleted: it is forgotten: it belongs "
        "to this environment and the file does not name it"
    ]


def test_destroy_says_that_a_stack_is_in_another_region(live):
    old = live.aws["secondary"]
    live.move("secondary", "eu-west-2")
    assert live.destroy()
    assert old.names() == ["pair-dev-secondary"]
    assert warnings(live) == [
        "secondary: stack pair-dev-secondary in eu-west-1 (CREATE_COMPLETE) is not deleted: it has moved: the file has "
        "it in eu-west-2"
    ]


def test_destroy_goes_on_where_it_may_not_look(live):
    live.aws["primary"].refuse("describe_stacks", "AccessDenied")
    assert live.destroy()
    assert warnings(live) == [
        "not looked at: us-east-1: a forgotten stack would not be seen there: us-east-1: describe_stacks was refused: "
        "AccessDenied: the test says so"
    ]


def test_what_is_told_can_be_written_as_json(live):
    live.move("secondary", "eu-west-2")
    refused(live)
    assert [json.loads(line)["event"] for line in live.told().splitlines()] == ["plan"]
