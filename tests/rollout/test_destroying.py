"""Taking the stacks down: what is unlinked and deleted in which order, what blocks it, and what stays."""

import json
from dataclasses import replace

import pytest

from tests.rollout.deployments import Deployments, with_note, with_output
from tests.rollout.test_failures import THREE
from tests.systems import PRIMARY, SECONDARY
from twinstack.aws.world_reading import read_world
from twinstack.errors import RefusedError, TwinStackError
from twinstack.rollout.deletion.deployed import read_deployed
from twinstack.rollout.steps.protection import stack_policy
from twinstack.screen.events import Left, Note, StepBegun, StepDone, StepFailed


def test_links_are_taken_away_first_and_stacks_deleted_in_reverse(live):
    assert live.destroy() is True
    mutating = [(role, call) for role, call in live.mutations() if call in ("execute_change_set", "delete_stack")]
    assert mutating.count(("primary", "execute_change_set")) == 1
    unlinking = live.aws["primary"].requests[-1]
    assert {name: unlinking.parameters[name] for name in ("PeeringId", "PeerCidr", "PeerBucket")} == {
        "PeeringId": "",
        "PeerCidr": "",
        "PeerBucket": "",
    }
    assert live.screen.of(StepBegun) == [
        StepBegun(1, 2, "secondary", "eu-west-1", "DELETE"),
        StepBegun(2, 2, "primary", "us-east-1", "DELETE"),
    ]
    assert (live.stacks(), live.change_sets()) == ([], [])


def test_a_stack_is_unlinked_with_the_template_that_it_has_and_not_with_todays_file(live):
    there = live.stack("primary").content.template.body
    live.templates["primary"] = with_note(with_output(PRIMARY))
    live.destroy()
    unlinking = live.aws["primary"].requests[-1]
    assert json.loads(unlinking.template) == there
    assert "Extra" not in unlinking.template
    assert "Note" not in unlinking.template


def test_each_stack_is_deleted_with_its_own_service_role(live):
    live.entries["primary"] = {"role_arn": "arn:aws:iam::1:role/deploys"}
    live.destroy()
    assert {role: aws.service_roles for role, aws in live.aws.items()} == {
        "primary": ["arn:aws:iam::1:role/deploys"],
        "secondary": [None],
    }


def test_a_link_to_what_is_deleted_later_is_not_taken_away(pair):
    pair.templates["secondary"] = (
        SECONDARY.replace("Wiring: {", "Wiring: {Label: primary.VpcCidr, ", 1)
        .replace(
            "      PeerVpc: {Type: String}\n",
            "      PeerVpc: {Type: String}\n      Label: {Type: String, Default: ''}\n",
        )
        .replace(
            "Bucket: {Type: 'AWS::S3::Bucket'}", "Bucket: {Type: 'AWS::S3::Bucket', Properties: {Label: !Ref Label}}"
        )
    )
    pair.deploy()
    pair.forget_calls()
    pair.destroy()
    assert [role for role, call in pair.mutations() if call == "execute_change_set"] == ["primary"]
    assert [event.text for event in pair.screen.of(Note)] == ["Unlinking primary from what is deleted before it"]
    assert pair.stacks() == []


def test_every_deletion_is_watched_to_its_end(live):
    live.destroy()
    assert [(event.stack, event.status) for event in live.screen.of(StepDone)] == [
        ("primary", "UPDATE_COMPLETE"),
        ("secondary", "DELETE_COMPLETE"),
        ("primary", "DELETE_COMPLETE"),
    ]


def test_one_question_is_asked_for_the_whole(live):
    live.destroy()
    assert live.questions == ["Delete pair-dev-secondary, pair-dev-primary?"]


def test_nothing_there_is_nothing_to_do(pair):
    assert pair.destroy() is False
    assert (pair.mutations(), pair.questions) == ([], [])


def test_a_stack_alone_is_deleted_without_a_stop_at_the_other(live):
    live.aws["secondary"].delete_by_hand("pair-dev-secondary")
    assert live.destroy() is True
    assert live.stacks() == []


def test_what_a_failed_creation_left_is_deleted(pair):
    pair.aws["primary"].fail("Table", "no")
    with pytest.raises(TwinStackError):
        pair.deploy()
    assert pair.destroy() is True
    assert pair.stacks() == []


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_a_stuck_stack_is_deleted_without_being_unlinked(live, status):
    live.stack("primary").status = status
    live.destroy()
    assert "execute_change_set" not in live.aws["primary"].mutations()
    assert live.stacks() == []


def test_a_stack_that_takes_no_update_keeps_no_other_from_being_unlinked(tmp_path):
    three = Deployments(tmp_path, {"archive": THREE["archive"], "primary": PRIMARY, "secondary": SECONDARY})
    three.deploy()
    three.stack("archive").status = "DELETE_FAILED"
    three.forget_calls()
    three.destroy()
    assert [role for role, call in three.mutations() if call == "execute_change_set"] == ["primary"]
    assert three.stacks() == []


def test_a_deletion_that_fails_says_where_and_stops(live):
    live.aws["secondary"].fail("Peering", "it is in use")
    with pytest.raises(TwinStackError) as error:
        live.destroy()
    assert str(error.value) == (
        "secondary (eu-west-1) ended in DELETE_FAILED: "
        "Peering (AWS::EC2::VPCPeeringConnection) DELETE_FAILED: it is in use"
    )
    assert [event.stack for event in live.screen.of(StepFailed)] == ["secondary"]
    assert "delete_stack" not in live.aws["primary"].mutations()


def test_what_stays_is_listed(pair):
    pair.templates["primary"] = PRIMARY.replace(
        "      Bucket:\n", "      Key: {Type: 'AWS::KMS::Key', Properties: {PendingWindowInDays: 7}}\n      Bucket:\n"
    )
    pair.templates["secondary"] = SECONDARY.replace("'AWS::S3::Bucket'}", "'AWS::S3::Bucket', DeletionPolicy: Retain}")
    pair.deploy()
    bucket = pair.stack("secondary").content.physical_id("Bucket")
    key = pair.stack("primary").content.physical_id("Key")
    pair.destroy()
    (left,) = pair.screen.of(Left)
    names = ("stack", "resource", "type", "physical_id", "why")
    assert left.resources == tuple(
        dict(zip(names, row, strict=True))
        for row in (
            ("secondary", "Bucket", "AWS::S3::Bucket", bucket, "kept by its DeletionPolicy"),
            ("primary", "Key", "AWS::KMS::Key", key, "pending deletion for 7 days"),
        )
    )


def test_what_an_earlier_deletion_has_taken_away_is_not_listed_and_hides_nothing(tmp_path):
    text = """
        Metadata: {TwinStack: {Role: primary}}
        Resources:
          Topic: {Type: 'AWS::SNS::Topic'}
          Key: {Type: 'AWS::KMS::Key', Properties: {PendingWindowInDays: 7}}
    """
    alone = Deployments(tmp_path, {"primary": text})
    alone.deploy()
    alone.aws["primary"].fail("Key", "it is in use")
    with pytest.raises(TwinStackError):
        alone.destroy()
    stack = alone.stack("primary")
    stack.listed["Topic"] = replace(stack.listed["Topic"], status="DELETE_COMPLETE")
    alone.destroy()
    (left,) = alone.screen.of(Left)
    assert [row["resource"] for row in left.resources] == ["Key"]


def test_a_stack_that_disappears_as_it_is_looked_at_is_passed_over(live):
    run = live.run()
    world = read_world(run.planner.system, run.clients)
    live.aws["primary"].delete_by_hand("pair-dev-primary")
    assert read_deployed(run, "primary", world) is None
    assert read_deployed(run, "secondary", world) is not None


def test_a_key_that_does_not_say_for_how_long_it_waits_waits_for_30_days(pair):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html"""
    pair.templates["primary"] = PRIMARY.replace(
        "      Bucket:\n", "      Key: {Type: 'AWS::KMS::Key'}\n      Bucket:\n"
    )
    pair.deploy()
    pair.destroy()
    (left,) = pair.screen.of(Left)
    assert [row["why"] for row in left.resources] == ["pending deletion for 30 days"]


def refused(deployments, **options):
    """The message of a refusal that changed nothing."""
    stacks = deployments.stacks()
    deployments.forget_calls()
    with pytest.raises(RefusedError) as error:
        deployments.destroy(**options)
    assert error.value.exit_code == 4
    assert deployments.mutations() == []
    assert deployments.stacks() == stacks
    return str(error.value)


def test_a_declined_question_changes_nothing(live):
    assert refused(live, confirm=lambda question: False) == "declined; nothing was deleted"


@pytest.mark.parametrize("name", [None, "pair-prod", "pair"])
def test_a_protected_environment_is_refused_without_its_name(protected, name):
    protected.deploy()
    assert refused(protected, confirmed_name=name) == (
        f"{protected.folder}/environments/dev.yaml:9: the environment is protected; destroy it with --confirm pair-dev"
    )


def test_a_protected_environment_is_deleted_with_its_name(protected):
    protected.deploy()
    assert protected.destroy(confirmed_name="pair-dev") is True
    assert protected.stacks() == []


def test_stacks_that_were_not_yet_protected_are_deleted_with_the_name_too(pair):
    """Unlinking protects the primary, which was made before the environment was protected."""
    pair.deploy()
    pair.environment["protected"] = True
    pair.destroy(confirmed_name="pair-dev")
    assert pair.stacks() == []


def test_the_policy_lets_through_what_unlinking_takes_away(protected):
    protected.deploy()
    stack = protected.stack("primary")
    policies = []
    execute = protected.aws["primary"].execute_change_set

    def noted(arn, token, **options):
        policies.append(stack.policies[-1])
        execute(arn, token, **options)

    protected.aws["primary"].execute_change_set = noted
    protected.destroy(confirmed_name="pair-dev")
    assert policies == [stack_policy(everything=True)]
    assert "Deny" not in policies[0]


def test_an_unreadable_stack_is_refused(live):
    live.aws["secondary"].refuse("describe_stack", "AccessDenied", times=9)
    assert refused(live) == (
        "a stack could not be read, so what depends on it is not known:\n"
        "eu-west-1: describe_stack was refused: AccessDenied: the test says so"
    )


def test_every_stack_that_cannot_be_read_has_a_line(tmp_path):
    three = Deployments(tmp_path, THREE)
    three.deploy()
    for role in ("network", "archive"):
        three.aws[role].refuse("describe_stack", "AccessDenied", times=9)
    lines = refused(three).splitlines()[1:]
    assert [line.partition(":")[0] for line in lines] == [three.region("network"), three.region("archive")]


def test_termination_protection_that_the_environment_did_not_ask_for_is_refused(live):
    live.stack("primary").protected = True
    assert refused(live) == (
        "primary: stack pair-dev-primary has termination protection and the environment has not; the deployer has not "
        "set it, so turn it off where nobody needs it: aws cloudformation update-termination-protection --region "
        "us-east-1 --stack-name pair-dev-primary --no-enable-termination-protection"
    )


def test_deletion_protection_is_refused(pair):
    pair.templates["secondary"] = SECONDARY.replace(
        "{GlobalClusterIdentifier", "{DeletionProtection: true, GlobalClusterIdentifier"
    )
    pair.deploy()
    assert refused(pair) == (
        "secondary: Cluster (AWS::RDS::DBCluster) has deletion protection; turn it off by a deployment first"
    )


def test_a_bucket_that_is_not_empty_is_refused(live):
    bucket = live.stack("primary").content.physical_id("Bucket")
    live.buckets["primary"].put(bucket, "backup", b"")
    assert refused(live) == (f"primary: bucket {bucket} (Bucket) is not empty; --empty-buckets deletes what is in it")


def test_buckets_are_emptied_on_request(live):
    bucket = live.stack("primary").content.physical_id("Bucket")
    live.buckets["primary"].put(bucket, "backup", b"")
    live.destroy(empty_buckets=True)
    assert live.buckets["primary"].objects == {}
    assert live.stacks() == []
    told = [event.text for event in live.screen.of(Note) if "emptied" in event.text]
    assert told == [f"  primary: emptied bucket {bucket}: 1 object versions"]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_a_kept_bucket_is_neither_looked_at_nor_emptied_and_is_listed(tmp_path, policy):
    kept = SECONDARY.replace("'AWS::S3::Bucket'}", f"'AWS::S3::Bucket', DeletionPolicy: {policy}}}")
    pair = Deployments(tmp_path, {"primary": PRIMARY, "secondary": kept})
    pair.deploy()
    bucket = pair.stack("secondary").content.physical_id("Bucket")
    pair.buckets["secondary"].put(bucket, "backup", b"")
    pair.destroy(empty_buckets=True)
    assert list(pair.buckets["secondary"].objects) == [bucket]
    (left,) = pair.screen.of(Left)
    assert [tuple(entry.values()) for entry in left.resources] == [
        ("secondary", "Bucket", "AWS::S3::Bucket", bucket, "kept by its DeletionPolicy")
    ]


def test_every_reason_is_told_at_once(live):
    live.stack("secondary").protected = True
    live.buckets["primary"].put(live.stack("primary").content.physical_id("Bucket"), "backup", b"")
    assert len(refused(live).splitlines()) == 2


def test_nothing_is_touched_before_the_question(pair):
    """Not even a stack that holds only a change set, nor the deployer's own bucket."""
    with pytest.raises(KeyboardInterrupt):
        pair.deploy(confirm=interrupted_without_a_trace(pair))
    pair.forget_calls()
    with pytest.raises(RefusedError, match="declined"):
        pair.destroy(confirm=lambda question: False)
    assert pair.mutations() == []
    assert pair.destroy() is True
    assert pair.stacks() == []


def interrupted_without_a_trace(pair):
    """A run that dies before it can clean up: its change set and its empty stack stay."""

    def die(question):
        pair.aws["primary"].refuse("delete_change_set", KeyboardInterrupt())
        raise KeyboardInterrupt

    return die
