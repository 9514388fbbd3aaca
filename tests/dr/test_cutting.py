"""A template cut down to a part of it."""

from textwrap import dedent

import pytest

from twinstack.dr.first_run.cutting import cut
from twinstack.dr.first_run.parts import network, small_parts
from twinstack.errors import InputError
from twinstack.templates import live_template

TEMPLATE = """
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::LanguageExtensions
    Metadata:
      TwinStack:
        Role: primary
        Wiring: {PeerBucket: secondary.BucketArn, PeerVpc: secondary.VpcId}
    Parameters:
      Suffix: {Type: String}
      Protected: {Type: String, Default: 'false'}
      PeerBucket: {Type: String, Default: ''}
      PeerVpc: {Type: String, Default: ''}
      Unused: {Type: String, Default: ''}
    Rules:
      Apart: {Assertions: [{Assert: !Not [!Equals [!Ref PeerVpc, x]]}]}
    Conditions:
      IsProtected: !Equals [!Ref Protected, 'true']
      Linked: !Not [!Equals [!Ref PeerBucket, '']]
      LinkedAndProtected: !And [!Condition Linked, !Condition IsProtected]
    Resources:
      Key: {Type: 'AWS::KMS::Key', DeletionPolicy: !If [IsProtected, Retain, Delete]}
      Topic: {Type: 'AWS::SNS::Topic', Properties: {KmsMasterKeyId: !GetAtt Key.Arn}}
      Role: {Type: 'AWS::IAM::Role', Condition: LinkedAndProtected, Properties: {Path: !Ref PeerBucket}}
      Bucket:
        Type: AWS::S3::Bucket
        DependsOn: [Topic, Cluster]
        Properties:
          Name: !Sub '${Suffix}-${AWS::Region}-${!Literal}'
          Role: !If [Linked, !GetAtt Role.Arn, !Ref 'AWS::NoValue']
      Cluster: {Type: 'AWS::RDS::DBCluster', Properties: {Unused: !Ref Unused}}
      Alarm:
        Type: AWS::CloudWatch::Alarm
        Properties: {Of: !Ref Cluster, Text: !Sub ['${Cluster.Arn} ${Own}', {Own: !Ref Cluster}]}
    Outputs:
      TopicArn: {Value: !Ref Topic}
      BucketArn: {Value: !GetAtt Bucket.Arn}
"""


@pytest.fixture
def template():
    return live_template(dedent(TEMPLATE), "primary")


def test_a_resource_brings_all_that_it_refers_to_however_indirectly(template):
    part = cut(template, ["Bucket"], stand_ins={"Cluster": "none"})
    assert set(part.resources) == {"Bucket", "Topic", "Key", "Role"}
    assert set(part.section("Conditions")) == {"Linked", "LinkedAndProtected", "IsProtected"}
    assert set(part.parameters) == {"Suffix", "PeerBucket", "Protected"}


def test_what_nothing_refers_to_is_cut_away(template):
    part = cut(template, ["Topic"])
    assert set(part.resources) == {"Topic", "Key"}
    assert (part.parameters, part.outputs, part.wires) == ({}, {}, ())
    assert {"Rules", "Conditions", "Parameters"} & set(part.body) == set()
    assert part.body["Transform"] == "AWS::LanguageExtensions"


def test_everything_goes_away_with_its_stack(template):
    kept = cut(template, ["Bucket"], stand_ins={"Cluster": "none"}).resources.values()
    assert {(resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) for resource in kept} == {
        ("Delete", "Delete")
    }


def test_a_stand_in_takes_the_place_of_every_reference_and_draws_nothing_in(template):
    part = cut(template, ["Alarm"], stand_ins={"Cluster": "none"})
    assert set(part.resources) == {"Alarm"}
    assert part.resources["Alarm"]["Properties"] == {
        "Of": "none",
        "Text": {"Fn::Sub": ["none ${Own}", {"Own": "none"}]},
    }


def test_nothing_waits_for_what_has_a_stand_in(template):
    assert cut(template, ["Bucket"], stand_ins={"Cluster": "none"}).resources["Bucket"]["DependsOn"] == ["Topic"]


def test_an_output_brings_its_resource(template):
    part = cut(template, [], outputs=["TopicArn"])
    assert (set(part.resources), set(part.outputs)) == ({"Topic", "Key"}, {"TopicArn"})


def test_only_the_wires_that_are_named_stay_wired(template):
    cluster = {"Cluster": "none"}
    assert cut(template, ["Bucket"], stand_ins=cluster).wires == ()
    wired = cut(template, ["Bucket"], stand_ins=cluster, wired=["PeerBucket", "PeerVpc"])
    assert [wire.source for wire in wired.wires] == ["secondary.BucketArn"]


def test_padding_makes_a_template_too_large_for_a_request(template):
    assert len(cut(template, ["Topic"], padding=51_200).text) > 51_200


def test_a_name_that_the_template_lacks_is_an_error(template):
    with pytest.raises(InputError, match="primary: Resources has no Nothing, Never"):
        cut(template, ["Topic", "Nothing", "Never"])


@pytest.mark.parametrize("part", [small_parts, network])
def test_the_parts_of_the_pair_hold_no_database(flagship, part):
    types = {
        resource["Type"]
        for stack in part(flagship.planner.system, flagship.environment.file).stacks.values()
        for resource in stack.template.resources.values()
    }
    # the empty global cluster costs nothing
    assert {kind for kind in types if kind.startswith("AWS::RDS::")} <= {"AWS::RDS::GlobalCluster"}


def test_each_part_has_stacks_of_its_own_under_the_suffix(flagship):
    names = [
        stack.name
        for part in (small_parts, network)
        for stack in part(flagship.planner.system, flagship.environment.file).stacks.values()
    ]
    assert names == [
        "tradingdb-first-parts-primary",
        "tradingdb-first-parts-secondary",
        "tradingdb-first-network-primary",
        "tradingdb-first-network-secondary",
    ]


def test_the_parts_of_the_pair_refer_to_nothing_that_was_cut_away(flagship, tmp_path):
    from twinstack.linting.lint import lint

    paths = []
    for part in (small_parts, network):
        for role, stack in part(flagship.planner.system, flagship.environment.file).stacks.items():
            paths.append(tmp_path / f"{part.__name__}-{role}.json")
            paths[-1].write_text(stack.template.text)
    found = lint(paths, ["us-east-1", "eu-west-1"], config=None, rules=None)
    assert [str(finding) for finding in found if finding.level == "error"] == []
