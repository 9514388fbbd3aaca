"""Each pair rule finds one mistake in a pair of stacks that is otherwise right; in the right pair no rule finds any."""

import json
from pathlib import Path

import pytest
import yaml

from pair_rules import RULES
from pair_rules.alarm_above_max_connections import max_connections
from tests.lint_rules.expected import expected, in_words
from tests.lint_rules.pair_edits import MISTAKES, RIGHT
from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.linting.lint import lint_pairs
from twinstack.marked_yaml import parse_marked
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.settled import settle
from twinstack.planning.steps import Planner

PAIR = Path(__file__).parent / "pair"
ENVIRONMENT = """\
project: trades
stacks:
  primary: {template: primary.yaml, region: us-east-1}
  secondary: {template: secondary.yaml, region: eu-west-1}
parameter_overrides:
  us-east-1: {VpcCidr: 10.0.0.0/16}
  eu-west-1: {VpcCidr: 10.1.0.0/16}
"""


def found(folder, *edits):
    """The findings in the pair after edits of (role, text, other text)."""
    texts = {role: (PAIR / f"{role}.yaml").read_text() for role in ("primary", "secondary")}
    for role, text, other in edits:
        assert text in texts[role], text
        texts[role] = texts[role].replace(text, other)
    for role, text in texts.items():
        (folder / f"{role}.yaml").write_text(text)
    return found_as_written(folder)


def found_as_written(folder, environment=ENVIRONMENT):
    """The findings in the pair that stands in the folder."""
    file = folder / "environment.yaml"
    file.write_text(environment)
    system = assemble(read_environment_file(str(file), folder, None, {}), folder).system
    return lint_pairs(settle(Planner(system, shipped_schemas)), config=None)


def test_in_a_pair_that_is_right_no_rule_finds_anything(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(("rule", "role", "edits", "what"), MISTAKES, ids=[f"{row[0]} {row[3]}" for row in MISTAKES])
def test_a_mistake_is_found_by_its_rule_alone_and_told_where_it_is(rule, role, edits, what, tmp_path):
    findings = found(tmp_path, *edits)
    assert [(finding.rule, Path(finding.path).stem) for finding in findings] == [(rule, role)], findings
    assert in_words(findings) == expected()["pair"][f"{rule} {what}"]


def test_what_was_expected_is_of_mistakes_that_are_there():
    assert set(expected()["pair"]) == {f"{row[0]} {row[3]}" for row in MISTAKES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_shown_plainly_and_through_an_intrinsic_or_condition(rule):
    assert len([row for row in MISTAKES if row[0] == rule.id]) >= 2


@pytest.mark.parametrize(
    ("instance_class", "most"),
    [
        ("db.r6g.large", 1000),
        ("db.r6g.2xlarge", 3000),
        ("db.r5.12xlarge", 6000),
        ("db.r7g.16xlarge", 6000),
        ("db.x2g.large", 2000),
        ("db.x2g.16xlarge", 7000),
        ("db.r8g.48xlarge", 0),
        ("db.t3.large", 0),
        ("db.serverless", 0),
    ],
)
def test_what_an_instance_takes_is_as_in_the_table_of_aws(instance_class, most):
    assert max_connections(instance_class) == most


@pytest.mark.parametrize("edits", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_what_is_right_is_not_a_finding(edits, tmp_path):
    assert found(tmp_path, *edits) == []


OPEN = ("secondary", "SourceRegion: us-east-1", "DatabaseName: trades")
IGNORED = "{config: {ignore_checks: [E9711]}}"


@pytest.mark.parametrize(
    ("holder", "with_metadata"),
    [
        ("Metadata:\n", f"Metadata:\n  cfn-lint: {IGNORED}\n"),
        ("    Type: AWS::RDS::DBCluster\n", f"    Type: AWS::RDS::DBCluster\n    Metadata: {{cfn-lint: {IGNORED}}}\n"),
    ],
    ids=["template", "resource"],
)
def test_a_pair_rule_is_switched_off_in_metadata_as_cfn_lint_does_it(holder, with_metadata, tmp_path):
    assert found(tmp_path, OPEN, ("secondary", holder, with_metadata)) == []


@pytest.mark.parametrize(
    "value", ["[]", "{cfn-lint: []}", "{cfn-lint: {config: x}}", "{cfn-lint: {config: {ignore_checks: 1}}}"]
)
def test_metadata_of_another_shape_switches_nothing_off(value, tmp_path):
    odd = ("secondary", "    Type: AWS::RDS::DBCluster\n", f"    Type: AWS::RDS::DBCluster\n    Metadata: {value}\n")
    assert [finding.rule for finding in found(tmp_path, OPEN, odd)] == ["E9711"]


SHARED = """\
Metadata: {TwinStack: {Role: network}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: network, VpcId: !Ref Vpc}}
Outputs:
  GroupId: {Value: !Ref Group}
  VpcId: {Value: !Ref Vpc, Export: {Name: shared-vpc}}
"""
TAKING = """\
Metadata: {TwinStack: {Role: service, Wiring: {GroupId: network.GroupId}}}
Parameters:
  GroupId: {Type: String}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: service
      VpcId: !ImportValue shared-vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 1, ToPort: 1, SourceSecurityGroupId: !Ref GroupId}]
"""
BOTH = """\
project: trades
stacks:
  network: {template: network.yaml, region: us-east-1}
  service: {template: service.yaml, region: us-east-1}
"""


def found_in_two(folder, environment=BOTH, taking=TAKING):
    (folder / "network.yaml").write_text(SHARED)
    (folder / "service.yaml").write_text(taking)
    return found_as_written(folder, environment)


def test_a_stack_may_take_the_group_and_the_export_of_another_in_its_region(tmp_path):
    assert found_in_two(tmp_path) == []


def test_it_may_not_when_the_other_is_in_another_region(tmp_path):
    apart = BOTH.replace("service.yaml, region: us-east-1", "service.yaml, region: eu-west-1")
    assert [finding.rule for finding in found_in_two(tmp_path, apart)] == ["E9710", "E9712"]


def test_an_unused_wire_of_the_environment_file_is_found_at_its_line(tmp_path):
    wiring = "service.yaml, region: us-east-1,\n    wiring: {\n      GroupId: network.GroupId}}"
    outside = BOTH.replace("service.yaml, region: us-east-1}", wiring)
    unwired = TAKING.partition("\n")[2].replace("!Ref GroupId", "sg-0123456789abcdef0")
    (finding,) = found_in_two(tmp_path, outside, unwired)
    assert (finding.rule, finding.path, finding.line) == ("W9709", str(tmp_path / "environment.yaml"), 6)


def found_with_another_stack_in_the_standbys_region(folder, logical_ids):
    """The findings in the pair after some of the standby's resources have moved to a stack beside it."""
    body = yaml.safe_load(json.dumps(parse_marked((PAIR / "secondary.yaml").read_text(), "secondary").data))
    moved = {name: body["Resources"].pop(name) for name in logical_ids}
    text = json.dumps(moved)
    names = [name for name in (*body["Resources"], *body["Parameters"]) if json.dumps({"Ref": name}) in text]
    body["Outputs"] |= {f"The{name}": {"Value": {"Ref": name}} for name in names}
    beside = {
        "Metadata": {"TwinStack": {"Role": "beside", "Wiring": {name: f"secondary.The{name}" for name in names}}},
        "Parameters": {name: {"Type": "String"} for name in names},
        "Resources": moved,
    }
    (folder / "primary.yaml").write_text((PAIR / "primary.yaml").read_text())
    (folder / "secondary.yaml").write_text(json.dumps(body))
    (folder / "beside.yaml").write_text(json.dumps(beside))
    third = "  beside: {template: beside.yaml, region: eu-west-1}\nparameter_overrides:"
    return found_as_written(folder, ENVIRONMENT.replace("parameter_overrides:", third))


def standby_resources(kind):
    body = parse_marked((PAIR / "secondary.yaml").read_text(), "secondary").data
    return [name for name, resource in body["Resources"].items() if resource["Type"] == kind]


def test_the_alarm_on_the_standby_may_stand_in_another_stack_of_its_region(tmp_path):
    alarms = standby_resources("AWS::CloudWatch::Alarm")
    assert found_with_another_stack_in_the_standbys_region(tmp_path, alarms) == []


def test_instances_of_the_standby_are_compared_in_another_stack_of_its_region_too(tmp_path):
    instances = standby_resources("AWS::RDS::DBInstance")
    assert found_with_another_stack_in_the_standbys_region(tmp_path, instances) == []
    beside = tmp_path / "beside.yaml"
    beside.write_text(beside.read_text().replace("db.r6g.large", "db.r6g.xlarge"))
    environment = (tmp_path / "environment.yaml").read_text()
    (finding,) = found_as_written(tmp_path, environment)
    assert (finding.rule, finding.path) == ("W9713", str(beside))
