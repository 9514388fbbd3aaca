"""Drift of the deployed pair: somebody changes things by hand, `drift` names them, and they are put right again."""

import json

from tests.flagship.conftest import EAST, WEST
from tests.local.conftest import ROOT
from twinstack.cli.options import Settings

CLUSTER = "tradingdb-dev-us-east-1"


def drift(pair, capsys, monkeypatch, *, preview=False):
    """Runs the command; returns its exit code and its events."""
    from twinstack.cli.drift import run

    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    code = run(Settings(format="json", endpoint_url=pair.endpoint), preview=preview)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def drifted(events):
    (told,) = [event for event in events if event["event"] == "drift"]
    return {
        (stack["stack"], resource["resource"]): [
            (each["property"], each["expected"], each["actual"]) for each in resource["differences"]
        ]
        for stack in told["stacks"]
        for resource in stack["resources"]
    }


def test_a_pair_that_nobody_touched_has_no_drift(pair, capsys, monkeypatch):
    code, events = drift(pair, capsys, monkeypatch)
    assert (code, drifted(events)) == (0, {})
    (told,) = [event for event in events if event["event"] == "drift"]
    assert [stack["status"] for stack in told["stacks"]] == ["IN_SYNC", "IN_SYNC"]
    assert all(stack["checked"] > 40 for stack in told["stacks"])
    # what the local AWS has no detection for is named, never counted as looked at
    not_checked = {entry["type"] for stack in told["stacks"] for entry in stack["not_checked"]}
    assert {"AWS::KMS::Key", "AWS::Route53::HostedZone"} <= not_checked


def test_what_was_changed_by_hand_is_named_until_it_is_put_right(pair, capsys, monkeypatch):
    rds, sqs = pair.account.client("rds", EAST), pair.account.client("sqs", WEST)
    queue = pair.client("cloudformation", "secondary").describe_stack_resource(
        StackName="tradingdb-dev-secondary", LogicalResourceId="ProbeFailedEvents"
    )["StackResourceDetail"]["PhysicalResourceId"]
    rds.modify_db_cluster(DBClusterIdentifier=CLUSTER, BackupRetentionPeriod=3)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "60"})
    code, events = drift(pair, capsys, monkeypatch)
    assert code == 3
    assert drifted(events) == {
        ("primary", "Cluster"): [("/BackupRetentionPeriod", "1", "3")],
        ("secondary", "ProbeFailedEvents"): [("/MessageRetentionPeriod", "86400", "60")],
    }
    rds.modify_db_cluster(DBClusterIdentifier=CLUSTER, BackupRetentionPeriod=1)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "86400"})
    assert drift(pair, capsys, monkeypatch)[0] == 0


def test_the_preview_says_that_the_local_aws_makes_no_drift_aware_change_sets(pair, capsys, monkeypatch):
    rds, stacks = pair.account.client("rds", EAST), pair.client("cloudformation", "primary")
    rds.modify_db_cluster(DBClusterIdentifier=CLUSTER, BackupRetentionPeriod=3)
    before = stacks.list_change_sets(StackName="tradingdb-dev-primary")["Summaries"]
    _, events = drift(pair, capsys, monkeypatch, preview=True)
    (told,) = [event for event in events if event["event"] == "revert-preview"]
    assert (told["stack"], told["changes"]) == ("primary", [])
    assert told["reason"] == "this AWS does not make drift-aware change sets: it made an ordinary one"
    assert stacks.list_change_sets(StackName="tradingdb-dev-primary")["Summaries"] == before
    rds.modify_db_cluster(DBClusterIdentifier=CLUSTER, BackupRetentionPeriod=1)


def test_a_membership_that_reads_as_removed_is_false_drift_while_rds_says_otherwise(pair, capsys, monkeypatch):
    from twinstack.aws.boto_drift import BotoDrifts
    from twinstack.aws.drift_api import PropertyDifference

    real = BotoDrifts.of_resources

    def of_resources(self, stack_id, statuses=()):
        """Reads a cluster's membership as CloudFormation did for years: as removed."""
        from dataclasses import replace

        unread = PropertyDifference("/GlobalClusterIdentifier", "tradingdb-dev", "null", "REMOVE")
        return [
            replace(each, status="MODIFIED", differences=(unread,)) if each.type == "AWS::RDS::DBCluster" else each
            for each in real(self, stack_id)
        ]

    monkeypatch.setattr(BotoDrifts, "of_resources", of_resources)
    code, events = drift(pair, capsys, monkeypatch)
    assert (code, drifted(events)) == (0, {})
    (told,) = [event for event in events if event["event"] == "drift"]
    sources = [entry["source"] for stack in told["stacks"] for entry in stack["false_drifts"]]
    assert sources == ["https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1857"] * 2
