"""Each check against answers that are written down."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.dr.written_answers import scene
from tests.fake_answers import refused
from tests.fake_cloudformation import FakeClock
from twinstack.dr.aws.api import (
    Cluster,
    Endpoint,
    EngineVersion,
    GlobalCluster,
    HealthCheck,
    Instance,
    Measurement,
    Member,
    Room,
    Route,
    Secret,
    StoredObject,
    Validated,
    Zone,
)
from twinstack.dr.first_run.checks import (
    account,
    change_set,
    in_use,
    linked,
    network,
    parts,
    primary,
    probes,
    removal,
    secondary,
)
from twinstack.dr.first_run.checks.answers import Verdict
from twinstack.dr.first_run.checks.check import Check
from twinstack.dr.first_run.checks.scene import FirstChangeSet
from twinstack.dr.first_run.page import read_page
from twinstack.dr.first_run.stages import STAGES
from twinstack.errors import InputError, RefusedError
from twinstack.planning.prediction import Change
from twinstack.screen.events import ChangeSetMade, StepDone

VERSION, KIND = "8.0.mysql_aurora.3.10.4", "db.r6g.large"
ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]
SAME, DIFFERS, NONE = Verdict.AS_EXPECTED, Verdict.DIFFERS, Verdict.NOT_ANSWERED


def cluster(role="primary", **changed):
    facts = {
        "arn": f"arn:{role}",
        "status": "available",
        "version": VERSION,
        "kms_key": f"arn:{role}-DatabaseKey",
        "sign_in_by_iam": True,
        "log_exports": ("audit", "error", "slowquery"),
        "parameter_group": f"{role}-ClusterParameterGroup",
    }
    return Cluster(**facts | changed)


def world(*members, endpoint="global.example"):
    return GlobalCluster("available", endpoint, tuple(Member(arn, writes, state) for arn, writes, state in members))


WRITER, READER = ("arn:primary", True, "connected"), ("arn:secondary", False, "connected")
ROOM = {
    "database_room": {"DBClusters": Room(0, 40), "DBInstances": Room(38, 40)},
    "vpc_room": Room(4, 5),
    "role_room": Room(10, 1000),
}
INTERFACE = Endpoint("com.amazonaws.us-east-1.secretsmanager", "Interface", "available", private_names=True)
GATEWAY = Endpoint("com.amazonaws.us-east-1.s3", "Gateway", "available", private_names=False)
KEYS = {
    "key_state": "Enabled",
    "log_group_keys": lambda group: {group: f"arn:{group.partition('-')[0]}-OperationsKey"},
    "topic_key": lambda topic: f"arn:{topic.partition('-')[0]}-OperationsKey",
    "flow_log_status": "ACTIVE",
}
PASSWORD = json.dumps({"password": "a" * 32})
ZONE = Zone("tradingdb-first.test.local", (("us-east-1", "primary-Vpc"), ("eu-west-1", "secondary-Vpc")))
REPLICA = Secret(deleted=False, replicas=(("eu-west-1", "arn:secondary-DatabaseKey", "InSync"),))

# check, what the primary's region answers, what the secondary's does (None: the same), verdict, a part of the answer
TABLE = [
    (account.engine_versions, {"engine_versions": [EngineVersion(VERSION, True)]}, None, SAME, VERSION),
    (
        account.engine_versions,
        {"engine_versions": [EngineVersion(VERSION, True)]},
        {"engine_versions": []},
        DIFFERS,
        "secondary: no such version",
    ),
    (
        account.engine_versions,
        {"engine_versions": [EngineVersion(VERSION, False)]},
        None,
        DIFFERS,
        f"{VERSION} not, in global databases",
    ),
    (
        account.orderable_classes,
        {"orderable_zones": ZONES, "zones": ZONES, "zones_with_default_subnet": []},
        None,
        SAME,
        "us-east-1a, us-east-1b",
    ),
    (
        account.orderable_classes,
        {"orderable_zones": ["us-east-1b"], "zones": ZONES, "zones_with_default_subnet": []},
        None,
        DIFFERS,
        "db.r6g.large in us-east-1b; the first two zones are us-east-1a, us-east-1b",
    ),
    (account.zones, {"zones": ZONES, "zones_with_default_subnet": ZONES}, None, SAME, "ZoneCount is 3"),
    (account.zones, {"zones": ZONES, "zones_with_default_subnet": ZONES[:2]}, None, DIFFERS, "us-east-1a, us-east-1b,"),
    (account.quotas, ROOM, None, SAME, "primary: DBInstances 38 of 40"),
    (account.quotas, {**ROOM, "vpc_room": Room(5, 5)}, None, DIFFERS, "VPCs 5 of 5"),
    (account.quotas, {**ROOM, "database_room": {}}, None, DIFFERS, "DBClusters 0 of 0"),
    (parts.bucket_names, {"bucket_region": "us-east-1"}, {"bucket_region": "eu-west-1"}, DIFFERS, "in us-east-1"),
    (parts.keys_in_use, KEYS, None, SAME, "flow log ACTIVE"),
    (
        parts.keys_in_use,
        {**KEYS, "flow_log_status": "ACTIVE Access error"},
        None,
        DIFFERS,
        "flow log ACTIVE Access error",
    ),
    (parts.keys_in_use, {**KEYS, "topic_key": "alias/aws/sns"}, None, DIFFERS, "under another key: topic"),
    (parts.secret_made, {"secret_text": PASSWORD}, None, SAME, "32 characters, 0 of those that RDS refuses"),
    (parts.secret_made, {"secret_text": json.dumps({"password": "a@/b"})}, None, DIFFERS, "4 characters, 2 of those"),
    (parts.secret_gone, {"secret": None}, None, SAME, "gone"),
    (parts.secret_gone, {"secret": Secret(True, ())}, None, DIFFERS, "waits for its deletion"),
    (parts.secret_gone, {"secret": Secret(False, ())}, None, DIFFERS, "still there"),
    (parts.zone_made, {"hosted_zone": ZONE}, None, SAME, "tradingdb-first.test.local"),
    (parts.zone_made, {"hosted_zone": refused("GetHostedZone", "NoSuchHostedZone")}, None, NONE, ""),
    (
        parts.health_checks_made,
        {
            "health_check": lambda check: HealthCheck("CALCULATED" if "Reader" in check else "CLOUDWATCH_METRIC"),
            "health_observations": ["Failure: no data"],
        },
        None,
        SAME,
        "observed: Failure: no data",
    ),
    (
        parts.health_checks_made,
        {
            "health_check": lambda check: HealthCheck("CALCULATED" if "Reader" in check else "CLOUDWATCH_METRIC"),
            "health_observations": refused("GetHealthCheckStatus", "InvalidInput", "not for alarms"),
        },
        None,
        NONE,
        "observed: not told: InvalidInput: not for alarms",
    ),
    (network.peering_active, {"peering_status": "active"}, None, SAME, "active"),
    (network.peering_active, {"peering_status": "pending-acceptance"}, None, DIFFERS, "pending-acceptance"),
    (
        network.routes_through_peering,
        {"routes": [Route("10.1.0.0/16", "secondary-PeeringConnection", "active")]},
        {"routes": [Route("10.0.0.0/16", "secondary-PeeringConnection", "active")]},
        SAME,
        "secondary AppRouteTable: active",
    ),
    (
        network.routes_through_peering,
        {"routes": [Route("10.1.0.0/16", "secondary-PeeringConnection", "blackhole")]},
        {"routes": [Route("10.0.0.0/16", "other", "active")]},
        DIFFERS,
        "primary DatabaseRouteTable: blackhole",
    ),
    (network.endpoints_answer, {"endpoints": [INTERFACE, GATEWAY]}, None, SAME, "private names"),
    (
        network.endpoints_answer,
        {"endpoints": [replace(INTERFACE, private_names=False), GATEWAY]},
        None,
        DIFFERS,
        "secretsmanager (Interface, available)",
    ),
    (network.endpoints_answer, {"endpoints": [GATEWAY]}, None, DIFFERS, "primary: s3"),
    (network.no_way_out, {"ways_out": []}, None, SAME, "none"),
    (network.no_way_out, {"ways_out": ["igw-1"]}, {"ways_out": []}, DIFFERS, "igw-1"),
    (
        primary.joined_as_writer,
        {"cluster": cluster(), "global_cluster": world(WRITER)},
        None,
        SAME,
        "arn:primary writes",
    ),
    (primary.joined_as_writer, {"cluster": cluster(), "global_cluster": world()}, None, DIFFERS, "0 members"),
    (primary.joined_as_writer, {"cluster": None, "global_cluster": world()}, None, NONE, ""),
    (
        primary.writer_name,
        {"hosted_zone": ZONE, "global_cluster": world(WRITER), "record_values": ["global.example"]},
        None,
        SAME,
        "global.example",
    ),
    (
        primary.writer_name,
        {"hosted_zone": ZONE, "global_cluster": world(WRITER, endpoint=""), "record_values": []},
        None,
        DIFFERS,
        "the endpoint is not there; writer. points to nothing",
    ),
    (primary.engine_takes_settings, {"cluster": cluster()}, None, SAME, "available"),
    (primary.engine_takes_settings, {"cluster": cluster(log_exports=())}, None, DIFFERS, "logs none"),
    (primary.engine_takes_settings, {"cluster": cluster(sign_in_by_iam=False)}, None, DIFFERS, "no sign-in by IAM"),
    (
        primary.performance_insights,
        {"instances": [Instance(name, "available", KIND, "arn:primary-DatabaseKey") for name in "ab"]},
        None,
        SAME,
        "arn:primary-DatabaseKey",
    ),
    (primary.performance_insights, {"instances": [Instance("a", "available", KIND, "")]}, None, DIFFERS, "no key"),
    (secondary.standby_encrypted, {"cluster": cluster("secondary")}, None, SAME, "secondary-DatabaseKey"),
    (secondary.standby_encrypted, {"cluster": cluster("primary")}, None, DIFFERS, "under arn:primary-DatabaseKey"),
    (secondary.members_connected, {"global_cluster": world(WRITER, READER)}, None, SAME, "connected, connected"),
    (
        secondary.members_connected,
        {"global_cluster": world(WRITER, (*READER[:2], "pending-resync"))},
        None,
        DIFFERS,
        "connected, pending-resync",
    ),
    (secondary.lag_reported, {"has_metric": False}, {"has_metric": True}, SAME, "in secondary"),
    (secondary.lag_reported, {"has_metric": True}, None, DIFFERS, "in primary, secondary"),
    (linked.secret_replicated, {"secret": REPLICA}, None, SAME, "InSync in eu-west-1"),
    (linked.secret_replicated, {"secret": Secret(False, ())}, None, DIFFERS, "no replica"),
    (linked.zone_in_both_vpcs, {"hosted_zone": ZONE}, None, SAME, "secondary-Vpc in eu-west-1"),
    (linked.zone_in_both_vpcs, {"hosted_zone": Zone(ZONE.name, ZONE.vpcs[:1])}, None, DIFFERS, "primary-Vpc"),
    (in_use.snapshot_exported, {"executions": ["SUCCEEDED"], "object_count": 7}, None, SAME, "7 objects"),
    (in_use.snapshot_exported, {"executions": ["FAILED"], "object_count": 0}, None, DIFFERS, "FAILED"),
    (in_use.snapshot_exported, {"executions": ["SUCCEEDED"], "object_count": 0}, None, DIFFERS, "0 objects"),
    (in_use.snapshot_exported, {"executions": [], "object_count": 0}, None, NONE, "none yet"),
    (removal.interfaces_gone, {"interfaces": []}, None, SAME, "none"),
    (removal.interfaces_gone, {"interfaces": ["eni-1"]}, None, DIFFERS, "eni-1"),
]
LEFT = {
    "key_state": "PendingDeletion",
    "snapshots": [],
    "log_group_keys": {},
    "kept_backups": ["arn"],
    "secret": None,
}
TABLE += [
    (removal.only_keys_left, LEFT, None, SAME, "6 of 6 keys pending deletion; 2 automated backups; left: nothing"),
    (removal.only_keys_left, {**LEFT, "kept_backups": []}, None, DIFFERS, "; 0 automated backups"),
    (removal.only_keys_left, {**LEFT, "key_state": "Enabled"}, None, DIFFERS, "0 of 6"),
    (removal.only_keys_left, {**LEFT, "log_group_keys": {"/aws/rds/x": ""}}, None, DIFFERS, "log group /aws/rds/x"),
    (removal.only_keys_left, {**LEFT, "secret": Secret(True, ())}, None, DIFFERS, "the secret waits"),
]


@pytest.mark.parametrize(
    ("ask", "one", "other", "verdict", "part"), TABLE, ids=[f"{row[0].__name__}-{row[3]}" for row in TABLE]
)
def test_an_answer_that_is_written_down(flagship, ask, one, other, verdict, part):
    given = Check("row", ask).answer(scene(flagship, one, other))
    assert (given.verdict, part in given.answered) == (verdict, True), given
    assert given.expected or verdict is NONE


def test_no_answer_says_what_aws_refused(flagship):
    given = Check("row", parts.zone_made).answer(scene(flagship, {"hosted_zone": refused("Get", "AccessDenied", "no")}))
    assert (given.verdict, given.why) == (NONE, "here: Get was refused: AccessDenied: no")


def test_missing_credentials_end_the_checks(flagship):
    with pytest.raises(InputError):
        Check("row", parts.zone_made).answer(scene(flagship, {"hosted_zone": InputError("sign in")}))


def test_what_the_emulator_makes_up_is_never_a_success(flagship):
    check = Check("row", network.peering_active, emulator="it makes that up")
    there, here = (check.answer(scene(flagship, {"peering_status": "active"}, local=local)) for local in (False, True))
    assert (there.verdict, there.why) == (SAME, "")
    assert (here.verdict, here.why, here.answered) == (NONE, "it makes that up", "active")


def test_what_the_emulator_does_not_know_says_so(flagship):
    given = Check("row", network.peering_active).answer(scene(flagship, local=True))
    assert given.verdict == NONE
    assert given.why.startswith("the local AWS does not answer this: ")


def test_the_password_is_in_no_answer(flagship):
    given = parts.secret_made(scene(flagship, {"secret_text": json.dumps({"password": "S3cretS3cret"})}))
    assert "S3cret" not in repr(given)


def first(**changed):
    return FirstChangeSet(**{"planned": 96, "added": 96, "failure": "", "left": ""} | changed)


@pytest.mark.parametrize(
    ("ask", "seen", "verdict"),
    [
        (change_set.made, first(), SAME),
        (change_set.made, first(added=95), DIFFERS),
        (change_set.made, first(failure="no"), DIFFERS),
        (change_set.made, None, DIFFERS),
        (change_set.transform_accepted, first(), SAME),
        (change_set.transform_accepted, first(failure="Transform AWS::LanguageExtensions failed"), DIFFERS),
        (change_set.transform_accepted, first(failure="the limit of buckets"), NONE),
        (change_set.patterns_accepted, first(failure="Parameter DomainName failed to satisfy"), DIFFERS),
        (change_set.absent_afterwards, first(), SAME),
        (change_set.absent_afterwards, first(left="REVIEW_IN_PROGRESS"), DIFFERS),
    ],
)
def test_the_change_set_that_is_not_executed(flagship, ask, seen, verdict):
    assert ask(scene(flagship, first=seen)).verdict == verdict


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (Validated(("CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"), ("AWS::LanguageExtensions",)), SAME),
        (Validated((), ("AWS::LanguageExtensions",)), DIFFERS),
        (Validated(("CAPABILITY_IAM",), ()), DIFFERS),
        (refused("ValidateTemplate", "ValidationError", "Template format error"), DIFFERS),
    ],
)
def test_what_validate_template_says(flagship, said, verdict):
    assert change_set.templates_validate(scene(flagship, validated={"primary": said})).verdict == verdict


def test_how_long_the_creation_took_is_told_in_minutes(flagship):
    seen = scene(flagship)
    seen.memory.tell(StepDone("primary", "CREATE_COMPLETE", 1234.0))
    assert primary.duration(seen).answered == "21 minutes (1234 s)"


ROW = {
    "type": "T",
    "physical_id": "",
    "replacement": "Conditional",
    "policy_action": "",
    "properties": [],
    "values": [],
    "foreseen": "certain",
    "predicted": "",
    "problems": [],
}


def linking(flagship, *changes):
    planned = (
        Change("Add", "Route", "AWS::EC2::Route"),
        Change("Modify", "BackupBucket", "AWS::S3::Bucket"),
    )
    seen = scene(flagship, linking=planned, reader_health_check="primary-ReaderHealthCheck")
    made = [{**ROW, "action": action, "resource": name} for action, name in changes]
    seen.memory.tell(ChangeSetMade("primary", "set", tuple(made)))
    return seen


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([("Add", "Route"), ("Modify", "BackupBucket")], SAME),
        ([("Add", "Route"), ("Modify", "BackupBucket"), ("Modify", "Policy")], SAME),
        ([("Modify", "BackupBucket")], DIFFERS),
        ([("Modify", "Route"), ("Modify", "BackupBucket")], DIFFERS),
        ([("Add", "Route"), ("Modify", "BackupBucket"), ("Remove", "Zone")], DIFFERS),
    ],
)
def test_the_linking_change_set_may_hold_more_than_the_plan_and_not_less(flagship, changes, verdict):
    assert linked.change_set_as_planned(linking(flagship, *changes)).verdict == verdict


def test_the_readers_health_check_stays_the_same_one(flagship):
    seen = linking(flagship, ("Modify", "ReaderHealthCheck"))
    assert probes.health_check_in_place(seen).verdict == SAME
    seen.reader_health_check = "another"
    assert probes.health_check_in_place(seen).verdict == DIFFERS


class _Puts:
    def put(self, bucket, key, content):
        pass


class _Client:
    buckets = _Puts()


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (lambda bucket, key: StoredObject(f"arn:{bucket.partition('-')[0]}-BackupKey", "REPLICA"), SAME),
        (lambda bucket, key: StoredObject("arn:another", "REPLICA"), DIFFERS),
        (None, DIFFERS),
    ],
)
def test_objects_arrive_under_the_key_of_the_other_region(flagship, found, verdict):
    run = replace(flagship, clients=dict.fromkeys(("primary", "secondary"), _Client()))
    assert linked.objects_replicate(scene(run, {"stored_object": found})).verdict == verdict


@pytest.mark.parametrize(
    ("unseen", "value", "verdict"), [((), 1.0, SAME), (("eu-west-1",), None, DIFFERS), (("eu-west-1",), 0.0, DIFFERS)]
)
def test_each_probe_has_to_reach_both_regions(flagship, unseen, value, verdict):
    def metric(space, name, of, _now):
        assert (space, name, of["Database"]) == ("TwinStack/Probe", "Reachable", "tradingdb-first")
        found = value if of["Target"] in unseen else 1.0
        return None if found is None else Measurement(found, datetime(2026, 11, 25, tzinfo=UTC))

    given = probes.both_report_both(scene(replace(flagship, clock=FakeClock()), {"metric": metric}))
    assert given.verdict == verdict
    assert ("nothing yet" in given.answered) == (value is None)


@pytest.mark.parametrize(("answered", "verdict"), [("probe-user", SAME), ("probe-user-not-made", DIFFERS)])
def test_the_probes_user_has_to_be_made(flagship, answered, verdict):
    seen = scene(flagship)
    seen.physical_id = lambda role, resource: {("primary", "ProbeUser"): answered}[role, resource]
    assert probes.user_made(seen).verdict == verdict


@pytest.mark.parametrize(("left", "verdict"), [(0, SAME), (1, DIFFERS)])
def test_the_probes_user_has_to_go_with_them(flagship, left, verdict):
    seen = scene(flagship)
    seen.count = lambda role, kind: {("primary", "Custom::ProbeUser"): left}[role, kind]
    assert probes.user_dropped(seen).verdict == verdict


def test_waiting_ends_after_its_patience_and_the_emulator_is_given_two_seconds(flagship):
    waited = []
    for local in (False, True):
        run = replace(flagship, clock=FakeClock())
        linked.secret_replicated(
            scene(run, {"secret": replace(REPLICA, replicas=(("x", "", "InProgress"),))}, local=local)
        )
        waited.append(sum(run.clock.waits))
    assert 300 <= waited[0] < 320
    assert 2 <= waited[1] < 5


def switching(flagship, **given):
    writer = {"arn": "arn:primary"}

    def switch(_name, target):
        writer["arn"] = target

    answers = {
        "switch_over": switch,
        "global_cluster": lambda _name: world((writer["arn"], True, "connected")),
        "cluster": lambda name: cluster(name.partition("-")[0]),
        **given.pop("answers", {}),
    }
    return scene(flagship, answers, **given)


def test_the_roles_are_not_switched_unless_asked_for(flagship):
    seen = switching(flagship)
    assert in_use.switched_over_and_back(seen).verdict == Verdict.NOT_LOOKED_AT
    assert [asked for region in seen.regions.values() for asked in region.asked] == []


def test_the_roles_are_switched_over_and_back(flagship):
    seen = switching(flagship, switch_over=True)
    given = in_use.switched_over_and_back(seen)
    assert (given.verdict, given.answered) == (
        SAME,
        "to secondary: the writer is arn:secondary, available; to primary: the writer is arn:primary, available",
    )
    calls = {role: [it for it in region.asked if it[0] == "switch_over"] for role, region in seen.regions.items()}
    assert calls == {
        "primary": [("switch_over", "primary-GlobalCluster", "arn:secondary")],
        "secondary": [("switch_over", "primary-GlobalCluster", "arn:primary")],
    }


def test_the_way_back_waits_until_everything_is_available_again(flagship):
    states = iter(["switching-over", "switching-over", "available"])
    answers = {"cluster": lambda name: replace(cluster(name.partition("-")[0]), status=next(states, "available"))}
    seen = switching(flagship, switch_over=True, answers=answers)
    assert in_use.switched_over_and_back(seen).verdict == SAME
    assert len(seen.run.clock.waits) >= 1


def test_a_pair_that_never_comes_to_rest_is_not_switched_back(flagship):
    answers = {"cluster": lambda name: replace(cluster(name.partition("-")[0]), status="switching-over")}
    seen = switching(flagship, switch_over=True, answers=answers)
    given = in_use.switched_over_and_back(seen)
    assert (given.verdict, "switching-over" in given.answered) == (DIFFERS, True)
    assert [asked for asked in seen.regions["secondary"].asked if asked[0] == "switch_over"] == []


def test_a_pair_with_reversed_roles_is_not_taken_down(flagship):
    seen = switching(flagship)
    seen.regions["primary"].switch_over("global", "arn:secondary")
    (taking_down,) = [stage.begin for stage in STAGES if stage.key == "removal"]
    with pytest.raises(RefusedError, match="the roles are reversed: arn:secondary writes") as error:
        taking_down(seen)
    assert error.value.exit_code == 4


def test_a_switchover_that_is_refused_is_told_with_the_reason(flagship):
    answers = {"switch_over": refused("SwitchoverGlobalCluster", "InvalidGlobalClusterStateFault", "not ready")}
    given = in_use.switched_over_and_back(switching(flagship, switch_over=True, answers=answers))
    assert (given.verdict, "not ready" in given.answered) == (DIFFERS, True)


def test_every_check_has_a_row_on_the_page_and_every_stage_its_place():
    page = read_page()
    rows = {row.id for stage in page.stages for row in stage.rows}
    assert {check.row for stage in STAGES for check in stage.checks} - rows == set()
    assert [stage.key for stage in STAGES] == [stage.key for stage in page.stages]
