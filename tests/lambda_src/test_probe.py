"""The probe against real servers: up, down, refusing, untrusted, silent and read-only."""

import json
import time

import pytest

from lambda_src.probe import handler, metrics
from lambda_src.probe.checking import Health, Target, check
from lambda_src.probe.connection import Access, Endpoint
from lambda_src.probe.credentials import Credentials, SecretUnusableError, read, secrets_manager
from lambda_src.probe.failures import Failure
from templates_src import metrics as alarmed
from tests.lambda_src.conftest import ARRIVED_ARN, ARRIVED_PASSWORD, PROBE_ARN, Context, FakeSecrets
from tests.lambda_src.database_server import HOST, free_port

REGION = "us-east-1"


def probe(secrets, access, *targets, seconds=20.0):
    configuration = handler.Configuration(
        "tradingdb-dev",
        ARRIVED_ARN,
        [Target(region, Endpoint(host, port)) for region, host, port in targets],
        access,
    )
    return handler.run(configuration, secrets, Context(seconds))


@pytest.fixture
def access(authority):
    return Access(authority.certificate, timeout=1.0)


def one(log):
    (line,) = log()
    return {name: value for name, value in line.items() if name != "_aws"}


def test_a_writer_is_reachable_and_says_how_fast_and_that_it_is_the_writer(server, secrets, access, log):
    assert probe(secrets, access, (REGION, HOST, server.port)) == {"targets": 1, "answered": 1}
    line = one(log)
    latency = line.pop("Latency")
    assert 0 < latency < 1000
    assert line == {
        "Database": "tradingdb-dev",
        "Target": "us-east-1",
        "Endpoint": f"127.0.0.1:{server.port}",
        "Reachable": 1,
        "Writer": 1,
        "NoLag": "Rejected (1109 UNKNOWN_TABLE)",
    }


def test_a_reader_is_reachable_and_no_writer(read_only_server, secrets, access, log):
    probe(secrets, access, (REGION, HOST, read_only_server.port))
    line = one(log)
    assert (line["Reachable"], line["Writer"]) == (1, 0)


def unreachable(log):
    line = one(log)
    assert line["Reachable"] == 0
    return _failed(line)


def undecided(log):
    """What went wrong on this side says nothing about whether the database serves its clients."""
    line = one(log)
    assert line["Undecided"] == 1
    assert "Reachable" not in line
    return _failed(line)


def _failed(line):
    assert not {"Latency", "Writer", "Lag"} & line.keys()
    return line["Error"], line["Detail"]


def test_a_closed_port_is_a_finding(secrets, access, log):
    assert probe(secrets, access, (REGION, HOST, free_port())) == {"targets": 1, "answered": 0}
    assert unreachable(log) == ("Refused", "ConnectionRefusedError: [Errno 111] Connection refused")


def test_a_name_without_address_is_a_finding(secrets, access, log):
    probe(secrets, access, (REGION, "database.invalid", 3306))
    assert unreachable(log)[0] == "Unresolved"


def test_a_wrong_password_is_a_finding(server, secrets, access, log):
    secrets.values[ARRIVED_ARN] = json.dumps({"username": "arrived", "password": "a-wrong-password"})
    probe(secrets, access, (REGION, HOST, server.port))
    assert undecided(log) == ("AccessDenied", "1045 ACCESS_DENIED_ERROR")


def test_a_server_certified_by_another_authority_is_not_believed(server, secrets, other_authority, log):
    probe(secrets, Access(other_authority.certificate, 1.0), (REGION, HOST, server.port))
    kind, detail = undecided(log)
    assert kind == "Untrusted"
    assert "certificate" in detail


def test_a_server_is_not_believed_against_the_authorities_of_rds_unless_it_is_one(server, secrets, log):
    probe(secrets, Access(), (REGION, HOST, server.port))
    assert undecided(log)[0] == "Untrusted"


def test_a_server_with_the_certificate_of_another_name_is_not_believed(server, secrets, access, log):
    probe(secrets, access, (REGION, "localhost", server.port))
    assert undecided(log) == (
        "Untrusted",
        "Hostname mismatch, certificate is not valid for 'localhost'.",
    )


def test_a_server_without_tls_gets_no_password(plain_server, secrets, access, log):
    probe(secrets, access, (REGION, HOST, plain_server.port))
    assert undecided(log) == ("Tls", "2026 SSL_CONNECTION_ERROR")


def test_a_server_that_says_nothing_is_given_up(silent_server, secrets, access, log):
    start = time.monotonic()
    probe(secrets, access, (REGION, HOST, silent_server.port))
    assert time.monotonic() - start < 3
    assert unreachable(log)[0] == "TimedOut"


def test_a_server_that_keeps_talking_and_says_nothing_is_given_up_before_the_function_ends(
    dripping_server, secrets, access, log
):
    start = time.monotonic()
    probe(secrets, access, (REGION, HOST, dripping_server.port), seconds=2.5)
    assert time.monotonic() - start < 2.4
    assert unreachable(log) == ("TimedOut", "TimeoutError: not done in time")


def test_one_database_that_hangs_does_not_hide_another(server, dripping_server, secrets, access, log):
    targets = [("us-east-1", HOST, dripping_server.port), ("eu-west-1", HOST, server.port)]
    assert probe(secrets, access, *targets, seconds=2.5) == {"targets": 2, "answered": 1}
    assert [(line["Target"], line["Reachable"]) for line in log()] == [("us-east-1", 0), ("eu-west-1", 1)]


def test_without_its_secret_the_function_fails_and_claims_nothing_about_the_database(server, access, log):
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        probe(FakeSecrets({}), access, (REGION, HOST, server.port))
    assert log() == []


@pytest.mark.parametrize("value", ["arrived-password", '"arrived-password"', '{"password": "arrived-password"}'])
def test_a_secret_of_another_form_is_not_quoted(value):
    with pytest.raises(SecretUnusableError) as caught:
        read(FakeSecrets({"arn": value}), "arn")
    assert str(caught.value) == "arn: not a JSON object with username and password"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_password_does_not_show_in_what_is_printed():
    assert repr(Credentials("arrived", ARRIVED_PASSWORD)) == "Credentials(username='arrived')"


def test_a_failed_connection_does_not_hold_the_password(server, access):
    with pytest.raises(Exception, match="1045") as caught:
        check(Target(REGION, Endpoint(HOST, server.port)), Credentials("arrived", "a-wrong-password"), access)
    assert "a-wrong-password" not in repr(caught.value)


def test_secrets_manager_is_given_up_long_before_the_function_ends(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    client = secrets_manager()
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (2, 3, 2)
    client.close()


def test_the_environment_says_what_to_probe_and_as_whom(monkeypatch):
    environment = {
        "DATABASE": "tradingdb-dev",
        "PROBE_SECRET_ARN": PROBE_ARN,
        "TARGETS": '[{"region": "us-east-1", "host": "a.example", "port": "3306"},'
        ' {"region": "eu-west-1", "host": "b.example", "port": 3307}]',
    }
    configuration = handler.Configuration.read(environment)
    assert (configuration.database, configuration.secret_arn) == ("tradingdb-dev", PROBE_ARN)
    assert configuration.targets == [
        Target("us-east-1", Endpoint("a.example", 3306)),
        Target("eu-west-1", Endpoint("b.example", 3307)),
    ]
    assert configuration.access.authorities.name == "rds-ca-bundle.pem"


def test_lambda_calls_the_handler(monkeypatch, secrets, log):
    monkeypatch.setattr("lambda_src.probe.credentials.secrets_manager", lambda: secrets)
    monkeypatch.setenv("DATABASE", "tradingdb-dev")
    monkeypatch.setenv("PROBE_SECRET_ARN", ARRIVED_ARN)
    monkeypatch.setenv("TARGETS", json.dumps([{"region": REGION, "host": HOST, "port": free_port()}]))
    assert handler.handler({}, Context()) == {"targets": 1, "answered": 0}
    assert unreachable(log)[0] == "Refused"


TARGET = Target("us-east-1", Endpoint("db.example", 3306))


def test_a_line_is_in_the_embedded_metric_format():
    line = metrics.line("tradingdb-dev", TARGET, Health(writer=True, latency=12.5, lag=80.0), 1_700_000_000_000)
    assert json.loads(line) == {
        "_aws": {
            "Timestamp": 1_700_000_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "TwinStack/Probe",
                    "Dimensions": [["Database", "Target"]],
                    "Metrics": [
                        {"Name": "Reachable", "Unit": "Count"},
                        {"Name": "Writer", "Unit": "Count"},
                        {"Name": "Latency", "Unit": "Milliseconds"},
                        {"Name": "Lag", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
        "Database": "tradingdb-dev",
        "Target": "us-east-1",
        "Endpoint": "db.example:3306",
        "Reachable": 1,
        "Writer": 1,
        "Latency": 12.5,
        "Lag": 80.0,
    }


@pytest.mark.parametrize(
    ("outcome", "names"),
    [
        (Failure("Refused", "…"), ["Reachable"]),
        (Failure("Untrusted", "…"), ["Undecided"]),
        (Failure("AccessDenied", "…"), ["Undecided"]),
        (Health(writer=False, latency=1.0, lag=None), ["Reachable", "Writer", "Latency"]),
    ],
)
def test_a_line_announces_just_the_metrics_it_holds(outcome, names):
    line = json.loads(metrics.line("tradingdb-dev", TARGET, outcome, 0))
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert [metric["Name"] for metric in directive["Metrics"]] == names
    assert all(isinstance(line[name], int | float) for name in names)


def test_the_alarms_watch_the_metric_that_is_written():
    assert metrics.NAMESPACE == alarmed.PROBE_NAMESPACE
    assert alarmed.REACHABLE == "Reachable"
    assert [dimension.to_dict()["Name"] for dimension in alarmed.of_probe("us-east-1")] == metrics.DIMENSIONS


class AuroraCursor:
    """Answers the question about lag as Aurora does."""

    def __init__(self, row):
        self._row = row

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, query):
        assert "information_schema.aurora_global_db_status" in query

    def fetchone(self):
        return self._row

    def cursor(self):
        return self


@pytest.mark.parametrize(("row", "lag"), [((81.0,), 81.0), ((0,), 0.0), ((None,), None), (None, None)])
def test_the_lag_is_that_of_the_region_furthest_behind(row, lag):
    from lambda_src.probe.checking import _lag

    assert _lag(AuroraCursor(row)) == (lag, None)
