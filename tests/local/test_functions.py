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


def test_the_network_of_a_function_is_listed_as_not_emulated(stack, not_emulated):
    stack.deploy(resources(VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}))
    assert not_emulated(stack) == {("Function", "VpcConfig")}
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
