"""VPCs, peering between two regions, routes, rules, endpoints and flow logs."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST

TAGS = [{"Key": "Name", "Value": "mine"}]


def vpc(cidr):
    properties = {"CidrBlock": cidr, "EnableDnsSupport": True, "EnableDnsHostnames": True, "Tags": TAGS}
    return {"Type": "AWS::EC2::VPC", "Properties": properties}


def group(**properties):
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "database", "VpcId": {"Ref": "Vpc"}, **properties},
    }


OUTPUTS = {"VpcId": {"Value": {"Ref": "Vpc"}}, "Cidr": {"Value": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}}


def test_a_vpc_gives_its_cidr_block(stack):
    stack.deploy({"Vpc": vpc("10.0.0.0/16")}, Outputs=OUTPUTS)
    assert stack.outputs()["Cidr"] == "10.0.0.0/16"
    stack.delete()


def test_peering_is_active_in_both_regions_and_carries_routes(account):
    accepter, requester = account.stack(EAST), account.stack(WEST)
    accepter.deploy({"Vpc": vpc("10.0.0.0/16")}, Outputs=OUTPUTS)
    peering = {
        "Type": "AWS::EC2::VPCPeeringConnection",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "PeerVpcId": accepter.outputs()["VpcId"],
            "PeerRegion": EAST,
            "Tags": TAGS,
        },
    }
    table = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}

    def route(destination):
        target = {"VpcPeeringConnectionId": {"Ref": "Peering"}, "RouteTableId": {"Ref": "Table"}}
        return {"Type": "AWS::EC2::Route", "Properties": {"DestinationCidrBlock": destination, **target}}

    resources = {"Vpc": vpc("10.1.0.0/16"), "Peering": peering, "Table": table, "Route": route("10.0.0.0/16")}
    requester.deploy(resources)
    connection = requester.physical_id("Peering")

    def seen(region):
        ec2 = account.client("ec2", region)
        found = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[connection])
        return found["VpcPeeringConnections"][0]

    def routes():
        ec2 = account.client("ec2", WEST)
        found = ec2.describe_route_tables(RouteTableIds=[requester.physical_id("Table")])["RouteTables"][0]
        return {r["DestinationCidrBlock"]: r.get("VpcPeeringConnectionId") for r in found["Routes"]}

    assert {seen(region)["Status"]["Code"] for region in (EAST, WEST)} == {"active"}
    assert seen(WEST)["AccepterVpcInfo"] | {"OwnerId": ""} == {
        "VpcId": accepter.outputs()["VpcId"],
        "Region": EAST,
        "OwnerId": "",
    }
    assert {"Key": "Name", "Value": "mine"} in seen(WEST)["Tags"]
    assert routes() == {"10.1.0.0/16": None, "10.0.0.0/16": connection}

    changes = requester.deploy({**resources, "Route": route("10.0.0.0/17")})
    assert changes["Changes"][0]["ResourceChange"]["Replacement"] == "True"
    assert routes() == {"10.1.0.0/16": None, "10.0.0.0/17": connection}

    requester.delete()
    assert seen(EAST)["Status"]["Code"] == "deleted"
    accepter.delete()


@pytest.mark.parametrize("direction", ["Ingress", "Egress"])
def test_a_rule_of_its_own_comes_and_goes(account, stack, direction):
    def rule(**properties):
        given = {"GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, "IpProtocol": "tcp", **properties}
        return {"Type": f"AWS::EC2::SecurityGroup{direction}", "Properties": given}

    none = {"SecurityGroupEgress": [{"IpProtocol": "icmp", "CidrIp": "127.0.0.1/32"}]}
    base = {"Vpc": vpc("10.0.0.0/16"), "Group": group(**none)}

    def rules():
        found = account.client("ec2").describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [stack.physical_id("Group")]}]
        )["SecurityGroupRules"]
        mine = [r for r in found if r["IsEgress"] == (direction == "Egress") and r["IpProtocol"] == "tcp"]
        return [(r["FromPort"], r["ToPort"], r.get("CidrIpv4"), r.get("Description")) for r in mine]

    wide = {"FromPort": "3306", "ToPort": 3306, "CidrIp": "10.1.0.0/16"}
    stack.deploy({**base, "Rule": rule(**wide, Description="from the peer")})
    assert rules() == [(3306, 3306, "10.1.0.0/16", "from the peer")]
    stack.deploy({**base, "Rule": rule(**wide, Description="from the other region")})
    assert rules() == [(3306, 3306, "10.1.0.0/16", "from the other region")]
    stack.deploy({**base, "Rule": rule(**{**wide, "CidrIp": "10.2.0.0/16"})})
    assert rules() == [(3306, 3306, "10.2.0.0/16", None)]
    stack.deploy(base)
    assert rules() == []
    stack.delete()


def test_a_rule_may_name_another_group(account, stack):
    rule = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Ref": "Database"},
            "SourceSecurityGroupId": {"Ref": "Clients"},
            "IpProtocol": "tcp",
            "FromPort": 3306,
            "ToPort": 3306,
        },
    }
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Database": group(), "Clients": group(), "Rule": rule})
    found = account.client("ec2").describe_security_groups(GroupIds=[stack.physical_id("Database")])
    pairs = found["SecurityGroups"][0]["IpPermissions"][0]["UserIdGroupPairs"]
    assert [pair["GroupId"] for pair in pairs] == [stack.physical_id("Clients")]
    stack.delete()


def test_endpoints_keep_their_tables_groups_and_policy(account, stack, not_emulated):
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}}
    table = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}

    def endpoint(service, kind, **properties):
        named = {"VpcId": {"Ref": "Vpc"}, "ServiceName": f"com.amazonaws.{EAST}.{service}", "VpcEndpointType": kind}
        return {"Type": "AWS::EC2::VPCEndpoint", "Properties": {**named, **properties}}

    base = {"Vpc": vpc("10.0.0.0/16"), "Subnet": subnet, "Table": table, "Group": group()}
    gateway = endpoint("s3", "Gateway", RouteTableIds=[{"Ref": "Table"}], PolicyDocument=policy)
    interface = endpoint(
        "kms",
        "Interface",
        SubnetIds=[{"Ref": "Subnet"}],
        SecurityGroupIds=[{"Ref": "Group"}],
        PrivateDnsEnabled=True,
    )
    stack.deploy({**base, "Gateway": gateway, "Interface": interface})

    def shown(logical_id):
        found = account.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[stack.physical_id(logical_id)])
        return found["VpcEndpoints"][0]

    assert shown("Gateway")["RouteTableIds"] == [stack.physical_id("Table")]
    assert '"Allow"' in shown("Gateway")["PolicyDocument"]
    assert shown("Interface")["SubnetIds"] == [stack.physical_id("Subnet")]
    assert [g["GroupId"] for g in shown("Interface")["Groups"]] == [stack.physical_id("Group")]
    assert shown("Interface")["PrivateDnsEnabled"] is True
    stack.deploy({**base, "Gateway": {**gateway, "Properties": {**gateway["Properties"], "RouteTableIds": []}}})
    assert shown("Gateway").get("RouteTableIds", []) == []
    stack.delete()


def test_an_endpoint_keeps_who_resolves_its_private_name(account, stack, not_emulated):
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}}

    def resources(**options):
        named = {"VpcId": {"Ref": "Vpc"}, "ServiceName": f"com.amazonaws.{EAST}.s3", "VpcEndpointType": "Interface"}
        given = {**named, "SubnetIds": [{"Ref": "Subnet"}], "PrivateDnsEnabled": True, **options}
        endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": given}
        return {"Vpc": vpc("10.0.0.0/16"), "Subnet": subnet, "Endpoint": endpoint}

    ec2 = account.client("ec2")

    def shown():
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=[stack.physical_id("Endpoint")])
        return found["VpcEndpoints"][0].get("DnsOptions")

    word = "PrivateDnsOnlyForInboundResolverEndpoint"
    stack.deploy(resources(DnsOptions={word: "AllResolvers", "DnsRecordIpType": "ipv4"}))
    assert shown() == {word: False, "DnsRecordIpType": "ipv4"}
    assert not_emulated(stack) == set()
    stack.deploy(resources(DnsOptions={word: "OnlyInboundResolver", "Unknown": 1}))
    assert shown() == {word: True}
    assert not_emulated(stack) == {("Endpoint", "DnsOptions.Unknown")}
    stack.deploy(resources())
    assert shown() is None
    identifier = stack.physical_id("Endpoint")
    stack.delete()
    assert identifier not in [found["VpcEndpointId"] for found in ec2.describe_vpc_endpoints()["VpcEndpoints"]]


def test_a_flow_log_shows_all_that_it_was_made_with(account, stack, not_emulated):
    properties = {
        "ResourceId": {"Ref": "Vpc"},
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "flows",
        "DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/flows",
        "LogFormat": "${srcaddr} > ${dstaddr}",
        "MaxAggregationInterval": "60",
        "DestinationOptions": {"FileFormat": "plain-text", "PerHourPartition": "true"},
        "Tags": TAGS,
    }
    log = {"Type": "AWS::EC2::FlowLog", "Properties": properties}
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Log": log})
    ec2 = account.client("ec2")

    def shown():
        return ec2.describe_flow_logs(FlowLogIds=[stack.physical_id("Log")])["FlowLogs"][0]

    assert shown()["ResourceId"] == stack.physical_id("Vpc")
    assert {"Key": "Name", "Value": "mine"} in shown()["Tags"]
    expected = {
        "DeliverLogsPermissionArn": properties["DeliverLogsPermissionArn"],
        "DestinationOptions": {"FileFormat": "plain-text", "PerHourPartition": True},
        "LogFormat": properties["LogFormat"],
        "LogGroupName": "flows",
        "MaxAggregationInterval": 60,
    }
    assert {name: shown().get(name) for name in expected} == expected
    assert not_emulated(stack) == set()
    other = {**log, "Properties": {**properties, "DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/other"}}
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Log": other})
    assert shown()["DeliverLogsPermissionArn"].endswith("/other")
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Log": log})
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Log": {**log, "Properties": {**properties, "Tags": []}}})
    assert {"Key": "Name", "Value": "mine"} not in shown().get("Tags", [])
    identifier = stack.physical_id("Log")
    stack.delete()
    assert identifier not in [log["FlowLogId"] for log in ec2.describe_flow_logs()["FlowLogs"]]
    assert not_emulated(stack) == set()


def test_a_group_that_a_rule_names_is_not_deleted(account, stack):
    stack.deploy({"Vpc": vpc("10.0.0.0/16"), "Clients": group()})
    ec2 = account.client("ec2")
    other = ec2.create_security_group(GroupName="other", Description="other", VpcId=stack.physical_id("Vpc"))["GroupId"]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 1,
        "ToPort": 1,
        "UserIdGroupPairs": [{"GroupId": stack.physical_id("Clients")}],
    }
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
    stack.api.delete_stack(StackName=stack.name)
    assert stack.settled() == "DELETE_FAILED"
    assert any("dependent object" in (reason or "") for _, reason in stack.failures())
    ec2.delete_security_group(GroupId=other)
    stack.delete()
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_security_groups(GroupIds=[other])
