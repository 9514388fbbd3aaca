"""What the world is like when a scene begins, and what happens in it that nobody at the keyboard does."""

import re

from tests.local.conftest import EAST, ROOT, WEST
from tests.runbook.world import DATABASE

BEGINNINGS = {}
EVENTS = {}
ENDS = {}


def begin(name, world):
    BEGINNINGS[name](world)


def happens(name, world):
    EVENTS[name](world)


def check_end(name, world):
    ENDS.get(name, lambda _: None)(world)


def beginning(name):
    return lambda made: BEGINNINGS.setdefault(name, made)


def event(name):
    return lambda made: EVENTS.setdefault(name, made)


def end(name):
    return lambda made: ENDS.setdefault(name, made)


for quiet in ("first-look", "planned-switchover", "drill", "snapshot", "from-snapshot", "deployed-again"):
    beginning(quiet)(lambda world: None)


@end("planned-switchover")
@end("lost-region")
@end("lost-database")
@end("expired-credentials")
@end("detach")
@end("drill")
@end("deployed-again")
def as_deployed(world):
    assert world.is_as_deployed()


@beginning("lost-region")
@beginning("lost-for-good")
@event("us-east-1-is-lost")
def us_east_1_is_lost(world):
    world.door.silence(EAST)


@event("us-east-1-is-back")
def us_east_1_is_back(world):
    world.door.answer()
    world.door.lies.clear()
    found = world.rds(EAST).describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
    (world.names["SNAPSHOT"],) = [it["DBClusterSnapshotIdentifier"] for it in found if "unplanned" in str(it)]


@event("the-survivor-has-a-file")
def the_survivor_has_a_file(world):
    """By now connections to the lost region end at once, which spares each look into it ten seconds."""
    world.door.cut(EAST)
    write_file_of_the_survivor(world)


@event("a-standby-is-in-the-file")
def a_standby_is_in_the_file(world):
    text = world.template("west").read_text().replace("Role: secondary", "Role: standby")
    world.template("central").write_text(text.replace("SourceRegion: us-east-1", "SourceRegion: eu-west-1"))
    write_file_of_the_survivor(world, "  standby: {template: generated/central.yaml, region: eu-central-1}\n")


def write_file_of_the_survivor(world, more=""):
    """The file that the page shows, and the template without wires."""
    wires = ", Wiring: {GlobalClusterIdentifier: primary.GlobalClusterIdentifier}"
    text = world.template("secondary").read_text()
    assert wires in text
    world.template("west").write_text(text.replace(wires, ""))
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```\n(project: .*?)^```$", page, re.MULTILINE | re.DOTALL)
    (world.folder / "environments" / "prod-west.yaml").write_text(shown.replace("parameters:", f"{more}parameters:"))


def of_cluster(region, status):
    """What RDS says of the clusters of a region, in place of `available`."""

    def lie(asked_in, operation, code, text):
        if asked_in == region and operation == "DescribeDBClusters":
            text = re.sub(rb"<Status>available</Status>", f"<Status>{status}</Status>".encode(), text)
        return code, text

    return lie


@beginning("lost-database")
def the_database_alone_is_lost(world):
    world.door.lies.append(of_cluster(EAST, "failed"))


@event("the-cluster-is-repaired")
def the_cluster_is_repaired(world):
    world.door.lies.clear()


@beginning("split-brain")
def each_region_names_another_writer(world):
    """The roles have moved, and the region that was lost still takes its own cluster for the writer."""
    rds = world.rds(EAST)
    kept = {}

    def lie(asked_in, operation, code, text):
        if asked_in == EAST and operation == "DescribeGlobalClusters":
            kept.setdefault("as it was", text)
            return code, kept["as it was"]
        return code, text

    world.door.lies.append(lie)
    world.look_through_the_door(EAST)
    (found,) = rds.describe_global_clusters(GlobalClusterIdentifier=DATABASE)["GlobalClusters"]
    (target,) = [it["DBClusterArn"] for it in found["GlobalClusterMembers"] if not it["IsWriter"]]
    world.rds(WEST).failover_global_cluster(
        GlobalClusterIdentifier=DATABASE, TargetDbClusterIdentifier=target, AllowDataLoss=True
    )
    world.until(lambda: world.writer() == [WEST])


@event("the-regions-agree")
def the_regions_agree(world):
    world.door.lies.clear()


@beginning("bad-deploy")
def a_change_that_aws_refuses(world):
    """A peering of no VPC: the update fails, and is rolled back."""
    text = world.template("secondary").read_text()
    broken = "  Broken:\n    Type: AWS::EC2::VPCPeeringConnection\n    Properties: {VpcId: ''}\n"
    world.template("secondary").write_text(text.replace("Outputs:\n", f"{broken}Outputs:\n"))


@event("the-commit-is-reverted")
def the_commit_is_reverted(world):
    world.write_templates()


@beginning("detach")
def the_instance_has_a_name(world):
    (found,) = world.rds(WEST).describe_db_instances()["DBInstances"]
    world.names["INSTANCE"] = found["DBInstanceIdentifier"]


@beginning("both-gone")
def a_recovery_point_is_in_the_other_region_and_a_key_is_on_its_way_out(world):
    """A snapshot stands in for the recovery point: the local AWS runs no jobs of AWS Backup, and the clusters stay."""
    source, copied = f"{DATABASE}-daily", "awsbackup:copyjob-0a1b2c3d"
    rds = world.rds(EAST)
    made = rds.create_db_cluster_snapshot(
        DBClusterIdentifier=f"{DATABASE}-us-east-1", DBClusterSnapshotIdentifier=source
    )["DBClusterSnapshot"]
    world.rds(WEST).copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=made["DBClusterSnapshotArn"],
        TargetDBClusterSnapshotIdentifier=copied,
        KmsKeyId=f"alias/{DATABASE}-database",
        SourceRegion=EAST,
    )
    kms = world.client("kms", EAST)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    world.names["KEY-ID"] = key


@beginning("from-export")
def there_is_an_export(world):
    (stack,) = world.client("cloudformation", EAST).describe_stacks(StackName="tradingdb-prod-primary")["Stacks"]
    outputs = {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}
    world.names["BACKUP-BUCKET"] = outputs["BackupBucketName"]
    key = "exports/one/tradingdb/tradingdb.orders/part-0.gz.parquet"
    world.client("s3", EAST).put_object(Bucket=outputs["BackupBucketName"], Key=key, Body=b"")


@beginning("key-disabled")
def the_key_of_the_writer_is_disabled(world):
    kms = world.client("kms", EAST)
    (alias,) = [it for it in kms.list_aliases()["Aliases"] if it["AliasName"] == f"alias/{DATABASE}-database"]
    kms.disable_key(KeyId=alias["TargetKeyId"])
    world.names["KEY-ID"] = alias["TargetKeyId"]
    world.door.lies.append(of_cluster(EAST, "inaccessible-encryption-credentials"))


@beginning("expired-credentials")
def credentials_expire_in_the_middle(world):
    """AWS takes the change of roles, and no question after it."""
    seen = []

    def lie(asked_in, operation, code, text):
        if operation == "SwitchoverGlobalCluster":
            seen.append(operation)
            return code, text
        if seen:
            error = b"<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message>"
            return 403, b"<ErrorResponse><Error><Type>Sender</Type>" + error + b"</Error></ErrorResponse>"
        return code, text

    world.door.lies.append(lie)


@event("somebody-signs-in-again")
def somebody_signs_in_again(world):
    world.door.lies.clear()
