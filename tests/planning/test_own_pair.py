"""The project's own pair settles in three passes, and linking replaces nothing."""

from pathlib import Path

import pytest

from twinstack.environment.assembly import assemble
from twinstack.environment.file import read_environment_file
from twinstack.planning.passes import plan
from twinstack.planning.resource_schemas import shipped_schemas
from twinstack.planning.steps import Planner
from twinstack.planning.wiring_checks import check_wiring
from twinstack.planning.world import Absent

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["dev", "prod"])
def planned(request):
    environment = assemble(read_environment_file(request.param, ROOT, None, {}), ROOT)
    planner = Planner(environment.system, shipped_schemas)
    check_wiring(planner)
    return plan(planner, dict.fromkeys(environment.system.stacks, Absent()))


def test_from_nothing_the_pair_takes_primary_secondary_primary(planned):
    assert [[step.stack.role for step in steps] for steps in planned.passes] == [
        ["primary"],
        ["secondary"],
        ["primary"],
    ]


# The probe runs where there is a database that it can log in to; in production AWS Backup too, once it has two vaults.
PROBED = {"ProbeSchedule", "ProbeSilent", "ProbeUser", "ReaderHealthCheck"}
BACKED_UP = {"AwsBackupFailedRule", "AwsBackupMissing", "BackupPlan", "BackupPlanRole", "BackupSelection"}
STARTED = {"dev": PROBED, "prod": PROBED | BACKED_UP}


def test_linking_adds_and_modifies_and_replaces_nothing(planned, request):
    linking = planned.passes[2][0]
    started = STARTED[request.node.callspec.params["planned"]]
    assert started <= {change.resource for change in linking.changes}
    assert {change.action for change in linking.changes} == {"Add", "Modify"}
    assert {change.resource for change in linking.changes if change.action == "Modify"} - started == {
        "BackupBucket",
        "DatabaseSecret",
        "PrivateZone",
        "ProbeFunction",
        "ProbeSecret",
        "ReadSecretPolicy",
    }
    assert {change.resource for change in linking.changes if change.action == "Add"} - started == {
        "AppRouteTablePeering",
        "AppToPeer",
        "BackupReplicationFailed",
        "BackupReplicationLate",
        "BackupReplicationPending",
        "DatabaseFromPeer",
        "DatabaseRouteTablePeering",
        "OtherRegionUnreachable",
        "ReplicationRole",
        "SecondaryReaderRecord",
    }


def test_linking_changes_no_output(planned):
    assert planned.passes[2][0].changed_outputs == ()
