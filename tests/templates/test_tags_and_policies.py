"""Every resource says what it is for, and what it holds outlives the stack where the environment is protected."""

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.templates.pair import REGIONS, ROLES, names_in, of_environment, resolved, resources, template

STATEFUL = {
    "AWS::Backup::BackupVault",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::GlobalCluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
# Written down, not computed: what holds something, and what AWS would not let go of while that stays.
KEPT_IN_BOTH = {
    "AWS::Backup::BackupVault": {"BackupVault"},
    "AWS::EC2::SecurityGroup": {"DatabaseSecurityGroup"},
    "AWS::EC2::Subnet": {"DatabaseSubnetA", "DatabaseSubnetB", "DatabaseSubnetC"},
    "AWS::EC2::VPC": {"Vpc"},
    "AWS::KMS::Key": {"BackupKey", "DatabaseKey", "OperationsKey"},
    "AWS::IAM::Role": {"MonitoringRole"},
    "AWS::Logs::LogGroup": {"AuditLogGroup", "ErrorLogGroup", "SlowQueryLogGroup"},
    "AWS::RDS::DBCluster": {"Cluster"},
    "AWS::RDS::DBClusterParameterGroup": {"ClusterParameterGroup"},
    "AWS::RDS::DBInstance": {"Instance1", "Instance2"},
    "AWS::RDS::DBParameterGroup": {"InstanceParameterGroup"},
    "AWS::RDS::DBSubnetGroup": {"DatabaseSubnets"},
    "AWS::S3::Bucket": {"AccessLogBucket", "BackupBucket"},
    "AWS::S3::BucketPolicy": {"AccessLogBucketPolicy", "BackupBucketPolicy"},
}
KEPT = {
    "primary": KEPT_IN_BOTH
    | {
        "AWS::IAM::ManagedPolicy": {"ReadSecretPolicy"},
        "AWS::RDS::GlobalCluster": {"GlobalCluster"},
        "AWS::Route53::HostedZone": {"PrivateZone"},
        "AWS::SecretsManager::Secret": {"DatabaseSecret", "ProbeSecret"},
    },
    "secondary": KEPT_IN_BOTH | {"AWS::IAM::Role": {"MonitoringRole", "ReplicationRole"}},
}


def tag_property(resource_type, region):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    tagged = schema.get("tagging", {}).get("tagProperty", "").removeprefix("/properties/")
    return tagged if tagged in schema["properties"] else None


@pytest.mark.parametrize("role", ROLES)
def test_everything_that_can_be_tagged_says_its_purpose(role):
    for name, body in resources(role).items():
        if tagged := tag_property(body["Type"], REGIONS[role]):
            tags = body["Properties"].get(tagged, [])
            assert "Purpose" in (tags if isinstance(tags, dict) else {tag["Key"] for tag in tags}), name


@pytest.mark.parametrize("role", ROLES)
def test_what_the_network_console_lists_by_name_has_a_name(role):
    for name, body in resources(role).items():
        if body["Type"] in {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::VPCEndpoint"}:
            assert body["Properties"]["Tags"][0]["Key"] == "Name", name


@pytest.mark.parametrize("role", ROLES)
def test_a_description_is_given_where_the_type_has_one(role):
    for name, body in resources(role).items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGIONS[role], body["Type"]).schema
        if "Description" in schema["properties"]:
            assert body["Properties"].get("Description"), name


def policies(environment, role):
    """What becomes of each resource: when its stack goes, or it leaves the stack, and when it is replaced."""
    made = of_environment(environment, role)
    return {
        name: tuple(body.attributes.get(policy, "Delete") for policy in ("DeletionPolicy", "UpdateReplacePolicy"))
        for name, body in made.items()
    }


@pytest.mark.parametrize("role", ROLES)
def test_production_keeps_what_holds_something_and_what_that_stands_on(role):
    kept = {}
    for name, both in policies("prod", role).items():
        if both != ("Delete", "Delete"):
            assert both == ("RetainExceptOnCreate", "Retain"), name
            kept.setdefault(resources(role)[name]["Type"], set()).add(name)
    assert kept == KEPT[role]


@pytest.mark.parametrize("role", ROLES)
def test_the_vault_of_aws_backup_is_kept_where_there_is_one(role):
    made = resolved(role, Protected="true", AwsBackupEnabled="true")
    assert made["BackupVault"].attributes["DeletionPolicy"] == "RetainExceptOnCreate"
    assert made["BackupVault"].attributes["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("role", ROLES)
def test_development_leaves_nothing_behind(role):
    assert set(policies("dev", role).values()) == {("Delete", "Delete")}


@pytest.mark.parametrize("role", ROLES)
def test_every_stateful_resource_is_among_the_kept(role):
    stateful = {name for name, body in resources(role).items() if body["Type"] in STATEFUL}
    assert stateful <= set().union(*KEPT[role].values())


# A kept resource does not let go of what it refers to in these types: deleting them would fail half way.
HELD_BY_USE = {
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::RDS::GlobalCluster",
    "AWS::S3::Bucket",
}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_is_kept_stands_on_something_that_goes(role):
    kept = set().union(*KEPT[role].values())
    for name in kept:
        for used in names_in(resources(role)[name]["Properties"]) & set(resources(role)):
            assert used in kept or resources(role)[used]["Type"] not in HELD_BY_USE, (name, used)


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("prod", True)])
@pytest.mark.parametrize("role", ROLES)
def test_a_database_refuses_to_be_deleted_in_production_only(environment, protected, role):
    for body in of_environment(environment, role).values():
        if body.type in {"AWS::RDS::DBCluster", "AWS::RDS::GlobalCluster"}:
            assert body.properties["DeletionProtection"] is protected


@pytest.mark.parametrize("role", ROLES)
def test_a_policy_may_depend_on_a_parameter(role):
    assert template(role)["Transform"] == "AWS::LanguageExtensions"
