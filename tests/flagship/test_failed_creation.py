"""A first creation that fails half way: the cause is told, what was made can be looked at, and the next run goes on."""

from unittest.mock import ANY

import pytest

from tests.flagship.conftest import ROOT, Pair
from twinstack.errors import RefusedError, TwinStackError

# A version that the templates allow and that the local AWS does not know, as a region may not offer one yet.
REFUSED = "8.0.mysql_aurora.3.10.99"
# Fails once the database is there, whose deletion protection is on by then.
BROKEN = """\
  Broken:
    Type: AWS::EC2::VPCPeeringConnection
    DependsOn: [Instance1, Instance2]
    Properties: {VpcId: '', PeerVpcId: ''}
"""


class Environment(Pair):
    """A pair whose environment file and templates a person edits between two runs."""

    def __init__(self, fresh, folder, *, protected):
        self.path = folder / "dev.yaml"
        self.text = (ROOT / "environments" / "dev.yaml").read_text()
        if protected:
            self.text = self.text.replace("protected: false", "protected: true")
        self.path.write_text(self.text)
        super().__init__(fresh.endpoint, fresh.account, str(self.path))

    def break_version(self):
        self.path.write_text(self.text.replace("\nparameters:\n", f"\nparameters:\n  EngineVersion: {REFUSED}\n", 1))

    def break_template(self, role):
        broken = self.path.parent / f"{role}.yaml"
        whole = (ROOT / "generated" / f"{role}.yaml").read_text()
        broken.write_text(whole.replace("\nResources:\n", f"\nResources:\n{BROKEN}", 1))
        self.path.write_text(self.text.replace(f"generated/{role}.yaml", str(broken)))

    def mend(self):
        self.path.write_text(self.text)

    def fails(self):
        with pytest.raises(TwinStackError) as caught:
            self.deploy()
        return str(caught.value)

    def status(self, role):
        found = self.client("cloudformation", role).describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in found}.get(f"tradingdb-dev-{role}")

    def clusters(self, role):
        found = self.client("rds", role).describe_db_clusters()["DBClusters"]
        return [(cluster["DBClusterIdentifier"], cluster["DeletionProtection"]) for cluster in found]

    def left(self, role):
        """What costs money or holds a name in a region, save keys on their way out and the deployer's own bucket."""
        client = self.client
        kms, rds = client("kms", role), client("rds", role)
        states = {kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]}
        buckets = [bucket["Name"] for bucket in client("s3", role).list_buckets()["Buckets"]]
        return {
            "clusters": rds.describe_db_clusters()["DBClusters"],
            "global clusters": rds.describe_global_clusters()["GlobalClusters"],
            "secrets": client("secretsmanager", role).list_secrets()["SecretList"],
            "zones": client("route53", role).list_hosted_zones()["HostedZones"],
            "networks": [vpc for vpc in client("ec2", role).describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
            "buckets": [name for name in buckets if "artifacts" not in name],
            "keys": sorted(states - {"PendingDeletion"}),
        }


NOTHING: dict[str, list] = {
    key: [] for key in ("clusters", "global clusters", "secrets", "zones", "networks", "buckets", "keys")
}
WHOLE = [("UPDATE", "primary"), ("CREATE", "secondary"), ("UPDATE", "primary")]


def test_an_unprotected_creation_that_fails_is_left_gone_on_from_and_destroyed(fresh, tmp_path):
    pair = Environment(fresh, tmp_path, protected=False)
    pair.break_version()
    error = pair.fails()
    assert error.startswith("primary (us-east-1) ended in CREATE_FAILED: ")
    assert REFUSED in error
    assert pair.clusters("primary") == []
    assert [vpc for vpc in pair.client("ec2", "primary").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    pair.mend()
    told = pair.deploy()
    assert told.steps() == WHOLE
    assert set(told.verdicts().values()) == {"matches"}
    assert pair.deploy().steps() == []
    pair.destroy(empty_buckets=True)
    assert (pair.left("primary"), pair.left("secondary")) == (NOTHING, NOTHING)


def test_a_protected_creation_that_fails_is_taken_back_although_its_cluster_cannot_be_deleted(fresh, tmp_path):
    pair = Environment(fresh, tmp_path, protected=True)
    pair.break_template("primary")
    assert "Broken" in pair.fails()
    assert pair.status("primary") == "CREATE_FAILED"
    assert pair.clusters("primary") == [("tradingdb-dev-us-east-1", True)]
    with pytest.raises(RefusedError, match="--confirm tradingdb-dev"):
        pair.destroy(failed_only=True)
    told = pair.destroy(failed_only=True, confirmed_name="tradingdb-dev", empty_buckets=True)
    (opening,) = told.change_sets()
    assert {change["action"] for change in opening.changes} == {"Modify"}
    assert pair.status("primary") is None
    assert pair.left("primary") == NOTHING


def test_a_protected_creation_goes_on_with_the_cause_mended_and_its_standby_alone_is_taken_back(fresh, tmp_path):
    pair = Environment(fresh, tmp_path, protected=True)
    pair.break_template("primary")
    pair.fails()
    assert "UPDATE_FAILED" in pair.fails()  # nothing was mended
    pair.break_template("secondary")  # and the primary's is whole again
    assert pair.fails().startswith("secondary (eu-west-1) ended in CREATE_FAILED: Broken")
    assert pair.status("primary") == "UPDATE_COMPLETE"
    described = pair.client("cloudformation", "primary").describe_stacks(StackName="tradingdb-dev-primary")
    assert described["Stacks"][0]["EnableTerminationProtection"] is True

    pair.destroy(failed_only=True, confirmed_name="tradingdb-dev", empty_buckets=True)
    assert pair.left("secondary") == {**NOTHING, "global clusters": ANY, "zones": ANY, "buckets": ANY}
    assert (pair.status("primary"), pair.status("secondary")) == ("UPDATE_COMPLETE", None)
    assert pair.clusters("primary") == [("tradingdb-dev-us-east-1", True)]

    pair.mend()
    told = pair.deploy()
    assert told.steps() == [("CREATE", "secondary"), ("UPDATE", "primary")]
    assert set(told.verdicts().values()) == {"matches"}
