"""What reverting drift would change: worked out by AWS, shown, and never executed."""

from dataclasses import replace
from itertools import count

import pytest

from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.aws.drift_api import RevertChangeSet
from twinstack.aws.errors import AwsError
from twinstack.errors import TwinStackError, UnreachableError
from twinstack.rollout.change_sets.drift_preview import Preview, preview_revert

PRIMARY = "pair-dev-primary"
BACK = ResourceChange(
    "Modify",
    "Bucket",
    "AWS::S3::Bucket",
    "bucket-1",
    details=(ChangeDetail("Properties", "Versioning", False, "", "Never", "", "/Properties/Versioning", "Off", "On"),),
)


def previewed(pair):
    """What reverting the drift of the primary would change."""
    run, ids = pair.run(), count()
    return preview_revert(
        run.planner.system.stacks["primary"], run.clients["primary"], run.clock, lambda: f"preview-{next(ids)}"
    )


@pytest.fixture
def preview(live):
    return lambda: previewed(live)


def test_it_shows_what_aws_works_out_and_deletes_the_change_set_again(live, preview):
    live.drifts["primary"].reverting[PRIMARY] = [BACK]
    assert preview() == Preview((BACK,))
    assert live.change_sets() == []
    assert live.mutations() == [("primary", "create_change_set"), ("primary", "delete_change_set")]


def test_it_asks_for_the_template_and_the_values_that_the_stack_has(live, preview):
    live.drifts["primary"].reverting[PRIMARY] = [BACK]
    preview()
    (asked,) = live.drifts["primary"].revert_requests
    assert (asked.stack_name, asked.name) == (PRIMARY, "twinstack-preview-preview-0")
    assert set(asked.parameters) == {"VpcCidr", "PeeringId", "PeerCidr", "PeerBucket"}
    assert asked.capabilities == ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
    assert (asked.token, asked.role_arn) == ("preview-0", None)


def test_it_asks_by_the_service_role_of_the_stack(live, preview):
    live.entries["primary"] = {"role_arn": "arn:aws:iam::1:role/deploys"}
    live.drifts["primary"].reverting[PRIMARY] = [BACK]
    preview()
    (asked,) = live.drifts["primary"].revert_requests
    assert asked.role_arn == "arn:aws:iam::1:role/deploys"


def test_an_aws_that_makes_an_ordinary_change_set_of_it_is_not_taken_for_one_with_nothing_to_revert(live, preview):
    live.drifts["primary"].drift_aware = False
    assert preview().reason == "this AWS does not make drift-aware change sets: it made an ordinary one"
    assert live.change_sets() == []


def test_a_change_set_that_aws_could_not_make_is_told_and_deleted(live, preview):
    assert preview().reason.startswith("AWS could not make the change set (FAILED): The submitted information")
    assert live.change_sets() == []


def test_a_change_set_that_aws_never_finishes_is_not_waited_for_without_end(live, preview, monkeypatch):
    never = RevertChangeSet(True, "CREATE_IN_PROGRESS", "")
    monkeypatch.setattr(live.drifts["primary"], "describe_revert_change_set", lambda _arn: never)
    with pytest.raises(TwinStackError, match=r"the change set of the preview is still there.* is CREATE_IN_PROGRESS"):
        preview()


def test_a_refusal_is_told(live, preview):
    live.aws["primary"].refuse("create_change_set", "ValidationError")
    assert "ValidationError" in preview().reason


def test_one_that_could_not_be_read_while_aws_works_it_out_is_named_since_it_cannot_be_deleted_yet(live, preview):
    live.aws["primary"].refuse("describe_change_set", "Throttling")
    with pytest.raises(TwinStackError, match="is still there, unexecuted"):
        preview()
    assert live.aws["primary"].mutations() == ["create_change_set", "delete_change_set"]


@pytest.mark.parametrize(
    "error", [AwsError("DescribeChangeSet", "AccessDenied", "no", "here"), UnreachableError("gone")]
)
def test_one_that_could_not_be_read_and_is_made_is_deleted_and_why_it_could_not_is_told(live, preview, error):
    def made_and_refused(_arn):
        for change_set in live.stack("primary").change_sets.values():
            change_set.describes_left = 0
        raise error

    live.drifts["primary"].describe_revert_change_set = made_and_refused
    assert preview() == Preview(reason=str(error))
    assert live.change_sets() == []


def test_what_a_secret_parameter_gives_is_not_shown(new):
    """AWS masks the parameter, and reads the resource with its value."""
    new.templates["primary"] = new.templates["primary"].replace(
        "Parameters:\n", "Parameters:\n      Word: {Type: String, NoEcho: true}\n"
    )
    new.templates["primary"] = new.templates["primary"].replace("Engine: aurora-mysql", "Engine: !Ref Word")
    new.environment["parameters"] = {"Word": "hush-hush"}
    new.deploy()
    secret = ChangeDetail("Properties", "Engine", False, "", "Never", "", "/Properties/Engine", "by-hand", "hush-hush")
    cluster = replace(BACK, resource="Cluster", type="AWS::RDS::GlobalCluster", details=(secret,))
    new.drifts["primary"].reverting[PRIMARY] = [cluster]
    (change,) = previewed(new).changes
    assert "hush-hush" not in str(change)
    assert change.details[0].path == "/Properties/Engine"


def test_one_that_is_left_behind_is_named_with_what_removes_it(live, preview):
    live.drifts["primary"].reverting[PRIMARY] = [BACK]
    live.aws["primary"].refuse("delete_change_set", "AccessDenied")
    with pytest.raises(TwinStackError, match="is still there, unexecuted; delete it with"):
        preview()


def test_ctrl_c_does_not_wait_for_aws_and_leaves_it_to_a_later_deployment(live, preview):
    live.drifts["primary"].reverting[PRIMARY] = [BACK]
    live.clock.interrupted_at = 1
    with pytest.raises(KeyboardInterrupt):
        preview()
    assert live.change_sets() == ["twinstack-preview-preview-0"]


def test_one_that_aws_has_made_by_the_time_of_ctrl_c_is_deleted(live, monkeypatch):
    def made_and_interrupted(_seconds):
        for change_set in live.stack("primary").change_sets.values():
            change_set.describes_left = 0
        raise KeyboardInterrupt

    run = live.run()
    monkeypatch.setattr(run.clock, "sleep", made_and_interrupted)
    with pytest.raises(KeyboardInterrupt):
        preview_revert(run.planner.system.stacks["primary"], run.clients["primary"], run.clock, lambda: "1")
    assert live.change_sets() == []
