"""Running the deployer again: on a pair that is done, damaged, or partly out of sight."""

from dataclasses import replace

import pytest

from tests.flagship.conftest import REGIONS
from twinstack.aws.errors import AwsError
from twinstack.screen.events import PlanMade


def change_sets(pair, role):
    name = f"tradingdb-dev-{role}"
    found = pair.client("cloudformation", role).list_change_sets(StackName=name)["Summaries"]
    return [entry["ChangeSetName"] for entry in found if entry["ExecutionStatus"] == "AVAILABLE"]


def last_changed(pair, role):
    (stack,) = pair.client("cloudformation", role).describe_stacks(StackName=f"tradingdb-dev-{role}")["Stacks"]
    return stack.get("LastUpdatedTime", stack["CreationTime"])


def linked(pair):
    """What a careless re-run would tear down: routes, replication, the replica and the second VPC of the zone."""
    outputs, ec2 = pair.outputs("primary"), pair.client("ec2", "primary")
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [outputs["VpcId"]]}])["RouteTables"]
    routes = [route for table in tables for route in table["Routes"] if route.get("VpcPeeringConnectionId")]
    replication = pair.client("s3", "primary").get_bucket_replication(Bucket=outputs["BackupBucketName"])
    zone = pair.client("route53", "primary").get_hosted_zone(Id=outputs["PrivateZoneId"])
    secret = pair.client("secretsmanager", "primary").describe_secret(SecretId=outputs["SecretArn"])
    return (
        len(routes),
        len(replication["ReplicationConfiguration"]["Rules"]),
        len(zone["VPCs"]),
        len(secret["ReplicationStatus"]),
    )


def test_a_second_run_does_nothing_and_leaves_no_change_set(pair):
    before = {role: last_changed(pair, role) for role in REGIONS}
    told = pair.deploy()
    assert (told.steps(), told.change_sets()) == ([], [])
    assert {role: change_sets(pair, role) for role in REGIONS} == {"primary": [], "secondary": []}
    assert {role: last_changed(pair, role) for role in REGIONS} == before


class OutOfSight:
    """CloudFormation that answers every question about a stack with an error."""

    def __init__(self, code):
        self.code = code

    def __getattr__(self, name):
        def refuse(*_arguments, **_options):
            raise AwsError(name, self.code, "not today", "secondary (eu-west-1)")

        return refuse


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling"])
def test_an_invisible_secondary_leaves_peering_and_replication_alone(pair, code):
    before, changed = linked(pair), last_changed(pair, "primary")
    clients = dict(pair.run().clients)
    clients["secondary"] = replace(clients["secondary"], cloudformation=OutOfSight(code))
    told = pair.deploy(clients)
    (planned,) = told.only(PlanMade)
    assert (planned.plan["partial"], planned.plan["passes"]) == (True, [])
    assert code in planned.plan["unknown"]["secondary"]
    assert told.verdicts()["primary", "PeeringConnectionId"] == "unknown"
    assert (linked(pair), last_changed(pair, "primary")) == (before, changed)


def test_a_secondary_deleted_by_hand_is_restored_and_wired_again_in_two_passes(pair):
    before = linked(pair)
    old = pair.outputs("secondary")["VpcPeeringConnectionId"]
    cloudformation = pair.client("cloudformation", "secondary")
    cloudformation.delete_stack(StackName="tradingdb-dev-secondary")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="tradingdb-dev-secondary", WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
    )
    told = pair.deploy()
    assert told.steps() == [("CREATE", "secondary"), ("UPDATE", "primary")]
    assert set(told.verdicts().values()) == {"matches"}
    assert pair.outputs("secondary")["VpcPeeringConnectionId"] != old
    assert linked(pair) == before
