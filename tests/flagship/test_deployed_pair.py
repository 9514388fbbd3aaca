"""What really stands in the two regions after a deployment, asked through the services and not CloudFormation."""

import time

import pytest

from tests.flagship.conftest import REGIONS

OTHER = {"primary": "secondary", "secondary": "primary"}


def test_the_pair_goes_up_in_three_passes_with_every_wire_matching(pair):
    assert pair.first.steps() == [("CREATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "primary")]
    assert set(pair.first.verdicts().values()) == {"matches"}
    assert {stack for stack, _ in pair.first.verdicts()} == {"primary", "secondary"}


def test_the_global_cluster_has_a_writer_and_a_reader_in_two_regions(pair):
    (cluster,) = pair.client("rds", "primary").describe_global_clusters()["GlobalClusters"]
    members = {member["DBClusterArn"].split(":")[3]: member["IsWriter"] for member in cluster["GlobalClusterMembers"]}
    assert members == {"us-east-1": True, "eu-west-1": False}


@pytest.mark.parametrize("role", REGIONS)
def test_the_peering_is_active_seen_from_either_region(pair, role):
    (peering,) = pair.client("ec2", role).describe_vpc_peering_connections()["VpcPeeringConnections"]
    assert peering["Status"]["Code"] == "active"


def tables_without_a_route(pair, role):
    """The private route tables of a side that lack an active route to the other side's network."""
    vpc, cidr = pair.outputs(role)["VpcId"], pair.outputs(OTHER[role])["VpcCidr"]
    peering = pair.outputs("secondary")["VpcPeeringConnectionId"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = pair.client("ec2", role).describe_route_tables(Filters=of_vpc)["RouteTables"]
    # The VPC's own main table serves no subnet.
    private = [table for table in tables if any(a.get("SubnetId") for a in table["Associations"])]
    assert private, "a side without private route tables proves nothing"
    return [
        table["RouteTableId"]
        for table in private
        if not any(
            route.get("DestinationCidrBlock") == cidr and route.get("VpcPeeringConnectionId") == peering
            for route in table["Routes"]
        )
    ]


@pytest.mark.parametrize("role", REGIONS)
def test_every_private_route_table_leads_to_the_other_side(pair, role):
    assert tables_without_a_route(pair, role) == []


@pytest.mark.parametrize("role", REGIONS)
def test_a_route_removed_by_hand_is_noticed(pair, role):
    ec2, cidr = pair.client("ec2", role), pair.outputs(OTHER[role])["VpcCidr"]
    vpc = [{"Name": "vpc-id", "Values": [pair.outputs(role)["VpcId"]]}]
    table = next(
        table["RouteTableId"]
        for table in ec2.describe_route_tables(Filters=vpc)["RouteTables"]
        if any(association.get("SubnetId") for association in table["Associations"])
    )
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)
    try:
        assert tables_without_a_route(pair, role) == [table]
    finally:
        peering = pair.outputs("secondary")["VpcPeeringConnectionId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, VpcPeeringConnectionId=peering)


@pytest.mark.parametrize("role", REGIONS)
def test_an_object_put_in_either_bucket_arrives_in_the_other_under_that_regions_key(pair, role):
    here, there = pair.outputs(role), pair.outputs(OTHER[role])
    pair.client("s3", role).put_object(Bucket=here["BackupBucketName"], Key=f"from-{role}", Body=b"backup")
    arrived = eventually(lambda: head(pair.client("s3", OTHER[role]), there["BackupBucketName"], f"from-{role}"))
    assert (arrived["ServerSideEncryption"], arrived["SSEKMSKeyId"]) == ("aws:kms", there["BackupKeyArn"])


def head(s3, bucket, key):
    if key not in {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}:
        return None
    return s3.head_object(Bucket=bucket, Key=key)


def eventually(look, patience=10.0):
    """What a look finds once it finds something; replication takes its time."""
    end = time.monotonic() + patience
    while (found := look()) is None and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_the_private_zone_has_both_vpcs(pair):
    zone = pair.client("route53", "primary").get_hosted_zone(Id=pair.outputs("primary")["PrivateZoneId"])
    assert {(vpc["VPCRegion"], vpc["VPCId"]) for vpc in zone["VPCs"]} == {
        (region, pair.outputs(role)["VpcId"]) for role, region in REGIONS.items()
    }


def records(pair):
    zone = pair.outputs("primary")["PrivateZoneId"]
    found = pair.client("route53", "primary").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [record for record in found if record["Type"] == "CNAME"]


def test_the_reader_name_fails_over_from_the_primary_reader_to_the_standby_reader(pair):
    reader = {record["Failover"]: record for record in records(pair) if record["Name"].startswith("reader.")}
    assert sorted(reader) == ["PRIMARY", "SECONDARY"]
    for failover, role in (("PRIMARY", "primary"), ("SECONDARY", "secondary")):
        record = reader[failover]
        assert record["ResourceRecords"] == [{"Value": pair.outputs(role)["ReaderEndpoint"]}]
        assert record["SetIdentifier"].endswith("-dev")
    assert reader["PRIMARY"]["HealthCheckId"] == pair.outputs("primary")["ReaderHealthCheckId"]
    assert reader["SECONDARY"]["HealthCheckId"] == pair.outputs("secondary")["OwnHealthCheckId"]


def test_the_writer_name_follows_the_global_endpoint(pair):
    (cluster,) = pair.client("rds", "primary").describe_global_clusters()["GlobalClusters"]
    (writer,) = [record for record in records(pair) if record["Name"].startswith("writer.")]
    assert writer["ResourceRecords"] == [{"Value": cluster["Endpoint"]}]


def alarm_region(pair, health_check):
    found = pair.client("route53", "primary").get_health_check(HealthCheckId=health_check)["HealthCheck"]
    return found["HealthCheckConfig"]["AlarmIdentifier"]["Region"]


def made(pair, role, name):
    cloudformation = pair.client("cloudformation", role)
    found = cloudformation.describe_stack_resource(StackName=f"tradingdb-dev-{role}", LogicalResourceId=name)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def test_the_other_region_judges_whether_readers_are_sent_here(pair):
    readers = pair.outputs("primary")["ReaderHealthCheckId"]
    found = pair.client("route53", "primary").get_health_check(HealthCheckId=readers)["HealthCheck"]
    children = found["HealthCheckConfig"]["ChildHealthChecks"]
    seen_from_the_standby = [
        pair.outputs("secondary")[f"{name}HealthCheckId"] for name in ("OtherRegion", "StandbyWrites")
    ]
    assert children == [*seen_from_the_standby, made(pair, "primary", "ReadersBehindHealthCheck")]
    assert found["HealthCheckConfig"]["HealthThreshold"] == len(children)
    assert [alarm_region(pair, child) for child in children] == ["eu-west-1", "eu-west-1", "us-east-1"]


def test_each_region_says_of_itself_whether_it_serves(pair):
    for role, region in REGIONS.items():
        assert alarm_region(pair, made(pair, role, "OwnHealthCheck")) == region


def test_the_secret_is_replicated_to_the_other_region(pair):
    arn = pair.outputs("primary")["SecretArn"]
    (replica,) = pair.client("secretsmanager", "primary").describe_secret(SecretId=arn)["ReplicationStatus"]
    assert (replica["Region"], replica["Status"]) == ("eu-west-1", "InSync")
    assert replica["KmsKeyId"] == pair.outputs("secondary")["DatabaseKeyArn"]


def test_no_output_holds_the_password(pair):
    arn = pair.outputs("primary")["SecretArn"]
    value = pair.client("secretsmanager", "primary").get_secret_value(SecretId=arn)["SecretString"]
    assert len(value) > 32
    shown = [*pair.outputs("primary").values(), *pair.outputs("secondary").values()]
    assert not any(part in text for text in shown for part in value.split('"') if len(part) >= 32)
