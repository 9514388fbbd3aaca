"""What the checks make of AWS's answers that no emulator gives, and what rights their calls need."""

import re
from pathlib import Path

import botocore.session
import pytest

from tests.aws.stubbed import stubbed_clients
from twinstack.aws.errors import AwsError
from twinstack.dr.aws.api import EngineVersion, HealthCheck, Room, Secret, StoredObject
from twinstack.dr.aws.boto import BotoRegion

ROOT = Path(__file__).parents[2]
VERSION = "8.0.mysql_aurora.3.10.4"


@pytest.fixture
def stubbed():
    """A region whose services give the answers that are queued for them."""
    with stubbed_clients() as (stub, make):
        yield stub, BotoRegion(make, "primary (us-east-1)")


def test_every_page_of_the_orderable_options_counts(stubbed):
    stub, region = stubbed
    asked = {"Engine": "aurora-mysql", "EngineVersion": VERSION, "DBInstanceClass": "db.r6g.large", "Vpc": True}
    call = "describe_orderable_db_instance_options"
    page = {"OrderableDBInstanceOptions": [{"AvailabilityZones": [{"Name": "us-east-1b"}]}], "Marker": "more"}
    stub("rds").add_response(call, page, asked)
    page = {"OrderableDBInstanceOptions": [{"AvailabilityZones": [{"Name": "us-east-1a"}, {"Name": "us-east-1b"}]}]}
    stub("rds").add_response(call, page, {**asked, "Marker": "more"})
    assert region.orderable_zones(VERSION, "db.r6g.large") == ["us-east-1a", "us-east-1b"]


def test_a_version_says_whether_global_databases_take_it(stubbed):
    stub, region = stubbed
    found = {"DBEngineVersions": [{"EngineVersion": VERSION, "SupportsGlobalDatabases": True}]}
    stub("rds").add_response("describe_db_engine_versions", found)
    assert region.engine_versions(VERSION) == [EngineVersion(VERSION, in_global_databases=True)]


def test_the_quotas_come_with_what_is_used(stubbed):
    stub, region = stubbed
    quotas = [{"AccountQuotaName": "DBClusters", "Used": 3, "Max": 40}]
    stub("rds").add_response("describe_account_attributes", {"AccountQuotas": quotas})
    stub("iam").add_response("get_account_summary", {"SummaryMap": {"Roles": 12, "RolesQuota": 1000}})
    asked = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
    stub("service-quotas").add_client_error("get_service_quota", "NoSuchResourceException", expected_params=asked)
    stub("service-quotas").add_response("get_aws_default_service_quota", {"Quota": {"Value": 5.0}}, asked)
    stub("ec2").add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}]})
    assert region.database_room() == {"DBClusters": Room(3, 40)}
    assert (region.role_room(), region.vpc_room()) == (Room(12, 1000), Room(2, 5))


def test_what_is_not_there_is_told_from_what_may_not_be_asked(stubbed):
    stub, region = stubbed
    stub("secretsmanager").add_client_error("describe_secret", "ResourceNotFoundException")
    stub("secretsmanager").add_client_error("describe_secret", "AccessDeniedException", "no")
    stub("rds").add_client_error("describe_db_clusters", "DBClusterNotFoundFault")
    stub("s3").add_client_error("head_object", "404")
    assert region.secret("arn") is None
    with pytest.raises(AwsError, match="AccessDeniedException: no"):
        region.secret("arn")
    assert region.cluster("tradingdb") is None
    assert region.stored_object("bucket", "key") is None


def test_a_secret_tells_of_its_deletion_and_its_replicas(stubbed):
    stub, region = stubbed
    replicas = [{"Region": "eu-west-1", "KmsKeyId": "key", "Status": "InSync"}]
    stub("secretsmanager").add_response("describe_secret", {"ReplicationStatus": replicas, "DeletedDate": 1})
    stub("s3").add_response("head_object", {"SSEKMSKeyId": "key", "ReplicationStatus": "REPLICA"})
    assert region.secret("arn") == Secret(deleted=True, replicas=(("eu-west-1", "key", "InSync"),))
    assert region.stored_object("bucket", "key") == StoredObject("key", "REPLICA")


def test_health_observations_are_what_the_checkers_say(stubbed):
    stub, region = stubbed
    seen = {"HealthCheckObservations": [{"Region": "us-east-1", "StatusReport": {"Status": "Failure: no data"}}]}
    stub("route53").add_response("get_health_check_status", seen, {"HealthCheckId": "id"})
    assert region.health_observations("id") == ["Failure: no data"]


def test_a_calculated_health_check_tells_what_it_is_made_of(stubbed):
    stub, region = stubbed
    config = {"Type": "CALCULATED", "ChildHealthChecks": ["one", "two"], "HealthThreshold": 2}
    check = {"Id": "id", "CallerReference": "x", "HealthCheckVersion": 1, "HealthCheckConfig": config}
    stub("route53").add_response("get_health_check", {"HealthCheck": check}, {"HealthCheckId": "id"})
    assert region.health_check("id") == HealthCheck("CALCULATED", ("one", "two"), 2)


def test_a_flow_log_tells_what_keeps_it_from_delivering(stubbed):
    stub, region = stubbed
    found = {"FlowLogs": [{"FlowLogStatus": "ACTIVE", "DeliverLogsErrorMessage": "Access error"}]}
    stub("ec2").add_response("describe_flow_logs", found, {"FlowLogIds": ["fl-1"]})
    assert region.flow_log_status("fl-1") == "ACTIVE Access error"


def test_a_switchover_names_the_target_by_its_arn(stubbed):
    stub, region = stubbed
    asked = {
        "GlobalClusterIdentifier": "tradingdb-first",
        "TargetDbClusterIdentifier": "arn:aws:rds:eu-west-1:1:cluster:x",
    }
    stub("rds").add_response("switchover_global_cluster", {"GlobalCluster": {}}, asked)
    region.switch_over(*asked.values())


# The actions that have another name than the call: the service authorization reference, S3.
S3_ACTIONS = {"head_bucket": "s3:ListBucket", "list_objects_v2": "s3:ListBucket", "head_object": "s3:GetObject"}
PREFIXES = {"stepfunctions": "states", "service-quotas": "servicequotas"}


def calls_of(*places):
    """The calls of every method of a region that modules use, given as files and folders, as (service, call)."""
    asking = [
        file for place in places for file in ([ROOT / place], (ROOT / place).rglob("*.py"))[(ROOT / place).is_dir()]
    ]
    used = "".join(path.read_text(encoding="utf-8") for path in asking)
    made_by = [ROOT / "twinstack" / "preflight" / "boto.py", *(ROOT / "twinstack" / "dr" / "aws").glob("*.py")]
    methods = [it for path in made_by for it in re.split(r"\n    def ", path.read_text(encoding="utf-8"))[1:]]
    used += "".join(it for it in methods if re.search(rf"\.{it.partition('(')[0]}\b", used))
    for method in methods:
        if re.search(rf"\.{method.partition('(')[0]}\b", used):
            yield from re.findall(
                r'self\._(?:ask|every|if_there)\(\s*(?:\([^()]*\),\s*)?"([a-z0-9-]+)",\s*"([a-z0-9_]+)"', method
            )


def actions_of_the_checks():
    """Every action that the checks of a first run need, by the names of botocore's models."""
    calls = set(calls_of("twinstack/dr/first_run", "twinstack/preflight/zones.py"))
    session = botocore.session.Session()
    for service, call in calls:
        model = session.get_service_model(service)
        names = {botocore.xform_name(name): name for name in model.operation_names}
        yield S3_ACTIONS.get(call) or f"{PREFIXES.get(service, service)}:{names[call]}"


def test_the_rights_that_the_page_on_roles_lists_are_those_of_the_calls():
    text = (ROOT / "docs" / "deployer-role.md").read_text(encoding="utf-8")
    section = text.partition("## For `first-run`")[2].partition("\n## ")[0]
    # Through the seams of the deployer, and by a key.
    beside = {"sts:GetCallerIdentity", "s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"}
    assert set(re.findall(r"`([a-z0-9]+:[A-Za-z0-9]+)`", section)) == set(actions_of_the_checks()) | beside
