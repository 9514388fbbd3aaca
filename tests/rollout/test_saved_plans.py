"""A saved plan is a contract: exactly what was shown is executed, or nothing is."""

import pytest

from tests.rollout.deployments import Deployments, rolled_back, with_note
from tests.systems import PRIMARY
from twinstack.errors import InputError, NotConvergedError, RefusedError, TwinStackError, UnreachableError
from twinstack.packaging import Package
from twinstack.review.saved_plans import SavedPlan, as_text, read_saved_plan, refuse_other_environment, stale_because
from twinstack.rollout.guards.guards import Allowed
from twinstack.rollout.plans.planned import make_plan
from twinstack.rollout.plans.saving import save
from twinstack.screen.events import NothingToChange, PlanMade, StepBegun, Warning_


def executed(pair):
    return [name for aws in pair.aws.values() for call, name, _ in aws.calls if call == "execute_change_set"]


def created(pair):
    return [request.name for aws in pair.aws.values() for request in aws.requests]


def names(saved):
    return [it.name for it in saved.change_sets]


def refusal(pair, saved, **options):
    before = pair.mutations()
    with pytest.raises(RefusedError) as error:
        pair.deploy(saved=saved, **options)
    assert (error.value.exit_code, pair.mutations()) == (4, before)
    return str(error.value)


def test_the_change_sets_of_the_first_pass_are_made_and_not_executed(pair):
    saved = pair.save()
    assert [(it.stack, it.name) for it in saved.change_sets] == [("primary", f"twinstack-{saved.change_sets[0].token}")]
    assert (executed(pair), pair.change_sets(), pair.questions) == ([], names(saved), [])
    assert [len(each.steps) for each in saved.plan.passes] == [1, 1, 1]


def test_exactly_the_saved_change_sets_are_executed_and_later_passes_make_their_own(pair):
    saved = pair.save()
    pair.deploy(saved=saved)
    assert executed(pair)[0] == saved.change_sets[0].arn
    assert len(executed(pair)) == 3
    assert [name.startswith("twinstack-saved-") for name in created(pair)] == [True, False, False]
    assert [event.stack for event in pair.screen.of(StepBegun)] == ["primary", "secondary", "primary"]


def test_the_events_of_the_execution_carry_the_saved_token(pair):
    saved = pair.save()
    pair.deploy(saved=saved)
    assert pair.aws["primary"].tokens("execute_change_set")[0] == saved.change_sets[0].token


def test_a_person_is_asked_about_a_saved_change_set_too_and_it_stays_when_declined(pair):
    saved = pair.save()
    assert "it stays, not executed" in refusal(pair, saved, confirm=lambda question: False)
    assert pair.change_sets() == names(saved)
    pair.deploy(saved=saved)
    assert executed(pair)[0] == saved.change_sets[0].arn


def test_a_plan_without_changes_makes_nothing_and_does_nothing(live):
    saved = live.save()
    assert (saved.change_sets, live.mutations()) == ((), [])
    assert live.deploy(saved=saved).passes == ()


def test_a_step_in_which_aws_saw_no_change_when_it_was_saved_is_passed_over(live, monkeypatch):
    live.templates["primary"] = with_note(live.templates["primary"])
    kept = live.stack("primary").content
    with monkeypatch.context() as patched:
        patched.setattr("tests.fake_cloudformation.content_after", lambda *arguments: kept)
        saved = live.save()
    assert saved.change_sets == ()
    with pytest.raises(NotConvergedError, match="primary would change again"):
        live.deploy(saved=saved)
    assert live.screen.of(NothingToChange) == [NothingToChange("primary")]
    assert executed(live) == []


def test_an_edited_template_makes_it_stale(live, tmp_path):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    live.templates["primary"] = with_note(PRIMARY, value="2")
    assert refusal(live, saved).splitlines() == [
        f"primary: template {tmp_path}/generated/primary.yaml is not the one that was planned",
        "what would be done now is not what was planned",
        "the plan saved 2026-01-01T00:00:00+00:00 is stale; make a new one: `plan --out`",
    ]
    assert live.change_sets() == names(saved)


def test_an_edited_parameter_makes_it_stale(live):
    live.environment["parameter_overrides"] = {"us-east-1": {"VpcCidr": "10.9.0.0/16"}}
    saved = live.save()
    live.environment["parameter_overrides"] = {"us-east-1": {"VpcCidr": "10.8.0.0/16"}}
    assert refusal(live, saved).startswith(
        "primary: parameter VpcCidr was '10.9.0.0/16' in the plan, and would be '10.8.0.0/16'\n"
    )


def test_another_run_between_makes_it_stale(pair):
    saved = pair.save()
    pair.deploy()
    assert refusal(pair, saved).splitlines()[:2] == [
        "primary: the stack was absent, and is live now",
        "secondary: the stack was absent, and is live now",
    ]


def test_another_run_that_changed_only_an_output_makes_it_stale(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    live.stack("secondary").content.outputs["Endpoint"] = "moved"
    assert refusal(live, saved).startswith("secondary: another run has changed the stack: its outputs differ\n")


def test_everything_that_another_run_has_changed_is_named_and_the_order_of_values_is_nothing(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    content = live.stack("secondary").content
    content.outputs = dict(reversed(content.outputs.items()))
    assert stale(live, saved) == []
    content.outputs["Endpoint"] = "moved"
    content.tags["Owner"] = "somebody"
    assert stale(live, saved)[0] == ("secondary: another run has changed the stack: its outputs and tags differ")


def test_a_stack_that_the_file_does_not_know_makes_it_stale(live):
    saved = live.save()
    unknowing = saved.model_copy(update={"world": {"secondary": saved.world["secondary"]}})
    assert stale(live, unknowing) == ["primary: the stack was not there, and is live now"]


def stale(pair, saved):
    made = make_plan(pair.run())
    return stale_because(saved, made.planner.system, made.world, made.shown)


def test_a_change_set_that_was_saved_for_other_values_is_not_executed(live):
    def saved_for(cidr):
        live.environment["parameter_overrides"] = {"us-east-1": {"VpcCidr": cidr}}
        return live.save()

    other, saved = saved_for("10.9.0.0/16"), saved_for("10.8.0.0/16")
    mixed = saved.model_copy(update={"change_sets": other.change_sets})
    assert "was not made for what the plan shows" in refusal(live, mixed)
    live.deploy(saved=saved)


def test_a_change_set_that_was_saved_with_another_service_role_is_not_executed(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    live.entries["primary"] = {"role_arn": "arn:aws:iam::1:role/other"}
    assert "was not made for what the plan shows" in refusal(live, saved)


def test_a_change_set_that_somebody_deleted_is_missed(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    live.aws["primary"].delete_change_set(saved.change_sets[0].arn)
    assert f"change set {names(saved)[0]} is gone" in refusal(live, saved)


def test_a_change_set_that_aws_no_longer_executes_is_refused_with_its_status(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    saved = live.save()
    live.aws["primary"].update_by_hand("pair-dev-primary")
    assert "can no longer be executed: it is CREATE_COMPLETE, OBSOLETE" in refusal(live, saved)


def test_a_loss_is_refused_before_a_change_set_is_made(live):
    live.templates["secondary"] = live.templates["secondary"].replace("      Bucket: {Type: 'AWS::S3::Bucket'}\n", "")
    live.templates["secondary"] = live.templates["secondary"].replace("!GetAtt Bucket.Arn", "gone")
    with pytest.raises(RefusedError, match="--allow-delete Bucket"):
        live.save()
    assert live.mutations() == []
    saved = live.save(allowed=Allowed(delete=["Bucket"]))
    assert "--allow-delete Bucket" in refusal(live, saved)
    live.deploy(saved=saved, allowed=Allowed(delete=["Bucket"]))


def test_when_one_change_set_cannot_be_made_none_is_left(live):
    live.environment["update_order"] = ["primary", "secondary"]
    for role in ("primary", "secondary"):
        live.templates[role] = with_note(live.templates[role])
    live.aws["primary"].broken_change_sets["pair-dev-primary"] = "no such property"
    with pytest.raises(TwinStackError, match="no such property"):
        live.save()
    assert live.change_sets() == []


@pytest.mark.parametrize("wrong", [InputError("the disk is full"), KeyboardInterrupt()], ids=repr)
def test_a_plan_that_cannot_be_kept_leaves_no_change_set_and_no_empty_stack(pair, wrong):
    def keep(_saved):
        raise wrong

    with pytest.raises(type(wrong)):
        save(pair.run(), "2026-01-01T00:00:00+00:00", keep)
    assert (pair.change_sets(), pair.aws["primary"].describe_stack("pair-dev-primary")) == ([], None)


@pytest.mark.parametrize("wrong", [UnreachableError("the network is gone"), KeyboardInterrupt()], ids=repr)
def test_a_change_set_whose_values_cannot_be_read_is_not_left(pair, monkeypatch, wrong):
    describe = pair.aws["primary"].describe_change_set

    def failing(arn, *, values=False):
        if values:
            raise wrong
        return describe(arn)

    monkeypatch.setattr(pair.aws["primary"], "describe_change_set", failing)
    for run in (pair.save, pair.deploy):
        with pytest.raises(type(wrong)):
            run()
        assert (pair.change_sets(), pair.aws["primary"].describe_stack("pair-dev-primary")) == ([], None)


def test_what_is_left_of_a_failed_creation_is_not_deleted_by_saving(pair):
    rolled_back(pair, "primary")
    with pytest.raises(RefusedError) as error:
        pair.save()
    assert str(error.value) == (
        "primary: what is left of a creation that failed (ROLLBACK_COMPLETE) has to be deleted first; "
        "`deploy` without a saved plan does it"
    )
    assert pair.mutations() == []


def test_a_file_for_another_environment_is_wrong_usage(pair):
    saved, run = pair.save(), pair.run()
    refuse_other_environment(saved, "dev", run.planner.system)
    with pytest.raises(InputError, match=r"saved for dev .*, and this is prod"):
        refuse_other_environment(saved, "prod", run.planner.system)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not a saved plan of version 1: the file: Invalid JSON"),
        ("{}", "not a saved plan of version 1: version: Field required"),
        ('{"version": 2}', "not a saved plan of version 1: version: Input should be 1"),
    ],
)
def test_a_file_that_is_no_saved_plan_is_named(tmp_path, content, complaint):
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(InputError, match=complaint):
        read_saved_plan(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_saved_plan(tmp_path / "none.json")


def test_a_file_that_cannot_be_read_is_named_with_why(tmp_path):
    with pytest.raises(InputError, match=f"^{tmp_path}: cannot be read: .*Is a directory"):
        read_saved_plan(tmp_path)


def test_the_file_comes_back_as_it_was_written(pair):
    saved = pair.save()
    assert as_text(saved).startswith('{\n  "version": 1,\n')
    assert SavedPlan.model_validate_json(as_text(saved)) == saved


def test_no_secret_stands_in_the_file(pair):
    secretive = PRIMARY.replace("VpcCidr: {Type", "Token: {Type: String, NoEcho: true}\n      VpcCidr: {Type")
    pair.templates["primary"] = secretive.replace("Engine: aurora-mysql", "Engine: !Ref Token")
    pair.environment["parameters"] = {"Token": "hush-hush"}
    assert "hush-hush" not in as_text(pair.save())


def test_the_plan_is_told_before_it_is_saved(pair):
    saved = pair.save()
    (made,) = pair.screen.of(PlanMade)
    assert pair.screen.events[0] == made
    assert made.plan == saved.plan.model_dump(mode="json", by_alias=True)
    assert pair.screen.events[1] == StepBegun(1, 3, "primary", "us-east-1", "CREATE")


def test_it_is_told_anew_once_the_name_of_a_bucket_is_known_and_that_is_what_is_saved(coded):
    saved = coded.save()
    before, after = (event.plan for event in coded.screen.of(PlanMade))
    assert before != after == saved.plan.model_dump(mode="json", by_alias=True)
    coded.deploy(saved=saved)
    assert executed(coded)[-1] == saved.change_sets[0].arn


def test_a_plan_with_a_bucket_that_is_there_is_told_once(coded):
    coded.deploy()
    coded.packages = {"code": Package(b"zipped anew", "c0de2")}
    coded.save()
    assert len(coded.screen.of(PlanMade)) == 1


CODED = """
    Metadata: {TwinStack: {Role: primary, Wiring: {CodeBucket: artifacts.Bucket, CodeKey: artifacts.Key(code)}}}
    Parameters: {CodeBucket: {Type: String}, CodeKey: {Type: String}}
    Resources:
      Probe: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: !Ref CodeBucket, S3Key: !Ref CodeKey}}}
"""


@pytest.fixture
def coded(tmp_path):
    coded = Deployments(tmp_path, {"primary": CODED})
    coded.packages = {"code": Package(b"zipped", "c0de")}
    return coded


def test_what_is_left_behind_on_purpose_is_named_when_a_plan_is_saved_too(live):
    live.move("secondary", "eu-west-2")
    with pytest.raises(RefusedError, match="--abandon secondary"):
        live.save()
    live.save(allowed=Allowed(abandon=["secondary"]))
    assert [event.text for event in live.screen.of(Warning_)] == [
        "secondary: stack pair-dev-secondary in eu-west-1 (CREATE_COMPLETE) is left behind on purpose, with what it "
        "holds"
    ]
