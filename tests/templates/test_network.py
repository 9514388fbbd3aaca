"""Private networks that reach each other, the database port and the AWS services they need, and nothing else."""

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from tests.templates.pair import (
    ROLES,
    ROOT,
    evaluation,
    of_environment,
    properties,
    resolved,
    resources,
    subnets_of,
    template,
    unlinked,
    walk,
)

TABLES = ["DatabaseRouteTable", "AppRouteTable"]
THIRD_ZONE = {f"{tier}Subnet{what}" for tier in ("Database", "App") for what in ("C", "CRoutes")}
PEER_CIDR = {"primary": "10.1.0.0/16", "secondary": "10.0.0.0/16"}


@pytest.mark.parametrize("role", ROLES)
def test_there_is_no_way_to_the_internet(role):
    types = {body["Type"] for body in resources(role).values()}
    assert not types & {
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::EIP",
    }


@pytest.mark.parametrize("role", ROLES)
def test_database_and_callers_have_a_subnet_each_in_three_zones(role):
    subnets = resources(role, "AWS::EC2::Subnet")
    zones = {name: body["Properties"]["AvailabilityZone"] for name, body in subnets.items()}
    assert zones == {
        f"{tier}Subnet{letter}": {"Fn::Select": [index, {"Fn::GetAZs": ""}]}
        for tier in ("Database", "App")
        for index, letter in enumerate("ABC")
    }


def without_third_zone(node):
    """A resolved value less the items of its lists that are subnets of the third zone."""
    if isinstance(node, dict):
        return {key: without_third_zone(item) for key, item in node.items()}
    if isinstance(node, list):
        return [without_third_zone(item) for item in node if not (isinstance(item, str) and item in THIRD_ZONE)]
    return node


@pytest.mark.parametrize("role", ROLES)
def test_with_two_zones_all_but_the_third_subnets_is_as_with_three(role):
    three, two = (resolved(role, ProbeEnabled="true", ZoneCount=count) for count in "32")
    assert set(three) - set(two) == THIRD_ZONE
    assert two == {
        name: replace(body, properties=without_third_zone(body.properties))
        for name, body in three.items()
        if name not in THIRD_ZONE
    }


@pytest.mark.parametrize("role", ROLES)
def test_with_two_zones_nothing_names_a_third(role):
    two = evaluation(role, ProbeEnabled="true", ZoneCount="2")
    made, outputs = two.resources, two.outputs()
    values = [*(body.properties for body in made.values()), outputs]
    third = two.value({"Fn::Select": [2, {"Fn::GetAZs": ""}]})
    assert not [value for value in walk(values) if value == third]
    assert not [name for name in THIRD_ZONE if name in str(values)]
    waited_for = {name for user in made for name in resources(role)[user].get("DependsOn", [])}
    assert waited_for <= set(made)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("count", "letters"), [("3", "ABC"), ("2", "AB")])
def test_the_subnets_put_out_are_those_that_are_there(role, count, letters):
    joined = {"Fn::Join": [",", [{"Ref": f"AppSubnet{letter}"} for letter in letters]]}
    found = evaluation(role, ZoneCount=count)
    assert found.outputs()["AppSubnetIds"] == found.value(joined)


@pytest.mark.parametrize("role", ROLES)
def test_no_two_subnets_share_a_block(role):
    blocks = [body["Properties"]["CidrBlock"] for body in resources(role, "AWS::EC2::Subnet").values()]
    assert [block["Fn::Select"][0] for block in blocks] == [0, 1, 2, 4, 5, 6]
    assert {str(block["Fn::Select"][1]) for block in blocks} == {"{'Fn::Cidr': [{'Ref': 'VpcCidr'}, 7, 8]}"}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_subnet_lies_in_its_own_network_and_apart_from_all_others_of_the_pair(name):
    made = {role: of_environment(name, role) for role in ROLES}
    networks = {role: IPv4Network(made[role]["Vpc"].properties["CidrBlock"]) for role in ROLES}
    subnets = [
        (role, IPv4Network(body.properties["CidrBlock"]))
        for role in ROLES
        for body in made[role].values()
        if body.type == "AWS::EC2::Subnet"
    ]
    assert len(subnets) == 12
    assert all(subnet.subnet_of(networks[role]) for role, subnet in subnets)
    assert not [(one, other) for one, other in combinations(subnets, 2) if one[1].overlaps(other[1])]


@pytest.mark.parametrize("role", ROLES)
def test_every_subnet_has_a_private_route_table_of_its_tier(role):
    associations = resources(role, "AWS::EC2::SubnetRouteTableAssociation").values()
    pairs = {body["Properties"]["SubnetId"]["Ref"]: body["Properties"]["RouteTableId"]["Ref"] for body in associations}
    assert pairs == {f"{tier}Subnet{letter}": f"{tier}RouteTable" for tier in ("Database", "App") for letter in "ABC"}


@pytest.mark.parametrize("role", ROLES)
def test_every_private_route_table_leads_to_the_other_region(role):
    assert list(resources(role, "AWS::EC2::RouteTable")) == TABLES
    routes = {
        name: body.properties["DestinationCidrBlock"]
        for name, body in resolved(role).items()
        if body.type == "AWS::EC2::Route"
    }
    assert routes == {f"{table}Peering": PEER_CIDR[role] for table in TABLES}


def test_the_primary_has_no_route_through_a_peering_that_does_not_exist():
    assert not [name for name, body in unlinked().items() if body.type == "AWS::EC2::Route"]


def test_the_secondary_makes_the_peering_and_the_primary_does_not():
    assert list(resources("secondary", "AWS::EC2::VPCPeeringConnection")) == ["PeeringConnection"]
    assert resources("primary", "AWS::EC2::VPCPeeringConnection") == {}


def test_the_peering_asks_for_the_primary_in_its_region():
    peering = properties("secondary", "PeeringConnection")
    assert peering["PeerVpcId"] == {"Ref": "PrimaryVpcId"}
    assert peering["PeerRegion"] == {"Ref": "PrimaryRegion"}


@pytest.mark.parametrize("role", ROLES)
def test_the_database_lets_in_the_database_port_only(role):
    rules = resources(role, "AWS::EC2::SecurityGroupIngress").values()
    assert {body["Properties"]["GroupId"]["Ref"] for body in rules} == {"DatabaseSecurityGroup"}
    ports = {(body["Properties"][key]) for body in rules for key in ("FromPort", "ToPort")}
    assert ports == {3306}
    assert "SecurityGroupIngress" not in properties(role, "DatabaseSecurityGroup")


@pytest.mark.parametrize("role", ROLES)
def test_the_database_lets_in_callers_the_other_region_and_named_clients(role):
    made = resolved(role, ClientCidrs="10.9.0.0/16,10.8.0.0/24", ClientSecurityGroupIds="sg-12345678")
    sources = {
        name: body.properties.get("CidrIp", body.properties.get("SourceSecurityGroupId"))
        for name, body in made.items()
        if body.type == "AWS::EC2::SecurityGroupIngress"
    }
    del sources["DatabaseFromAppSubnets"]
    assert sources == {
        "DatabaseFromPeer": PEER_CIDR[role],
        "DatabaseFromClientCidr1": "10.9.0.0/16",
        "DatabaseFromClientCidr2": "10.8.0.0/24",
        "DatabaseFromClientGroup1": "sg-12345678",
    }
    assert properties(role, "DatabaseFromAppSubnets")["CidrIp"] == {
        "Fn::Select": [1, {"Fn::Cidr": [{"Ref": "VpcCidr"}, 2, 10]}]
    }


@pytest.mark.parametrize("role", ROLES)
def test_as_many_clients_as_the_pattern_takes_have_a_rule_each(role):
    networks = [f"10.9.{n}.0/24" for n in range(5)]
    groups = [f"sg-0000000{n}" for n in range(5)]
    made = resolved(role, ClientCidrs=",".join(networks), ClientSecurityGroupIds=",".join(groups))
    rules = {name: body.properties for name, body in made.items() if "FromClient" in name}
    assert [rules[f"DatabaseFromClientCidr{n}"]["CidrIp"] for n in range(1, 6)] == networks
    assert [rules[f"DatabaseFromClientGroup{n}"]["SourceSecurityGroupId"] for n in range(1, 6)] == groups
    assert len(rules) == 10


def test_without_clients_and_peer_only_own_callers_get_in():
    rules = [name for name, body in unlinked().items() if body.type == "AWS::EC2::SecurityGroupIngress"]
    assert rules == ["DatabaseFromAppSubnets"]


@pytest.mark.parametrize("role", ROLES)
def test_no_rule_is_open_to_the_world(role):
    text = str(template(role)["Resources"])
    assert "0.0.0.0/0" not in text
    assert "::/0" not in text


@pytest.mark.parametrize("role", ROLES)
def test_every_security_group_says_what_goes_out(role):
    egress = {
        name: [rule["CidrIp"] for rule in body.properties["SecurityGroupEgress"]]
        for name, body in resolved(role).items()
        if body.type == "AWS::EC2::SecurityGroup"
    }
    own = {"primary": "10.0.0.0/16", "secondary": "10.1.0.0/16"}[role]
    assert egress == {
        "DatabaseSecurityGroup": ["127.0.0.1/32"],
        "AppSecurityGroup": [own, own],
        "EndpointSecurityGroup": ["127.0.0.1/32"],
    }
    beyond = {
        name: (body.properties["CidrIp"], body.properties["FromPort"])
        for name, body in resolved(role).items()
        if body.type == "AWS::EC2::SecurityGroupEgress"
    }
    assert beyond == {"AppToPeer": (PEER_CIDR[role], 3306)}


def interfaces(role, **parameters):
    """The interface endpoints by their service, as they are made."""
    made = (body.properties for body in resolved(role, **parameters).values() if "VPCEndpoint" in body.type)
    return {found["ServiceName"].rpartition(".")[2]: found for found in made if found["VpcEndpointType"] == "Interface"}


@pytest.mark.parametrize("role", ROLES)
def test_a_probe_reaches_its_secret_without_the_internet(role):
    assert set(interfaces(role)) == {"secretsmanager"}
    secrets = properties(role, "SecretsManagerEndpoint")
    assert (secrets["SubnetIds"], secrets["PrivateDnsEnabled"]) == (subnets_of("App"), True)
    assert properties(role, "S3Endpoint")["RouteTableIds"] == [{"Ref": table} for table in TABLES]


@pytest.mark.parametrize("role", ROLES)
def test_endpoints_that_only_applications_need_are_made_on_request(role):
    assert set(interfaces(role, ApplicationEndpoints="true")) == {"secretsmanager", "kms", "logs"}
    for name in ("KmsEndpoint", "LogsEndpoint"):
        found = properties(role, name)
        assert (found["SubnetIds"], found["PrivateDnsEnabled"]) == (subnets_of("App"), True)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_no_environment_pays_for_endpoints_that_nothing_in_it_uses(name):
    made = [logical_id for role in ROLES for logical_id in of_environment(name, role)]
    assert not {"KmsEndpoint", "LogsEndpoint"} & set(made)


def addresses(**parameters):
    """How many addresses the interface endpoints of the pair have; each is paid for by the hour."""
    return sum(len(found["SubnetIds"]) for role in ROLES for found in interfaces(role, **parameters).values())


def test_the_readme_says_what_the_endpoints_cost_an_hour():
    always = addresses()
    more = addresses(ApplicationEndpoints="true") - always
    assert (always, more) == (6, 12)
    page = (ROOT / "README.md").read_text()
    assert "6 addresses | about 0.06 USD an hour | the same |" in page
    assert "`ApplicationEndpoints: true`: 12 addresses | not in use; about 0.12 USD an hour | the same |" in page


@pytest.mark.parametrize("role", ROLES)
def test_every_endpoint_admits_this_account_only(role):
    for body in resources(role, "AWS::EC2::VPCEndpoint").values():
        for statement in body["Properties"]["PolicyDocument"]["Statement"]:
            if "custom-resource-response" in str(statement["Resource"]):
                continue
            assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize("role", ROLES)
def test_private_names_resolve_in_the_vpc(role):
    vpc = properties(role, "Vpc")
    assert (vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]) == (True, True)


@pytest.mark.parametrize("role", ROLES)
def test_the_flow_log_is_encrypted_and_ends(role):
    assert properties(role, "FlowLog")["LogGroupName"] == {"Ref": "FlowLogGroup"}
    group = properties(role, "FlowLogGroup")
    assert group["KmsKeyId"] == {"Fn::GetAtt": ["OperationsKey", "Arn"]}
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
