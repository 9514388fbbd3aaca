"""Parameters that say what they want, and refuse what would fail half an hour into a deployment."""

import re

import pytest

from tests.templates.pair import ROLES, WIRED, environment_file, names_in, template

BY_DEPLOYER = {"Project", "EnvironmentSuffix", "Protected"}


def own(role):
    return {name: body for name, body in template(role)["Parameters"].items() if name not in WIRED[role]}


@pytest.mark.parametrize("role", ROLES)
def test_every_parameter_says_what_it_is_for(role):
    assert not [name for name, body in template(role)["Parameters"].items() if not body.get("Description")]


@pytest.mark.parametrize("role", ROLES)
def test_every_constraint_says_in_words_what_it_wants(role):
    constraints = {"AllowedPattern", "AllowedValues", "MinValue", "MaxValue", "MaxLength"}
    unsaid = [
        name for name, body in own(role).items() if not constraints & set(body) or not body.get("ConstraintDescription")
    ]
    assert unsaid == []


@pytest.mark.parametrize("role", ROLES)
def test_every_parameter_is_used(role):
    loaded = template(role)
    assert set(loaded["Parameters"]) <= names_in([loaded["Resources"], loaded["Conditions"]])


@pytest.mark.parametrize("role", ROLES)
def test_every_parameter_of_a_person_stands_in_one_group(role):
    groups = template(role)["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(own(role))
    assert [group["Label"]["default"] for group in groups] == ["Environment", "Network", "Database", "Operations"]


@pytest.mark.parametrize("role", ROLES)
def test_the_deployer_finds_the_parameters_that_it_fills_by_itself(role):
    assert set(template(role)["Parameters"]) >= BY_DEPLOYER


@pytest.mark.parametrize("role", ROLES)
def test_defaults_keep_their_own_rules(role):
    for name, body in own(role).items():
        if "AllowedPattern" in body:
            assert re.fullmatch(body["AllowedPattern"], str(body["Default"])), name
        if "AllowedValues" in body:
            assert body["Default"] in body["AllowedValues"], name


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("Project", ["tradingdb", "a", "a-1"], ["Trading", "1a", "a_b", "a-", "a--b", ""]),
        ("EnvironmentSuffix", ["dev", "pr-123", "7"], ["Dev", "a_b", "-a", "a-", ""]),
        (
            "VpcCidr",
            ["10.0.0.0/16", "172.16.0.0/20", "172.31.8.0/21", "192.168.0.0/16"],
            ["8.8.0.0/16", "10.0.0.0/8", "10.0.0.0/24", "172.32.0.0/16", "10.0.0.0", "2001:db8::/56"],
        ),
        (
            "ClientCidrs",
            ["", "10.9.0.0/16", "10.9.0.0/16,10.8.0.0/24", ",".join(["10.9.0.0/16"] * 5)],
            ["10.9.0.0", "any", "10.9.0.0/16,", "10.9.0.0/16, 10.8.0.0/24", ",".join(["10.9.0.0/16"] * 6)],
        ),
        (
            "ClientSecurityGroupIds",
            ["", "sg-0123456789abcdef0", "sg-01234567,sg-89abcdef"],
            ["default", "sg-", ",".join(["sg-01234567"] * 6)],
        ),
        ("RolePath", ["/", "/teams/trading/"], ["", "teams/", "/teams", "//"]),
        (
            "PermissionsBoundaryArn",
            ["", "arn:aws:iam::111122223333:policy/boundary", "arn:aws-cn:iam::aws:policy/PowerUserAccess"],
            ["boundary", "arn:aws:iam::111122223333:role/admin"],
        ),
        (
            "EngineVersion",
            ["8.0.mysql_aurora.3.10.4", "8.0.mysql_aurora.3.09.0", "8.0.mysql_aurora.3.13.0"],
            ["8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.10", "8.0", "3.10.4"],
        ),
        (
            "DBInstanceClass",
            ["db.r6g.large", "db.r5.xlarge", "db.r6gd.2xlarge", "db.r8g.48xlarge", "db.x2g.16xlarge"],
            ["db.t3.medium", "db.t4g.large", "db.m6g.large", "db.r4.large", "r6g.large"],
        ),
        ("BackupWindow", ["03:00-04:00"], ["3:00-4:00", "03:00", "sun:03:00-sun:04:00"]),
        ("MaintenanceWindow", ["sun:05:00-sun:06:00"], ["05:00-06:00", "Sun:05:00-Sun:06:00"]),
        ("NotificationEmail", ["", "dba@corp.test"], ["dba", "dba@corp", "a b@corp.test"]),
    ],
)
def test_the_pattern_takes_the_good_and_refuses_the_bad(name, good, bad):
    for role in ROLES:
        pattern = template(role)["Parameters"][name]["AllowedPattern"]
        assert [value for value in good if not re.fullmatch(pattern, value)] == []
        assert [value for value in bad if re.fullmatch(pattern, value)] == []


def test_the_lengths_keep_names_within_their_limits():
    for role in ROLES:
        parameters = template(role)["Parameters"]
        assert (parameters["Project"]["MaxLength"], parameters["EnvironmentSuffix"]["MaxLength"]) == (12, 16)


def test_production_is_larger_and_has_a_domain_of_its_own():
    production = environment_file("prod")["parameters"]
    assert production["DomainName"] == "tradingdb.internal"
    assert production["DBInstanceClass"] == "db.r6g.2xlarge"
    assert str(production["BackupRetentionDays"]) == "35"
