"""What deleted stacks have kept is taken in first, and the usual update adds the rest."""

import json

import pytest

from tests.systems import PRIMARY, SECONDARY, deployed, pair, passes, planner, system
from twinstack.planning.passes import plan
from twinstack.planning.world import Absent, Kept, Live, Unknown

VPC, BUCKET = "AWS::EC2::VPC", "AWS::S3::Bucket"
OF_PRIMARY = {
    "Vpc": Kept("vpc-1", VPC),
    "Cluster": Kept("pair", "AWS::RDS::GlobalCluster"),
    "Bucket": Kept("bucket-1", BUCKET),
}
OF_SECONDARY = {"Vpc": Kept("vpc-2", VPC), "Cluster": Kept("standby", "AWS::RDS::DBCluster")}
NOTHING = Absent()


def steps_of(world, given=None):
    made = plan(planner(given or pair()), world)
    return [[(step.stack.role, step.operation, bool(step.imports)) for step in steps] for steps in made.passes]


IMPORT_1, UPDATE_1 = ("primary", "CREATE", True), ("primary", "UPDATE", False)
IMPORT_2, UPDATE_2 = ("secondary", "CREATE", True), ("secondary", "UPDATE", False)
CREATE_1, CREATE_2 = ("primary", "CREATE", False), ("secondary", "CREATE", False)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        pytest.param(({}, {}), [[CREATE_1], [CREATE_2], [UPDATE_1]], id="nothing"),
        pytest.param(
            (OF_PRIMARY, OF_SECONDARY), [[IMPORT_1], [UPDATE_1], [IMPORT_2], [UPDATE_2], [UPDATE_1]], id="both stacks"
        ),
        pytest.param((OF_PRIMARY, {}), [[IMPORT_1], [UPDATE_1], [CREATE_2], [UPDATE_1]], id="the first only"),
        pytest.param(({}, OF_SECONDARY), [[CREATE_1], [IMPORT_2], [UPDATE_2], [UPDATE_1]], id="the second only"),
        pytest.param(
            ({"Bucket": OF_PRIMARY["Bucket"]}, {}), [[IMPORT_1], [UPDATE_1], [CREATE_2], [UPDATE_1]], id="some of it"
        ),
    ],
)
def test_a_stack_takes_in_what_is_kept_in_a_pass_of_its_own_before_it_is_updated(kept, expected):
    assert steps_of({"primary": Absent(kept[0]), "secondary": Absent(kept[1])}) == expected


def first_step(kept, text=PRIMARY, **values):
    given = planner(system({"primary": text}, {"primary": values}, tags={"Project": "pair"}))
    return given.step({"primary": Absent(kept)}, "primary")


ALONE = """
    Parameters:
      Wide: {Type: String, Default: 'no'}
    Conditions:
      IsWide: !Equals [!Ref Wide, 'yes']
    Resources:
      Role: {Type: 'AWS::IAM::Role', Properties: {}}
      Key: {Type: 'AWS::KMS::Key', DeletionPolicy: RetainExceptOnCreate, Properties: {}}
      Bucket:
        Type: AWS::S3::Bucket
        DependsOn: [Role, Key]
        DeletionPolicy: RetainExceptOnCreate
        Properties:
          Key: !GetAtt Key.Arn
          Role: !GetAtt Role.Arn
          Text: !Sub '${Role} and ${Key}'
          Either: !If [IsWide, !Ref Role, !Ref Key]
      Policy: {Type: 'AWS::S3::BucketPolicy', DeletionPolicy: Retain, Properties: {Bucket: !Ref Bucket}}
      Subnet: {Type: 'AWS::EC2::Subnet', Condition: IsWide, Properties: {}}
    Outputs:
      Name: {Value: !Ref Bucket}
"""
KEY, OF_BUCKET, POLICY = Kept("key-1", "AWS::KMS::Key"), Kept("b-1", BUCKET), Kept("b-1-x", "AWS::S3::BucketPolicy")


def test_everything_that_is_imported_is_an_import_of_one_resource_by_its_identifier():
    step = first_step({"Policy": POLICY, "Bucket": OF_BUCKET, "Key": KEY}, ALONE)
    assert [(change.action, change.resource, change.physical_id) for change in step.changes] == [
        ("Import", "Key", "key-1"),
        ("Import", "Bucket", "b-1"),
        ("Import", "Policy", "b-1-x"),
    ]
    assert step.imports[0].identifier == {"Id": "key-1"}
    assert (step.operation, step.updates, step.changed_outputs) == ("CREATE", False, ())
    assert [(because.reason, because.source) for because in step.because] == [("kept", "pair-dev-primary")]


def test_what_is_found_by_another_resource_is_identified_by_that_one():
    from twinstack.planning.adoption import identifier
    from twinstack.planning.resource_schemas import UpdateRules

    kept = {"Bucket": OF_BUCKET, "Policy": POLICY, "Both": Kept("a|b", "AWS::Some::Type")}
    by_bucket = UpdateRules(identifier=("Bucket",))
    assert identifier("Policy", kept, {"Properties": {"Bucket": {"Ref": "Bucket"}}}, by_bucket) == {"Bucket": "b-1"}
    assert identifier("Policy", kept, {"Properties": {"Bucket": "named"}}, by_bucket) == {"Bucket": "b-1-x"}
    assert identifier("Both", kept, {}, UpdateRules(identifier=("One", "Two"))) == {"One": "a", "Two": "b"}
    assert identifier("Bucket", kept, {}, UpdateRules(identifier=("One", "Two"))) == {}
    assert identifier("Bucket", kept, {}, UpdateRules()) == {}


def test_the_template_of_an_import_has_nothing_that_is_gone_and_neither_outputs_nor_tags():
    step = first_step({"Bucket": OF_BUCKET, "Key": KEY}, ALONE)
    body = json.loads(step.stack.template.text)
    assert step.stack.tags == {}
    assert "Outputs" not in body
    assert body["Resources"] == {
        "Key": {"DeletionPolicy": "RetainExceptOnCreate", "Type": "AWS::KMS::Key", "Properties": {}},
        "Bucket": {
            "DeletionPolicy": "RetainExceptOnCreate",
            "Type": BUCKET,
            "DependsOn": ["Key"],
            # the branch that is not taken named the role, which no template may do that has none
            "Properties": {"Key": {"Fn::GetAtt": ["Key", "Arn"]}, "Either": {"Ref": "Key"}},
        },
    }


def test_a_kept_resource_without_a_policy_in_the_template_is_imported_with_one():
    kept = {"Vpc": OF_PRIMARY["Vpc"]}
    assert json.loads(first_step(kept).stack.template.text)["Resources"]["Vpc"]["DeletionPolicy"] == "Retain"


def test_the_transform_that_policies_need_stays_and_no_other_does():
    text = ALONE.replace("    Parameters:", "    Transform: [AWS::LanguageExtensions, Mine]\n    Parameters:")
    assert first_step({"Key": KEY}, text).stack.template.body["Transform"] == "AWS::LanguageExtensions"
    only_mine = ALONE.replace("    Parameters:", "    Transform: Mine\n    Parameters:")
    assert "Transform" not in first_step({"Key": KEY}, only_mine).stack.template.body


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("Key", Kept("key-1", "AWS::KMS::Key", exists=False), id="gone"),
        pytest.param("Elsewhere", KEY, id="not in the template"),
        pytest.param("Key", Kept("key-1", "AWS::SQS::Queue"), id="of another type"),
        pytest.param("Subnet", Kept("subnet-1", "AWS::EC2::Subnet"), id="under a condition that does not hold"),
        pytest.param("Policy", POLICY, id="with a property that it needs and that refers to what is gone"),
    ],
)
def test_what_cannot_be_imported_is_left_to_the_usual_creation(name, kept):
    step = first_step({name: kept}, ALONE)
    assert (step.operation, step.imports) == ("CREATE", ())
    assert {change.action for change in step.changes} == {"Add"}


def test_a_resource_whose_condition_holds_is_imported():
    assert first_step({"Subnet": Kept("subnet-1", "AWS::EC2::Subnet")}, ALONE, Wide="yes").imports


def test_after_the_import_the_rest_is_added_and_what_was_left_out_is_put_right():
    given = planner(system({"primary": ALONE}, tags={"Project": "pair"}))
    made = plan(given, {"primary": Absent({"Bucket": OF_BUCKET, "Key": KEY})})
    update = made.passes[1][0]
    assert [(change.action, change.resource, change.properties) for change in update.changes] == [
        ("Add", "Role", ()),
        ("Modify", "Bucket", ("Role", "Text", "Tags")),
        ("Add", "Policy", ()),
        ("Modify", "Key", ("Tags",)),
    ]
    assert update.tags_changed
    assert not given.step({"primary": deployed(made.world["primary"])}, "primary").needed


def test_a_plan_made_after_each_pass_is_the_rest_of_the_plan():
    given, world = planner(pair()), {"primary": Absent(OF_PRIMARY), "secondary": Absent(OF_SECONDARY)}
    whole = plan(given, world)
    for number, steps in enumerate(whole.passes, 1):
        world |= {step.stack.role: deployed(given.step(world, step.stack.role).after) for step in steps}
        assert passes(plan(given, world)) == passes(whole)[number:]


def test_what_a_failed_import_has_left_is_taken_in_by_the_next_creation():
    empty = Live("ROLLBACK_COMPLETE", pair().stacks["primary"].template, {}, {}, {}, kept=OF_PRIMARY)
    assert steps_of({"primary": empty, "secondary": Unknown("silent")}) == [[IMPORT_1], [UPDATE_1]]


def test_a_stack_that_is_there_takes_nothing_in():
    made = plan(planner(pair()), {"primary": NOTHING, "secondary": NOTHING})
    live = deployed(made.world["primary"])
    kept = Live(live.status, live.template, live.parameters, live.outputs, live.tags, kept=OF_PRIMARY)
    assert not planner(pair()).step({"primary": kept, "secondary": NOTHING}, "primary").imports


def test_an_import_waits_for_required_wires_as_a_creation_does():
    step = planner(pair()).step({"primary": NOTHING, "secondary": Absent(OF_SECONDARY)}, "secondary")
    assert [wire.parameter for wire in step.missing] == ["PeerVpc", "PeerCidr", "GlobalCluster", "SourceRegion"]
    assert SECONDARY


def test_two_worlds_that_differ_in_what_is_kept_are_planned_apart():
    given = planner(pair())
    assert given.step({"primary": Absent(OF_PRIMARY), "secondary": NOTHING}, "primary").imports
    assert not given.step({"primary": NOTHING, "secondary": NOTHING}, "primary").imports
