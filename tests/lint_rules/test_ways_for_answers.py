"""Which security groups and endpoint policies let the answer to CloudFormation out of a VPC."""

import pytest

from tests.lint_rules.expected import FIXTURES, by_our_rules

WITHIN = """\
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 10.20.0.0/16
          Description: Endpoints
"""
OUT = "        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0, Description: Out}\n"
WITHOUT_POLICY = "      RouteTableIds: [!Ref Routes]\n"
AT_THE_END = "  Custom:\n"


def cannot_answer(tmp_path, *edits):
    """Whether the rule finds that the function cannot answer, in a template whose group keeps all within."""
    text = (FIXTURES / "W9559/bad_group_keeps_it_in.yaml").read_text()
    for was, becomes in edits:
        assert was in text
        text = text.replace(was, becomes)
    path = tmp_path / "template.yaml"
    path.write_text(text)
    return [line.split()[0] for line in by_our_rules(path)] == ["W9559"]


@pytest.mark.parametrize(
    "rule",
    [
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: 6, FromPort: 0, ToPort: 65535, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: -1, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: -1, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !ImportValue somewhere}",
        "{IpProtocol: tcp, FromPort: !ImportValue one, ToPort: !ImportValue other, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: !ImportValue one, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-12345678}",
    ],
)
def test_a_rule_of_the_group_is_a_way(rule, tmp_path):
    assert not cannot_answer(tmp_path, (WITHIN, f"        - {rule}\n"))


@pytest.mark.parametrize(
    "rule",
    [
        "{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: tcp, FromPort: 444, ToPort: 65535, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: tcp, FromPort: 0, ToPort: 442, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: udp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}",
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.20.0.0/16}",
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: sg-0123456789abcdef0}",
    ],
)
def test_a_rule_of_the_group_is_no_way(rule, tmp_path):
    assert cannot_answer(tmp_path, (WITHIN, f"        - {rule}\n"))


RULE = """\
  Out:
    Type: AWS::EC2::SecurityGroupEgress
    Properties:
      GroupId: !GetAtt GROUP.GroupId
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      CidrIp: 0.0.0.0/0
"""
OTHER = """\
  Other:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Another
      VpcId: !Ref Network
      SecurityGroupEgress: []
"""


@pytest.mark.parametrize(("group", "found"), [("Group", False), ("Other", True)])
def test_a_rule_that_stands_apart_counts_for_its_group(group, found, tmp_path):
    added = OTHER + RULE.replace("GROUP", group)
    assert cannot_answer(tmp_path, (AT_THE_END, added + AT_THE_END)) is found


@pytest.mark.parametrize("groups", ["[!Ref Group, !Ref Open]", "[sg-0123456789abcdef0]", "!ImportValue groups"])
def test_one_group_that_lets_out_is_enough_and_one_from_elsewhere_may(groups, tmp_path):
    opened = OTHER.replace("Other", "Open").replace("      SecurityGroupEgress: []\n", "")
    edits = ((AT_THE_END, opened + AT_THE_END), ("SecurityGroupIds: [!Ref Group]", f"SecurityGroupIds: {groups}"))
    assert not cannot_answer(tmp_path, *edits)


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ("'*'", False),
        ("'arn:aws:s3:::cloudformation-custom-resource-response-*'", False),
        ("['arn:aws:s3:::own-bucket/*', 'arn:aws:s3:::cloudformation-custom-resource-response-*/*']", False),
        ("!ImportValue buckets", False),
        ("'arn:aws:s3:::own-bucket/*'", True),
        ("!Sub '${Bucket.Arn}/*'", True),
    ],
)
def test_the_policy_of_the_endpoint_has_to_take_the_bucket_of_the_answers(resources, found, tmp_path):
    policy = f"""\
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {{Effect: Allow, Principal: '*', Action: s3:PutObject, Resource: {resources}}}
"""
    bucket = "  Bucket:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"
    edits = ((WITHIN, OUT), (WITHOUT_POLICY, WITHOUT_POLICY + policy), (AT_THE_END, bucket + AT_THE_END))
    assert cannot_answer(tmp_path, *edits) is found


def test_a_policy_without_resources_takes_no_answer(tmp_path):
    policy = "      PolicyDocument:\n        Statement: [{Effect: Allow, Principal: '*', Action: s3:PutObject}]\n"
    assert cannot_answer(tmp_path, (WITHIN, OUT), (WITHOUT_POLICY, WITHOUT_POLICY + policy))
