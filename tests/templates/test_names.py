"""The names applications use, and what their failover hangs on."""

import re

import pytest

from tests.templates.pair import ROLES, WIRED, properties, resolved, resources, template, unlinked

CHECK = WIRED["primary"]["SecondaryHealthCheckId"]


def pattern():
    return template("primary")["Parameters"]["DomainName"]["AllowedPattern"]


@pytest.mark.parametrize(
    "domain",
    ["test.local", "tradingdb.internal", "corp.net", "a.b.c.d", "x-y.io", "notexample.com", "example.company.net"],
)
def test_a_domain_of_ones_own_is_accepted(domain):
    assert re.fullmatch(pattern(), domain)


@pytest.mark.parametrize(
    "domain",
    [
        "example.com",
        "example.net",
        "example.org",
        "dev.example.com",
        "a.b.example.org",
        "EXAMPLE.COM",
        "Example.com",
        "dev.Example.Net",
        "com",
        "local",
        "",
        "test.local.",
        ".test.local",
        "-a.local",
        "a-.local",
        "a..local",
        "under_score.local",
        "spaced name.local",
    ],
)
def test_a_reserved_or_malformed_domain_is_refused(domain):
    assert not re.fullmatch(pattern(), domain)


def test_the_zone_is_named_after_database_environment_and_domain():
    assert template("primary")["Parameters"]["DomainName"]["Default"] == "test.local"
    assert resolved("primary")["PrivateZone"].properties["Name"] == "tradingdb-dev.test.local"


def test_the_zone_is_private_to_both_vpcs_and_to_the_first_one_before_linking():
    def vpcs(made):
        return made["PrivateZone"].properties["VPCs"]

    regions = [vpc["VPCRegion"] for vpc in vpcs(resolved("primary"))]
    assert regions == ["us-east-1", "eu-west-1"]
    assert [vpc["VPCRegion"] for vpc in vpcs(unlinked())] == ["us-east-1"]


def test_writers_follow_the_global_endpoint_without_failover_records():
    writer = properties("primary", "WriterRecord")
    assert writer["ResourceRecords"] == [{"Fn::GetAtt": ["GlobalCluster", "GlobalEndpoint.Address"]}]
    assert "Failover" not in writer


def test_readers_fail_over_between_the_reader_endpoints():
    first = properties("primary", "PrimaryReaderRecord")
    assert (first["Failover"], first["HealthCheckId"]) == ("PRIMARY", {"Ref": "ReaderHealthCheck"})
    assert first["ResourceRecords"] == [{"Fn::GetAtt": ["Cluster", "ReadEndpoint.Address"]}]
    second = resolved("primary")["SecondaryReaderRecord"].properties
    assert (second["Failover"], second["ResourceRecords"]) == ("SECONDARY", ["reader.eu-west-1"])
    assert second["HealthCheckId"] == WIRED["primary"]["SecondaryOwnHealthCheckId"]
    assert "SecondaryReaderRecord" not in unlinked()


def test_no_record_points_at_a_writer_endpoint_of_a_cluster():
    records = [
        body["Properties"]["ResourceRecords"] for body in resources("primary", "AWS::Route53::RecordSet").values()
    ]
    assert {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]} not in [target for record in records for target in record]


@pytest.mark.parametrize("role", ROLES)
def test_set_identifiers_end_in_the_environment_suffix(role):
    records = resources(role, "AWS::Route53::RecordSet").values()
    identifiers = [
        body["Properties"]["SetIdentifier"]["Fn::Sub"] for body in records if "Failover" in body["Properties"]
    ]
    assert identifiers == {"primary": ["primary-${EnvironmentSuffix}", "secondary-${EnvironmentSuffix}"]}.get(role, [])


def test_records_live_seconds_and_not_at_the_apex():
    for body in resources("primary", "AWS::Route53::RecordSet").values():
        assert int(body["Properties"]["TTL"]) <= 60
        assert re.match(r"(writer|reader)\.", body["Properties"]["Name"]["Fn::Sub"])


def reader_check(made):
    config = made["ReaderHealthCheck"].properties["HealthCheckConfig"]
    assert config["Type"] == "CALCULATED"
    return config["HealthThreshold"], config["ChildHealthChecks"]


def test_the_secondary_judges_the_primary_once_it_is_known_and_probes_run():
    own, behind = "OwnHealthCheck", "ReadersBehindHealthCheck"
    outside = [WIRED["primary"][name] for name in ("SecondaryHealthCheckId", "SecondaryWritesHealthCheckId")]
    threshold, children = reader_check(resolved("primary", ProbeEnabled="true"))
    assert (threshold, children[:2], len(children)) == (3, outside, 3)
    for made in (unlinked(), unlinked(ProbeEnabled="true"), resolved("primary")):
        assert reader_check(made)[0] == len(reader_check(made)[1]) == 2
        assert not set(reader_check(made)[1]) & set(outside)
    config = properties("primary", "ReaderHealthCheck")["HealthCheckConfig"]["ChildHealthChecks"]["Fn::If"]
    assert config[2] == [{"Ref": own}, {"Ref": behind}]


@pytest.mark.parametrize(("at", "threshold"), [("automatic", 3), ("primary", 0), ("secondary", 4)])
def test_an_operator_can_hold_readers_in_a_region(at, threshold):
    """A threshold of zero is always met, and one above the number of children never."""
    assert reader_check(resolved("primary", ProbeEnabled="true", ReadersAt=at))[0] == threshold


@pytest.mark.parametrize(
    ("role", "check", "alarm"),
    [
        ("primary", "OwnHealthCheck", "DatabaseDown"),
        ("primary", "ReadersBehindHealthCheck", "ReadersBehind"),
        ("secondary", "OwnHealthCheck", "DatabaseDown"),
        ("secondary", "OtherRegionHealthCheck", "OtherRegionUnreachable"),
        ("secondary", "StandbyWritesHealthCheck", "StandbyWrites"),
    ],
)
def test_health_checks_watch_alarms_of_their_own_region(role, check, alarm):
    config = properties(role, check)["HealthCheckConfig"]
    assert config["Type"] == "CLOUDWATCH_METRIC"
    assert config["AlarmIdentifier"] == {"Name": {"Ref": alarm}, "Region": {"Ref": "AWS::Region"}}
