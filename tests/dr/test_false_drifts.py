"""What CloudFormation reports of a global database and nobody made by hand, told from what somebody did."""

from datetime import UTC, datetime

import pytest

from twinstack.aws.drift_api import PropertyDifference, ResourceDrift
from twinstack.dr.false_drifts import FalseDrifts
from twinstack.drifting.report import FalseDrift, RealDrift

GLOBAL, CLUSTER, INSTANCE = "AWS::RDS::GlobalCluster", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
WRITER = "arn:aws:rds:eu-west-1:123456789012:cluster:tradingdb-dev-eu-west-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234-abcd"
MEMBERS = ("arn:aws:rds:us-east-1:123456789012:cluster:tradingdb-dev-us-east-1", WRITER)
ROADMAP = "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/"

# type, property, expected, actual, kind of difference, what the source ends in
FALSE = {
    "the writer has moved": (GLOBAL, "/SourceDBClusterIdentifier", MEMBERS[0], WRITER, "NOT_EQUAL", "issues/2156"),
    "the source is given by name": (GLOBAL, "/SourceDBClusterIdentifier", "db", WRITER, "NOT_EQUAL", "issues/2156"),
    "tags that are not read": (GLOBAL, "/Tags", "[{}]", "null", "REMOVE", "issues/2275"),
    "a minor upgrade of the clusters": (
        GLOBAL,
        "/EngineVersion",
        "8.0.mysql_aurora.3.10.4",
        "8.0.mysql_aurora.3.10.6",
        "NOT_EQUAL",
        "aurora-global-database-upgrade.html",
    ),
    "an identifier in capitals": (CLUSTER, "/GlobalClusterIdentifier", "TradingDB", "tradingdb", "NOT_EQUAL", "424"),
    "a membership that is not read": (CLUSTER, "/GlobalClusterIdentifier", "trading", "null", "REMOVE", "issues/1857"),
    "a property that is never read": (CLUSTER, "/SourceRegion", "us-east-1", "null", "REMOVE", "stack-drift.html"),
    "another one": (INSTANCE, "/AllowMajorVersionUpgrade", "false", "null", "REMOVE", "stack-drift.html"),
    "a key by its id": (CLUSTER, "/KmsKeyId", "1234-abcd", KEY, "NOT_EQUAL", "issues/2233"),
    "a key by its id, deeper": ("AWS::X::Y", "/A/0/KmsMasterKeyId", "1234-abcd", KEY, "NOT_EQUAL", "issues/2233"),
}
REAL = {
    "a major upgrade": (GLOBAL, "/EngineVersion", "5.7.mysql_aurora.2.11.4", "8.0.mysql_aurora.3.10.6", "NOT_EQUAL"),
    "another line": (
        GLOBAL,
        "/EngineVersion",
        "8.0.mysql_aurora.3.10.4",
        "8.0.mysql_aurora.3.11.1",
        "NOT_EQUAL",
    ),
    "a version of a cluster": (
        CLUSTER,
        "/EngineVersion",
        "8.0.mysql_aurora.3.10.4",
        "8.0.mysql_aurora.3.10.6",
        "NOT_EQUAL",
    ),
    "another tag": (GLOBAL, "/Tags/0/Value", "a", "b", "NOT_EQUAL"),
    "another global database": (CLUSTER, "/GlobalClusterIdentifier", "trading", "other", "NOT_EQUAL"),
    "another key": (CLUSTER, "/KmsKeyId", "9999-abcd", KEY, "NOT_EQUAL"),
    "an alias, which may lead to any key": (CLUSTER, "/KmsKeyId", "alias/database", KEY, "NOT_EQUAL"),
    "protection that was turned off": (GLOBAL, "/DeletionProtection", "true", "false", "NOT_EQUAL"),
    "retention": (CLUSTER, "/BackupRetentionPeriod", "35", "1", "NOT_EQUAL"),
    "a parameter that was reset": (
        "AWS::RDS::DBClusterParameterGroup",
        "/Parameters/time_zone",
        "UTC",
        "null",
        "REMOVE",
    ),
    "a rule that was added": ("AWS::EC2::SecurityGroup", "/SecurityGroupIngress/1", "null", "{}", "ADD"),
}


def judged(case, members=MEMBERS, cluster="tradingdb-dev-eu-west-1"):
    resource_type, path, expected, actual, kind = case[:5]
    drift = ResourceDrift("It", resource_type, cluster, "MODIFIED", datetime(2026, 11, 20, tzinfo=UTC))
    return FalseDrifts(lambda _name: members).known(drift, PropertyDifference(path, expected, actual, kind))


@pytest.mark.parametrize("case", FALSE.values(), ids=FALSE)
def test_it_is_known_to_be_false_and_where_that_is_written(case):
    found = judged(case)
    assert isinstance(found, FalseDrift)
    assert found.source.endswith(case[5])
    assert found.source.startswith("https://")


@pytest.mark.parametrize("case", REAL.values(), ids=REAL)
def test_it_is_drift(case):
    assert judged(case) is None


def test_a_cluster_that_has_left_the_global_database_is_drift_though_it_reads_the_same():
    case = FALSE["a membership that is not read"]
    for members in (MEMBERS[:1], ()):
        found = judged(case, members=members)
        assert isinstance(found, RealDrift)
        assert found.means.startswith("the cluster was taken out of its global database: it stands alone")
        assert found.source.endswith("/aurora-global-database-detaching.html")


def test_a_membership_that_could_not_be_asked_for_counts_as_drift():
    assert judged(FALSE["a membership that is not read"], members=None) is None


def test_rds_is_asked_only_about_a_membership():
    asked = []
    drifts = FalseDrifts(lambda name: asked.append(name) or MEMBERS)
    drift = ResourceDrift("It", CLUSTER, "tradingdb-dev-eu-west-1", "MODIFIED", datetime(2026, 11, 20, tzinfo=UTC))
    drifts.known(drift, PropertyDifference("/Port", "3306", "3307", "NOT_EQUAL"))
    assert asked == []
    drifts.known(drift, PropertyDifference("/GlobalClusterIdentifier", "Trading", "null", "REMOVE"))
    assert asked == ["trading"]
