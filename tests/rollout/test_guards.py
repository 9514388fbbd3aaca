"""What holds data is replaced or removed only with permission by name."""

from dataclasses import replace

import pytest

from tests.rollout.deployments import with_note
from tests.systems import SECONDARY, pair, planner
from twinstack.aws.api import ChangeDetail, ResourceChange
from twinstack.errors import RefusedError
from twinstack.expressions.values import REF, ResourceValue
from twinstack.planning.prediction import Change, Detail
from twinstack.planning.world import Absent
from twinstack.rollout.guards.guarded_types import guarded_types
from twinstack.rollout.guards.guards import Allowed, predicted_losses, refused_changes, refused_predictions
from twinstack.screen.events import ChangeSetDiffers

CLUSTER, ALARM = "AWS::RDS::DBCluster", "AWS::CloudWatch::Alarm"


def entry(action="Modify", replacement="False", kind=CLUSTER, details=(), name="It"):
    return ResourceChange(action, name, kind, "it-1", replacement, tuple(details))


STATIC = ChangeDetail("Properties", "Engine", dynamic=False, cause="")
DYNAMIC = ChangeDetail("Properties", "Group", dynamic=True, cause="Group")
DYNAMIC_TOPIC = ChangeDetail("Properties", "Topic", dynamic=True, cause="Topic")
DYNAMIC_ATTRIBUTE = ChangeDetail("Properties", "Group", dynamic=True, cause="Group.Arn")
DYNAMIC_PARAMETER = ChangeDetail("Properties", "Group", dynamic=True, cause="SomeParameter")
HARMLESS = ChangeDetail("Properties", "Port", dynamic=False, cause="", recreation="Never")
GROUP = "AWS::RDS::DBSubnetGroup"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        pytest.param([entry("Add")], False, id="added"),
        pytest.param([entry()], False, id="modified in place"),
        pytest.param([entry(replacement="True")], True, id="replaced"),
        pytest.param([entry("Remove")], True, id="removed"),
        pytest.param([entry("Import")], False, id="imported"),
        pytest.param([entry(replacement="Conditional", details=[STATIC])], True, id="perhaps replaced, for itself"),
        pytest.param([entry(replacement="Conditional")], True, id="perhaps replaced, without a reason"),
        pytest.param([entry(replacement="Conditional", details=[HARMLESS])], False, id="no reason replaces"),
        pytest.param(
            [entry(replacement="Conditional", details=[DYNAMIC]), entry(kind=GROUP, name="Group")],
            False,
            id="refers to what changes in place",
        ),
        pytest.param(
            [entry(replacement="Conditional", details=[DYNAMIC_ATTRIBUTE]), entry(kind=GROUP, name="Group")],
            False,
            id="reads an attribute of what changes in place",
        ),
        pytest.param(
            [entry(replacement="Conditional", details=[DYNAMIC]), entry("Modify", "True", GROUP, name="Group")],
            True,
            id="refers to what is replaced",
        ),
        pytest.param(
            [
                entry(replacement="Conditional", details=[DYNAMIC]),
                entry("Modify", "Conditional", GROUP, [STATIC], "Group"),
            ],
            True,
            id="refers to what may be replaced",
        ),
        pytest.param(
            [
                entry(replacement="Conditional", details=[DYNAMIC]),
                entry("Modify", "Conditional", GROUP, [DYNAMIC_TOPIC], "Group"),
                entry("Modify", "True", ALARM, name="Topic"),
            ],
            True,
            id="refers to what refers to what is replaced",
        ),
        pytest.param(
            [
                entry(replacement="Conditional", details=[DYNAMIC]),
                entry("Modify", "Conditional", GROUP, [DYNAMIC_TOPIC], "Group"),
                entry("Modify", "Conditional", ALARM, [DYNAMIC], "Topic"),
            ],
            False,
            id="refers to two that refer to each other and change in place",
        ),
        pytest.param(
            [entry(replacement="Conditional", details=[DYNAMIC, STATIC]), entry(kind=GROUP, name="Group")],
            True,
            id="one reason of two is its own",
        ),
        pytest.param([entry(replacement="Conditional", details=[DYNAMIC])], True, id="refers to what is not listed"),
        pytest.param(
            [entry(replacement="Conditional", details=[DYNAMIC_PARAMETER])], True, id="depends on a parameter"
        ),
        pytest.param([entry("Remove", kind=ALARM)], False, id="removed, and holds nothing"),
        pytest.param([entry(replacement="True", kind=ALARM)], False, id="replaced, and holds nothing"),
    ],
)
def test_a_real_change_set_is_refused_for_its_losses(changes, refused):
    assert bool(refused_changes("primary", changes, Allowed())) is refused


@pytest.mark.parametrize("kind", sorted(guarded_types()))
@pytest.mark.parametrize(
    ("change", "allowed", "refused"),
    [
        ({"replacement": "True"}, Allowed(), True),
        ({"replacement": "True"}, Allowed(replace=["It"]), False),
        ({"replacement": "True"}, Allowed(delete=["It"]), True),
        ({"replacement": "True"}, Allowed(replace=["Other"]), True),
        ({"action": "Remove"}, Allowed(), True),
        ({"action": "Remove"}, Allowed(delete=["It"]), False),
        ({"action": "Remove"}, Allowed(replace=["It"]), True),
        ({"replacement": "Conditional", "details": [STATIC]}, Allowed(replace=["It"]), False),
    ],
)
def test_permission_is_by_name_and_by_kind_of_loss(kind, change, allowed, refused):
    assert bool(refused_changes("primary", [entry(kind=kind, **change)], allowed)) is refused


def test_a_refusal_names_the_resource_and_the_permission():
    changes = [entry(replacement="True"), entry("Remove", name="Old")]
    assert refused_changes("primary", changes, Allowed()) == [
        "primary: It (AWS::RDS::DBCluster) would be replaced and what it holds lost; --allow-replace It",
        "primary: Old (AWS::RDS::DBCluster) would be removed and what it holds lost; --allow-delete Old",
    ]


def test_a_refusal_names_what_replaces_it():
    changes = [entry(replacement="True", details=[STATIC, HARMLESS, replace(STATIC, name="KmsKeyId")])]
    assert refused_changes("primary", changes, Allowed()) == [
        "primary: It (AWS::RDS::DBCluster) would be replaced, since Engine and KmsKeyId change, and what it holds "
        "lost; --allow-replace It"
    ]


def test_a_refusal_says_of_what_aws_leaves_open_that_it_may_happen():
    many = [STATIC, STATIC, replace(STATIC, name="", attribute="Tags"), replace(STATIC, name="Port")]
    changes = [entry(replacement="Conditional", details=many)]
    assert refused_changes("primary", changes, Allowed()) == [
        "primary: It (AWS::RDS::DBCluster) may be replaced, since Engine, Tags and Port change, and what it holds "
        "lost; --allow-replace It"
    ]


@pytest.mark.parametrize("action", ["Add", "Modify", "Import"])
def test_a_resource_that_would_become_one_of_another_type_is_refused_whatever_is_allowed(action):
    everything = Allowed(replace=["It"], delete=["It"], everything=True)
    assert refused_changes("primary", [entry(action)], everything, {"It": GROUP, "Other": ALARM}) == [
        "primary: It is AWS::RDS::DBSubnetGroup and would become AWS::RDS::DBCluster: CloudFormation updates no "
        "resource to another type; give the new one another logical id"
    ]
    assert refused_changes("primary", [entry(action)], everything, {"It": CLUSTER}) == []


@pytest.mark.parametrize(("physical", "lost"), [("it-1", True), ("", False)])
def test_what_becomes_of_a_resource_that_is_there_and_aws_does_not_say_counts_as_lost(physical, lost):
    change = replace(entry("Dynamic"), physical_id=physical)
    said = ["primary: It (AWS::RDS::DBCluster) would be replaced and what it holds lost; --allow-replace It"]
    assert refused_changes("primary", [change], Allowed()) == (said if lost else [])
    assert refused_changes("primary", [change], Allowed(replace=["It"])) == []


@pytest.mark.parametrize(
    ("action", "allowed", "refused"),
    [
        ("Add", Allowed(), False),
        ("Modify", Allowed(), False),
        ("Replace", Allowed(), True),
        ("Replace", Allowed(replace=["It"]), False),
        ("Remove", Allowed(), True),
        ("Remove", Allowed(delete=["It"]), False),
        ("Replace?", Allowed(), True),
        ("Replace?", Allowed(replace=["It"]), False),
    ],
)
def test_a_predicted_loss_is_refused(action, allowed, refused):
    assert bool(refused_predictions("primary", [Change(action, "It", CLUSTER)], allowed)) is refused


ALWAYS, PERHAPS, NEVER = (
    Detail("Properties", "Engine", 1, 2, "Always"),
    Detail("Properties", "Mode", 1, 2, "Conditionally"),
    Detail("Properties", "Port", 1, 2, "Never"),
)


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        ("Replace", (NEVER, ALWAYS, PERHAPS), "would be replaced, since Engine changes, and"),
        (
            "Replace",
            (ALWAYS, replace(ALWAYS, name="", attribute="Type")),
            "replaced, since Engine and Type change, and",
        ),
        ("Replace?", (NEVER, PERHAPS), "may be replaced, since Mode changes, and"),
        ("Remove", (), "would be removed and"),
    ],
)
def test_a_predicted_loss_names_what_replaces_for_certain_or_else_what_may(action, details, said):
    (loss,) = refused_predictions("primary", [Change(action, "It", CLUSTER, details)], Allowed())
    assert said in loss.sentence


MADE_ANEW = Detail("Properties", "SubnetGroup", 1, ResourceValue("primary", "Group", REF, 1), "Always")


def test_of_the_losses_of_a_plan_the_first_cause_is_told_last_and_each_once():
    step = planner(pair()).step(dict.fromkeys(pair().stacks, Absent()), "primary")
    changes = tuple(
        Change("Replace", name, CLUSTER, details)
        for name, details in (("Cause", (ALWAYS,)), ("Follows", (MADE_ANEW,)), ("Both", (MADE_ANEW, ALWAYS)))
    )
    found = predicted_losses([replace(step, changes=changes), replace(step, changes=changes[:1])], Allowed())
    assert [loss.resource for loss in found] == ["Follows", "Both", "Cause"]


def without_bucket(text):
    return text.replace("      Bucket: {Type: 'AWS::S3::Bucket'}\n", "").replace(
        "      BucketArn: {Condition: Replicates, Value: !GetAtt Bucket.Arn}\n", ""
    )


def test_a_predicted_loss_is_refused_before_anything_is_asked_for(live):
    live.templates["secondary"] = without_bucket(SECONDARY)
    with pytest.raises(RefusedError, match="--allow-delete Bucket") as error:
        live.deploy()
    assert error.value.exit_code == 4
    assert live.mutations() == []


def test_an_allowed_loss_goes_through(live):
    live.templates["secondary"] = without_bucket(SECONDARY)
    live.deploy(allowed=Allowed(delete=["Bucket"]))
    assert "Bucket" not in live.stack("secondary").content.resources
    assert live.status("secondary") == "UPDATE_COMPLETE"


def test_a_loss_that_only_aws_saw_deletes_the_change_set_and_stops(live):
    live.templates["primary"] = with_note(live.templates["primary"])
    live.aws["primary"].extra_changes["pair-dev-primary"] = [entry(replacement="True", name="Cluster")]
    with pytest.raises(RefusedError, match="primary: Cluster: not predicted"):
        live.deploy(allowed=Allowed(replace=["Cluster"]))
    (told,) = live.screen.of(ChangeSetDiffers)
    assert [(change["resource"], change["problems"]) for change in told.changes] == [
        ("Table", []),
        ("Cluster", ["not predicted"]),
    ]
    assert live.change_sets() == []
    assert ("primary", "execute_change_set") not in live.mutations()
    assert live.questions == []


def test_a_refused_creation_takes_its_empty_stack_with_it(pair):
    pair.aws["primary"].extra_changes["pair-dev-primary"] = [entry("Remove", name="Cluster")]
    with pytest.raises(RefusedError):
        pair.deploy()
    assert (pair.stacks(), pair.change_sets()) == ([], [])
