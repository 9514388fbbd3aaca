"""A hub with two spokes in three regions: every route has one that leads back."""

import pytest


@pytest.fixture
def example(copied):
    return copied("hub-and-spokes")


def routes(example, role):
    """Destination and target of each route that leads out of a network."""
    cidr, ec2 = example.outputs(role)["VpcCidr"], example.client("ec2", role)
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": [cidr]}])["Vpcs"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["RouteTables"]
    found = [route for table in tables for route in table["Routes"] if route.get("VpcPeeringConnectionId")]
    return {route["DestinationCidrBlock"]: route["VpcPeeringConnectionId"] for route in found}


def test_it_is_deployed_changed_and_destroyed(example):
    told = example.deploy()
    assert told.steps() == [("CREATE", "hub"), ("CREATE", "east"), ("CREATE", "west"), ("UPDATE", "hub")]
    assert (len(told.verdicts()), set(told.verdicts().values())) == (10, {"matches"})
    east, west = example.outputs("east")["PeeringId"], example.outputs("west")["PeeringId"]
    assert routes(example, "hub") == {"10.0.16.0/20": east, "10.0.32.0/20": west}
    assert routes(example, "east") == {"10.0.0.0/20": east}
    assert routes(example, "west") == {"10.0.0.0/20": west}

    assert example.deploy().steps() == []

    example.change("environment.yaml", "10.0.32.0/20", "10.0.48.0/20")
    told = example.deploy()
    assert told.steps() == [("UPDATE", "west"), ("UPDATE", "hub")]
    moved, back = told.change_sets()
    assert {change["resource"] for change in moved.changes} == {
        "Vpc",
        "Subnet",
        "RouteTable",
        "SubnetRoutes",
        "Peering",
        "ToHub",
    }
    assert {change["resource"] for change in back.changes} == {"ToWest"}
    assert example.outputs("west")["PeeringId"] != west
    assert routes(example, "hub") == {"10.0.16.0/20": east, "10.0.48.0/20": example.outputs("west")["PeeringId"]}
    assert set(told.verdicts().values()) == {"matches"}

    told = example.destroy()
    assert told.steps() == [("DELETE", "west"), ("DELETE", "east"), ("DELETE", "hub")]
    assert example.stacks() == set()
    for role in example.regions():
        vpcs = example.client("ec2", role).describe_vpcs()["Vpcs"]
        assert [vpc["CidrBlock"] for vpc in vpcs if not vpc["IsDefault"]] == []
