"""What an operator reads before a change of roles: lags, alarms and health checks."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import EAST, WEST
from tests.local.global_database import GlobalDatabase
from tests.local_settings import local_settings

LAGS = ("AuroraGlobalDBProgressLag", "AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag")


@pytest.fixture
def database(account, local_state):
    with local_settings(local_state, role_change_seconds=0.1):
        yield GlobalDatabase(account, account.unique("lag")).make()


def of(database, region):
    return [{"Name": "DBClusterIdentifier", "Value": database.cluster(region)}]


def lag(database, region, metric="AuroraGlobalDBRPOLag"):
    """The values of the last quarter of an hour, with their units."""
    now = datetime.now(UTC)
    found = database.account.client("cloudwatch", region).get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=metric,
        Dimensions=of(database, region),
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )
    return [(point["Maximum"], point["Unit"]) for point in found["Datapoints"]]


@pytest.mark.parametrize("metric", LAGS)
def test_the_lag_is_told_where_the_reader_is(database, metric):
    assert lag(database, WEST, metric) == [(100.0, "Milliseconds")]
    assert lag(database, EAST, metric) == []


def test_the_lag_moves_with_the_roles(database):
    database.switch_over(WEST)
    database.settled()
    assert lag(database, EAST) == [(100.0, "Milliseconds")]
    assert lag(database, WEST) == []


def test_a_region_lists_the_metrics_of_its_reader(database):
    def listed(region):
        api = database.account.client("cloudwatch", region)
        found = api.list_metrics(Namespace="AWS/RDS", Dimensions=of(database, region))["Metrics"]
        return sorted(metric["MetricName"] for metric in found)

    assert (listed(EAST), listed(WEST)) == ([], list(LAGS))


def test_metric_data_tells_the_same(database):
    now = datetime.now(UTC)
    metric = {"Namespace": "AWS/RDS", "MetricName": "AuroraGlobalDBRPOLag", "Dimensions": of(database, WEST)}
    query = {"Id": "lag", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
    found = database.account.client("cloudwatch", WEST).get_metric_data(
        MetricDataQueries=[query], StartTime=now - timedelta(minutes=15), EndTime=now
    )
    assert found["MetricDataResults"][0]["Values"] == [100.0]


def test_a_value_that_was_put_stands_alone(database):
    assert lag(database, WEST) == [(100.0, "Milliseconds")]
    database.account.client("cloudwatch", WEST).put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": "AuroraGlobalDBRPOLag",
                "Dimensions": of(database, WEST),
                "Timestamp": datetime.now(UTC) - timedelta(minutes=10),
                "Value": 9.0,
                "Unit": "Milliseconds",
            }
        ],
    )
    assert lag(database, WEST) == [(9.0, "Milliseconds")]


def test_replication_that_stopped_tells_nothing(database, local_state):
    with local_settings(local_state, lag_milliseconds=None):
        assert lag(database, WEST) == []
    with local_settings(local_state, lag_milliseconds=4000):
        assert lag(database, WEST) == [(4000.0, "Milliseconds")]


def test_a_check_is_as_healthy_as_its_alarm(account):
    route53, alarm = account.client("route53"), account.unique("alarm")
    watched = {"MetricName": "m", "Namespace": "n", "Period": 60, "EvaluationPeriods": 1, "Statistic": "Maximum"}
    west = account.client("cloudwatch", WEST)
    west.put_metric_alarm(AlarmName=alarm, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", **watched)

    def make(**config):
        made = route53.create_health_check(CallerReference=account.unique("check"), HealthCheckConfig=config)
        return made["HealthCheck"]["Id"]

    def seen(check):
        found = route53.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
        return {observation["StatusReport"]["Status"].partition(":")[0] for observation in found}

    on = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": WEST, "Name": alarm}}
    trusting = make(**on, InsufficientDataHealthStatus="Healthy")
    doubting = make(**on, InsufficientDataHealthStatus="Unhealthy")
    both = make(Type="CALCULATED", ChildHealthChecks=[trusting, doubting], HealthThreshold=2)
    assert (seen(trusting), seen(doubting)) == ({"Success"}, {"Failure"})
    west.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="r")
    assert (seen(trusting), seen(doubting)) == ({"Success"}, {"Success"})
    west.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="r")
    assert (seen(trusting), seen(doubting)) == ({"Failure"}, {"Failure"})
    (told,) = west.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    assert told["StateValue"] == "ALARM"
    of_an_endpoint = make(Type="TCP", IPAddress="192.0.2.1", Port=443)
    with pytest.raises(ClientError, match=r"InvalidInput.*knows no status"):
        seen(of_an_endpoint)
    with pytest.raises(ClientError, match=r"InvalidInput.*calculated"):
        seen(both)
    with pytest.raises(ClientError, match="NoSuchHealthCheck"):
        seen("nobody")
