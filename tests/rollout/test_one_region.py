"""Stacks that share a region: each with its own steps and values, and one artifact bucket for all of them."""

import pytest

from tests.fake_cloudformation import FakeBuckets, FakeCloudFormation
from tests.rollout.deployments import Deployments
from tests.systems import PRIMARY, SECONDARY, passes
from twinstack.errors import InputError
from twinstack.packaging import Package
from twinstack.screen.events import Note, StepDone

# Each lets the other in by its security group; the application's can be made first.
APPLICATION = """
    Metadata:
      TwinStack: {Role: application, Wiring: {DatabaseGroup: database.Group}}
    Parameters:
      Port: {Type: String, Default: '80'}
      DatabaseGroup: {Type: String, Default: ''}
    Conditions:
      Linked: !Not [!Equals [!Ref DatabaseGroup, '']]
    Resources:
      Group: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: application, Port: !Ref Port}}
      ToDatabase:
        Type: AWS::EC2::SecurityGroupEgress
        Condition: Linked
        Properties: {GroupId: !Ref Group, DestinationSecurityGroupId: !Ref DatabaseGroup}
    Outputs:
      Group: {Value: !Ref Group}
"""
DATABASE = """
    Metadata:
      TwinStack: {Role: database, Wiring: {ApplicationGroup: application.Group}}
    Parameters:
      Port: {Type: String, Default: '80'}
      Size: {Type: String, Default: small}
      ApplicationGroup: {Type: String}
    Resources:
      Group: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: !Ref Size, Port: !Ref Port}}
      FromApplication:
        Type: AWS::EC2::SecurityGroupIngress
        Properties: {GroupId: !Ref Group, SourceSecurityGroupId: !Ref ApplicationGroup}
    Outputs:
      Group: {Value: !Ref Group}
"""
REGIONS = {"application": "eu-west-1", "database": "eu-west-1"}


@pytest.fixture
def two(tmp_path):
    return Deployments(tmp_path, {"application": APPLICATION, "database": DATABASE}, REGIONS)


def test_two_stacks_of_one_region_that_need_each_other_take_three_passes(two):
    assert passes(two.deploy()) == [["application"], ["database"], ["application"]]
    assert two.stacks() == ["pair-dev-application", "pair-dev-database"]
    groups = {role: two.stack(role).content.outputs["Group"] for role in two.templates}
    assert two.stack("application").content.values["DatabaseGroup"] == groups["database"]
    assert two.stack("database").content.values["ApplicationGroup"] == groups["application"]


def test_a_second_run_finds_nothing_to_do(two):
    two.deploy()
    two.forget_calls()
    assert two.deploy().passes == ()
    assert two.mutations() == []


def test_they_are_unlinked_and_deleted_in_reverse(two):
    two.deploy()
    assert two.destroy() is True
    assert [(event.stack, event.status) for event in two.screen.of(StepDone)] == [
        ("application", "UPDATE_COMPLETE"),
        ("database", "DELETE_COMPLETE"),
        ("application", "DELETE_COMPLETE"),
    ]
    assert two.stacks() == []


def test_a_regions_overrides_go_to_each_of_its_stacks_that_has_the_parameter(two):
    two.environment["parameter_overrides"] = {"eu-west-1": {"Port": "8080", "Size": "large"}}
    two.deploy()
    assert two.stack("application").content.values["Port"] == "8080"
    database = two.stack("database").content.values
    assert (database["Port"], database["Size"]) == ("8080", "large")


def test_a_parameter_that_no_stack_of_the_region_has_is_told_with_all_their_templates(two):
    two.environment["parameter_overrides"] = {"eu-west-1": {"Ports": "8080"}}
    with pytest.raises(InputError) as error:
        two.run()
    assert "unknown parameter Ports; no such parameter in " in str(error.value)
    assert "generated/application.yaml, " in str(error.value)
    assert str(error.value).endswith("generated/database.yaml")


def test_one_bucket_serves_both_and_is_removed_once(two):
    for role, text in two.templates.items():
        note = f"    Description: {'x' * 60_000}\n    Resources:"
        two.templates[role] = text.replace("    Resources:", note)
    two.deploy()
    assert sorted(two.stacks()) == ["pair-dev-application", "pair-dev-artifacts", "pair-dev-database"]
    requests = two.aws["application"].requests
    assert [request.stack_name for request in requests].count("pair-dev-artifacts") == 1
    (bucket,) = two.buckets["application"].objects
    assert all(bucket in str(request.template_url) for request in requests[1:])
    two.destroy()
    assert two.stacks() == []
    assert [event.text for event in two.screen.of(Note) if event.text.startswith("Removing")] == [
        "Removing pair-dev-artifacts from eu-west-1"
    ]


def test_code_for_both_stands_in_one_bucket(two):
    for role, text in two.templates.items():
        wired = "Wiring: {CodeBucket: artifacts.Bucket, CodeKey: artifacts.Key(code), "
        declared = "Parameters:\n      CodeBucket: {Type: String}\n      CodeKey: {Type: String}\n"
        used = (
            "    Resources:\n"
            "      Code:\n"
            "        Type: AWS::Lambda::Function\n"
            "        Properties: {Code: {S3Bucket: !Ref CodeBucket, S3Key: !Ref CodeKey}}\n"
        )
        wired_text = text.replace("Wiring: {", wired).replace("Parameters:\n", declared)
        two.templates[role] = wired_text.replace("    Resources:\n", used)
    two.packages = {"code": Package(b"zipped", "c0de")}
    two.deploy()
    ((bucket, objects),) = two.buckets["application"].objects.items()
    assert list(objects) == ["code/code/c0de.zip"]
    assert {two.stack(role).content.values["CodeBucket"] for role in two.templates} == {bucket}
    two.forget_calls()
    assert two.deploy().passes == ()
    described = [name for call, name, _ in two.aws["application"].calls if call == "describe_stack"]
    assert described.count("pair-dev-artifacts") == 1


def test_stacks_of_one_region_in_two_accounts_have_a_bucket_each(two):
    for role, text in two.templates.items():
        note = f"    Description: {'x' * 60_000}\n    Resources:"
        two.templates[role] = text.replace("    Resources:", note)
    two.entries["database"] = {"assume_role": "arn:aws:iam::111122223333:role/deployer"}
    two.buckets["database"] = FakeBuckets()
    two.aws["database"] = FakeCloudFormation(two.clock, "eu-west-1", two.buckets["database"])
    two.deploy()
    assert two.aws["application"].names() == ["pair-dev-artifacts", "pair-dev-application"]
    assert two.aws["database"].names() == ["pair-dev-artifacts", "pair-dev-database"]
    two.destroy()
    assert two.aws["application"].names() == two.aws["database"].names() == []


def test_overlapping_networks_are_refused_in_one_region_too(tmp_path):
    same = Deployments(tmp_path, {"primary": PRIMARY, "secondary": SECONDARY}, {"secondary": "us-east-1"})
    same.environment["parameter_overrides"] = {"us-east-1": {"VpcCidr": "10.0.0.0/16"}}
    with pytest.raises(InputError, match=r"VpcCidr 10.0.0.0/16 overlaps primary's .*; rename one of the parameters"):
        same.run()
    del same.environment["parameter_overrides"]
    same.deploy()
    assert same.stacks() == ["pair-dev-primary", "pair-dev-secondary"]
