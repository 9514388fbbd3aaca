"""Health checks, private zones of two regions, failover records."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST


def check(**config):
    tags = [{"Key": "Name", "Value": "mine"}]
    return {"Type": "AWS::Route53::HealthCheck", "Properties": {"HealthCheckConfig": config, "HealthCheckTags": tags}}


def on_alarm(name, region=EAST):
    return check(
        Type="CLOUDWATCH_METRIC",
        AlarmIdentifier={"Name": name, "Region": region},
        InsufficientDataHealthStatus="Unhealthy",
    )


def calculated(*children):
    return check(Type="CALCULATED", ChildHealthChecks=[{"Ref": child} for child in children], HealthThreshold="1")


def test_the_child_of_a_calculated_check_is_replaced_in_place(account, stack):
    first = {"One": on_alarm("one"), "Two": on_alarm("two", WEST), "Both": calculated("One")}
    stack.deploy(first)
    route53 = account.client("route53")
    both = stack.physical_id("Both")

    def config(identifier):
        return route53.get_health_check(HealthCheckId=identifier)["HealthCheck"]["HealthCheckConfig"]

    assert config(both)["ChildHealthChecks"] == [stack.physical_id("One")]
    assert config(both)["HealthThreshold"] == 1
    assert config(stack.physical_id("Two"))["AlarmIdentifier"] == {"Name": "two", "Region": WEST}
    assert config(stack.physical_id("Two"))["InsufficientDataHealthStatus"] == "Unhealthy"
    tags = route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=both)["ResourceTagSet"]["Tags"]
    assert {"Key": "Name", "Value": "mine"} in tags

    stack.deploy({**first, "Both": calculated("Two")})
    assert stack.physical_id("Both") == both
    assert config(both)["ChildHealthChecks"] == [stack.physical_id("Two")]
    stack.delete()
    with pytest.raises(ClientError, match="NoSuchHealthCheck"):
        config(both)


def test_another_type_of_check_is_a_replacement(account, stack):
    stack.deploy({"One": on_alarm("one"), "Check": on_alarm("two")})
    before = stack.physical_id("Check")
    changes = stack.deploy({"One": on_alarm("one"), "Check": calculated("One")})
    assert changes["Changes"][0]["ResourceChange"]["Replacement"] == "Conditional"
    assert stack.physical_id("Check") != before
    with pytest.raises(ClientError, match="NoSuchHealthCheck"):
        account.client("route53").get_health_check(HealthCheckId=before)
    stack.delete()


def test_a_private_zone_gains_and_loses_the_vpc_of_another_region(account, stack):
    east = account.client("ec2", EAST).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    west = account.client("ec2", WEST).create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    here, there = {"VPCId": east, "VPCRegion": EAST}, {"VPCId": west, "VPCRegion": WEST}
    domain = f"{stack.name}.test.local"

    def zone(*vpcs):
        properties = {
            "Name": domain,
            "VPCs": list(vpcs),
            "HostedZoneConfig": {"Comment": "private"},
            "HostedZoneTags": [{"Key": "Name", "Value": "mine"}],
        }
        return {"Zone": {"Type": "AWS::Route53::HostedZone", "Properties": properties}}

    route53 = account.client("route53")

    def vpcs():
        found = route53.get_hosted_zone(Id=stack.physical_id("Zone"))
        assert found["HostedZone"]["Config"] == {"Comment": "private", "PrivateZone": True}
        return [(vpc["VPCId"], vpc["VPCRegion"]) for vpc in found["VPCs"]]

    stack.deploy(zone(here))
    identifier = stack.physical_id("Zone")
    assert vpcs() == [(east, EAST)]
    stack.deploy(zone(here, there))
    assert vpcs() == [(east, EAST), (west, WEST)]
    stack.deploy(zone(there))
    assert vpcs() == [(west, WEST)]
    assert stack.physical_id("Zone") == identifier
    tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=identifier)
    assert {"Key": "Name", "Value": "mine"} in tags["ResourceTagSet"]["Tags"]
    stack.delete()
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        route53.get_hosted_zone(Id=identifier)


def test_failover_records_of_one_name(account, stack):
    vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    domain = f"{stack.name}.test.local"
    zone = {
        "Type": "AWS::Route53::HostedZone",
        "Properties": {"Name": domain, "VPCs": [{"VPCId": vpc, "VPCRegion": EAST}]},
    }

    def record(role, target, **more):
        properties = {
            "HostedZoneId": {"Ref": "Zone"},
            "Name": f"reader.{domain}",
            "Type": "CNAME",
            "TTL": "60",
            "Failover": role,
            "SetIdentifier": f"{role.lower()}-dev",
            "ResourceRecords": [target],
            **more,
        }
        return {"Type": "AWS::Route53::RecordSet", "Properties": properties}

    resources = {
        "Zone": zone,
        "Check": on_alarm("one"),
        "Primary": record("PRIMARY", "one.example.org", HealthCheckId={"Ref": "Check"}),
        "Secondary": record("SECONDARY", "two.example.org"),
    }

    def records():
        found = account.client("route53").list_resource_record_sets(HostedZoneId=stack.physical_id("Zone"))
        mine = [r for r in found["ResourceRecordSets"] if r["Type"] == "CNAME"]
        return {r["Failover"]: (r["ResourceRecords"][0]["Value"], r.get("HealthCheckId")) for r in mine}

    stack.deploy(resources)
    healthy = stack.physical_id("Check")
    assert records() == {"PRIMARY": ("one.example.org", healthy), "SECONDARY": ("two.example.org", None)}
    stack.deploy({**resources, "Secondary": record("SECONDARY", "three.example.org")})
    assert records()["SECONDARY"] == ("three.example.org", None)
    stack.deploy({name: resources[name] for name in ("Zone", "Check", "Primary")})
    assert list(records()) == ["PRIMARY"]
    stack.delete()
