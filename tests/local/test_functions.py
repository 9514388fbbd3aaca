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


def network_of(lets_out=None):
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": lets_out}
    egress = {"SecurityGroupEgress": [rule]} if lets_out else {}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
        "Other": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.2.0/24"}},
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "probe", "VpcId": {"Ref": "Vpc"}, **egress},
        },
    }


def user(host):
    properties = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": 120}
    properties |= {"Host": host, "Port": 3306, "SecretArn": "arn"}
    return {"User": {"Type": "Custom::ProbeUser", "Properties": properties}}


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
    base = network_of()

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
    stack.deploy({**resources(), **user("one")})
    assert stack.physical_id("User") == "probe-user"
    assert not_emulated(stack) == {("User", "ServiceToken")}
    stack.deploy({**resources(), **user("two")})
    assert not_emulated(stack) == {("User", "ServiceToken")}
    stack.delete()


OPEN, CLOSED = "0.0.0.0/0", "10.0.0.0/16"
ANSWERS = "arn:aws:s3:::cloudformation-custom-resource-response-*/*"
OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": "000000000000"}}


def endpoint(kind="Gateway", resource=None, **statement):
    body = {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": resource, **statement}
    policy = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [body]}} if resource else {}
    place = {"Gateway": {"RouteTableIds": [{"Ref": "Table"}]}, "Interface": {"SubnetIds": [{"Ref": "Subnet"}]}}[kind]
    service = {"VpcId": {"Ref": "Vpc"}, "ServiceName": "com.amazonaws.us-east-1.s3", "VpcEndpointType": kind}
    return {"Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {**service, **place, **policy}}}


def way(**target):
    route = {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": OPEN, **target}
    return {"Route": {"Type": "AWS::EC2::Route", "Properties": route}}


def shut_in(lets_out, ways):
    """A user of the probe whose function is in a subnet with these ways and a group that lets out to there."""
    network = network_of(lets_out)
    network["Table"] = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
    network["Tied"] = {
        "Type": "AWS::EC2::SubnetRouteTableAssociation",
        "Properties": {"RouteTableId": {"Ref": "Table"}, "SubnetId": {"Ref": "Subnet"}},
    }
    inside = {"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]}}
    made = {**network, **ways, **resources(**inside), **user("one")}
    made["User"]["DependsOn"] = ["Tied", *(name for name in ("Endpoint", "Route") if name in ways)]
    return made


@pytest.mark.parametrize(
    ("lets_out", "ways"),
    [
        (OPEN, {}),
        (CLOSED, endpoint()),
        (OPEN, endpoint("Interface")),
        (OPEN, endpoint(resource="arn:aws:s3:::own/*")),
        (OPEN, endpoint(resource=ANSWERS, Condition=OWN_ACCOUNT)),
        (OPEN, endpoint(resource=ANSWERS, Effect="Deny")),
        (OPEN, way(GatewayId="igw-0123456789abcdef0")),
        (CLOSED, way(NatGatewayId="nat-0123456789abcdef0")),
    ],
    ids=["no way", "group", "interface", "own bucket", "own account", "denied", "internet gateway", "group before nat"],
)
def test_an_answer_that_cannot_leave_the_vpc_fails_as_on_aws_and_at_once(stack, lets_out, ways):
    change_set = stack.change_set({"Resources": shut_in(lets_out, ways)}, OnStackFailure="DO_NOTHING")
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    assert stack.settled() == "CREATE_FAILED"
    ((name, reason),) = [(name, reason) for name, reason in stack.failures() if name != stack.name]
    assert name == "User"
    assert "CloudFormation did not receive a response from your Custom Resource. Please check your logs" in reason
    assert "has no way to cloudformation-custom-resource-response-useast1" in reason
    stack.delete()


@pytest.mark.parametrize(
    "ways",
    [endpoint(), endpoint(resource=ANSWERS), endpoint(resource="*"), way(NatGatewayId="nat-0123456789abcdef0")],
    ids=["without policy", "answers", "all", "nat"],
)
def test_an_answer_with_a_way_out_of_the_vpc_arrives(stack, ways):
    stack.deploy(shut_in(OPEN, ways))
    assert stack.physical_id("User") == "probe-user"
    stack.delete()


def test_no_custom_resource_is_answered_from_a_vpc_without_a_way(stack):
    made = shut_in(OPEN, {})
    made["User"] = {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}}
    change_set = stack.change_set({"Resources": made}, OnStackFailure="DO_NOTHING")
    stack.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    assert stack.settled() == "CREATE_FAILED"
    assert "did not receive a response" in dict(stack.failures())["User"]
    stack.delete()
