"""A protected pair that was destroyed is deployed again around what was kept."""

import pytest

from tests.flagship.conftest import REGIONS, Pair
from twinstack.screen.events import ChangeSetMade, Left, PlanMade

STACKS = [("CREATE", "primary"), ("UPDATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "secondary")]


class Production:
    """The pair of `prod`, which is destroyed, and what tells it from another pair of the same names."""

    def __init__(self, pair):
        self._pair = pair
        self.deploy, self.destroy, self.client = pair.deploy, pair.destroy, pair.client

    def outputs(self, role):
        (stack,) = self.client("cloudformation", role).describe_stacks(StackName=f"tradingdb-prod-{role}")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def probe(self, role):
        """Whether the probe of a region runs, and the custom resources of its stack with their ids."""
        pages = self.client("cloudformation", role).get_paginator("list_stack_resources")
        listed = pages.paginate(StackName=f"tradingdb-prod-{role}").build_full_result()["StackResourceSummaries"]
        found = {it["LogicalResourceId"]: it for it in listed}
        rule = found["ProbeSchedule"]["PhysicalResourceId"].rpartition("|")[2]
        state = self.client("events", role).describe_rule(Name=rule)["State"]
        made = [it for it in found.values() if it["ResourceType"].startswith("Custom::")]
        return state, [(it["LogicalResourceId"], it["PhysicalResourceId"]) for it in made]

    def backed_up(self):
        """What AWS Backup looks after, and the vaults that it copies to."""
        backup = self.client("backup", "primary")
        (plan,) = backup.list_backup_plans()["BackupPlansList"]
        (listed,) = backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
        selection = backup.get_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=listed["SelectionId"])
        rules = backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"])["BackupPlan"]["Rules"]
        copies = [copy["DestinationBackupVaultArn"] for rule in rules for copy in rule.get("CopyActions", [])]
        return selection["BackupSelection"]["Resources"], copies

    def vaults(self, role):
        return [it["BackupVaultArn"] for it in self.client("backup", role).list_backup_vaults()["BackupVaultList"]]

    def holds(self):
        return {role: self._holds(role) for role in REGIONS}

    def _holds(self, role):
        outputs = self.outputs(role)
        (cluster,) = self.client("rds", role).describe_db_clusters()["DBClusters"]
        instances = self.client("rds", role).describe_db_instances()["DBInstances"]
        objects = self.client("s3", role).list_objects_v2(Bucket=outputs["BackupBucketName"]).get("Contents", ())
        secrets = self.client("secretsmanager", role).list_secrets()["SecretList"]
        return {
            "cluster": (cluster["DBClusterIdentifier"], cluster["DbClusterResourceId"], cluster["ClusterCreateTime"]),
            "instances": {it["DBInstanceIdentifier"]: it["DbiResourceId"] for it in instances},
            "members": self._members(role),
            "objects": [(it["Key"], it["ETag"]) for it in objects],
            "keys and network": [outputs[name] for name in ("BackupKeyArn", "DatabaseKeyArn", "VpcId")],
            "secrets": sorted(it["ARN"] for it in secrets),
            "password": self._password() if role == "primary" else None,
        }

    def _members(self, role):
        (database,) = self.client("rds", role).describe_global_clusters()["GlobalClusters"]
        return {member["DBClusterArn"]: member["IsWriter"] for member in database["GlobalClusterMembers"]}

    def _password(self):
        secret = self.client("secretsmanager", "primary")
        return secret.get_secret_value(SecretId=self.outputs("primary")["SecretArn"])["SecretString"]


@pytest.fixture(scope="module")
def production(fresh):
    pair = Production(Pair(fresh.endpoint, fresh.account, "prod"))
    pair.first = pair.deploy()
    pair.probes = {role: pair.probe(role) for role in REGIONS}
    pair.backups, pair.copied_to = pair.backed_up(), pair.vaults("secondary")
    bucket = pair.outputs("primary")["BackupBucketName"]
    pair.client("s3", "primary").put_object(Bucket=bucket, Key="export/1", Body=b"kept")
    pair.before = pair.holds()
    pair.left = pair.destroy(confirmed_name="tradingdb-prod").only(Left)[-1].resources
    pair.standing = {role: pair.client("cloudformation", role).describe_stacks()["Stacks"] for role in REGIONS}
    pair.again = pair.deploy()
    return pair


def test_with_probes_on_the_pair_goes_up_in_three_passes_and_the_last_one_makes_their_user(production):
    assert production.first.steps() == [("CREATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "primary")]
    assert production.probes == {
        "primary": ("ENABLED", [("ProbeUser", "probe-user")]),
        "secondary": ("ENABLED", []),
    }


def test_aws_backup_looks_after_the_cluster_and_copies_to_the_vault_of_the_other_region(production):
    clusters, vaults = production.backups
    assert clusters == [arn for arn, writes in production.before["primary"]["members"].items() if writes]
    assert vaults == production.copied_to


def test_the_stacks_were_gone_and_come_back_by_an_import_and_the_usual_updates(production):
    assert production.standing == {"primary": [], "secondary": []}
    assert production.again.steps() == [*STACKS, ("UPDATE", "primary")]


def test_it_holds_the_same_cluster_bucket_keys_and_secrets_as_before(production):
    assert production.holds() == production.before
    assert production.before["primary"]["objects"]


def test_all_that_was_left_is_taken_in_and_reviewed(production):
    reviewed = {
        (event.stack, row["resource"])
        for event in production.again.only(ChangeSetMade)
        for row in event.changes
        if row["action"] == "Import"
    }
    assert reviewed == {(entry["stack"], entry["resource"]) for entry in production.left}
    assert production.again.only(PlanMade)[-1].plan["remarks"] == []


def test_a_deployment_after_that_has_nothing_to_do_and_every_wire_matches(production):
    assert set(production.again.verdicts().values()) == {"matches"}
    assert production.deploy().steps() == []
