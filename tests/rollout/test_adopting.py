"""A pair that was destroyed is deployed again around what was kept."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import Deployments
from tests.systems import PRIMARY, SECONDARY
from twinstack.aws.errors import AwsError
from twinstack.errors import RefusedError, TwinStackError
from twinstack.rollout.plans.planned import make_plan
from twinstack.screen.events import ChangeSetMade, PlanMade, StepBegun

KEPT = ("Vpc", "Cluster", "Bucket")
VPC, CLUSTER = "{Type: 'AWS::EC2::VPC',", "        Type: AWS::RDS::DBCluster\n"
KEPT_VPC = VPC + " DeletionPolicy: Retain,"
KEEPING = {
    "primary": PRIMARY.replace(VPC, KEPT_VPC)
    .replace("{Type: 'AWS::RDS::GlobalCluster',", "{Type: 'AWS::RDS::GlobalCluster', DeletionPolicy: Retain,")
    .replace("        Type: AWS::S3::Bucket\n", "        Type: AWS::S3::Bucket\n        DeletionPolicy: Retain\n"),
    "secondary": SECONDARY.replace(VPC, KEPT_VPC)
    .replace(CLUSTER, CLUSTER + "        DeletionPolicy: Retain\n")
    .replace("{Type: 'AWS::S3::Bucket'}", "{Type: 'AWS::S3::Bucket', DeletionPolicy: RetainExceptOnCreate}"),
}
BOTH = ("primary", "secondary")
ADOPTING = [
    *(("CREATE", "primary"), ("UPDATE", "primary")),
    *(("CREATE", "secondary"), ("UPDATE", "secondary"), ("UPDATE", "primary")),
]


@pytest.fixture
def destroyed(tmp_path):
    """A pair that was destroyed; what it kept is in `kept`."""
    pair = Deployments(tmp_path, KEEPING)
    pair.deploy()
    pair.kept = {role: held(pair, role) for role in BOTH}
    pair.destroy()
    pair.forget_calls()
    return pair


def held(pair, role):
    return {name: pair.stack(role).content.physical_id(name) for name in KEPT}


def steps(pair):
    return [(event.operation, event.stack) for event in pair.screen.of(StepBegun)]


def remarks(pair):
    return pair.screen.of(PlanMade)[-1].plan["remarks"]


def test_deployed_again_it_holds_the_same_resources_and_the_run_after_that_has_nothing_to_do(destroyed):
    destroyed.deploy()
    assert steps(destroyed) == ADOPTING
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept
    assert remarks(destroyed) == []
    destroyed.deploy()
    assert steps(destroyed) == []


def test_it_can_be_destroyed_and_deployed_once_more(destroyed):
    destroyed.deploy()
    destroyed.destroy()
    destroyed.deploy()
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept


def test_an_import_is_asked_for_as_aws_takes_it_and_rolled_back_when_it_fails(destroyed):
    destroyed.deploy()
    aws = destroyed.aws["primary"]
    first, second = aws.requests[-3:-1]
    assert (first.operation, first.tags, second.operation) == ("IMPORT", {}, "UPDATE")
    assert [(it.resource, it.type, it.identifier["Id"]) for it in first.resources_to_import] == [
        ("Vpc", "AWS::EC2::VPC", destroyed.kept["primary"]["Vpc"]),
        ("Cluster", "AWS::RDS::GlobalCluster", destroyed.kept["primary"]["Cluster"]),
        ("Bucket", "AWS::S3::Bucket", destroyed.kept["primary"]["Bucket"]),
    ]
    assert aws.rollbacks_disabled[-3:] == [False, False, False]
    assert set(second.tags) >= {"Project", "EnvironmentSuffix", "Role"}


def test_every_resource_is_shown_with_what_it_takes_in_before_the_person_is_asked(destroyed):
    destroyed.deploy()
    first = destroyed.screen.of(ChangeSetMade)[0]
    assert [(row["action"], row["resource"], row["physical_id"], row["foreseen"]) for row in first.changes] == [
        ("Import", name, destroyed.kept["primary"][name], "certain") for name in KEPT
    ]


def test_declining_leaves_everything_as_it_was_and_to_be_taken_in_later(destroyed):
    with pytest.raises(RefusedError, match="declined"):
        destroyed.deploy(confirm=lambda question: False)
    assert destroyed.stacks() == []
    destroyed.deploy()
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept


def tampered(pair, change):
    """Has every change set of the primary list something else."""
    aws = pair.aws["primary"]
    describe = aws.describe_change_set

    def described(arn, *, values=False):
        found = describe(arn, values=values)
        return replace(found, changes=tuple(change(found.changes))) if found.changes else found

    aws.describe_change_set = described


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda all_: [replace(all_[0], physical_id="vpc-other"), *all_[1:]], "Vpc: imports vpc-other, not vpc-"),
        (lambda all_: [replace(all_[0], action="Add"), *all_[1:]], "Vpc: Add, not Import"),
        (lambda all_: [replace(all_[0], replacement="True"), *all_[1:]], "Vpc: changes it, which an import must not"),
        (lambda all_: all_[1:], "Vpc: not in the change set"),
        (lambda all_: [*all_, replace(all_[0], resource="Other")], "Other: not predicted"),
    ],
)
def test_an_import_that_is_not_what_was_predicted_is_not_executed(destroyed, change, sentence):
    tampered(destroyed, change)
    with pytest.raises(RefusedError, match=sentence):
        destroyed.deploy()
    assert "execute_change_set" not in destroyed.aws["primary"].mutations()


def test_an_import_of_which_aws_names_no_ids_is_taken(destroyed):
    tampered(destroyed, lambda all_: [replace(it, physical_id="") if it.action == "Import" else it for it in all_])
    destroyed.deploy()
    assert held(destroyed, "primary") == destroyed.kept["primary"]


def test_a_failed_import_leaves_nothing_and_the_next_run_takes_it_all_in(destroyed):
    destroyed.aws["primary"].fail("Cluster", "it is being modified")
    with pytest.raises(TwinStackError) as error:
        destroyed.deploy()
    assert str(error.value) == (
        "primary (us-east-1) ended in ROLLBACK_COMPLETE: "
        "Cluster (AWS::RDS::GlobalCluster) IMPORT_FAILED: it is being modified"
    )
    destroyed.deploy()
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept


def test_what_was_removed_in_the_meantime_is_made_anew_and_that_is_said(destroyed):
    cluster, vpc = (destroyed.kept["primary"][name] for name in ("Cluster", "Vpc"))
    destroyed.aws["primary"].left.removed |= {cluster, vpc}
    destroyed.deploy()
    assert remarks(destroyed) == [
        f"primary: Vpc (AWS::EC2::VPC {vpc}) was kept when the stack was deleted, and is gone: a new one is made",
        f"primary: Cluster (AWS::RDS::GlobalCluster {cluster}) was kept when the stack was deleted, and is gone: a "
        "new, empty one is made beside what else was kept; restore what it held where that matters",
    ]
    assert held(destroyed, "primary")["Bucket"] == destroyed.kept["primary"]["Bucket"]
    assert held(destroyed, "primary")["Cluster"] != cluster


def test_what_the_template_no_longer_has_stays_outside_and_that_is_said(destroyed):
    bucket = destroyed.kept["secondary"]["Bucket"]
    destroyed.templates["secondary"] = (
        KEEPING["secondary"].replace("Bucket: {Type", "Store: {Type").replace("!GetAtt Bucket.Arn", "!GetAtt Store.Arn")
    )
    destroyed.deploy()
    assert remarks(destroyed) == [
        f"secondary: Bucket (AWS::S3::Bucket {bucket}) was kept when the stack was deleted, and is not taken in again: "
        "the template has no such resource. It stays as it is, outside of the stack, and its name may be in the way; "
        "remove it by hand where it is of no use"
    ]


OUTSIDE = (
    "It stays as it is, outside of the stack, and its name may be in the way; remove it by hand where it is of no use"
)


def test_what_is_of_another_type_in_the_template_stays_outside(destroyed):
    bucket = destroyed.kept["secondary"]["Bucket"]
    destroyed.templates["secondary"] = KEEPING["secondary"].replace("AWS::S3::Bucket", "AWS::SNS::Topic")
    assert make_plan(destroyed.run()).shown.remarks == (
        f"secondary: Bucket (AWS::S3::Bucket {bucket}) was kept when the stack was deleted, and is not taken in again: "
        f"it is AWS::SNS::Topic in the template. {OUTSIDE}",
    )


def test_what_needs_something_that_is_gone_stays_outside(tmp_path):
    policy = "      Policy:\n        Type: AWS::S3::BucketPolicy\n        DeletionPolicy: Retain\n"
    policy += "        Properties: {Bucket: !Ref Bucket}\n"
    text = KEEPING["primary"].replace("      Bucket:\n", f"{policy}      Bucket:\n", 1)
    pair = Deployments(tmp_path, {**KEEPING, "primary": text})
    pair.deploy()
    content = pair.stack("primary").content
    policy, bucket = content.physical_id("Policy"), content.physical_id("Bucket")
    pair.destroy()
    pair.aws["primary"].left.removed.add(bucket)
    assert make_plan(pair.run()).shown.remarks == (
        f"primary: Policy (AWS::S3::BucketPolicy {policy}) was kept when the stack was deleted, and is not taken in "
        f"again: a property that it needs refers to what is gone. {OUTSIDE}",
        f"primary: Bucket (AWS::S3::Bucket {bucket}) was kept when the stack was deleted, and is gone: a new, empty "
        "one is made beside what else was kept; restore what it held where that matters",
    )


def test_what_is_gone_and_in_no_template_is_only_named(destroyed):
    bucket = destroyed.kept["secondary"]["Bucket"]
    destroyed.templates["secondary"] = (
        KEEPING["secondary"].replace("Bucket: {Type", "Store: {Type").replace("!GetAtt Bucket.Arn", "!GetAtt Store.Arn")
    )
    destroyed.aws["secondary"].left.removed.add(bucket)
    made = make_plan(destroyed.run())
    assert made.shown.remarks == (
        f"secondary: Bucket (AWS::S3::Bucket {bucket}) was kept when the stack was deleted, and is gone",
    )


def test_what_stacks_of_another_environment_kept_is_not_taken_in(destroyed):
    for stack in destroyed.aws["primary"].left.stacks:
        stack.content.tags = {**stack.content.tags, "EnvironmentSuffix": "other"}
    planned = make_plan(destroyed.run()).plan
    assert not any(step.imports for step in planned.steps if step.stack.role == "primary")
    assert any(step.imports for step in planned.steps if step.stack.role == "secondary")


def test_of_several_deleted_stacks_the_newest_that_kept_a_resource_counts(destroyed):
    aws = destroyed.aws["primary"]
    aws.left.removed |= set(destroyed.kept["primary"].values())
    destroyed.deploy()
    newer = held(destroyed, "primary")
    destroyed.destroy()
    aws.left.removed.clear()
    destroyed.deploy()
    assert held(destroyed, "primary") == newer != destroyed.kept["primary"]


def test_a_stack_that_was_deleted_without_keeping_anything_hides_no_older_one(destroyed):
    with pytest.raises(RefusedError):
        destroyed.deploy(confirm=lambda question: False)  # its empty stack was deleted
    assert len(destroyed.aws["primary"].deleted_stacks("pair-dev-primary")) == 2
    assert make_plan(destroyed.run()).plan.passes[0][0].imports


def test_no_more_than_twenty_deleted_stacks_of_a_name_are_looked_through(destroyed):
    aws = destroyed.aws["primary"]
    for number, imports in ((19, True), (1, False)):
        for _ in range(number):
            aws.put("pair-dev-primary", {}, "DELETE_COMPLETE")
        assert bool(make_plan(destroyed.run()).plan.passes[0][0].imports) is imports


@pytest.mark.parametrize("call", ["deleted_stacks", "resources"])
def test_where_it_is_not_allowed_to_read_what_was_kept_the_plan_says_so(destroyed, call):
    destroyed.aws["primary"].refuse(call, "AccessDenied")
    made = make_plan(destroyed.run())
    assert not made.plan.passes[0][0].imports
    assert made.shown.remarks[-1].startswith(
        "primary: what deleted stacks pair-dev-primary have kept could not be read:"
    )


def test_without_an_answer_to_what_was_kept_nothing_is_created_beside_it(destroyed):
    destroyed.aws["primary"].refuse("deleted_stacks", "Throttling")
    with pytest.raises(AwsError, match="Throttling"):
        destroyed.deploy()
    assert destroyed.stacks() == []


def test_where_aws_does_not_say_whether_it_is_there_the_import_decides(destroyed):
    destroyed.aws["primary"].left.refusal = AwsError("GetResource", "AccessDenied", "not you", "primary (us-east-1)")
    destroyed.deploy()
    assert held(destroyed, "primary") == destroyed.kept["primary"]
    assert remarks(destroyed) == [
        "primary: not read whether what was kept is there still (Vpc, Cluster, Bucket): primary (us-east-1): "
        "GetResource was refused: AccessDenied: not you"
    ]


def test_nothing_is_asked_about_stacks_that_are_there(destroyed):
    destroyed.deploy()
    for role in BOTH:
        destroyed.aws[role].left.asked.clear()
    destroyed.forget_calls()
    destroyed.deploy()
    assert [call for role in BOTH for call, _, _ in destroyed.aws[role].calls if call == "deleted_stacks"] == []
    assert [destroyed.aws[role].left.asked for role in BOTH] == [[], []]


def test_a_saved_plan_imports_what_it_was_saved_for(destroyed):
    saved = destroyed.save()
    destroyed.deploy(saved)
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept


def test_a_saved_plan_is_stale_when_something_of_it_is_gone(destroyed):
    saved = destroyed.save()
    destroyed.aws["primary"].left.removed.add(destroyed.kept["primary"]["Bucket"])
    with pytest.raises(RefusedError, match="what would be done now is not what was planned"):
        destroyed.deploy(saved)


def test_a_protected_stack_is_protected_as_soon_as_it_has_taken_in_what_was_kept(tmp_path):
    pair = Deployments(tmp_path, KEEPING, protected=True)
    pair.deploy()
    pair.destroy(confirmed_name="pair-dev")
    pair.aws["primary"].fail("Table", "no")
    with pytest.raises(TwinStackError):
        pair.deploy()
    assert (pair.status("primary"), pair.stack("primary").protected) == ("UPDATE_ROLLBACK_COMPLETE", True)
    pair.deploy()
    assert pair.status("secondary") == "UPDATE_COMPLETE"


def test_a_run_that_was_cut_short_after_the_import_goes_on_from_there(destroyed):
    answers = iter([True])
    with pytest.raises(RefusedError):
        destroyed.deploy(confirm=lambda question: next(answers, False))
    assert destroyed.status("primary") == "IMPORT_COMPLETE"
    destroyed.deploy()
    assert steps(destroyed) == ADOPTING[1:]
    assert {role: held(destroyed, role) for role in BOTH} == destroyed.kept
