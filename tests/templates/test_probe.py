"""The probe stands where an application stands, may do what it has to, and knows what its code asks for."""

import json

import pytest

from lambda_src.probe import answering
from tests.templates.pair import ROLES, WIRED, properties, resolved, resources, subnets_of, template, unlinked

OTHER = {"primary": "eu-west-1", "secondary": "us-east-1"}
INSIDE = [("primary", "ProbeFunction"), ("primary", "ProbeUserMaker"), ("secondary", "ProbeFunction")]
FUNCTIONS = [*INSIDE, ("primary", "ProbeUserFunction")]


def test_there_is_a_probe_in_each_region_one_maker_of_its_user_and_one_that_answers():
    for role in ROLES:
        made = list(resources(role, "AWS::Lambda::Function"))
        assert made == [name for side, name in FUNCTIONS if side == role]


@pytest.mark.parametrize(
    ("name", "handler", "seconds"),
    [
        ("ProbeFunction", "probe.handler.handler", 30),
        ("ProbeUserMaker", "probe.user.handler", 60),
        ("ProbeUserFunction", "probe.answering.handler", 300),
    ],
)
def test_the_handlers_are_those_of_the_package(name, handler, seconds):
    found = properties("primary", name)
    assert (found["Handler"], found["Timeout"]) == (handler, seconds)
    assert found["Code"] == {"S3Bucket": {"Ref": "ProbeCodeBucket"}, "S3Key": {"Ref": "ProbeCodeKey"}}


@pytest.mark.parametrize(("role", "name"), INSIDE)
def test_what_looks_at_a_database_stands_in_the_application_subnets_alone(role, name):
    assert properties(role, name)["VpcConfig"] == {
        "SubnetIds": subnets_of("App"),
        "SecurityGroupIds": [{"Ref": "AppSecurityGroup"}],
    }


def test_what_answers_cloudformation_stands_outside_since_there_is_no_way_from_inside():
    token = properties("primary", "ProbeUser")["ServiceToken"]
    assert token == {"Fn::GetAtt": ["ProbeUserFunction", "Arn"]}
    assert "VpcConfig" not in properties("primary", "ProbeUserFunction")
    assert not [name for role in ROLES for name in resources(role) if "Answer" in name]


@pytest.mark.parametrize(("role", "name"), FUNCTIONS)
def test_the_functions_share_one_package_run_time_key_and_queue(role, name):
    found, probe = properties(role, name), properties(role, "ProbeFunction")
    for shared in ("Code", "Runtime", "Architectures", "MemorySize", "KmsKeyArn"):
        assert found[shared] == probe[shared], shared
    assert found["Tags"]
    assert found["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": ["ProbeFailedEvents", "Arn"]}}


@pytest.mark.parametrize(("role", "name"), FUNCTIONS)
def test_a_function_reserves_an_execution_only_where_the_account_has_some_to_reserve(role, name):
    default, asked = resolved(role), resolved(role, ReserveConcurrency="true")
    assert "ReservedConcurrentExecutions" not in default[name].properties
    assert asked[name].properties["ReservedConcurrentExecutions"] == 1


@pytest.mark.parametrize("role", ROLES)
def test_a_probe_is_over_before_the_next_one_starts(role):
    assert properties(role, "ProbeSchedule")["ScheduleExpression"] == "rate(1 minute)"
    assert properties(role, "ProbeFunction")["Timeout"] < 60
    assert properties(role, "ProbeOnce")["MaximumRetryAttempts"] == 0


@pytest.mark.parametrize(("role", "name"), FUNCTIONS)
def test_a_function_knows_where_its_secrets_are_and_not_what_they_say(role, name):
    variables = properties(role, name)["Environment"]["Variables"]
    wanted = {
        "ProbeFunction": {"PROBE_SECRET_ARN", "DATABASE", "TARGETS"},
        "ProbeUserMaker": {"PROBE_SECRET_ARN", "MASTER_SECRET_ARN"},
        "ProbeUserFunction": {"MAKER_FUNCTION"},
    }
    assert set(variables) == wanted[name]
    assert "resolve:" not in json.dumps(variables)


@pytest.mark.parametrize("role", ROLES)
def test_the_probe_tries_both_endpoints_of_its_region_and_the_reader_of_the_other(role):
    variable = properties(role, "ProbeFunction")["Environment"]["Variables"]["TARGETS"]
    linked = variable["Fn::If"][1] if "Fn::If" in variable else variable
    other = {"primary": "Secondary", "secondary": "Primary"}[role]
    assert json.loads(linked["Fn::Sub"]) == [
        {"region": "${AWS::Region}", "host": "${Cluster.ReadEndpoint.Address}", "port": 3306},
        {"region": "${AWS::Region}", "host": "${Cluster.Endpoint.Address}", "port": 3306},
        {"region": f"${{{other}Region}}", "host": f"${{{other}ReaderEndpoint}}", "port": 3306},
    ]


def test_before_linking_the_primary_tries_itself_alone():
    before = str(unlinked()["ProbeFunction"].properties["Environment"]["Variables"]["TARGETS"])
    after = str(resolved("primary")["ProbeFunction"].properties["Environment"]["Variables"]["TARGETS"])
    assert "reader.eu-west-1" not in before
    assert "reader.eu-west-1" in after


@pytest.mark.parametrize("role", ROLES)
def test_the_alarm_watches_what_the_probe_writes(role):
    found = resolved(role)
    written = found["ProbeFunction"].properties["Environment"]["Variables"]["DATABASE"]
    dimensions = found["OtherRegionUnreachable"].properties["Dimensions"]
    assert dimensions == [{"Name": "Database", "Value": written}, {"Name": "Target", "Value": OTHER[role]}]


@pytest.mark.parametrize(("role", "name"), INSIDE)
def test_a_function_may_write_its_own_log_read_its_secrets_and_tell_of_failed_calls(role, name):
    work, network = properties(role, f"{name}Role")["Policies"]
    log, read, decrypt, send, seal = work["PolicyDocument"]["Statement"]
    assert log["Resource"] == [{"Fn::GetAtt": [f"{name}Log", "Arn"]}]
    assert read["Action"] == ["secretsmanager:GetSecretValue"]
    assert "*" not in json.dumps(read["Resource"])
    assert decrypt["Resource"] == [{"Fn::GetAtt": ["DatabaseKey", "Arn"]}]
    assert list(decrypt["Condition"]["StringEquals"]) == ["kms:ViaService"]
    assert send["Resource"] == [{"Fn::GetAtt": ["ProbeFailedEvents", "Arn"]}]
    assert seal["Resource"] == [{"Fn::GetAtt": ["OperationsKey", "Arn"]}]
    allowed, denied = network["PolicyDocument"]["Statement"]
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert allowed["Action"] == denied["Action"]
    assert "lambda:SourceFunctionArn" in denied["Condition"]["ArnLike"]


def test_what_answers_may_call_the_maker_and_look_whether_it_is_ready_and_no_more():
    (work,) = properties("primary", "ProbeUserFunctionRole")["Policies"]
    log, call, send, seal = work["PolicyDocument"]["Statement"]
    assert log["Resource"] == [{"Fn::GetAtt": ["ProbeUserFunctionLog", "Arn"]}]
    assert call["Action"] == ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"]
    assert call["Resource"] == [{"Fn::GetAtt": ["ProbeUserMaker", "Arn"]}]
    assert send["Resource"] == [{"Fn::GetAtt": ["ProbeFailedEvents", "Arn"]}]
    assert seal["Resource"] == [{"Fn::GetAtt": ["OperationsKey", "Arn"]}]
    assert properties("primary", "ProbeUserFunction")["Environment"]["Variables"] == {
        "MAKER_FUNCTION": {"Ref": "ProbeUserMaker"}
    }


def test_there_is_time_to_call_the_maker_twice_with_minutes_in_between_and_to_answer():
    outer, inner = (properties("primary", name)["Timeout"] for name in ("ProbeUserFunction", "ProbeUserMaker"))
    assert inner < answering.CALL_SECONDS
    assert outer - 2 * answering.CALL_SECONDS - answering.RESERVE_SECONDS >= 120
    assert outer < properties("primary", "ProbeUser")["ServiceTimeout"] == 600


def test_only_the_maker_of_the_user_reads_the_master_secret():
    def read(name):
        return properties("primary", f"{name}Role")["Policies"][0]["PolicyDocument"]["Statement"][1]["Resource"]

    assert read("ProbeFunction") == [{"Ref": "ProbeSecret"}]
    assert read("ProbeUserMaker") == [{"Ref": "DatabaseSecret"}, {"Ref": "ProbeSecret"}]


@pytest.mark.parametrize(("role", "name"), FUNCTIONS)
def test_the_log_of_a_function_is_declared_with_key_and_retention(role, name):
    group = properties(role, f"{name}Log")
    assert group["KmsKeyId"] == {"Fn::GetAtt": ["OperationsKey", "Arn"]}
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert properties(role, name)["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Log"}}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("enabled", "state"), [("false", "DISABLED"), ("true", "ENABLED")])
def test_the_schedule_runs_every_minute_while_probes_are_on(role, enabled, state):
    rule = resolved(role, ProbeEnabled=enabled)["ProbeSchedule"].properties
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", state)
    once = properties(role, "ProbeOnce")
    assert (once["MaximumRetryAttempts"], once["MaximumEventAgeInSeconds"]) == (0, 60)


def test_the_primarys_schedule_waits_for_its_user_and_so_for_the_link():
    assert unlinked(ProbeEnabled="true")["ProbeSchedule"].properties["State"] == "DISABLED"


@pytest.mark.parametrize("role", ROLES)
def test_only_this_accounts_schedule_may_call_the_probe(role):
    found = properties(role, "ProbeScheduleMayCall")
    assert found["Principal"] == "events.amazonaws.com"
    assert found["SourceArn"] == {"Fn::GetAtt": ["ProbeSchedule", "Arn"]}


def test_the_user_is_made_in_the_primary_while_probes_run_and_where_it_can_be_reached():
    assert "ProbeUser" not in resolved("primary")
    assert "ProbeUser" not in unlinked(ProbeEnabled="true")
    assert "ProbeUser" in resolved("primary", ProbeEnabled="true")
    assert "ProbeUser" not in resources("secondary")
    user = resources("primary")["ProbeUser"]
    assert {"Instance1", "Instance2", "DatabaseFromAppSubnets", "SecretsManagerEndpoint"} <= set(user["DependsOn"])
    assert user["Properties"]["Host"] == {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}


def test_the_users_password_is_made_up_replicated_and_never_shown():
    made = properties("primary", "ProbeSecret")["GenerateSecretString"]
    assert json.loads(made["SecretStringTemplate"]) == {"username": "twinstack_probe"}
    assert made["PasswordLength"] == 32
    assert resolved("primary")["ProbeSecret"].properties["ReplicaRegions"] == [
        {"Region": "eu-west-1", "KmsKeyId": WIRED["primary"]["SecondaryDatabaseKeyArn"]}
    ]


def test_the_standby_reads_the_replica_in_its_own_region():
    read = properties("secondary", "ProbeFunction")["Environment"]["Variables"]["PROBE_SECRET_ARN"]
    text, named = read["Fn::Sub"]
    assert text == "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}"
    assert named == {"Name": {"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "PrimaryProbeLoginArn"}]}]}}
    assert template("primary")["Outputs"]["ProbeLoginArn"]["Value"] == {"Ref": "ProbeSecret"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("alarm", "metric"), [("ProbeBroken", "Errors"), ("ProbeThrottled", "Throttles")])
def test_a_probe_that_breaks_is_told_apart_from_a_database_that_is_down(role, alarm, metric):
    found = properties(role, alarm)
    assert (found["Namespace"], found["MetricName"]) == ("AWS/Lambda", metric)
    assert found["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "ProbeFunction"}}]
