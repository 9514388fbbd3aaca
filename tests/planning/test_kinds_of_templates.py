"""Templates of the kinds that people have: each is planned as it says, and a second run finds nothing to do."""

from textwrap import dedent

import pytest

from tests.systems import deployed, planner, system
from twinstack.errors import InputError
from twinstack.planning.passes import plan
from twinstack.planning.rules import broken_assertions
from twinstack.planning.steps import resolver_for
from twinstack.planning.world import Absent

# As the CDK synthesizes a stack: a version from SSM, a rule about it, a resource in some regions only, assets by name.
SYNTHESIZED = """
    Resources:
      Topic: {Type: AWS::SNS::Topic}
      Handler:
        Type: AWS::Lambda::Function
        DependsOn: [Role]
        Properties:
          Code: {S3Bucket: !Sub 'cdk-assets-${AWS::AccountId}-${AWS::Region}', S3Key: 0a1b.zip}
          Role: !GetAtt [Role, Arn]
      Role:
        Type: AWS::IAM::Role
        Properties:
          ManagedPolicyArns:
            - !Join ['', ['arn:', !Ref 'AWS::Partition', ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']]
      Emptied: {Type: Custom::S3AutoDeleteObjects, Properties: {ServiceToken: !GetAtt Handler.Arn}}
      CDKMetadata: {Type: AWS::CDK::Metadata, Condition: CDKMetadataAvailable, Properties: {Analytics: v2:deflate64:x}}
    Conditions:
      CDKMetadataAvailable: !Or
        - !Or [!Equals [!Ref 'AWS::Region', af-south-1], !Equals [!Ref 'AWS::Region', eu-west-1]]
        - !Equals [!Ref 'AWS::Region', us-east-1]
    Parameters:
      BootstrapVersion: {Type: AWS::SSM::Parameter::Value<String>, Default: /cdk-bootstrap/hnb659fds/version}
    Rules:
      CheckBootstrapVersion:
        Assertions:
          - Assert: !Not [!Contains [['1', '2', '3', '4', '5'], !Ref BootstrapVersion]]
            AssertDescription: the stack of the CDK's bootstrap is older than version 6
"""
NESTED = """
    Parameters: {Code: {Type: String, Default: templates}}
    Resources:
      Network:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: !Sub 'https://${Code}.s3.${AWS::URLSuffix}/network.yaml', Parameters: {Zones: '2'}}
      Service:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: https://templates.s3.amazonaws.com/service.yaml
          Parameters: {Vpc: !GetAtt Network.Outputs.Vpc}
    Outputs: {Url: {Value: !GetAtt [Service, Outputs.Url]}}
"""
FROM_SSM = """
    Parameters:
      Image: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>, Default: /aws/service/image}
      Subnets: {Type: AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>, Default: /network/subnets}
      Name: {Type: AWS::SSM::Parameter::Name, Default: /name}
    Conditions: {Given: !Not [!Equals [!Ref Image, '']]}
    Resources:
      Instance:
        Type: AWS::EC2::Instance
        Condition: Given
        Properties: {ImageId: !Ref Image, SubnetId: !Select [0, !Ref Subnets]}
      Subnet: {Type: AWS::SSM::Parameter, Properties: {Type: String, Name: !Ref Name, Value: !Join ['-', !Ref Subnets]}}
"""
FROM_ELSEWHERE = """
    Resources:
      Database:
        Type: AWS::RDS::DBInstance
        Properties:
          MasterUserPassword: '{{resolve:secretsmanager:database:SecretString:password}}'
          DBSubnetGroupName: !ImportValue subnets
          VPCSecurityGroups: [!ImportValue {'Fn::Sub': '${AWS::StackName}-group'}]
          AvailabilityZone: !Select [0, !GetAZs {Ref: 'AWS::Region'}]
          KmsKeyId: {Fn::GetStackOutput: {StackName: keys, OutputName: KeyArn}}
      Answer: {Type: Custom::Answer, Properties: {ServiceToken: 'arn:aws:lambda:eu-west-1:1:function:f'}}
    Outputs: {Answer: {Value: !GetAtt Answer.Anything.At.All}}
"""
POLICIES = """
    Resources:
      Group:
        Type: AWS::AutoScaling::AutoScalingGroup
        CreationPolicy: {ResourceSignal: {Timeout: PT5M}}
        UpdatePolicy: {AutoScalingRollingUpdate: {MinInstancesInService: 1}}
        Metadata: {AWS::CloudFormation::Init: {config: {files: {/etc/motd: {content: !Sub 'in ${AWS::Region}'}}}}}
        Properties: {Tags: [{Key: Name, Value: !Ref 'AWS::StackName', PropagateAtLaunch: true}, !Ref 'AWS::NoValue']}
      Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
      Wait: {Type: AWS::CloudFormation::WaitCondition, DependsOn: Group, Properties: {Handle: !Ref Handle, Timeout: 60}}
"""
KINDS = {
    "synthesized": (SYNTHESIZED, ["Topic", "Handler", "Role", "Emptied"]),
    "nested stacks": (NESTED, ["Network", "Service"]),
    "values from SSM": (FROM_SSM, ["Instance", "Subnet"]),
    "values from elsewhere": (FROM_ELSEWHERE, ["Database", "Answer"]),
    "policies and signals": (POLICIES, ["Group", "Handle", "Wait"]),
}


def planned(text, world=None):
    given = system({"one": "Metadata: {TwinStack: {Role: one}}\n" + dedent(text)})
    return plan(planner(given), world or {"one": Absent()})


@pytest.mark.parametrize(("text", "resources"), KINDS.values(), ids=KINDS)
def test_a_template_of_each_kind_is_planned_as_it_says_and_then_settles(text, resources):
    (step,) = planned(text).steps
    assert [change.resource for change in step.changes] == resources
    assert planned(text, {"one": deployed(step.after)}).passes == ()


def test_a_rule_about_a_value_from_ssm_is_left_to_aws():
    given = system({"one": dedent(SYNTHESIZED)})
    stack = given.stacks["one"]
    assert list(broken_assertions(resolver_for(stack, stack.template, {}, {}))) == []


def test_what_turns_on_a_value_from_ssm_is_refused_by_name():
    with pytest.raises(InputError) as error:
        planned(FROM_SSM.replace("!Equals [!Ref Image, '']", "!Equals [!Ref Image, ami-1]"))
    assert str(error.value).startswith("generated/one.yaml:7: one: condition Given compares a value")


def test_a_resource_of_some_regions_is_planned_in_those():
    (step,) = planned(SYNTHESIZED.replace("eu-west-1", "eu-test-0")).steps
    assert [change.resource for change in step.changes][-1] == "CDKMetadata"


def test_a_nested_stack_runs_again_when_what_it_is_given_differs():
    (step,) = planned(NESTED).steps
    again = planned(NESTED.replace("Zones: '2'", "Zones: '3'"), {"one": deployed(step.after)})
    assert [(change.action, change.resource) for change in again.steps[0].changes] == [("Modify", "Network")]
