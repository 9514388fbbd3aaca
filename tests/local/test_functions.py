"""Functions keep what the emulator's Lambda knows of them."""

import pytest
from botocore.exceptions import ClientError

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"


def resources(**properties):
    function = {
        "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.13",
        **properties,
    }
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]}},
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
    }


def test_a_function_keeps_its_key_its_queue_and_how_many_run_at_once(account, stack, not_emulated):
    queue = {"Fn::GetAtt": ["Queue", "Arn"]}
    stack.deploy(resources(KmsKeyArn=KEY, DeadLetterConfig={"TargetArn": queue}, ReservedConcurrentExecutions=1))
    api = account.client("lambda")
    name = stack.physical_id("Function")

    def shown():
        found = api.get_function_configuration(FunctionName=name)
        reserved = api.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        return found.get("KMSKeyArn"), bool((found.get("DeadLetterConfig") or {}).get("TargetArn")), reserved

    assert shown() == (KEY, True, 1)
    assert not_emulated(stack) == set()
    stack.deploy(resources(KmsKeyArn=KEY, ReservedConcurrentExecutions=2))
    assert shown() == (KEY, False, 2)
    stack.deploy(resources())
    assert shown()[1:] == (False, None)
    stack.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        shown()


def test_a_function_keeps_its_network(account, stack, not_emulated):
    base = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
        "Other": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.2.0/24"}},
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "probe", "VpcId": {"Ref": "Vpc"}},
        },
    }

    def network(subnet):
        return {"VpcConfig": {"SubnetIds": [{"Ref": subnet}], "SecurityGroupIds": [{"Ref": "Group"}]}}

    def shown():
        found = account.client("lambda").get_function_configuration(FunctionName=stack.physical_id("Function"))
        return {name: found["VpcConfig"][name] for name in ("SubnetIds", "SecurityGroupIds", "VpcId")}

    for subnet in ("Subnet", "Other"):
        stack.deploy({**base, **resources(**network(subnet))})
        assert shown() == {
            "SubnetIds": [stack.physical_id(subnet)],
            "SecurityGroupIds": [stack.physical_id("Group")],
            "VpcId": stack.physical_id("Vpc"),
        }
        assert not_emulated(stack) == set()
    stack.deploy({**base, **resources()})
    assert shown() == {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}
    stack.delete()


def test_the_user_of_the_probe_is_answered_for_and_listed_as_not_emulated(stack, not_emulated):
    def user(host):
        properties = {"ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:f", "ServiceTimeout": 120}
        properties |= {"Host": host, "Port": 3306, "SecretArn": "arn"}
        return {"User": {"Type": "Custom::ProbeUser", "Properties": properties}}

    stack.deploy(user("one"))
    assert stack.physical_id("User") == "probe-user"
    assert not_emulated(stack) == {("User", "ServiceToken")}
    stack.deploy(user("two"))
    assert not_emulated(stack) == {("User", "ServiceToken")}
    stack.delete()
