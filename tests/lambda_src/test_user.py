"""The maker of the probe's user: what it makes, how often it may be called, and that it always says what happened."""

import json
import time

import pymysql
import pytest
from botocore.exceptions import ConnectTimeoutError

from lambda_src.probe import user
from lambda_src.probe.connection import Access, Endpoint, ask, connect
from lambda_src.probe.credentials import Credentials
from lambda_src.probe.failures import explain
from tests.lambda_src.conftest import (
    ARRIVED_ARN,
    MASTER_ARN,
    MASTER_PASSWORD,
    PROBE_ARN,
    PROBE_PASSWORD,
    Context,
    FakeSecrets,
)
from tests.lambda_src.database_server import HOST, free_port

ENVIRONMENT = {"MASTER_SECRET_ARN": MASTER_ARN, "PROBE_SECRET_ARN": PROBE_ARN}
PROBE = Credentials("probe", PROBE_PASSWORD)


@pytest.fixture
def access(authority):
    return Access(authority.certificate, timeout=1.0)


@pytest.fixture
def call(secrets, access, log):
    """Asks for something and returns the status and the reason that were given back and logged."""

    def ask_for(request, port, *, seconds=30.0, environment=ENVIRONMENT, host=HOST, **changes):
        event = {
            "RequestType": request,
            "ResourceProperties": {"ServiceToken": "arn", "Host": host, "Port": str(port)},
            **changes,
        }
        told = user.run(event, Context(seconds), environment, secrets, access)
        (line,) = log()
        assert line == {"Request": request, **told}
        return told["Status"], told["Reason"]

    return ask_for


@pytest.fixture
def as_owner(server, access):
    with connect(Endpoint(HOST, server.port), Credentials("owner", "owner-password"), access) as connection:
        yield connection
        ask(connection, "DROP USER IF EXISTS probe@'%'")


def users(connection, name="probe"):
    return ask(connection, f"SELECT COUNT(*) FROM mysql.user WHERE user = '{name}'")


MADE = ("SUCCESS", "probe was made and can log in")


def test_create_makes_a_user_that_can_log_in(server, as_owner, access, call):
    assert call("Create", server.port) == MADE
    with connect(Endpoint(HOST, server.port), PROBE, access) as connection:
        assert ask(connection, "SELECT CURRENT_USER()") == "probe@%"


def test_whatever_is_repeated_the_outcome_is_the_same(server, as_owner, call):
    for request in ("Create", "Create", "Update", "Update"):
        assert call(request, server.port) == MADE
        assert users(as_owner) == 1
    for _ in range(2):
        assert call("Delete", server.port) == ("SUCCESS", "probe was dropped")
        assert users(as_owner) == 0
    assert call("Create", server.port) == MADE


def test_update_sets_the_password_that_the_secret_has_now(server, as_owner, secrets, access, call):
    call("Create", server.port)
    secrets.values[PROBE_ARN] = json.dumps({"username": "probe", "password": "a-renewed-password"})
    assert call("Update", server.port) == MADE
    with connect(Endpoint(HOST, server.port), Credentials("probe", "a-renewed-password"), access):
        pass
    with pytest.raises(pymysql.OperationalError, match="1045"):
        connect(Endpoint(HOST, server.port), PROBE, access)


def test_the_user_has_no_right_but_to_log_in(server, as_owner, access, call):
    call("Create", server.port)
    with connect(Endpoint(HOST, server.port), PROBE, access) as connection:
        for query in (
            "SELECT * FROM trading.orders",
            "INSERT INTO trading.orders VALUES (1)",
            "SELECT * FROM mysql.user",
            "CREATE DATABASE another",
            "CREATE USER another",
            "SET GLOBAL read_only = 1",
        ):
            with pytest.raises(pymysql.MySQLError, match="denied"):
                ask(connection, query)
        assert ask(connection, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'trading'") == 0
    with as_owner.cursor() as cursor:
        cursor.execute("SHOW GRANTS FOR probe@'%'")
        (grant,) = (row[0] for row in cursor.fetchall())
    assert grant.startswith("GRANT USAGE ON *.* TO `probe`@`%`")
    assert grant.endswith("REQUIRE SSL")


def test_rights_that_somebody_granted_are_taken_back(server, as_owner, access, call):
    call("Create", server.port)
    ask(as_owner, "GRANT SELECT ON trading.* TO probe@'%'")
    ask(as_owner, "ALTER USER probe@'%' REQUIRE NONE")
    call("Update", server.port)
    with (
        connect(Endpoint(HOST, server.port), PROBE, access) as connection,
        pytest.raises(pymysql.MySQLError, match="denied"),
    ):
        ask(connection, "SELECT * FROM trading.orders")
    assert ask(as_owner, "SELECT ssl_type FROM mysql.user WHERE user = 'probe'") == "ANY"


def test_the_user_cannot_log_in_without_tls(server, as_owner, call):
    call("Create", server.port)
    plain = {"host": HOST, "port": server.port, "ssl_disabled": True}
    # the server takes plain connections of others, so that it is this user who is refused
    pymysql.connect(**plain, user="owner", password="owner-password").close()
    with pytest.raises(pymysql.OperationalError, match="1045"):
        pymysql.connect(**plain, user="probe", password=PROBE_PASSWORD)


def test_in_the_standby_the_user_that_came_by_replication_is_only_tried(read_only_server, call):
    arrived = {**ENVIRONMENT, "PROBE_SECRET_ARN": ARRIVED_ARN}
    came = ("SUCCESS", "arrived came by replication and can log in")
    assert call("Create", read_only_server.port, environment=arrived) == came
    assert call("Update", read_only_server.port, environment=arrived) == came
    gone = (
        "SUCCESS",
        "Nothing to drop here: this server takes no writes; arrived stays until the writer drops it",
    )
    assert call("Delete", read_only_server.port, environment=arrived) == gone
    assert call("Create", read_only_server.port, environment=arrived) == came


def test_in_the_standby_a_user_that_has_not_come_is_not_claimed(read_only_server, call):
    assert call("Create", read_only_server.port) == ("FAILED", "AccessDenied (1045 ACCESS_DENIED_ERROR)")


REFUSED = "Refused (ConnectionRefusedError: [Errno 111] Connection refused)"


INACTIVE = "; the writer endpoint of a cluster that reads is inactive: are the roles of the global database reversed?"


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_writer_endpoint_that_is_down_fails_and_the_reason_asks_for_the_roles(call, request_type):
    assert call(request_type, free_port()) == ("FAILED", REFUSED + INACTIVE)


def test_delete_succeeds_when_the_cluster_is_gone(call):
    assert call("Delete", free_port()) == ("SUCCESS", f"Nothing to drop: {REFUSED}")
    status, reason = call("Delete", 3306, host="database.invalid")
    assert status == "SUCCESS"
    assert reason.startswith("Nothing to drop: Unresolved (")


def test_delete_succeeds_when_the_cluster_no_longer_answers(silent_server, call):
    status, reason = call("Delete", silent_server.port)
    assert status == "SUCCESS"
    assert reason.startswith("Nothing to drop: TimedOut (")


def test_delete_succeeds_when_its_secrets_are_gone(server, secrets, call):
    secrets.values.clear()
    assert call("Delete", server.port) == ("SUCCESS", "Nothing to drop: Secret (ResourceNotFoundException)")


def test_delete_fails_when_the_user_is_there_and_cannot_be_dropped(server, as_owner, secrets, call):
    call("Create", server.port)
    secrets.values[MASTER_ARN] = json.dumps({"username": "dbadmin", "password": "a-wrong-password"})
    assert call("Delete", server.port) == ("FAILED", "AccessDenied (1045 ACCESS_DENIED_ERROR)")
    assert users(as_owner) == 1


def test_secrets_manager_out_of_reach_is_not_taken_for_the_database(server, call, monkeypatch):
    def give_up(*_, **__):
        error = ConnectTimeoutError(endpoint_url="https://secretsmanager.eu-west-1.amazonaws.com/")
        error.__context__ = TimeoutError()
        raise error

    monkeypatch.setattr(FakeSecrets, "get_secret_value", give_up)
    for request in ("Create", "Delete"):
        assert call(request, server.port) == ("FAILED", "Secret (ConnectTimeoutError)")


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_the_master_is_never_taken_for_the_probe(server, as_owner, secrets, access, call, request_type):
    secrets.values[PROBE_ARN] = json.dumps({"username": "dbadmin", "password": "another-password"})
    assert call(request_type, server.port) == (
        "FAILED",
        "Broken (both secrets name dbadmin; the probe needs a user of its own)",
    )
    with connect(Endpoint(HOST, server.port), Credentials("dbadmin", MASTER_PASSWORD), access):
        pass
    assert users(as_owner, "dbadmin") == 1


def test_what_a_server_says_of_a_statement_is_not_quoted_since_it_may_hold_the_password():
    error = pymysql.ProgrammingError(1064, f"You have an error in your SQL syntax near {PROBE_PASSWORD}")
    assert str(explain(error)) == "Rejected (1064 PARSE_ERROR)"


def test_a_master_that_may_not_make_users_is_told(server, secrets, call):
    secrets.values[MASTER_ARN] = secrets.values[ARRIVED_ARN]
    assert call("Create", server.port) == ("FAILED", "Rejected (1227 SPECIFIC_ACCESS_DENIED_ERROR)")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"environment": {}}, "Broken ('MASTER_SECRET_ARN' is missing)"),
        ({"ResourceProperties": {}}, "Broken ('Host' is missing)"),
        ({"ResourceProperties": {"Host": HOST, "Port": "mysql"}}, "Broken (ValueError)"),
    ],
)
@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_request_that_cannot_be_carried_out_is_told(call, request_type, changes, reason):
    assert call(request_type, 3306, **changes) == ("FAILED", reason)


def test_a_request_that_is_unknown_is_told(call):
    assert call("Import", 3306) == ("FAILED", "Broken (Import is not a request of CloudFormation)")


@pytest.mark.parametrize("secret", ["no JSON", '{"username": "probe"}', "[]"])
def test_a_secret_of_another_form_is_told_and_not_quoted(call, secrets, secret):
    secrets.values[PROBE_ARN] = secret
    status, reason = call("Create", 3306)
    assert (status, reason) == ("FAILED", f"Secret ({PROBE_ARN}: not a JSON object with username and password)")


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_when_time_runs_out_it_says_so_before_lambda_ends_it(dripping_server, call, request_type):
    start = time.monotonic()
    answered = call(request_type, dripping_server.port, seconds=1.5)
    asked = "" if request_type == "Delete" else INACTIVE
    assert answered == ("FAILED", f"TimedOut (TimeoutError: not done in time){asked}")
    assert time.monotonic() - start < 2


def test_a_server_that_is_not_trusted_gets_no_password(server, other_authority, secrets):
    event = {"RequestType": "Create", "ResourceProperties": {"Host": HOST, "Port": str(server.port)}}
    told = user.run(event, Context(), ENVIRONMENT, secrets, Access(other_authority.certificate, 1.0))
    assert told["Status"] == "FAILED"
    assert told["Reason"].startswith("Untrusted (")


def test_lambda_calls_the_handler(monkeypatch):
    monkeypatch.setattr("lambda_src.probe.credentials.secrets_manager", lambda: FakeSecrets({}))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    event = {"RequestType": "Create", "ResourceProperties": {"Host": HOST, "Port": "3306"}}
    assert user.handler(event, Context()) == {"Status": "FAILED", "Reason": "Secret (ResourceNotFoundException)"}
