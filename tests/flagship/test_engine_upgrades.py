"""A new engine version reaches the cluster that reads now before the one that writes, whichever stack has which."""

import os
import subprocess
import sys

import pytest

from tests.flagship.conftest import REGIONS, ROOT, Pair
from tests.local.global_database import GlobalDatabase
from twinstack.screen.events import PlanMade

FIRST, SECOND, THIRD, OTHER_LINE = (f"8.0.mysql_aurora.{number}" for number in ("3.10.2", "3.10.3", "3.10.4", "3.11.1"))


@pytest.fixture(scope="module")
def at_version(fresh, tmp_path_factory):
    """The pair of an environment in which the clusters have a given version."""
    folder = tmp_path_factory.mktemp("versions")
    text = (ROOT / "environments" / "dev.yaml").read_text()

    def pair(version):
        file = folder / f"{version}.yaml"
        given = f"parameters:\n  GlobalEngineVersion: {FIRST}\n  EngineVersion: {version}\n"
        file.write_text(text.replace("parameters:\n", given, 1))
        return Pair(fresh.endpoint, fresh.account, str(file))

    pair(FIRST).deploy()
    return pair


def versions(pair):
    """The version that the cluster of each stack runs."""
    return {role: running(pair, role)["EngineVersion"] for role in REGIONS}


def running(pair, role):
    (cluster,) = pair.client("rds", role).describe_db_clusters()["DBClusters"]
    return cluster


def fail_over_to(pair, role):
    pair.client("rds", role).failover_global_cluster(
        GlobalClusterIdentifier="tradingdb-dev",
        TargetDbClusterIdentifier=running(pair, role)["DBClusterArn"],
        AllowDataLoss=True,
    )
    GlobalDatabase(pair.account, "tradingdb-dev").settled()


def run(pair, *words):
    """Runs a command against the local AWS."""
    command = [sys.executable, "deploy.py", *words, "-e", pair.environment, "--endpoint-url", pair.endpoint]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return subprocess.run(command, cwd=ROOT, env=os.environ | keys, capture_output=True, text=True, check=False)


def test_a_patch_takes_two_passes_and_the_reader_is_first(at_version):
    told = at_version(SECOND).deploy()
    assert told.steps() == [("UPDATE", "secondary"), ("UPDATE", "primary")]
    assert versions(at_version(SECOND)) == {"primary": SECOND, "secondary": SECOND}
    (remark,) = told.only(PlanMade)[0].plan["remarks"]
    assert remark.startswith(
        "Engine version of global database tradingdb-dev: 8.0.mysql_aurora.3.10.3: secondary (reader) in pass 1, then "
        "primary (writer) in pass 2"
    )


def test_with_reversed_roles_the_other_stack_is_first(at_version):
    pair = at_version(THIRD)
    fail_over_to(pair, "secondary")

    planned = run(pair, "plan")
    assert planned.returncode == 0
    said = " ".join(planned.stdout.split())
    assert "Update order of this plan: primary, secondary: tradingdb-dev-eu-west-1 in eu-west-1 writes in" in said
    assert "primary (reader) in pass 1, then secondary (writer) in pass 2" in said

    told = pair.deploy()
    assert told.steps() == [("UPDATE", "primary"), ("UPDATE", "secondary")]
    assert versions(pair) == {"primary": THIRD, "secondary": THIRD}


def test_a_change_of_line_is_shown_refused_and_changes_nothing(at_version):
    pair = at_version(OTHER_LINE)
    before = versions(pair)
    planned = run(pair, "plan", "--format", "markdown")
    assert planned.returncode == 4
    verdict, *rest = planned.stdout.splitlines()
    assert "refused: `Cluster` (AWS::RDS::DBCluster) and 1 more would be upgraded in a way that AW" in verdict
    assert any("generated/secondary.yaml:" in line and "change of line" in line for line in rest)
    assert "is a change of line" in planned.stderr
    refused = run(pair, "deploy", "--yes")
    assert refused.returncode == 4
    assert "is a change of line" in " ".join(refused.stderr.split())
    assert versions(pair) == before


def test_without_a_change_of_version_it_is_said_that_the_roles_are_reversed_and_no_more(at_version):
    told = at_version(THIRD).deploy()
    (remark,) = told.only(PlanMade)[0].plan["remarks"]
    assert remark.startswith("Roles reversed: tradingdb-dev-eu-west-1 in eu-west-1 (stack secondary) writes")
    assert told.steps() == []
