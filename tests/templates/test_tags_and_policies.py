"""Every resource says what it is for, and what it holds outlives the stack where the environment is protected."""

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.templates.pair import REGIONS, ROLES, resolved, resources, template

STATEFUL = {
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::GlobalCluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
KEPT = {
    "primary": {
        "AuditLogGroup",
        "BackupBucket",
        "BackupKey",
        "Cluster",
        "DatabaseKey",
        "DatabaseSecret",
        "GlobalCluster",
        "OperationsKey",
        "PrivateZone",
    },
    "secondary": {"AuditLogGroup", "BackupBucket", "BackupKey", "Cluster", "DatabaseKey", "OperationsKey"},
}


def tag_property(resource_type, region):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    tagged = schema.get("tagging", {}).get("tagProperty", "").removeprefix("/properties/")
    return tagged if tagged in schema["properties"] else None


@pytest.mark.parametrize("role", ROLES)
def test_everything_that_can_be_tagged_says_its_purpose(role):
    for name, body in resources(role).items():
        if tagged := tag_property(body["Type"], REGIONS[role]):
            assert "Purpose" in {tag["Key"] for tag in body["Properties"].get(tagged, [])}, name


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


@pytest.mark.parametrize("role", ROLES)
def test_a_protected_environment_keeps_what_holds_something(role):
    kept = {
        name: (body.attributes["DeletionPolicy"], body.attributes["UpdateReplacePolicy"])
        for name, body in resolved(role, Protected="true").items()
        if body.attributes.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == dict.fromkeys(KEPT[role], ("RetainExceptOnCreate", "Retain"))


@pytest.mark.parametrize("role", ROLES)
def test_an_unprotected_environment_leaves_nothing_behind(role):
    policies = {
        body.attributes.get(policy, "Delete")
        for body in resolved(role, Protected="false").values()
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
    }
    assert policies == {"Delete"}


@pytest.mark.parametrize("role", ROLES)
def test_every_stateful_resource_is_among_the_kept(role):
    stateful = {name for name, body in resources(role).items() if body["Type"] in STATEFUL}
    assert stateful <= KEPT[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_policy_may_depend_on_a_parameter(role):
    assert template(role)["Transform"] == "AWS::LanguageExtensions"
