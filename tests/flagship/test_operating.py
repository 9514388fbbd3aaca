"""The life of the pair on the local AWS: deployed, drilled, switched over, changed with reversed roles, taken down."""

import json
import shutil

import pytest

from tests.local.conftest import EAST, ROOT, WEST
from tests.runbook.world import World

BOTH = (EAST, WEST)
NAMES = {EAST: "tradingdb-dev-primary", WEST: "tradingdb-dev-secondary"}


class Life(World):
    """The flagship in a folder of its own, where its files can be changed."""

    def write_templates(self):
        for folder in ("environments", "generated", "lambda_src"):
            shutil.copytree(ROOT / folder, self.folder / folder, dirs_exist_ok=True)

    def begin(self):
        begun = super().begin()
        (self.folder / "environments" / "prod.yaml").unlink()
        return begun

    def change(self, role, before, after):
        """Changes a template; returns what takes the change back."""
        path = self.template(role)
        text = path.read_text()
        assert before in text, before
        path.write_text(text.replace(before, after))
        return lambda: path.write_text(text)

    def states(self):
        """Everything of the two stacks that a deployment would change."""
        found = {}
        for region, name in NAMES.items():
            cloudformation = self.client("cloudformation", region)
            (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
            sets = cloudformation.list_change_sets(StackName=name)["Summaries"]
            found[name] = (stack["StackStatus"], stack.get("LastUpdatedTime"), len(sets))
        return found

    def database(self):
        """The clusters with their instances, and who writes and reads."""
        (found,) = self.rds(EAST).describe_global_clusters()["GlobalClusters"]
        clusters = [self.rds(region).describe_db_clusters()["DBClusters"] for region in BOTH]
        return (
            sorted((member["DBClusterArn"], member["IsWriter"]) for member in found["GlobalClusterMembers"]),
            found["Status"],
            [
                (
                    it["DbClusterResourceId"],
                    it["Status"],
                    {m["DBInstanceIdentifier"] for m in it["DBClusterMembers"]},
                )
                for every in clusters
                for it in every
            ],
        )


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    made = Life(tmp_path_factory.mktemp("life")).begin()
    yield made
    made.closing.close()


UNSAFE = {
    "a password": (
        "primary",
        "${DatabaseSecret}:SecretString:password}}",
        "${DatabaseSecret}:SecretString:password:AWSCURRENT}}",
        "MasterUserPassword",
    ),
    "the name of the database": ("primary", "DatabaseName: !Ref DatabaseName", "DatabaseName: other", "DatabaseName"),
    "the source region": ("secondary", "SourceRegion: !Ref PrimaryRegion", "SourceRegion: eu-north-1", "SourceRegion"),
    "another global cluster": (
        "primary",
        "GlobalClusterIdentifier: !Sub '${Project}-${EnvironmentSuffix}'",
        "GlobalClusterIdentifier: !Sub '${Project}-${EnvironmentSuffix}-x'",
        "GlobalCluster",
    ),
    "a detached cluster": (
        "primary",
        "      GlobalClusterIdentifier: !Ref GlobalCluster\n",
        "",
        "GlobalClusterIdentifier",
    ),
}


def test_a_pair_is_deployed_drilled_switched_changed_brought_back_and_taken_down(life, monkeypatch, capsys):
    def run(*words, code=0):
        ended, told = life.deployer([*words, "-e", "dev"], monkeypatch, capsys)
        assert ended == code, told
        return told

    run("deploy")
    assert "us-east-1 writes, as deployed" in run("status")

    before = life.states(), life.database()
    assert "us-east-1 writes again, as before the drill" in run("drill")
    assert (life.states(), life.database()) == before
    (record,) = (life.folder / "records").glob("drill-*.json")
    written = json.loads(record.read_text())
    assert written["outcome"] == "done"
    assert [leg["rto_seconds"] > 0 for leg in written["legs"]] == [True, True]
    assert "us-east-1 writes, as deployed" in run("status")

    run("switchover", "--to", WEST)
    assert "the roles are reversed" in run("status")
    told = run("deploy")
    assert "Roles reversed" in told
    assert "Nothing to do" in told

    before = life.states()
    for role, old, new, named in UNSAFE.values():
        back = life.change(role, old, new)
        assert named in run("deploy", code=4)
        back()
        assert life.states() == before
    run("destroy", code=4)
    assert life.states() == before

    environment = life.folder / "environments" / "dev.yaml"
    environment.write_text(environment.read_text().replace("LogRetentionDays: 7", "LogRetentionDays: 14"))
    assert "Done: 2 steps" in run("deploy")
    assert life.writer() == [WEST]

    run("failback")
    assert "Nothing to do" in run("deploy")
    told = run("destroy")
    assert "Left behind" in told
    for region in BOTH:
        assert life.client("cloudformation", region).describe_stacks()["Stacks"] == []
        assert life.rds(region).describe_db_clusters()["DBClusters"] == []
        assert life.client("s3", region).list_buckets()["Buckets"] == []
        kms = life.client("kms", region)
        for key in kms.list_keys()["Keys"]:
            state = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
            assert state == "PendingDeletion"
            assert key["KeyId"] in told
